//! Error rates of one stay that is judged in stretches: each change of shares beside a version begins another one.

use super::Policy;
use crate::{Decimal, Rule, Threshold};

/// The least that is left to a stretch, in units of a [`Decimal`]: one in a thousand million.
const LEAST: i128 = Decimal::UNITS / 1_000_000_000;

impl Policy {
    /// The same, as it judges one of the stretches of a stay, counted from 1. Each sequential test has its whole
    /// error rate in the first, and in the n-th later one its n(n + 1)th part. These parts add up to one, so that a
    /// version that is not worse is taken back in at most α of all stays before shares first change beside it, and in
    /// at most α of them ever after, however often they do. A part is not less than one in a thousand million. Rules
    /// without a stated error rate, and `decline`, which states none for a stay, are the same in every stretch.
    #[must_use]
    pub fn in_stretch(mut self, stretch: u32) -> Self {
        let later = i128::from(stretch.saturating_sub(1));
        if later > 0 {
            let parts = later * (later + 1);
            self.rules.iter_mut().for_each(|rule| take_part(rule, parts));
        }
        self
    }

    /// A policy of one rule that judged, which may have been left less of its error rate than a policy may ask for.
    #[must_use]
    pub fn of_judged(rule: Rule) -> Self {
        Self { rules: vec![rule], ..Self::default() }
    }
}

fn take_part(rule: &mut Rule, parts: i128) {
    match rule {
        Rule::NewError { alpha } => part(alpha, parts),
        Rule::Worse(worse) => part(&mut worse.alpha, parts),
        Rule::Mean(bounded) => part(&mut bounded.alpha, parts),
        Rule::Breach(breach) => part(&mut breach.alpha, parts),
        Rule::ConsecutiveFailures { .. }
        | Rule::SignatureErrors { .. }
        | Rule::AllFailed { .. }
        | Rule::FailureRate { .. }
        | Rule::Degraded(_)
        | Rule::Decline(_)
        | Rule::Custom { .. } => (),
    }
}

/// Rounds down: parts never add up to more than the whole.
fn part(alpha: &mut Threshold, parts: i128) {
    *alpha = Threshold::units((alpha.get().units() / parts).max(LEAST));
}
