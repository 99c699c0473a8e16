//! What happens to a deployment that waits for its turn.

use sternway_types::Cause;

use crate::{
    engine::Course,
    event::{Ask, Event, Refused},
    person::no,
};

const QUEUED: &str =
    "it is queued, and begins by itself when its turn has come: `abort` takes it out of the queue";

/// It ends, or goes on waiting. Nobody has found its candidates to be unfit, since they had no runs.
pub(crate) fn hears(course: &mut Course, event: &Event) -> Result<(), Refused> {
    match event {
        Event::Replaced { by } => course.go_back(Cause::Replaced { by: *by }, false),
        Event::Unbegun { problem } => {
            course.go_back(Cause::Unbegun { problem: problem.clone() }, false);
        }
        // There is nothing to go back from, so that both come to the same.
        Event::Asked { ask: Ask::Abort | Ask::Halt, by, reason } => {
            course.go_back(Cause::Aborted { by: by.clone(), reason: reason.clone() }, false);
        }
        Event::Asked { ask, .. } => return Err(no(*ask, QUEUED)),
        Event::Looked(_)
        | Event::Routed
        | Event::Unrouted
        | Event::Regressed { .. }
        | Event::Noticed
        | Event::TakenBack { .. }
        | Event::Withdrawn(_)
        | Event::Overtaken { .. }
        | Event::Probed { .. }
        | Event::Awaited { .. }
        | Event::Frozen
        | Event::Thawed => (),
    }
    Ok(())
}
