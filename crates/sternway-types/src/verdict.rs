//! What the policy makes of the outcomes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Decimal, ErrorClass, Measure, Metric, OutcomeId, Pairs, PolicyVersion, Rule, RuleId, Threshold,
    Tier, Timestamp, VersionNumber, Weight,
};

/// A failure that a verdict rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// Which outcome.
    pub outcome: OutcomeId,
    /// When it ended.
    pub at: Timestamp,
    /// The class of its error, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ErrorClass>,
}

/// What the last good version measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaselineMeasure {
    /// Which version that is.
    pub version: VersionNumber,
    /// What was measured of it within the rule's window for it.
    pub measure: Measure,
}

/// The numbers that a rule on a metric held against its threshold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// Which metric.
    pub metric: Metric,
    /// What was measured of the version within the rule's window.
    pub measure: Measure,
    /// What it was compared with, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineMeasure>,
}

/// How the runs of two versions ended that ran beside each other, under one division of the runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// The share of the candidate.
    pub weight: Weight,
    /// How many of the candidate's runs succeeded.
    pub succeeded: u64,
    /// How many failed.
    pub failed: u64,
    /// How many of the other version's runs succeeded.
    pub baseline_succeeded: u64,
    /// How many failed.
    pub baseline_failed: u64,
    /// If the candidate's runs were copies that say how the run ended that was answered: what became of
    /// the pairs.
    #[serde(default, skip_serializing_if = "Pairs::is_empty")]
    pub pairs: Pairs,
    /// How many failures count, if that is not each of them: of runs of one key one counts, and of those that
    /// had no time to end none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<Counted>,
}

/// How many failures of two versions beside each other count as evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Of the candidate.
    pub failed: u64,
    /// Of the other version.
    pub baseline_failed: u64,
}

impl Beside {
    /// How many of the other version's runs succeeded, and failed, under all of these shares.
    #[must_use]
    pub fn baseline(shares: &[Self]) -> [u64; 2] {
        let sum = |of: fn(&Self) -> u64| shares.iter().map(of).fold(0, u64::saturating_add);
        [sum(|it| it.baseline_succeeded), sum(|it| it.baseline_failed)]
    }

    /// Whether every run of the candidate that counts is one of a pair.
    #[must_use]
    pub const fn is_paired(&self) -> bool {
        let runs = self.succeeded.saturating_add(self.failed);
        !self.pairs.is_empty() && self.pairs.total() == runs
    }

    /// What became of the pairs, of the shares under which every run was one.
    #[must_use]
    pub fn paired(shares: &[Self]) -> Pairs {
        let paired = shares.iter().filter(|it| it.is_paired());
        paired.fold(Pairs::default(), |sum, it| sum.plus(it.pairs))
    }

    /// How many failures count under all of these shares; nothing if each does.
    #[must_use]
    pub fn counted(shares: &[Self]) -> Option<Counted> {
        let each = |it: &Self| Counted { failed: it.failed, baseline_failed: it.baseline_failed };
        let sum = |sum: Counted, it: &Self| {
            let Counted { failed, baseline_failed } = it.counted.unwrap_or_else(|| each(it));
            Counted {
                failed: sum.failed.saturating_add(failed),
                baseline_failed: sum.baseline_failed.saturating_add(baseline_failed),
            }
        };
        let some = shares.iter().any(|it| it.counted.is_some());
        some.then(|| shares.iter().fold(Counted { failed: 0, baseline_failed: 0 }, sum))
    }

    /// How many of the candidate's.
    #[must_use]
    pub fn candidate(shares: &[Self]) -> [u64; 2] {
        let sum = |of: fn(&Self) -> u64| shares.iter().map(of).fold(0, u64::saturating_add);
        [sum(|it| it.succeeded), sum(|it| it.failed)]
    }
}

/// What a sequential test held a version against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// What was measured of the last known good version.
    Measured {
        /// Which version that is.
        version: VersionNumber,
        /// How many of its runs succeeded.
        succeeded: u64,
        /// How many failed.
        failed: u64,
    },
    /// What the policy expects, since too little was measured.
    Expected {
        /// The success rate.
        success_rate: Threshold,
    },
    /// What the policy promises.
    Objective {
        /// The success rate.
        success_rate: Threshold,
    },
    /// What the policy promises of a mean.
    Promised {
        /// The limit, in the unit of the metric.
        limit: Threshold,
        /// The end of the scale, in that unit.
        cap: Threshold,
    },
    /// A limit for each run: what a share of another version's runs kept to, or declared.
    Limit {
        /// The limit, in the unit of the metric.
        limit: Decimal,
        /// Whose limit it is; nothing if the policy declares it.
        version: Option<VersionNumber>,
        /// Of how many runs of that version it was found.
        of: u64,
        /// How many runs of the version that is judged were measured.
        runs: u64,
        /// How many of them are beyond it.
        beyond: u64,
    },
    /// The version that ran beside it at the same time.
    Beside {
        /// Which version that is.
        version: VersionNumber,
        /// How both fared, share by share.
        shares: Vec<Beside>,
    },
}

/// What a sequential test found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestResult {
    /// What the version was held against.
    pub against: Against,
    /// The success rate that it may have at least, to 9 decimals: for what was measured, a lower bound
    /// of it; of a version beside it, what was seen of that. For a new error, how many runs may end
    /// without it; for a limit, how many keep to it; for a mean, how far from the bad end of its scale it may be, as a share of that.
    pub success_rate: Decimal,
    /// The natural logarithm of the e-value, to 9 decimals.
    pub ln_e: Decimal,
    /// What it must reach: the logarithm of one by alpha, to 9 decimals.
    pub ln_threshold: Decimal,
    /// The class of the error, if the test is on new ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ErrorClass>,
    /// How many runs failed with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of_class: Option<u64>,
}

/// What a verdict rests on: enough to reach it again from the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// How many outcomes had succeeded when the verdict was reached.
    pub succeeded: u64,
    /// How many had failed.
    pub failed: u64,
    /// The newest outcome's own time: windows reach back from here.
    pub newest: Timestamp,
    /// The failures that decided, the oldest first, at most as many as a tally remembers.
    pub failures: Vec<Observation>,
    /// The numbers that decided, if the rule is on a metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Measured>,
    /// What the test found that decided, if the rule is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<TestResult>,
    /// What a rule of somebody's own said, at most 1,024 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
}

impl Evidence {
    /// How long what a rule of somebody's own says may be, in bytes.
    pub const MAX_SAID: usize = 1_024;
}

/// A version was found to be worse than it may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regression {
    /// The rule that decided, as it was set.
    pub rule: Rule,
    /// Every rule that held, the deciding one first.
    pub matched: Vec<RuleId>,
    /// The version of an artifact that the policy was, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyVersion>,
    /// What it rests on.
    pub evidence: Evidence,
}

impl fmt::Display for Regression {
    /// What the rule that decided says, of what it was held against.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(said) = &self.evidence.said {
            return match self.rule.trigger() {
                Some(trigger) => write!(f, "{trigger}: {said}"),
                None => f.write_str(said),
            };
        }
        let Some(test) = &self.evidence.test else { return self.rule.fmt(f) };
        if let Rule::Decline(_) = self.rule {
            f.write_str("lately ")?;
        }
        match (&test.class, &test.against) {
            (Some(class), Against::Measured { version, succeeded, failed }) => {
                let (count, runs) =
                    (test.of_class.unwrap_or_default(), succeeded.saturating_add(*failed));
                write!(f, "{count} runs failed with {class}, as none of {runs} of {version} did")
            }
            (_, Against::Measured { version, succeeded, failed }) => {
                let runs = succeeded.saturating_add(*failed);
                write!(f, "fewer runs succeed than of {version} ({succeeded} of {runs})")
            }
            (_, Against::Expected { success_rate }) => {
                write!(f, "fewer runs succeed than the expected {success_rate}")
            }
            (_, Against::Objective { success_rate }) => {
                write!(f, "fewer runs succeed than the objective of {success_rate}")
            }
            (_, Against::Promised { .. }) => self.rule.fmt(f),
            (_, Against::Limit { limit, version, of, runs, beyond }) => {
                let metric = self.rule.metric().map_or("", Metric::name);
                write!(f, "{beyond} of {runs} runs have a {metric} beyond {limit}")?;
                match version {
                    Some(version) => write!(f, ", more than of {version} (of {of} runs)"),
                    None => f.write_str(", more than may"),
                }
            }
            (_, Against::Beside { version, shares }) => {
                let sum =
                    |of: fn(&Beside) -> u64| shares.iter().map(of).fold(0, u64::saturating_add);
                let (failed, other) = (sum(|it| it.failed), sum(|it| it.baseline_failed));
                let runs = sum(|it| it.succeeded).saturating_add(failed);
                let others = sum(|it| it.baseline_succeeded).saturating_add(other);
                write!(
                    f,
                    "{failed} of {runs} runs failed, beside {other} of {others} of {version}"
                )?;
                let pairs = Beside::paired(shares);
                if !pairs.is_empty() {
                    write!(f, " ({pairs} beside it)")?;
                }
                match Beside::counted(shares) {
                    Some(Counted { failed, baseline_failed }) => {
                        write!(f, "; {failed} count, and {baseline_failed} of {version}")
                    }
                    None => Ok(()),
                }
            }
        }
    }
}

impl Regression {
    /// The tier of the rule that decided.
    #[must_use]
    pub const fn tier(&self) -> Tier {
        self.rule.name().tier()
    }
}

/// What the policy makes of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a verdict is there to be acted on"]
pub enum Verdict {
    /// Nothing speaks against it, as far as is known.
    Undecided,
    /// It must go back.
    Regressed(Box<Regression>),
}
