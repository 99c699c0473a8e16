//! Rules of thumb, and habits: without a stated error rate.

use sternway_policy::evidence::{Arm, Counts};

use crate::{
    decider::{Decider, Decision, Procedure, Setting},
    deployment::{End, Unit},
    number::float,
};

/// What rounding may take from a product that is meant exactly.
const ROUNDING: f64 = 1e-9;

/// So far below the known rate of the baseline, over at least so many outcomes.
#[derive(Clone, Copy, Debug)]
pub struct Decline {
    /// How far below, as a difference of rates.
    pub by: f64,
    /// Over at least so many outcomes.
    pub at_least: u64,
}

impl Decline {
    /// 15 points over 10 or more.
    pub const USUAL: Self = Self { by: 0.15, at_least: 10 };
}

/// So many failures in a row.
#[derive(Clone, Copy, Debug)]
pub struct InARow(pub u64);

impl InARow {
    /// 3 of them.
    pub const USUAL: Self = Self(3);
}

/// The usual three tiers together, without windows of time: 3 failures in a row, all of 5 failed, more
/// than 80 % of 5 or more failed, 15 points over 10 or more.
///
/// Of 5 in a row, and of 6 of which 5 failed, 3 are in a row: the second and the third of them never
/// decide, and are not looked at. Errors have no signature here.
#[derive(Clone, Copy, Debug)]
pub struct UsualTiers;

/// A one-sided z-test against the known rate of the baseline, looked at after every outcome as if it
/// were the only look.
#[derive(Clone, Copy, Debug)]
pub struct ZTest {
    /// The value that z must exceed: 2.326 at 1 %.
    pub critical: f64,
    /// From so many outcomes on.
    pub at_least: u64,
}

/// Windows of outcomes, one after the other, of which more than so many may not be bad.
#[derive(Clone, Copy, Debug)]
pub struct Windows {
    /// How many outcomes are in one.
    pub outcomes: u64,
    /// So far below the known rate of the baseline a window is bad.
    pub margin: f64,
    /// How many bad ones are tolerated.
    pub limit: u64,
}

impl ZTest {
    /// At 1 %, from the tenth outcome on.
    pub const USUAL: Self = Self { critical: 2.326, at_least: 10 };
}

impl Windows {
    /// Of 50 outcomes, 5 points below, 3 of them tolerated.
    pub const USUAL: Self = Self { outcomes: 50, margin: 0.05, limit: 3 };
}

impl Procedure for Decline {
    fn begin<'a>(&'a self, setting: &Setting<'a>) -> Box<dyn Decider + 'a> {
        let (at_least, worst) = (self.at_least, 1.0 - setting.base.get() + self.by);
        let mut counts = Counts::default();
        Box::new(move |unit: Unit| {
            if !count(&mut counts, unit) {
                return Decision::GoOn;
            }
            Decision::stop_if(total(counts) >= at_least && fails_at(counts, worst))
        })
    }
}

impl Procedure for InARow {
    fn begin<'a>(&'a self, _: &Setting<'a>) -> Box<dyn Decider + 'a> {
        let (Self(enough), mut failed) = (*self, 0);
        Box::new(move |unit: Unit| {
            match (unit.arm, unit.end) {
                (Arm::Candidate, End::Failed) => failed += 1,
                (Arm::Candidate, End::Succeeded) => failed = 0,
                (Arm::Baseline, _) => (),
            }
            Decision::stop_if(failed >= enough)
        })
    }
}

impl Procedure for UsualTiers {
    fn begin<'a>(&'a self, setting: &Setting<'a>) -> Box<dyn Decider + 'a> {
        let (mut in_a_row, mut decline) =
            (InARow::USUAL.begin(setting), Decline::USUAL.begin(setting));
        Box::new(move |unit: Unit| {
            // Both see every request.
            let (one, other) = (in_a_row.observe(unit), decline.observe(unit));
            Decision::stop_if(one == Decision::Stop || other == Decision::Stop)
        })
    }
}

impl Procedure for ZTest {
    fn begin<'a>(&'a self, setting: &Setting<'a>) -> Box<dyn Decider + 'a> {
        let (Self { critical, at_least }, failure) = (*self, 1.0 - setting.base.get());
        let mut counts = Counts::default();
        Box::new(move |unit: Unit| {
            if !count(&mut counts, unit) {
                return Decision::GoOn;
            }
            let outcomes = float(total(counts));
            let excess = float(counts.failed) - outcomes * failure;
            let deviation = libm::sqrt(outcomes * failure * (1.0 - failure));
            Decision::stop_if(total(counts) >= at_least && excess > critical * deviation)
        })
    }
}

impl Procedure for Windows {
    fn begin<'a>(&'a self, setting: &Setting<'a>) -> Box<dyn Decider + 'a> {
        let (Self { outcomes, limit, .. }, worst) = (*self, 1.0 - setting.base.get() + self.margin);
        let (mut window, mut bad) = (Counts::default(), 0);
        Box::new(move |unit: Unit| {
            if count(&mut window, unit) && total(window) >= outcomes {
                // Below the margin, and not at it.
                let is_bad = float(window.failed) > float(outcomes) * worst + ROUNDING;
                (window, bad) = (Counts::default(), bad + u64::from(is_bad));
            }
            Decision::stop_if(bad > limit)
        })
    }
}

/// Whether a request is the candidate's, and counted.
fn count(counts: &mut Counts, unit: Unit) -> bool {
    match (unit.arm, unit.end) {
        (Arm::Baseline, _) => return false,
        (Arm::Candidate, End::Succeeded) => counts.succeeded += 1,
        (Arm::Candidate, End::Failed) => counts.failed += 1,
    }
    true
}

const fn total(counts: Counts) -> u64 {
    counts.succeeded + counts.failed
}

fn fails_at(counts: Counts, rate: f64) -> bool {
    float(counts.failed) >= float(total(counts)) * rate - ROUNDING
}
