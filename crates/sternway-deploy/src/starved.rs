//! Whether a step waits for outcomes that do not come.
//!
//! No runs are no evidence, neither good nor bad: who starves is not worse, and not proven. It is only said,
//! since nobody else would notice before the step has taken too long.

use sternway_types::{Deployment, Step, Timestamp, Wait};

use crate::event::Found;

/// Whether it starves: until enough outcomes are there, or its time begins anew. What is paused has no time that
/// could run out.
pub(crate) fn starves(it: &Deployment, found: Found, now: Timestamp) -> bool {
    let Some(Wait { outcomes, .. }) = awaited(it) else { return false };
    let missing = found.outcomes < u64::from(outcomes);
    let late = deadline(it).is_some_and(|deadline| now >= deadline);
    missing && (it.starved || (late && it.pauses.is_empty()))
}

/// When outcomes that are not there by then are missing, if it waits for any. Never before the step would end
/// with all of them.
pub(crate) fn deadline(it: &Deployment) -> Option<Timestamp> {
    let wait = awaited(it)?;
    Some(it.since.saturating_add(wait.length.max(it.plan.limits().patience())))
}

/// What it waits for, if any outcomes are part of that. Proof takes one at least.
fn awaited(it: &Deployment) -> Option<Wait> {
    let proof = u32::from(it.plan.limits().evidence && it.waiver.is_none() && !it.proven);
    let wait = match it.current() {
        Some(Step::Analyze(wait)) => *wait,
        Some(Step::Bake(_)) if it.waiver.is_some() => return None,
        Some(Step::Bake(wait)) => Wait { outcomes: wait.outcomes.max(proof), ..*wait },
        None => Wait { outcomes: proof, ..Wait::default() },
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
        ) => return None,
    };
    (wait.outcomes > 0).then_some(wait)
}
