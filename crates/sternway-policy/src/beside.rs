//! A candidate beside the version that is live.

use sternway_types::{
    Against, Beside, Counted, Evidence, Pairs, Policy, Regression, Rule, Tally, TestResult,
    Timestamp, VersionNumber, Weight, Worse,
};

use crate::{
    evidence::{Allocation, Alpha, Attribution, Counts, Failures, Margin, Share},
    judge::observe,
    sequential::{alpha, kept},
    standing::{Found, Standing},
};

/// What a policy makes of a candidate that runs beside another version, by its rule on the success rate:
/// Test A of [`Attribution`], or Test P of [`Paired`](crate::evidence::Paired) where copies of runs are
/// compared one by one, over every share that it had. Nothing if it has no such rule, or there is too little
/// to say so.
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
    let (rule, worse) = rule_of(policy)?;
    let test = Test::new(worse, shares, candidates);
    if !test.holds() {
        return None;
    }
    let recent = tally.recent().iter().filter(|one| one.failed);
    Some(Regression {
        rule: rule.clone(),
        matched: vec![rule.id()],
        policy: None,
        evidence: Evidence {
            succeeded: test.ends.candidate.succeeded,
            failed: test.ends.candidate.failed,
            newest: tally.newest().unwrap_or(Timestamp::EPOCH),
            failures: recent.map(observe).collect(),
            measured: None,
            test: Some(test.result(version, shares)),
            said: None,
        },
    })
}

/// How near that rule is to taking a candidate back; nothing if the policy has no such rule.
#[must_use]
pub fn beside_standing(
    policy: &Policy,
    version: VersionNumber,
    shares: &[Beside],
    candidates: u8,
) -> Option<Standing> {
    let (rule, worse) = rule_of(policy)?;
    let test = Test::new(worse, shares, candidates);
    Some(Standing {
        rule: rule.id(),
        tier: rule.name().tier(),
        holds: test.holds(),
        found: test.found(shares),
        measured: None,
        test: Some(test.result(version, shares)),
    })
}

/// Whether counters that a verdict rests on lead to it again; nothing if it rests on something else.
#[must_use]
pub fn beside_again(regression: &Regression) -> Option<bool> {
    let test = regression.evidence.test.as_ref()?;
    let Against::Beside { shares, .. } = &test.against else { return None };
    let again = kept(evidence_of(shares).ln_e());
    Some(again == test.ln_e && again >= test.ln_threshold)
}

fn rule_of(policy: &Policy) -> Option<(&Rule, &Worse)> {
    let rules = policy.rules().iter();
    rules.filter_map(|rule| rule.worse().map(|worse| (rule, worse))).next()
}

/// The test of one candidate, over every share that it had.
struct Test {
    sums: Attribution,
    alpha: Alpha,
    ends: Ends,
    effect: f64,
}

impl Test {
    fn new(worse: &Worse, shares: &[Beside], candidates: u8) -> Self {
        Self {
            sums: evidence_of(shares),
            alpha: alpha(f64::from(worse.alpha) / f64::from(candidates.max(1))),
            ends: Ends::of(shares),
            effect: worse.min_effect.map_or(0.0, f64::from),
        }
    }

    fn holds(&self) -> bool {
        self.sums.crosses(self.alpha) && self.ends.difference() >= self.effect
    }

    fn result(&self, version: VersionNumber, shares: &[Beside]) -> TestResult {
        TestResult {
            against: Against::Beside { version, shares: shares.to_vec() },
            success_rate: kept(self.ends.baseline_rate()),
            ln_e: kept(self.sums.ln_e()),
            ln_threshold: kept(self.alpha.ln_inverse()),
            class: None,
            of_class: None,
        }
    }

    /// What was found, and how much more it takes under the present share.
    fn found(&self, shares: &[Beside]) -> Found {
        let now = shares.last();
        let step = now.and_then(step_of);
        let more = step.as_ref().and_then(|(step, _)| self.sums.failures_until(step, self.alpha));
        if let (Some(now), Some((step, _))) = (now.filter(|it| it.is_paired()), &step) {
            let before = shares.split_last().map_or(&[][..], |(_, before)| before);
            let pairs = now.pairs;
            let boundary = evidence_of(before).boundary(step, pairs.discordant(), self.alpha);
            return Found::Paired { pairs, boundary, more };
        }
        let Counts { succeeded, failed } = self.ends.candidate;
        Found::Evidence { failed, runs: succeeded.saturating_add(failed), more }
    }
}

/// Test A over every share. Where every run of the candidate was a copy that says how the run ended that was
/// answered, Test P takes its place under that share: of the pairs that disagree, each is the candidate's
/// with a probability of one half at most. No run counts in both, and both are one test at different shares,
/// whose ratios are multiplied: one alpha is enough for all of it.
///
/// A share under which only some of the copies say so is held to Test A, which has all of them.
fn evidence_of(shares: &[Beside]) -> Attribution {
    let steps = shares.iter().filter_map(step_of);
    steps.fold(Attribution::new(), |test, (step, failures)| test.with(&step, failures))
}

/// How a share divides what is looked at, and what was seen of it. Nothing where one of the two gets all
/// runs: then they are not beside each other.
fn step_of(it: &Beside) -> Option<(Allocation, Failures)> {
    if it.is_paired() {
        let Pairs { alone, other_alone, .. } = it.pairs;
        let step = Allocation::new(Share::HALF, Margin::NONE);
        return Some((step, Failures::new(alone, other_alone)));
    }
    let step = Allocation::new(share(it.weight)?, Margin::NONE);
    let each = Counted { failed: it.failed, baseline_failed: it.baseline_failed };
    let Counted { failed, baseline_failed } = it.counted.unwrap_or(each);
    Some((step, Failures::new(failed, baseline_failed)))
}

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
