//! The rule that watches a version for as long as it is live, as data.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Action, PolicyError, RuleName, Threshold, Worse};

/// Since some moment fewer runs of a live version succeed than may be: a detector of changes, for a life without
/// an end.
///
/// Over such a life any error rate is used up at some time. What is promised here is how seldom a false alarm
/// comes: a version that is not worse has `run_length` runs on average until then. What it is held against is
/// found as by [`Worse`]. A candidate that runs beside what is live is not watched. It follows the order of the
/// log.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decline {
    /// How many runs a version that is not worse has on average until it is said to be, at least. Default
    /// 1,000,000.
    #[serde(default = "a_million")]
    pub run_length: u64,
    /// A success rate that was promised, as a share; the last good version does not count then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective: Option<Threshold>,
    /// The success rate that is expected while too little was measured of the baseline, as a share. Default 0.95.
    #[serde(default = "ninety_five_hundredths")]
    pub expected: Threshold,
    /// How many runs of the baseline it takes for it to count. Default 200.
    #[serde(default = "two_hundred")]
    pub min_baseline: u32,
    /// What is done about it, but never more than the policy does about other rules. Default: it is said, and a
    /// person decides.
    #[serde(default = "notify")]
    pub action: Action,
}

const fn a_million() -> u64 {
    1_000_000
}

const fn ninety_five_hundredths() -> Threshold {
    Threshold::hundredths(95)
}

const fn two_hundred() -> u32 {
    200
}

const fn notify() -> Action {
    Action::Notify
}

impl Default for Decline {
    fn default() -> Self {
        Self {
            run_length: a_million(),
            objective: None,
            expected: ninety_five_hundredths(),
            min_baseline: two_hundred(),
            action: notify(),
        }
    }
}

impl Decline {
    /// The shortest run length: below it, runs that end well could raise the alarm.
    pub const LEAST_RUN_LENGTH: u64 = 1_000;
    /// The longest.
    pub const MOST_RUN_LENGTH: u64 = 1_000_000_000_000;

    /// The test on the success rate that is held against the same.
    #[must_use]
    pub fn held_as(&self) -> Worse {
        Worse {
            objective: self.objective,
            expected: self.expected,
            min_baseline: self.min_baseline,
            ..Worse::default()
        }
    }

    pub(crate) fn check(&self) -> Result<(), PolicyError> {
        let fits = Self::LEAST_RUN_LENGTH..=Self::MOST_RUN_LENGTH;
        if !fits.contains(&self.run_length) {
            return Err(PolicyError::RunLength { found: self.run_length });
        }
        self.held_as().check_as(RuleName::Decline)
    }
}

impl fmt::Display for Decline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let than = match &self.objective {
            Some(objective) => format!("the objective of {objective}"),
            None => "those of the last good version".to_owned(),
        };
        let (runs, action) = (self.run_length, self.action.as_str());
        write!(f, "lately fewer runs succeed than {than} (a false alarm in {runs} runs, {action})")
    }
}
