//! The full test of two proportions, which the engine does not use: to be compared with.

use sternway_policy::evidence::{Alpha, Arm, Counts};

use crate::{
    decider::{Decider, Decision, Procedure, Setting},
    deployment::{End, Unit},
    number::float,
};

/// The e-variable of two proportions (Turner, Ly and Grünwald 2024) for randomized allocation: each outcome is
/// held against what was seen of both versions before, successes as well as failures.
///
/// A factor is `P_θ(arm)(y) / (w·P_θB(y) + (1−w)·P_θA(y))`, with each θ the share of failures so far, one half of
/// a failure and of a success ahead. Where the candidate failed no more often than its baseline until then,
/// the factor is 1: nothing is said for versions that are better.
#[derive(Clone, Copy, Debug)]
pub struct TwoProportions {
    /// The alpha of the test.
    pub alpha: Alpha,
}

impl Procedure for TwoProportions {
    fn begin<'a>(&'a self, setting: &Setting<'a>) -> Box<dyn Decider + 'a> {
        let (steps, threshold) = (setting.steps, self.alpha.ln_inverse());
        let (mut candidate, mut baseline) = (Counts::default(), Counts::default());
        let mut ln_e = 0.0;
        Box::new(move |unit: Unit| {
            let Some(step) = steps.get(unit.step) else { return Decision::GoOn };
            let of = |failing: f64| match unit.end {
                End::Failed => failing,
                End::Succeeded => 1.0 - failing,
            };
            let (its, other) = (rate(candidate), rate(baseline));
            if its > other {
                let share = step.share.get();
                let seen = of(if unit.arm == Arm::Candidate { its } else { other });
                ln_e += libm::log(seen / (share * of(its) + (1.0 - share) * of(other)));
            }
            let counts = match unit.arm {
                Arm::Candidate => &mut candidate,
                Arm::Baseline => &mut baseline,
            };
            *counts = counts.plus(match unit.end {
                End::Failed => Counts::new(0, 1),
                End::Succeeded => Counts::new(1, 0),
            });
            Decision::stop_if(ln_e >= threshold)
        })
    }
}

/// The failure rate that is expected next.
fn rate(counts: Counts) -> f64 {
    (float(counts.failed) + 0.5) / (float(counts.succeeded + counts.failed) + 1.0)
}
