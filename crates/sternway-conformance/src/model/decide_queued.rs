//! What a queue of deployments must be answered with.

use sternway_store::Refusal;
use sternway_types::{Deployment, DeploymentId, Phase, Record, RecordKey, Route};

use super::{decide_deployed::not_over, history::History};

/// Whether a deployment begins while somebody is before it.
pub(super) fn early(
    history: History<'_>,
    after: &Deployment,
    before: Option<&Deployment>,
) -> Option<Refusal> {
    if before?.phase != Phase::Queued || after.phase != Phase::Running {
        return None;
    }
    let mut members = after.members.iter();
    let early = members.any(|member| {
        let route = history.record(&RecordKey::route(&member.artifact, &after.environment));
        let first = route.and_then(Record::into_route).and_then(|route| route.deployment());
        first != Some(after.id)
    });
    let problem = "begins before its turn has come";
    early.then_some(Refusal::Deployment { id: after.id, problem })
}

/// What is wrong with the order of those who wait.
pub(super) fn disorder(
    history: History<'_>,
    after: &Route,
    before: Option<&Route>,
) -> Option<Refusal> {
    let was = before.map(|route| line(history, route)).unwrap_or_default();
    let is = line(history, after);
    if !is.starts_with(&was) {
        let mut places = was.iter().enumerate();
        let (_, next) = places.find(|(place, id)| is.get(*place) != Some(*id))?;
        let (artifact, environment) = (after.artifact().clone(), after.environment().clone());
        return Some(Refusal::OutOfTurn { artifact, environment, next: *next });
    }
    let stranger = after.queue().iter().filter(|id| !was.contains(*id)).find(|id| {
        !not_over(history, after.environment(), **id).is_some_and(|it| {
            let mut members = it.members.iter();
            it.phase == Phase::Queued && members.any(|of| of.artifact == *after.artifact())
        })
    });
    let problem = "does not wait for its turn there";
    stranger.map(|id| Refusal::Deployment { id: *id, problem })
}

/// Who has the artifact, and who waits for it, without those that are over.
pub(super) fn line(history: History<'_>, route: &Route) -> Vec<DeploymentId> {
    route.line().filter(|id| not_over(history, route.environment(), *id).is_some()).collect()
}
