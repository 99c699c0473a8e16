//! When a deployment is looked at next.

use sternway_types::{Deployment, Phase, Step, Timestamp};

use crate::starved;

/// When something happens next by time alone, later than now; nothing if only an event can change
/// anything. Whoever waits for outcomes as well has waited long enough already, and is not due again
/// before the step has taken too long.
#[must_use]
pub fn due(deployment: &Deployment, now: Timestamp) -> Option<Timestamp> {
    let limits = deployment.plan.limits();
    let after = |length| deployment.since.saturating_add(length);
    let ahead = |at: Timestamp| (at > now).then_some(at);
    match deployment.phase {
        Phase::RollingBack => ahead(after(limits.rollback)),
        Phase::Running if deployment.pauses.is_empty() => {
            let limit = ahead(after(limits.step));
            let in_all = deployment.deadline.and_then(ahead);
            let waits = deployment.current().and_then(|step| match step {
                Step::Analyze(wait) | Step::Bake(wait) => ahead(after(wait.length)),
                Step::SetWeight(_)
                | Step::Split(_)
                | Step::Choose
                | Step::Shadow(_)
                | Step::HeaderRoute(_)
                | Step::Pause
                | Step::Approve(_)
                | Step::Probe(_)
                | Step::After(_)
                | Step::GoLive => None,
            });
            let starves = starved::deadline(deployment).and_then(ahead);
            limit.into_iter().chain(in_all).chain(waits).chain(starves).min()
        }
        Phase::Queued
        | Phase::Running
        | Phase::Completed
        | Phase::RolledBack
        | Phase::Superseded
        | Phase::Rejected
        | Phase::Halted => None,
    }
}

/// Whether what it waits for are outcomes, which come without anything being written of it.
#[must_use]
pub fn awaits_outcomes(deployment: &Deployment) -> bool {
    let goes_on = deployment.phase == Phase::Running && deployment.pauses.is_empty();
    let counts = match deployment.current() {
        Some(Step::Analyze(_) | Step::Bake(_)) | None => true,
        Some(
            Step::SetWeight(_)
            | Step::Split(_)
            | Step::Choose
            | Step::Shadow(_)
            | Step::HeaderRoute(_)
            | Step::Pause
            | Step::Approve(_)
            | Step::Probe(_)
            | Step::After(_)
            | Step::GoLive,
        ) => false,
    };
    goes_on && deployment.routed && counts
}
