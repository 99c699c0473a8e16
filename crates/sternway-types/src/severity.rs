//! How grave something is that was found.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Decimal, Measure, Metric, Regression};

/// How grave something is that was found about a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Somebody should look at it.
    Medium,
    /// It does harm.
    High,
    /// A person must act.
    Critical,
}

impl Severity {
    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// How grave it is that the success rate fell: from 0.30 points on critical, from 0.20 high, from
    /// 0.15 medium. Nothing if it fell by less, or there is nothing on a side. Exact, as far as 128
    /// bits go.
    #[must_use]
    pub fn of_drop(from: Measure, to: Measure) -> Option<Self> {
        let steps = [(30, Self::Critical), (20, Self::High), (15, Self::Medium)];
        let fell = steps.into_iter().find(|(points, _)| falls(from, to, *points));
        fell.map(|(_, severity)| severity)
    }
}

/// Whether the mean after is lower by so many hundredths, or more.
fn falls(from: Measure, to: Measure, hundredths: i128) -> bool {
    let (Some(before), Some(after)) = (from.mean(), to.mean()) else { return false };
    let exact = || {
        let (from_samples, to_samples) = (i128::from(from.samples), i128::from(to.samples));
        let before = from.sum.units().checked_mul(to_samples)?;
        let after = to.sum.units().checked_mul(from_samples)?;
        let limit = (Decimal::UNITS / 100).checked_mul(hundredths)?;
        let limit = limit.checked_mul(from_samples)?.checked_mul(to_samples)?;
        Some(before.checked_sub(after)? >= limit)
    };
    exact().unwrap_or_else(|| {
        #[expect(clippy::cast_precision_loss, reason = "at most 30")]
        let limit = hundredths as f64 / 100.0;
        before - after >= limit - 1e-9
    })
}

impl Regression {
    /// How grave it is, if it is a success rate or an error rate that became worse than that of the
    /// last good version. See [`Severity::of_drop`].
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        let measured = self.evidence.measured.as_ref()?;
        let before = measured.baseline.as_ref()?.measure;
        match measured.metric {
            Metric::SuccessRate => Severity::of_drop(before, measured.measure),
            // What more runs fail, fewer succeed.
            Metric::ErrorRate => Severity::of_drop(measured.measure, before),
            Metric::Duration
            | Metric::DurationAt(_)
            | Metric::Cost
            | Metric::CostAt(_)
            | Metric::Score(_) => None,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
