//! Deployments and the routes that they make: what is frozen stays, there is one at a time, and the
//! store knows under which shares a generation ran.

use sternway_types::{
    Arm, Deployment, DeploymentId, EnvironmentId, Force, MoveCause, NewMove, Phase, PointerName,
    Record, RecordKey, Route, Target, VersionNumber,
};

use super::{
    State,
    changeset::Making,
    moved::may_go_live,
    protected::may_deploy,
    queued,
    recorded::{known_environment, known_version},
};
use crate::{Refusal, StoreError};

/// Refuses a deployment that cannot come after what it was before.
pub(super) fn deployment<S: State>(
    making: &Making<'_, S>,
    after: &Deployment,
    before: Option<&Record>,
) -> Result<(), StoreError> {
    let before = match before {
        Some(Record::Deployment(before)) => Some(before.as_ref()),
        _ => None,
    };
    if let Some(problem) = after.refuses(before) {
        return Err(Refusal::Deployment { id: after.id, problem }.into());
    }
    let environment = known_environment(making, &after.environment)?;
    may_deploy(making, &environment, after, before)?;
    queued::turn(making, after, before)?;
    for member in &after.members {
        known_version(making, &member.artifact, member.from)?;
        for candidate in member.candidates() {
            known_version(making, &member.artifact, candidate)?;
        }
    }
    Ok(())
}

/// Refuses a route that is not of a deployment on its way, of this artifact, and of the pointer as it is.
pub(super) fn route<S: State>(
    making: &Making<'_, S>,
    after: &Route,
    before: Option<&Record>,
) -> Result<(), StoreError> {
    let (artifact, environment) = (after.artifact(), after.environment());
    let before = match before {
        Some(Record::Route(before)) => Some(before.as_ref()),
        _ => None,
    };
    if let Some(before) = before
        && before.deployment() != after.deployment()
        && let Some(by) = on_its_way(making, before)?
    {
        let (artifact, environment) = (artifact.clone(), environment.clone());
        return Err(Refusal::BeingDeployed { artifact, environment, by: by.id }.into());
    }
    queued::in_order(making, after, before)?;
    // Whoever waits, or waits no longer, changes nothing about who runs.
    if before.is_some_and(|before| before.clone().unqueued() == after.clone().unqueued()) {
        return Ok(());
    }
    let stale = || Refusal::RouteOfNothing {
        artifact: artifact.clone(),
        environment: environment.clone(),
        generation: after.generation(),
    };
    // What requests were taken from is for a router to know, until a deployment went back.
    if after.withdrawal().is_some() {
        return Err(stale().into());
    }
    let deployment = on_its_way(making, after)?.ok_or_else(stale)?;
    let member = deployment.members.iter().find(|member| member.artifact == *artifact);
    let member = member.ok_or_else(stale)?;
    let name = PointerName::Environment(environment.clone());
    let pointer = making.state.pointer(making.ns(), artifact, &name)?.ok_or_else(stale)?;
    let live = after.live();
    let is_one = |arm: &Arm| {
        let may = arm.weight.is_zero() || deployment.may_run(member, arm.version);
        may && member.place_of(arm.version).is_some()
    };
    if pointer.generation != after.generation()
        || pointer.version != Some(live.version)
        || !after.candidates().iter().all(is_one)
        || (deployment.phase == Phase::Queued && !after.candidates().is_empty())
    {
        return Err(stale().into());
    }
    for arm in after.candidates().iter().filter(|arm| after.runs(arm.version)) {
        fit(making, after, arm.version)?;
    }
    Ok(())
}

/// Refuses to take a route away while its deployment is on its way, or another one waits for its turn.
pub(super) fn no_route<S: State>(
    making: &Making<'_, S>,
    before: Option<&Record>,
) -> Result<(), StoreError> {
    let Some(Record::Route(route)) = before else { return Ok(()) };
    match queued::waiting(making, route)?.into_iter().next() {
        Some(by) => Err(Refusal::BeingDeployed {
            artifact: route.artifact().clone(),
            environment: route.environment().clone(),
            by: by.id,
        }
        .into()),
        None => Ok(()),
    }
}

/// The deployment that a route is of, unless it is over.
fn on_its_way<S: State>(
    making: &Making<'_, S>,
    route: &Route,
) -> Result<Option<Deployment>, StoreError> {
    let Some(id) = route.deployment() else { return Ok(None) };
    not_over(making, route.environment(), id)
}

/// A deployment, unless it is over.
pub(super) fn not_over<S: State>(
    making: &Making<'_, S>,
    environment: &EnvironmentId,
    id: DeploymentId,
) -> Result<Option<Deployment>, StoreError> {
    let key = RecordKey::deployment(environment, id);
    let record = making.state.record(making.ns(), &key)?.and_then(|entry| entry.record);
    let deployment = record.and_then(Record::into_deployment).map(|it| *it);
    Ok(deployment.filter(|it| !it.phase.is_over()))
}

/// The content of a candidate is not condemned.
fn fit<S: State>(
    making: &Making<'_, S>,
    route: &Route,
    version: VersionNumber,
) -> Result<(), StoreError> {
    let (artifact, environment) = (route.artifact(), route.environment());
    let digest = known_version(making, artifact, version)?.content.digest;
    let moved = NewMove {
        artifact: artifact.clone(),
        name: PointerName::Environment(environment.clone()),
        to: Target::Version(version),
        cause: MoveCause::Promoted,
        force: Force::No,
    };
    may_go_live(making, &moved, environment, version, &digest).map(drop)
}
