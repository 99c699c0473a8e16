//! What the small numbers of a deployment stand for, in the state in which it is written.

use sternway_types::{
    ArtifactId, Deployment, DeploymentId, EnvironmentId, Generation, Phase, Record, RecordKey,
    Route, VersionNumber, Weight,
};

use super::{history::History, sketch::version_of};
use crate::world::{deployment, live, route_at, version, weight};

/// What is deployed where, and the number of the version.
type To = (ArtifactId, EnvironmentId, u8);

/// The deployment as it is there, or as it would begin.
fn there_or_new(history: History<'_>, id: u8, to: To) -> (Deployment, bool) {
    let (artifact, environment, number) = to;
    let name = format!("deployment {id}");
    let key = RecordKey::deployment(&environment, DeploymentId::from_name(&name));
    let found = history.record(&key).and_then(Record::into_deployment);
    found.map(|found| (*found, true)).unwrap_or_else(|| {
        let pointer = history.pointer(&artifact, &live(&environment));
        let from = pointer.as_ref().and_then(|pointer| pointer.version);
        let at = pointer.map_or(Generation::ZERO, |pointer| pointer.generation);
        let to = version_of(history, &artifact, number);
        let versions = [from.unwrap_or_else(|| version(1)), to];
        (deployment(&name, &artifact, &environment, versions, at), false)
    })
}

/// A deployment after one more turn, which it may not be allowed to take.
pub(super) fn deployment_of(history: History<'_>, id: u8, to: To, turn: u8) -> Deployment {
    let (deployment, is_there) = there_or_new(history, id, to);
    if !is_there {
        let phase = if turn.is_multiple_of(3) { Phase::Queued } else { Phase::Running };
        return Deployment { phase, ..deployment };
    }
    let fence = deployment.fence;
    match turn {
        0 => Deployment { fence: fence + 1, ..deployment },
        1 => Deployment { fence: fence.saturating_sub(1), ..deployment },
        2 => Deployment { weight: weight(50), ..deployment },
        3 => Deployment { phase: Phase::RollingBack, weight: Weight::ZERO, ..deployment },
        4 => Deployment { phase: Phase::RolledBack, ..deployment },
        5 => Deployment { phase: Phase::Completed, proven: fence > 0, ..deployment },
        6 => Deployment { members: Vec::new(), ..deployment },
        _ => Deployment { phase: Phase::Running, ..deployment },
    }
}

/// A route at the pointer's generation, or for the greatest numbers at the next one.
pub(super) fn route_of(history: History<'_>, id: u8, to: To, percent: u8) -> Route {
    let (artifact, environment) = (to.0.clone(), to.1.clone());
    let (deployment, _) = there_or_new(history, id, to);
    let pointer = history.pointer(&artifact, &live(&environment));
    let at = pointer.map_or(Generation::ZERO, |pointer| pointer.generation);
    let at = if percent > 100 { at.next() } else { at };
    let before = history.record(&RecordKey::route(&artifact, &environment));
    let before = before.and_then(Record::into_route);
    // Somebody more waits, or those who wait are remembered, or forgotten.
    if let Some(route) = before.as_deref().filter(|_| percent.is_multiple_of(4)) {
        let one_more = route.clone().queueing(deployment.id);
        return one_more.unwrap_or_else(|_| route.clone().leaving(deployment.id));
    }
    let queue = before.map(|route| route.queue().to_vec()).unwrap_or_default();
    let keeps = |route: Route| {
        let all = queue.iter().copied().filter(|id| *id != deployment.id);
        let kept = route.clone().queued_by(all.collect()).unwrap_or_else(|_| route.clone());
        if percent.is_multiple_of(5) { route } else { kept }
    };
    let whole = deployment.phase == Phase::Queued && !percent.is_multiple_of(7);
    let splits: Option<(VersionNumber, VersionNumber)> =
        deployment.members.first().map(|member| (member.from, member.to));
    match splits {
        Some((from, to)) if from == to || whole => {
            keeps(Route::whole(artifact, environment, at, from).of_deployment(deployment.id))
        }
        _ => keeps(route_at(&deployment, at, weight(u32::from(percent.min(100))))),
    }
}
