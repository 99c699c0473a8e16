//! What a change of a deployment has to tell.

use sternway_types::{Cause, Deployment, Event, Phase, Step};

use super::{EventMemberView, Happened};

/// What happened to a deployment, in the order in which people think of it.
pub(super) fn happened(before: Option<&Deployment>, after: &Deployment) -> Vec<Happened> {
    let was = before.map(Standing::of);
    let (was, is) = (was.unwrap_or_default(), Standing::of(after));
    let mut told = Vec::new();
    let mut tell = |event, detail| told.push(of(after, event, detail));
    let waits = |it: &Deployment| it.phase == Phase::Queued;
    if before.is_none() && waits(after) {
        tell(Event::DeploymentQueued, None);
    }
    if before.is_none_or(waits) && after.phase == Phase::Running {
        tell(Event::DeploymentStarted, None);
    }
    let is_old = |it| before.is_some_and(|before| before.approvals.contains(it));
    for approval in after.approvals.iter().filter(|it| !is_old(it)) {
        tell(Event::DeploymentApproved, Some(format!("by {}", approval.by)));
    }
    let running = after.phase == Phase::Running;
    if was.paused && running && !is.paused {
        tell(Event::DeploymentResumed, None);
    }
    if running && before.is_some_and(|before| before.shadow < after.shadow) {
        tell(Event::DeploymentAdvanced, Some(format!("copies of {} of the runs", after.shadow)));
    }
    if running
        && let Some(by) = &after.matched
        && before.is_none_or(|before| before.matched.as_ref() != Some(by))
    {
        tell(Event::DeploymentAdvanced, Some(format!("the runs with {by}")));
    }
    if running && before.is_some_and(|before| before.weight != after.weight) {
        let lost = before.map(|before| dropped(before, after)).unwrap_or_default();
        tell(Event::DeploymentAdvanced, Some(format!("{lost}{} of the runs", after.weight)));
    }
    if is.waits_for_people && !(was.waits_for_people && was.step == is.step) {
        tell(Event::DeploymentApprovalNeeded, after.current().map(|step| step.to_string()));
    }
    if is.paused && !was.paused {
        let mut why: Vec<_> = after.pauses.iter().map(|pause| pause.as_str()).collect();
        if after.current() == Some(&Step::Choose) {
            why.push("choose a candidate");
        }
        tell(Event::DeploymentPaused, (!why.is_empty()).then(|| why.join(", ")));
    }
    if after.starved && before.is_none_or(|before| !before.starved) {
        tell(Event::DeploymentStarved, after.current().map(|step| step.to_string()));
    }
    let failed = !matches!(after.phase, Phase::Queued | Phase::Running | Phase::Completed)
        && is_failure(after);
    if failed && before.is_none_or(|before| before.phase == Phase::Running) {
        tell(Event::DeploymentFailed, cause(after));
    }
    if before.is_none_or(|before| before.phase != after.phase)
        && let Some(event) = end(after.phase)
    {
        tell(event, cause(after));
    }
    told
}

/// The candidates of an experiment that are out of it since.
fn dropped(before: &Deployment, after: &Deployment) -> String {
    let places = after.out.difference(&before.out);
    let dropped = places.flat_map(|place| {
        let members = after.members.iter();
        members.filter_map(|it| Some(format!("{} {}", it.artifact, it.candidate(*place)?)))
    });
    let dropped: Vec<_> = dropped.collect();
    if dropped.is_empty() { String::new() } else { format!("without {}, ", dropped.join(", ")) }
}

/// What of a deployment is told when it changes.
#[derive(Default)]
struct Standing {
    step: u16,
    paused: bool,
    waits_for_people: bool,
}

impl Standing {
    fn of(it: &Deployment) -> Self {
        let running = it.phase == Phase::Running;
        let at = it.current().filter(|_| running);
        Self {
            step: it.step,
            paused: running
                && (!it.pauses.is_empty() || matches!(at, Some(Step::Pause | Step::Choose))),
            waits_for_people: matches!(at, Some(Step::Approve { .. })),
        }
    }
}

fn of(deployment: &Deployment, event: Event, detail: Option<String>) -> Happened {
    let members = deployment.members.iter().map(|member| EventMemberView {
        artifact: member.artifact.clone(),
        from: Some(member.from),
        version: deployment.candidate_of(member),
    });
    Happened {
        event,
        environment: Some(deployment.environment.clone()),
        members: members.collect(),
        deployment: Some(deployment.id),
        detail,
    }
}

/// Whether it goes back since something is wrong with it. Who is overtaken or turned down did not fail.
const fn is_failure(deployment: &Deployment) -> bool {
    matches!(
        deployment.cause,
        Some(
            Cause::Regressed { .. }
                | Cause::Unhealthy { .. }
                | Cause::Aborted { .. }
                | Cause::Withdrawn { .. }
                | Cause::Deadline
        )
    )
}

const fn end(phase: Phase) -> Option<Event> {
    match phase {
        Phase::Queued | Phase::Running | Phase::RollingBack => None,
        Phase::Completed => Some(Event::DeploymentCompleted),
        Phase::RolledBack => Some(Event::DeploymentRolledBack),
        Phase::Superseded => Some(Event::DeploymentSuperseded),
        Phase::Rejected => Some(Event::DeploymentRejected),
        Phase::Halted => Some(Event::DeploymentHalted),
    }
}

fn cause(deployment: &Deployment) -> Option<String> {
    let said = match deployment.cause.as_ref()? {
        Cause::Regressed { artifact } => format!("{artifact} regressed"),
        Cause::Aborted { by, reason } if reason.is_empty() => format!("aborted by {by}"),
        Cause::Aborted { by, reason } => format!("aborted by {by}: {reason}"),
        Cause::Unhealthy { probe, problem } => format!("{probe} found it unwell: {problem}"),
        Cause::Withdrawn { at, by, reason } => format!(
            "{by} took the requests from it at the routers at {at}, while the store was away: {reason}"
        ),
        Cause::Deadline => "it took longer than it may".into(),
        Cause::Overtaken { artifact } => format!("what is live of {artifact} was moved past it"),
        Cause::Replaced { by } => format!("replaced by {by}"),
        Cause::Unbegun { problem } => format!("could not begin in its turn: {problem}"),
        Cause::Rejected { by, reason } if reason.is_empty() => format!("rejected by {by}"),
        Cause::Rejected { by, reason } => format!("rejected by {by}: {reason}"),
    };
    Some(said)
}
