//! The tests of [`sternway_policy::evidence`], fed one outcome at a time.
//!
//! They are asked where they can decide and nowhere else: evidence against a candidate grows at its
//! failures only, and there is none as long as it fails no more often than the null allows.

use sternway_policy::evidence::{
    Allocation, Alpha, Arm, Attribution, Counts, Failures, History, Margin, Proven, Starts,
};
use sternway_types::Ratio;

use crate::{
    decider::{Decider, Decision, Procedure, Setting},
    deployment::{End, Unit},
    number::float,
};

/// From where the rate is known that a candidate is held against.
#[derive(Clone, Copy, Debug)]
pub enum Level {
    /// It is declared, and true.
    Known,
    /// It was measured, and is bounded as [`History::measured`] does it, with this alpha for the bound.
    Measured(Alpha),
    /// It was measured, and is bounded exactly, as [`History::measured_exactly`] does it.
    Exact(Alpha),
}

/// Test H: [`History`].
#[derive(Clone, Debug)]
pub struct TestH {
    /// What the candidate is held against.
    pub level: Level,
    /// The alpha of the test, beside that of the bound.
    pub alpha: Alpha,
}

/// Test H with [`Starts`]: against regressions that begin late.
#[derive(Clone, Debug)]
pub struct TestHFromStarts(pub TestH);

/// Test A: [`Attribution`].
#[derive(Clone, Copy, Debug)]
pub struct TestA {
    /// The alpha of the test.
    pub alpha: Alpha,
}

/// [`Proven`] beside the known rate of the baseline: stops where the candidate is proven.
#[derive(Clone, Copy, Debug)]
pub struct ProvenWithin {
    /// How much worse than the baseline it may be.
    pub delta: Ratio,
    /// The alpha of the test.
    pub alpha: Alpha,
}

impl TestH {
    fn history(&self, setting: &Setting<'_>) -> History {
        match self.level {
            Level::Known => History::declared(setting.base),
            Level::Measured(alpha) => History::measured(setting.measured, alpha),
            Level::Exact(alpha) => History::measured_exactly(setting.measured, alpha),
        }
    }
}

impl Procedure for TestH {
    fn begin<'a>(&'a self, setting: &Setting<'a>) -> Box<dyn Decider + 'a> {
        let (history, alpha) = (self.history(setting), self.alpha);
        let mut counts = Counts::default();
        Box::new(move |unit: Unit| match (unit.arm, unit.end) {
            (Arm::Baseline, _) => Decision::GoOn,
            (Arm::Candidate, End::Succeeded) => {
                counts.succeeded += 1;
                Decision::GoOn
            }
            (Arm::Candidate, End::Failed) => {
                counts.failed += 1;
                let expected = float(counts.succeeded + counts.failed) * history.failure_rate();
                let many = float(counts.failed) > expected;
                Decision::stop_if(many && history.crosses(counts, alpha))
            }
        })
    }
}

impl Procedure for TestHFromStarts {
    fn begin<'a>(&'a self, setting: &Setting<'a>) -> Box<dyn Decider + 'a> {
        let (history, alpha) = (self.0.history(setting), self.0.alpha);
        let said = |counts| history.ratios(counts);
        let (failure, success) = (said(Counts::new(0, 1)), said(Counts::new(1, 0)));
        let mut starts = Starts::new();
        Box::new(move |unit: Unit| match (unit.arm, unit.end) {
            (Arm::Baseline, _) => Decision::GoOn,
            (Arm::Candidate, End::Succeeded) => {
                starts.observe(&success, Arm::Candidate);
                Decision::GoOn
            }
            (Arm::Candidate, End::Failed) => {
                starts.observe(&failure, Arm::Candidate);
                Decision::stop_if(starts.crosses(alpha))
            }
        })
    }
}

impl Procedure for TestA {
    fn begin<'a>(&'a self, setting: &Setting<'a>) -> Box<dyn Decider + 'a> {
        let alpha = self.alpha;
        let allocation = |share| Allocation::new(share, Margin::NONE);
        let allocations = setting.steps.iter().map(|step| allocation(step.share));
        let mut steps: Vec<_> = allocations.map(|step| (step, Failures::default())).collect();
        Box::new(move |unit: Unit| {
            // Without a baseline beside it there is nothing to compare with.
            let (End::Failed, Some((_, failures))) = (unit.end, steps.get_mut(unit.step)) else {
                return Decision::GoOn;
            };
            match unit.arm {
                Arm::Candidate => failures.candidate += 1,
                Arm::Baseline => failures.baseline += 1,
            }
            Decision::stop_if(unit.arm == Arm::Candidate && attributed(&steps, alpha))
        })
    }
}

/// Whether the failures of all steps are the candidate's fault.
fn attributed(steps: &[(Allocation, Failures)], alpha: Alpha) -> bool {
    let expected: f64 = steps
        .iter()
        .map(|(step, failures)| step.null_share() * float(failures.candidate + failures.baseline))
        .sum();
    let of_candidate: u64 = steps.iter().map(|(_, failures)| failures.candidate).sum();
    let with =
        |sum: Attribution, (step, failures): &(Allocation, Failures)| sum.with(step, *failures);
    // By Jensen's inequality there is no evidence below the expectation, also over several steps.
    float(of_candidate) > expected && steps.iter().fold(Attribution::new(), with).crosses(alpha)
}

impl Procedure for ProvenWithin {
    fn begin<'a>(&'a self, setting: &Setting<'a>) -> Box<dyn Decider + 'a> {
        let (proven, alpha) = (Proven::declared(setting.base, self.delta), self.alpha);
        let mut counts = Counts::default();
        Box::new(move |unit: Unit| match (unit.arm, unit.end) {
            (Arm::Baseline, _) => Decision::GoOn,
            (Arm::Candidate, End::Failed) => {
                counts.failed += 1;
                Decision::GoOn
            }
            (Arm::Candidate, End::Succeeded) => {
                counts.succeeded += 1;
                let expected = float(counts.succeeded + counts.failed) * proven.success_rate();
                let many = float(counts.succeeded) > expected;
                Decision::stop_if(many && proven.crosses(counts, alpha))
            }
        })
    }
}
