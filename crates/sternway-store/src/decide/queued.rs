//! Queues of deployments: the order in which they came is kept, and nobody overtakes.

use sternway_types::{Deployment, Phase, Record, RecordKey, Route};

use super::{State, changeset::Making, deployed::not_over};
use crate::{Refusal, StoreError};

/// Refuses a deployment that begins before its turn has come, with each of its artifacts.
pub(super) fn turn<S: State>(
    making: &Making<'_, S>,
    after: &Deployment,
    before: Option<&Deployment>,
) -> Result<(), StoreError> {
    let waited = before.is_some_and(|before| before.phase == Phase::Queued);
    if !waited || after.phase != Phase::Running {
        return Ok(());
    }
    for member in &after.members {
        let key = RecordKey::route(&member.artifact, &after.environment);
        let record = making.state.record(making.ns(), &key)?.and_then(|entry| entry.record);
        let route = record.and_then(Record::into_route);
        if route.and_then(|route| route.deployment()) != Some(after.id) {
            let problem = "begins before its turn has come";
            return Err(Refusal::Deployment { id: after.id, problem }.into());
        }
    }
    Ok(())
}

/// Refuses a route that leaves out, or puts back, somebody who came before and is not over; and one with
/// somebody new who does not wait there.
pub(super) fn in_order<S: State>(
    making: &Making<'_, S>,
    after: &Route,
    before: Option<&Route>,
) -> Result<(), StoreError> {
    let waited = before.map_or_else(|| Ok(Vec::new()), |before| waiting(making, before))?;
    let line = waiting(making, after)?;
    for (place, next) in waited.iter().enumerate() {
        if line.get(place).is_none_or(|found| found.id != next.id) {
            let (artifact, environment) = (after.artifact().clone(), after.environment().clone());
            return Err(Refusal::OutOfTurn { artifact, environment, next: next.id }.into());
        }
    }
    for id in after.queue().iter().filter(|id| waited.iter().all(|it| it.id != **id)) {
        let new = line.iter().find(|it| it.id == *id).filter(|it| it.phase == Phase::Queued);
        let mut members = new.into_iter().flat_map(|it| &it.members);
        if !members.any(|member| member.artifact == *after.artifact()) {
            let problem = "does not wait for its turn there";
            return Err(Refusal::Deployment { id: *id, problem }.into());
        }
    }
    Ok(())
}

/// The deployment of a route and those that wait behind it, without those that are over.
pub(super) fn waiting<S: State>(
    making: &Making<'_, S>,
    route: &Route,
) -> Result<Vec<Deployment>, StoreError> {
    let line = route.line().map(|id| not_over(making, route.environment(), id));
    line.filter_map(Result::transpose).collect()
}
