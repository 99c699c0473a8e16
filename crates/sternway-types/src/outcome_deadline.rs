//! How long a run may take until it counts as one that ended.

use std::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::{Percentile, Quantiles, Sketch, window};

/// How long a run may take until its outcome is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutcomeDeadline {
    /// Three times as long as 99 of 100 runs of the last good version took, at least 30 seconds and at most 5 minutes;
    /// 30 seconds where that was not measured. Written `"auto"`.
    Auto,
    /// So long: 10 seconds to 5 minutes.
    After(Duration),
}

impl OutcomeDeadline {
    /// The shortest that may be asked for. Failures are kept by stretches of so long.
    pub const LEAST: Duration = Duration::from_secs(10);
    /// The longest. Beyond that it is not kept when runs began.
    pub const MOST: Duration = Duration::from_mins(5);
    /// The shortest that is found by itself.
    const LEAST_AUTO: Duration = Duration::from_secs(30);
    /// How many times what nearly all runs take is long enough.
    const TIMES: u32 = 3;

    /// How long that is, where the last good version's runs took so long.
    #[must_use]
    pub fn length(self, measured: Option<&Quantiles>) -> Duration {
        match self {
            Self::After(length) => length,
            Self::Auto => {
                let nearly_all = measured.and_then(|it| ninety_nine(&it.duration));
                let length = nearly_all.unwrap_or_default().saturating_mul(Self::TIMES);
                length.clamp(Self::LEAST_AUTO, Self::MOST)
            }
        }
    }

    pub(crate) fn out_of_range(self) -> Option<Duration> {
        match self {
            Self::After(length) => {
                let whole = Duration::from_secs(length.as_secs());
                (!(Self::LEAST..=Self::MOST).contains(&whole)).then_some(length)
            }
            Self::Auto => None,
        }
    }
}

/// How long 99 of 100 runs took at most, by milliseconds.
fn ninety_nine(durations: &Sketch) -> Option<Duration> {
    let (_, bucket) = durations.ranked(Percentile::P99.share())?;
    Duration::try_from_secs_f64(Sketch::end(bucket).to_f64() / 1_000.0).ok()
}

impl fmt::Display for OutcomeDeadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::After(length) => f.write_str(&window::show(length)),
        }
    }
}

impl Serialize for OutcomeDeadline {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OutcomeDeadline {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        if text == "auto" {
            return Ok(Self::Auto);
        }
        window::read(&text).map(Self::After).ok_or_else(|| {
            D::Error::custom(format_args!(
                "{text:?} is neither a length of time nor \"auto\": expected 30s or 1m 30s"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Decimal;

    fn took(milliseconds: &[u64]) -> Quantiles {
        let mut measured = Quantiles::default();
        milliseconds.iter().for_each(|it| measured.duration.add(Decimal::whole(*it)));
        measured
    }

    #[test]
    fn by_itself_it_is_three_times_what_nearly_all_runs_took() {
        let auto = OutcomeDeadline::Auto;
        assert_eq!(auto.length(None), Duration::from_secs(30));
        assert_eq!(auto.length(Some(&took(&[]))), Duration::from_secs(30));
        assert_eq!(auto.length(Some(&took(&[200; 100]))), Duration::from_secs(30));
        let slow = auto.length(Some(&took(&[20_000; 100])));
        let exact = Duration::from_secs(60);
        assert!(slow >= exact && slow <= exact + exact / 32, "{slow:?}");
        assert_eq!(auto.length(Some(&took(&[900_000; 100]))), Duration::from_secs(300));
        let one_of_1000 = [&[100; 999][..], &[120_000]].concat();
        assert_eq!(auto.length(Some(&took(&one_of_1000))), Duration::from_secs(30));
        let said = OutcomeDeadline::After(Duration::from_secs(12));
        assert_eq!(said.length(Some(&took(&[20_000; 100]))), Duration::from_secs(12));
    }

    #[test]
    fn it_is_written_as_people_write_it() {
        for (text, deadline) in [
            ("auto", OutcomeDeadline::Auto),
            ("1m 30s", OutcomeDeadline::After(Duration::from_secs(90))),
        ] {
            assert_eq!(serde_json::to_value(deadline).unwrap(), json!(text));
            let read: OutcomeDeadline = serde_json::from_value(json!(text)).unwrap();
            assert_eq!(read, deadline);
        }
        let refused = serde_json::from_value::<OutcomeDeadline>(json!("automatic")).unwrap_err();
        let expected =
            r#""automatic" is neither a length of time nor "auto": expected 30s or 1m 30s"#;
        assert_eq!(refused.to_string(), expected);
    }
}
