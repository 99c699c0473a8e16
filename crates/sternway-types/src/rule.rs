//! Rules that can take a version back, as data.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{ErrorClass, PolicyError, RECENT_OUTCOMES};

/// The longest window of a rule: 30 days.
const MAX_WINDOW: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The names of the rules, in the order of their weight: of several rules that hold, the first
/// decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleName {
    /// [`Rule::SignatureErrors`].
    SignatureErrors,
    /// [`Rule::AllFailed`].
    AllFailed,
    /// [`Rule::ConsecutiveFailures`].
    ConsecutiveFailures,
}

impl fmt::Display for RuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::SignatureErrors => "signature_errors",
            Self::AllFailed => "all_failed",
            Self::ConsecutiveFailures => "consecutive_failures",
        })
    }
}

/// A rule that can take a version back. Windows reach back from the newest outcome's own time,
/// and only outcomes of the version's present stay in its environment count.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// The newest `count` outcomes all failed, within `window` of each other. No stated error rate.
    ConsecutiveFailures {
        /// How many failures in a row. Default 3.
        #[serde(default = "three")]
        count: u32,
        /// How far back. Default 5 minutes.
        #[serde(default = "five_minutes", with = "window")]
        window: Duration,
    },
    /// At least `count` of the newest `among` outcomes failed, within `window`, with an error of
    /// one of these classes: the calls no longer fit the code. No stated error rate.
    SignatureErrors {
        /// How many such failures. Default 2.
        #[serde(default = "two")]
        count: u32,
        /// Among how many of the newest outcomes. Default 10.
        #[serde(default = "ten")]
        among: u32,
        /// How far back. Default 5 minutes.
        #[serde(default = "five_minutes", with = "window")]
        window: Duration,
        /// The classes of errors. Default `TypeError` and `AttributeError`.
        #[serde(default = "signature_classes")]
        classes: Vec<ErrorClass>,
    },
    /// At least `at_least` outcomes within `window`, and none of them succeeded. No stated error
    /// rate.
    AllFailed {
        /// How many outcomes it takes. Default 5.
        #[serde(default = "five")]
        at_least: u32,
        /// How far back, at most to the version's going live. Default 30 minutes.
        #[serde(default = "thirty_minutes", with = "window")]
        window: Duration,
    },
}

const fn two() -> u32 {
    2
}

const fn three() -> u32 {
    3
}

const fn five() -> u32 {
    5
}

const fn ten() -> u32 {
    10
}

const fn five_minutes() -> Duration {
    Duration::from_secs(5 * 60)
}

const fn thirty_minutes() -> Duration {
    Duration::from_secs(30 * 60)
}

fn signature_classes() -> Vec<ErrorClass> {
    ["TypeError", "AttributeError"].iter().filter_map(|class| class.parse().ok()).collect()
}

impl Rule {
    /// The rule's name.
    #[must_use]
    pub const fn name(&self) -> RuleName {
        match self {
            Self::ConsecutiveFailures { .. } => RuleName::ConsecutiveFailures,
            Self::SignatureErrors { .. } => RuleName::SignatureErrors,
            Self::AllFailed { .. } => RuleName::AllFailed,
        }
    }

    /// Checks the numbers.
    pub(crate) fn check(&self) -> Result<(), PolicyError> {
        let rule = self.name();
        let most = u32::try_from(RECENT_OUTCOMES).unwrap_or(u32::MAX);
        let count = |field, found, least| {
            let fits = (least..=most).contains(&found);
            fits.then_some(()).ok_or(PolicyError::Count { rule, field, found, least, most })
        };
        let window = match self {
            Self::ConsecutiveFailures { count: failures, window } => {
                count("count", *failures, 1)?;
                *window
            }
            Self::SignatureErrors { count: failures, among, window, classes } => {
                count("count", *failures, 1)?;
                count("among", *among, *failures)?;
                if classes.is_empty() {
                    return Err(PolicyError::NoClasses { rule });
                }
                *window
            }
            Self::AllFailed { at_least, window } => {
                count("at_least", *at_least, 1)?;
                *window
            }
        };
        if window < Duration::from_secs(1) || window > MAX_WINDOW {
            return Err(PolicyError::Window { rule, found: window });
        }
        Ok(())
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConsecutiveFailures { count, window } => {
                let failures = if *count == 1 { "failure" } else { "failures" };
                write!(f, "{count} {failures} in a row within {}", window::show(window))
            }
            Self::SignatureErrors { count, among, window, classes } => {
                let classes: Vec<&str> = classes.iter().map(ErrorClass::as_str).collect();
                let window = window::show(window);
                let classes = classes.join(" or ");
                write!(f, "{count} of {classes} among the last {among} runs within {window}")
            }
            Self::AllFailed { at_least, window } => {
                write!(f, "all of {at_least} or more runs failed within {}", window::show(window))
            }
        }
    }
}

/// The rules that hold where nothing else is said.
pub(crate) fn immediate_tier() -> Vec<Rule> {
    vec![
        Rule::SignatureErrors {
            count: two(),
            among: ten(),
            window: five_minutes(),
            classes: signature_classes(),
        },
        Rule::AllFailed { at_least: five(), window: thirty_minutes() },
        Rule::ConsecutiveFailures { count: three(), window: five_minutes() },
    ]
}

/// Windows as people write them: `5m`, `1h 30m`.
mod window {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn show(window: &Duration) -> String {
        jiff::SignedDuration::try_from(*window)
            .map_or_else(|_| format!("{window:?}"), |d| format!("{d:#}"))
    }

    pub(super) fn serialize<S: Serializer>(window: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&show(window))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        let text = String::deserialize(from)?;
        let window = text.parse::<jiff::SignedDuration>().ok();
        window.and_then(|window| Duration::try_from(window).ok()).ok_or_else(|| {
            D::Error::custom(format_args!(
                "{text:?} is not a length of time: expected 5m or 1h 30m"
            ))
        })
    }
}
