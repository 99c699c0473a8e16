//! The rules with a stated error rate, as data: sequential tests, which may be looked at after every
//! outcome.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{OutcomeDeadline, PolicyError, RuleName, Threshold};

/// The most outcomes of a baseline that a rule may ask for.
pub(crate) const MAX_BASELINE: u32 = 1_000_000;
/// The least error rate that a rule may promise: one in a million.
const LEAST_ALPHA: f64 = 1e-6;
/// The largest: what is wrong more often than not is no test.
const MOST_ALPHA: f64 = 0.5;

/// How the success rate that was measured of a baseline is bounded from below: what it may be at least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// By the highest bound that there is (Clopper and Pearson).
    #[default]
    Exact,
    /// By Chernoff's inequality, with the divergence of Kullback and Leibler. A little lower, so that what is
    /// worse is seen later.
    Kl,
}

/// Fewer runs succeed than those of the last known good version did: a sequential test, which says at
/// every failure whether the evidence suffices.
///
/// What the version is held against is, in this order: `objective` if the rule has one; what was
/// measured of the last known good version until this one was first judged, if that is `min_baseline`
/// runs or more; and `expected` otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worse {
    /// With which probability a version that is not worse is taken back, ever, however often one
    /// looks. Where the baseline is measured, two ninths of it are set aside for what is not known of
    /// the baseline. Default 0.009.
    #[serde(default = "nine_thousandths")]
    pub alpha: Threshold,
    /// A success rate that was promised, as a share; the last good version does not count then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective: Option<Threshold>,
    /// The success rate that is expected while too little was measured of the baseline, as a share; it says
    /// nothing beside an objective. Default 0.95.
    #[serde(default = "ninety_five_hundredths")]
    pub expected: Threshold,
    /// How many runs of the baseline it takes for it to count; it says nothing beside an objective. Default 200.
    #[serde(default = "two_hundred")]
    pub min_baseline: u32,
    /// By how many points the version's success rate must be lower than the one that it is held
    /// against, as far as can be told. It makes rollbacks rarer, never more frequent. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_effect: Option<Threshold>,
    /// How long a run may take until its outcome is there. Beside a version that runs
    /// at the same time, failures count once every run that began with them, or before, had so long. Who fails fast
    /// is seen to fail first: without this, a candidate that fails at once is taken back, beside a version whose
    /// runs fail as often by a timeout. Default: none, and failures count as they come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome_deadline: Option<OutcomeDeadline>,
    /// How a measured rate is bounded. A rule that does not say it was kept before there was a choice, and
    /// means [`Bound::Kl`], so that what it found then it finds again. In a policy that is written today it
    /// means [`Bound::Exact`] ([`Policy::completed`](crate::Policy::completed)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
}

const fn nine_thousandths() -> Threshold {
    Threshold::thousandths(9)
}

const fn ninety_five_hundredths() -> Threshold {
    Threshold::hundredths(95)
}

const fn two_hundred() -> u32 {
    200
}

impl Default for Worse {
    fn default() -> Self {
        Self {
            alpha: nine_thousandths(),
            objective: None,
            expected: ninety_five_hundredths(),
            min_baseline: two_hundred(),
            min_effect: None,
            outcome_deadline: None,
            bound: Some(Bound::Exact),
        }
    }
}

impl Worse {
    /// At this error rate, with the defaults of a file.
    #[must_use]
    pub fn at(alpha: Threshold) -> Self {
        Self { alpha, ..Self::default() }
    }

    /// How a measured rate is bounded: also where the rule does not say it.
    #[must_use]
    pub fn bound(&self) -> Bound {
        self.bound.unwrap_or(Bound::Kl)
    }

    /// Why it could never hold, if that is so.
    pub(crate) fn never_holds(&self) -> Option<PolicyError> {
        let found = self.min_effect.filter(|effect| Some(*effect) > self.objective)?;
        self.objective?;
        let why = "no version loses more than the objective";
        Some(PolicyError::Never { rule: RuleName::Worse, field: "min_effect", found, why })
    }

    pub(crate) fn check(&self) -> Result<(), PolicyError> {
        self.check_as(RuleName::Worse)
    }

    pub(crate) fn check_as(&self, rule: RuleName) -> Result<(), PolicyError> {
        check_alpha(rule, self.alpha)?;
        let rates = [("expected", Some(self.expected)), ("objective", self.objective)];
        for (field, found) in rates {
            if let Some(found) = found.filter(|rate| f64::from(*rate) >= 1.0) {
                return Err(PolicyError::Rate { rule, field, found });
            }
        }
        if let Some(found) = self.min_effect.filter(|effect| f64::from(*effect) >= 1.0) {
            return Err(PolicyError::Rate { rule, field: "min_effect", found });
        }
        if let Some(found) = self.outcome_deadline.and_then(OutcomeDeadline::out_of_range) {
            return Err(PolicyError::OutcomeDeadline { found });
        }
        if !(1..=MAX_BASELINE).contains(&self.min_baseline) {
            let (field, found, most) = ("min_baseline", self.min_baseline, MAX_BASELINE);
            return Err(PolicyError::Count { rule, field, found, least: 1, most });
        }
        Ok(())
    }
}

pub(crate) fn check_alpha(rule: RuleName, found: Threshold) -> Result<(), PolicyError> {
    let fits = (LEAST_ALPHA..=MOST_ALPHA).contains(&f64::from(found));
    fits.then_some(()).ok_or(PolicyError::Alpha { rule, found })
}

impl fmt::Display for Worse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.objective {
            Some(objective) => write!(f, "fewer runs succeed than the objective of {objective}")?,
            None => f.write_str("fewer runs succeed than those of the last good version")?,
        }
        if let Some(effect) = &self.min_effect {
            write!(f, ", by {effect} points or more")?;
        }
        if let Some(deadline) = &self.outcome_deadline {
            match deadline {
                OutcomeDeadline::After(_) => write!(f, ", of runs that had {deadline} to end")?,
                OutcomeDeadline::Auto => f.write_str(", of runs that had time to end")?,
            }
        }
        write!(f, " (alpha {})", self.alpha)
    }
}
