//! Outcomes in the order in which they arrive.

use std::collections::VecDeque;

use sternway_policy::evidence::Arm;

use crate::{
    decider::{Decider, Decision, Procedure, Setting},
    deployment::{End, Unit},
};

/// Feeds a procedure by arrival and not by assignment: a failure of the baseline is a timeout, and is known so
/// many requests later. All else is known at once.
///
/// It breaks what Test A rests on, that the next failure is the candidate's with the probability of its share:
/// at first only the candidate can fail.
#[derive(Clone, Copy, Debug)]
pub struct ByArrival<P> {
    /// Who decides.
    pub procedure: P,
    /// How many requests come before a failure of the baseline is known.
    pub late: u64,
}

impl<P: Procedure> Procedure for ByArrival<P> {
    fn begin<'a>(&'a self, setting: &Setting<'a>) -> Box<dyn Decider + 'a> {
        let mut decider = self.procedure.begin(setting);
        let (mut underway, mut now) = (VecDeque::new(), 0_u64);
        Box::new(move |unit: Unit| {
            now += 1;
            let mut decision = Decision::GoOn;
            while let Some((_, known)) = underway.pop_front_if(|(at, _)| *at <= now) {
                decision = either(decision, decider.observe(known));
            }
            if (unit.arm, unit.end) == (Arm::Baseline, End::Failed) {
                underway.push_back((now + self.late, unit));
                return decision;
            }
            either(decision, decider.observe(unit))
        })
    }
}

fn either(one: Decision, other: Decision) -> Decision {
    Decision::stop_if(one == Decision::Stop || other == Decision::Stop)
}
