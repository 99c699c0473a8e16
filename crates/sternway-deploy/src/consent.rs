//! What those who are asked say: that they agree, or not.

use sternway_types::{Actor, Approval, Deployment, Objection, Pause, Reason, Step};

use crate::{
    engine::Course,
    event::{Ask, Refused},
    person::no,
};

pub(crate) fn approve(course: &mut Course, by: &Actor, reason: &Reason) -> Result<(), Refused> {
    four_eyes(course, Ask::Approve, by)?;
    let plan = course.next.digest();
    let mut given = course.next.approvals.iter();
    if given.any(|it| it.by == *by && it.plan == plan && counts_for_all(course, it)) {
        return Err(no(Ask::Approve, "the same person agreed already"));
    }
    course.next.approvals.retain(|approval| approval.by != *by);
    course.next.pauses.remove(&Pause::Expired);
    // Who agrees objects no more.
    take_back(course, by);
    let (by, reason, at) = (by.clone(), reason.clone(), course.now);
    course.next.approvals.push(Approval { by, reason, at, plan });
    Ok(())
}

/// Whether an approval is not too old for anything that the plan asks. Once the candidates have run, none is.
fn counts_for_all(course: &Course, approval: &Approval) -> bool {
    let mut asked = course.next.plan.steps().iter().filter_map(Step::asks);
    course.next.has_run() || asked.all(|consent| consent.counts(approval, course.now))
}

impl Course {
    /// Whether a step would give the candidates their first runs, and by now something is missing of what
    /// people agreed to before.
    pub(crate) fn is_too_late_for(&self, step: u16) -> bool {
        let runs = match self.next.plan.steps().get(usize::from(step)) {
            Some(Step::SetWeight(weight) | Step::Shadow(weight)) => !weight.is_zero(),
            Some(Step::Split(_) | Step::HeaderRoute(_) | Step::GoLive) => true,
            Some(
                Step::Choose
                | Step::Analyze(_)
                | Step::Pause
                | Step::Approve(_)
                | Step::Probe(_)
                | Step::After(_)
                | Step::Bake(_),
            )
            | None => false,
        };
        let after = Deployment { step, ..self.next.clone() };
        runs && !self.next.has_run() && after.lacks_by_now(self.now).is_some()
    }
}

/// It goes no further, whoever agreed, until whoever said no takes that back.
pub(crate) fn reject(course: &mut Course, by: &Actor, reason: &Reason) -> Result<(), Refused> {
    four_eyes(course, Ask::Reject, by)?;
    course.next.objections.retain(|objection| objection.by != *by);
    let (by, reason, at) = (by.clone(), reason.clone(), course.now);
    course.next.objections.push(Objection { by, reason, at });
    course.next.pauses.insert(Pause::Rejected);
    Ok(())
}

pub(crate) fn withdraw(course: &mut Course, by: &Actor) -> Result<(), Refused> {
    if take_back(course, by) {
        Ok(())
    } else {
        Err(no(Ask::Withdraw, "only who said no can take that back, and they did not"))
    }
}

/// Takes somebody's objection away, if there is one. Time begins anew, as for whoever resumes.
fn take_back(course: &mut Course, by: &Actor) -> bool {
    let before = course.next.objections.len();
    course.next.objections.retain(|objection| objection.by != *by);
    if course.next.objections.is_empty()
        && course.next.pauses.remove(&Pause::Rejected)
        && course.next.pauses.is_empty()
    {
        course.anew();
    }
    course.next.objections.len() < before
}

/// Who answers is a person, another one than who asks, and somebody asks.
pub(crate) fn four_eyes(course: &Course, ask: Ask, by: &Actor) -> Result<(), Refused> {
    let mut steps = course.next.plan.steps().iter();
    if !steps.any(|step| matches!(step, Step::Approve(_))) {
        return Err(no(ask, "its plan asks for no approval"));
    }
    if by.is_automation() {
        return Err(no(ask, "it takes a person"));
    }
    if *by == course.next.by {
        return Err(no(ask, "it takes another person than the one who started it"));
    }
    Ok(())
}
