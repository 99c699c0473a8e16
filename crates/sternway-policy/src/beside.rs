//! A candidate beside the version that is live.

use sternway_types::{
    Against, Beside, Evidence, Policy, Regression, Rule, Tally, TestResult, Timestamp,
    VersionNumber, Weight,
};

use crate::{
    evidence::{Allocation, Attribution, Counts, Failures, Margin, Share},
    judge::observe,
    sequential::{alpha, kept},
};

/// What a policy makes of a candidate that runs beside another version, by its rule on the success rate:
/// Test A of [`Attribution`], over every share that it had. Nothing if it has no such rule, or there is too little to say
/// so.
///
/// It looks at failures alone, so that a cause outside which makes both versions fail takes neither back.
/// It depends on the counters alone: what it found once, it finds again from the evidence. The tally is
/// the candidate's since its share last changed, for what is shown of the failures.
///
/// Where several candidates run beside the same version, each is held to its part of the rule's error rate
/// (Bonferroni), so that one of them is taken back for nothing no more often than if there was one.
#[must_use]
pub fn beside(
    policy: &Policy,
    version: VersionNumber,
    shares: &[Beside],
    tally: &Tally,
    candidates: u8,
) -> Option<Regression> {
    let rule = policy.rules().iter().find(|rule| matches!(rule, Rule::Worse(_)))?;
    let Rule::Worse(worse) = rule else { return None };
    let test = shares.iter().fold(Attribution::new(), |test, it| match share(it.weight) {
        Some(share) => {
            let step = Allocation::new(share, Margin::NONE);
            test.with(&step, Failures::new(it.failed, it.baseline_failed))
        }
        None => test,
    });
    let each = f64::from(worse.alpha) / f64::from(candidates.max(1));
    let (alpha, ln_e) = (alpha(each), test.ln_e());
    let ends = Ends::of(shares);
    let effect = worse.min_effect.map_or(0.0, f64::from);
    if ln_e < alpha.ln_inverse() || ends.difference() < effect {
        return None;
    }
    let recent = tally.recent().iter().filter(|one| one.failed);
    Some(Regression {
        rule: rule.clone(),
        matched: vec![rule.id()],
        evidence: Evidence {
            succeeded: ends.candidate.succeeded,
            failed: ends.candidate.failed,
            newest: tally.newest().unwrap_or(Timestamp::EPOCH),
            failures: recent.map(observe).collect(),
            measured: None,
            test: Some(TestResult {
                against: Against::Beside { version, shares: shares.to_vec() },
                success_rate: kept(ends.baseline_rate()),
                ln_e: kept(ln_e),
                ln_threshold: kept(alpha.ln_inverse()),
                class: None,
                of_class: None,
            }),
            said: None,
        },
    })
}

/// Nothing where one of the two gets all runs: then they are not beside each other.
fn share(weight: Weight) -> Option<Share> {
    Share::new(weight.share()).ok()
}

/// How the runs of both ended, over all shares.
#[derive(Clone, Copy, Default)]
struct Ends {
    candidate: Counts,
    baseline: Counts,
}

impl Ends {
    fn of(shares: &[Beside]) -> Self {
        shares.iter().fold(Self::default(), |sum, it| Self {
            candidate: sum.candidate.plus(Counts::new(it.succeeded, it.failed)),
            baseline: sum.baseline.plus(Counts::new(it.baseline_succeeded, it.baseline_failed)),
        })
    }

    fn baseline_rate(self) -> f64 {
        1.0 - self.baseline.failure_rate().unwrap_or_default()
    }

    /// By how many points more of the candidate's runs failed.
    fn difference(self) -> f64 {
        let rate = |counts: Counts| counts.failure_rate().unwrap_or_default();
        rate(self.candidate) - rate(self.baseline)
    }
}
