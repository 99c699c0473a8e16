//! In which order the steps of a plan make sense.

use std::time::Duration;

use super::{Limits, Plan, PlanError, Step};
use crate::{Route, Weight};

impl Plan {
    /// What is wrong with a step after these in an experiment, or outside one.
    fn unsplit(&self, step: &Step, before: &[Step]) -> Option<&'static str> {
        let (is_split, is_chosen) = (self.candidates() > 1, before.contains(&Step::Choose));
        match step {
            Step::Choose if !is_split => Some("has nothing to choose from"),
            Step::Split(weights) if weights.len() != self.candidates() => {
                Some("is for another number of candidates")
            }
            Step::Split(_) | Step::Choose if is_chosen => Some("comes after one was chosen"),
            Step::HeaderRoute(_) if is_split => Some("is for one candidate, and not for several"),
            Step::SetWeight(_) | Step::Shadow(_) | Step::GoLive if is_split && !is_chosen => {
                Some("comes before one of the candidates was chosen")
            }
            Step::Split(_)
            | Step::Choose
            | Step::SetWeight(_)
            | Step::Shadow(_)
            | Step::HeaderRoute(_)
            | Step::GoLive
            | Step::Analyze(_)
            | Step::Pause
            | Step::Approve(_)
            | Step::Probe(_)
            | Step::After(_)
            | Step::Bake(_) => None,
        }
    }

    /// What is wrong with it, if anything is.
    pub(super) fn check(&self) -> Result<(), PlanError> {
        let found = self.steps().len();
        if !(1..=Self::MAX_STEPS).contains(&found) {
            return Err(PlanError::Steps { found });
        }
        let live = self.steps().iter().filter(|step| **step == Step::GoLive).count();
        if live != 1 {
            return Err(PlanError::GoLive { found: live });
        }
        let (mut is_live, mut runs) = (false, false);
        for (place, step) in self.steps().iter().enumerate() {
            let before = self.steps().get(..place).unwrap_or_default();
            let problem = misplaced(step, is_live, runs).or_else(|| self.unsplit(step, before));
            if let Some(problem) = problem {
                let step = step.clone();
                return Err(PlanError::Misplaced { place: place + 1, step, problem });
            }
            is_live |= *step == Step::GoLive;
            runs |= matches!(step, Step::Split(_))
                || matches!(step, Step::SetWeight(weight) if *weight > Weight::ZERO);
            if let Step::Analyze(wait) | Step::Bake(wait) = step {
                within("the length of a step", wait.length)?;
            }
        }
        let Limits { step, rollback, deployment, starved, .. } = *self.limits();
        let always = [("the limit of a step", step), ("the limit of a rollback", rollback)];
        let starved = starved.map(|starved| ("the wait for outcomes", starved));
        let all = deployment.map(|all| ("the limit of a deployment", all));
        for (what, found) in always.into_iter().chain(all).chain(starved) {
            if found.is_zero() {
                return Err(PlanError::NoTime { what });
            }
            within(what, found)?;
        }
        Ok(())
    }
}

fn within(what: &'static str, found: Duration) -> Result<(), PlanError> {
    if found <= Plan::LONGEST { Ok(()) } else { Err(PlanError::TooLong { what, found }) }
}

/// What is wrong with a step at its place, if anything is.
fn misplaced(step: &Step, is_live: bool, runs: bool) -> Option<&'static str> {
    match step {
        Step::SetWeight(weight) if *weight == Weight::ALL => {
            Some("gives the candidate all runs: that is `go live`")
        }
        Step::SetWeight(_) | Step::Shadow(_) | Step::HeaderRoute(_) if is_live => {
            Some("comes after the candidate is live")
        }
        Step::Split(_) | Step::Choose if is_live => Some("comes after a candidate is live"),
        Step::Split(weights) => unequal(weights),
        Step::Shadow(_) | Step::HeaderRoute(_) if runs => {
            Some("comes after the candidate has runs of its own")
        }
        Step::Approve(_) if is_live => Some("comes after what it is asked for"),
        Step::Approve(consent) if consent.is_nothing() => Some("asks nobody"),
        Step::After(_) if is_live => Some("comes after what it is to wait with"),
        Step::Bake(_) if !is_live => Some("comes before the candidate is live"),
        Step::SetWeight(_)
        | Step::Shadow(_)
        | Step::HeaderRoute(_)
        | Step::Choose
        | Step::Approve(_)
        | Step::Analyze(_)
        | Step::Pause
        | Step::Probe(_)
        | Step::After(_)
        | Step::GoLive
        | Step::Bake(_) => None,
    }
}

/// What is wrong with the shares of an experiment, if anything is.
fn unequal(weights: &[Weight]) -> Option<&'static str> {
    let sum: u32 = weights.iter().map(|weight| u32::from(*weight)).sum();
    if !(2..Route::MAX_ARMS).contains(&weights.len()) {
        return Some("takes 2 to 15 candidates");
    }
    if weights.contains(&Weight::ZERO) {
        return Some("gives a candidate no runs");
    }
    (sum >= u32::from(Weight::ALL))
        .then_some("leaves no runs to what is live, which the candidates are held against")
}
