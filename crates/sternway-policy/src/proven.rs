//! How far a version is from being proven: at least nearly as good as what it is held against.

use sternway_types::{Against, Bound, Policy, Ratio, Rule, Tally, Threshold};

use crate::{
    evidence::{Alpha, Counts, Proven},
    sequential::{alpha, held_against, known_of},
    view::Baseline,
};

/// By how many points a version may succeed less often and still be proven: 0.02.
const DELTA: f64 = 0.02;
/// With which probability a version that is just not good enough is ever proven. Where the baseline is
/// measured, a fifth of it is set aside for what is not known of the baseline.
const ALPHA: f64 = 0.05;
const PART_OF_BOUND: f64 = 0.2;

/// How far a version is from being proven.
#[derive(Clone, Debug, PartialEq)]
pub struct ProvenStanding {
    /// What it is held against.
    pub against: Against,
    /// The success rate that it must have shown to exceed, from 0 to 1: that of the baseline, at the
    /// highest that it may be, less 0.02 points.
    pub success_rate: f64,
    /// The evidence, as the natural logarithm of an e-value.
    pub ln_e: f64,
    /// What it takes.
    pub ln_threshold: f64,
    /// After how many more successes in a row it is proven, 0 if it is; nothing if that takes more than
    /// can be counted.
    pub successes_until: Option<u64>,
}

/// How far a version is from being proven within 0.02 points of what its policy holds it against, at an
/// alpha of 0.05. Without a rule on the success rate, that is what the rule would by default.
#[must_use]
pub fn proven(policy: &Policy, baseline: Option<Baseline<'_>>, tally: &Tally) -> ProvenStanding {
    let rule = policy.rules().iter().find_map(|rule| {
        if let Rule::Worse(rule) = rule { Some(rule.as_ref().clone()) } else { None }
    });
    let rule = rule.unwrap_or_default();
    let against = held_against(&rule, baseline);
    let (test, alpha) = match &against {
        Against::Measured { .. } | Against::Beside { .. } | Against::Limit { .. } => {
            let measured = known_of(&against);
            let bound = alpha(ALPHA * PART_OF_BOUND);
            let test = match rule.bound() {
                Bound::Exact => Proven::measured_exactly(measured, bound, ratio(DELTA)),
                Bound::Kl => Proven::measured(measured, bound, ratio(DELTA)),
            };
            (test, alpha(ALPHA * (1.0 - PART_OF_BOUND)))
        }
        Against::Expected { success_rate }
        | Against::Objective { success_rate }
        | Against::Promised { limit: success_rate, .. } => {
            (Proven::declared(share(*success_rate), ratio(DELTA)), alpha(ALPHA))
        }
    };
    standing(against, &test, alpha, tally)
}

fn standing(against: Against, test: &Proven, alpha: Alpha, tally: &Tally) -> ProvenStanding {
    let runs = Counts::new(tally.succeeded, tally.failed);
    ProvenStanding {
        against,
        success_rate: test.success_rate(),
        ln_e: test.ln_e(runs),
        ln_threshold: alpha.ln_inverse(),
        successes_until: test.successes_until(runs, alpha),
    }
}

fn share(rate: Threshold) -> Ratio {
    ratio(f64::from(rate))
}

/// A share of a rule. Every policy was checked to have such.
fn ratio(share: f64) -> Ratio {
    Ratio::new(share).unwrap_or(Ratio::ZERO)
}
