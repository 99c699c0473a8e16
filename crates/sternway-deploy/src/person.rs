//! What people ask of a deployment.

use sternway_types::{Actor, Cause, Pause, Phase, Reason, Step, Waiver, Weight};

use crate::{
    consent,
    engine::Course,
    event::{Ask, Event, Refused},
    experiment::choose,
};

/// Why nobody can have it go on.
const FROZEN: &str = "nothing goes forward in the environment: `env show` says until when";

const REJECTED: &str = "somebody who was asked said no: `reject --withdraw` takes that back, and `reject --end` \
                        ends the deployment";

/// Why an experiment goes no further by itself.
const CHOOSE: &str = "it has several candidates: `--winner KEY@vN` says which one goes on";

/// Says that it is over to whoever asks for something.
pub(crate) const fn refuse_over(event: &Event) -> Result<(), Refused> {
    match event {
        Event::Asked { ask, .. } => Err(no(*ask, "it is over: start another deployment")),
        Event::Looked(_)
        | Event::Routed
        | Event::Unrouted
        | Event::Regressed { .. }
        | Event::Noticed
        | Event::TakenBack { .. }
        | Event::Withdrawn(_)
        | Event::Overtaken { .. }
        | Event::Replaced { .. }
        | Event::Unbegun { .. }
        | Event::Probed { .. }
        | Event::Awaited { .. }
        | Event::Frozen
        | Event::Thawed => Ok(()),
    }
}

pub(crate) fn ask(
    course: &mut Course,
    ask: Ask,
    by: &Actor,
    reason: &Reason,
) -> Result<(), Refused> {
    let goes_back = course.next.phase == Phase::RollingBack;
    if goes_back && ask != Ask::Halt {
        return Err(no(ask, "it is on its way back: `halt` gives it up"));
    }
    match ask {
        Ask::Pause => {
            course.next.pauses.insert(Pause::Asked);
            Ok(())
        }
        Ask::Resume => resume(course, by),
        Ask::Promote => promote(course, by),
        Ask::Waive => waive(course, by, reason),
        Ask::Choose { place } => choose(course, place),
        Ask::Abort => {
            // Whoever ends an experiment has found no candidate to be unfit.
            let condemns = !course.next.is_experiment();
            course.go_back(Cause::Aborted { by: by.clone(), reason: reason.clone() }, condemns);
            Ok(())
        }
        Ask::Approve => consent::approve(course, by, reason),
        Ask::Reject => consent::reject(course, by, reason),
        Ask::Withdraw => consent::withdraw(course, by),
        Ask::Dismiss => {
            consent::four_eyes(course, ask, by)?;
            course.go_back(Cause::Rejected { by: by.clone(), reason: reason.clone() }, false);
            Ok(())
        }
        Ask::Halt if goes_back => {
            course.end(Phase::Halted);
            Ok(())
        }
        Ask::Halt => Err(no(ask, "it is not on its way back: `abort` sends it there")),
    }
}

/// Refuses what nobody can have go on: only who holds it lets go.
fn held(course: &Course, ask: Ask) -> Result<(), Refused> {
    if course.next.pauses.contains(&Pause::Frozen) {
        return Err(no(ask, FROZEN));
    }
    if course.next.objections.is_empty() { Ok(()) } else { Err(no(ask, REJECTED)) }
}

/// Time begins anew: whoever resumes wants to give it some.
fn resume(course: &mut Course, by: &Actor) -> Result<(), Refused> {
    has_a_person(course, Ask::Resume, by)?;
    held(course, Ask::Resume)?;
    if course.next.pauses.contains(&Pause::Unmet) {
        return Err(no(
            Ask::Resume,
            "what it waits for did not end well: deploy that again, or `promote` goes on without",
        ));
    }
    if course.next.pauses.is_empty() {
        let problem = match course.next.current() {
            Some(Step::Pause) => "this step waits for `promote`",
            _ => "it is not paused",
        };
        return Err(no(Ask::Resume, problem));
    }
    course.next.pauses.clear();
    course.anew();
    Ok(())
}

fn promote(course: &mut Course, by: &Actor) -> Result<(), Refused> {
    has_a_person(course, Ask::Promote, by)?;
    held(course, Ask::Promote)?;
    match course.next.current() {
        Some(Step::Pause | Step::Analyze(_) | Step::After(_)) => {
            course.next.pauses.clear();
            course.enter(course.next.step + 1);
            Ok(())
        }
        Some(Step::Choose) => Err(no(Ask::Promote, CHOOSE)),
        Some(
            Step::SetWeight(_)
            | Step::Split(_)
            | Step::Shadow(_)
            | Step::HeaderRoute(_)
            | Step::GoLive,
        ) => Err(no(Ask::Promote, "the routers were not seen to follow yet")),
        Some(Step::Approve(_)) => Err(no(Ask::Promote, "it waits for approvals")),
        Some(Step::Probe(_)) => {
            Err(no(Ask::Promote, "it waits for a health check: `--full` goes live without"))
        }
        Some(Step::Bake(_)) | None => {
            Err(no(Ask::Promote, "it is live, and waits for proof: `--full` ends it without"))
        }
    }
}

fn waive(course: &mut Course, by: &Actor, reason: &Reason) -> Result<(), Refused> {
    if reason.is_empty() {
        return Err(no(Ask::Waive, "it takes a reason"));
    }
    if !course.next.is_live() {
        held(course, Ask::Waive)?;
    }
    if by.is_automation() {
        return Err(no(Ask::Waive, "it takes a person"));
    }
    if course.next.winner().is_none() {
        return Err(no(Ask::Waive, CHOOSE));
    }
    let steps = course.next.plan.steps().iter();
    let ahead = steps.skip(usize::from(course.next.step));
    let before = ahead.take_while(|step| **step != Step::GoLive);
    let mut asked = before.filter_map(Step::asks);
    if asked.any(|consent| !course.next.lacks(consent, course.now).is_nothing()) {
        return Err(no(Ask::Waive, "it waits for approvals"));
    }
    course.next.waiver = Some(Waiver { by: by.clone(), reason: reason.clone(), at: course.now });
    course.next.pauses.clear();
    if course.next.weight != Weight::ALL {
        let mut steps = course.next.plan.steps().iter();
        let live = steps.position(|step| *step == Step::GoLive).unwrap_or_default();
        course.enter(u16::try_from(live).unwrap_or(u16::MAX));
    } else if course.next.routed {
        course.end(Phase::Completed);
    }
    Ok(())
}

/// What was left to a person is for a person.
fn has_a_person(course: &Course, ask: Ask, by: &Actor) -> Result<(), Refused> {
    let left_to_one = course.next.pauses.contains(&Pause::Regressed);
    if left_to_one && by.is_automation() {
        return Err(no(ask, "a candidate was found to be worse: it takes a person"));
    }
    Ok(())
}

pub(crate) const fn no(ask: Ask, problem: &'static str) -> Refused {
    Refused { ask, problem }
}
