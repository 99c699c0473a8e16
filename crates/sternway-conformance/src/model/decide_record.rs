//! What a change of a record must be answered with.

use sternway_store::Refusal;
use sternway_types::{
    Applied, ArtifactId, Commit, EnvironmentId, Generation, PolicyScope, PolicySetting, Record,
    RecordChange, RecordKey, RecordKind, RollbackPoint, VersionNumber,
};

use super::{decide_deployed, decide_protected, decide_told, history::History};

/// Why a version cannot be named, if it cannot.
pub(super) fn missing(
    history: History<'_>,
    id: &ArtifactId,
    number: VersionNumber,
) -> Option<Refusal> {
    match history.artifact(id) {
        None => Some(Refusal::NoArtifact(id.clone())),
        Some(artifact) if number > artifact.latest => Some(Refusal::NoVersion {
            artifact: id.clone(),
            version: number,
            latest: artifact.latest,
        }),
        Some(_) => None,
    }
}

/// Why an environment cannot be named, if it cannot.
pub(super) fn nowhere(history: History<'_>, id: &EnvironmentId) -> Option<Refusal> {
    let known = history.record(&RecordKey::environment(id)).is_some();
    (!known).then(|| Refusal::NoEnvironment(id.clone()))
}

pub(super) fn put(
    history: History<'_>,
    making: &Commit,
    record: &Record,
) -> Result<Applied, Vec<Refusal>> {
    let key = record.key();
    let mut problems = Vec::new();
    match record {
        Record::Environment(it) => {
            problems.extend(decide_protected::looser(history, making, it));
        }
        Record::Namespace(it) => problems.extend(nowhere(history, &it.default_environment)),
        Record::Policy(it) => {
            if let PolicyScope::Environment(id) = &it.scope {
                problems.extend(nowhere(history, id));
            }
            if let PolicySetting::From(id) = &it.setting
                && history.artifact(id).is_none()
            {
                problems.push(Refusal::NoArtifact(id.clone()));
            }
        }
        Record::Condemnation(it) => {
            problems.extend(missing(history, &it.artifact, it.version));
            problems.extend(nowhere(history, &it.environment));
        }
        Record::Attestation(it) => problems.extend(missing(history, &it.artifact, it.version)),
        Record::Latch(it) => {
            problems.extend(missing(history, &it.artifact, it.version));
            problems.extend(nowhere(history, &it.environment));
            if history.entry(&key).is_some() {
                problems.push(Refusal::RecordStays(key.clone()));
            }
        }
        Record::Baseline(it) => {
            problems.extend(missing(history, &it.artifact, it.candidate));
            problems.extend(missing(history, &it.artifact, it.version));
            problems.extend(nowhere(history, &it.environment));
            if history.entry(&key).is_some() {
                problems.push(Refusal::RecordStays(key.clone()));
            }
        }
        Record::Deployment(it) => problems.extend(decide_deployed::deployment(history, making, it)),
        Record::Route(it) => problems.extend(decide_deployed::route(history, it)),
        Record::Point(it) => problems.extend(point(history, making, it)),
        Record::Channel(it) => {
            let environment = it.parts().environment.as_ref();
            problems.extend(environment.and_then(|id| nowhere(history, id)));
        }
        Record::Outbox(it) => problems.extend(decide_told::outbox(history, making, it)),
    }
    if problems.is_empty() {
        Ok(changed(history, key, Some(record.clone())))
    } else {
        Err(problems)
    }
}

/// Why a rollback point cannot be that, if it cannot. What is the same as before but for its use is
/// found by comparing what is written.
fn point(history: History<'_>, making: &Commit, after: &RollbackPoint) -> Vec<Refusal> {
    let key = RecordKey::point(&after.environment, after.id);
    let before = history.record(&key).and_then(Record::into_point);
    let mut problems = Vec::new();
    let mut problem = |problem| problems.push(Refusal::Point { id: after.id, problem });
    if !(1..making.revision.get()).contains(&after.revision.get()) {
        problem("names a revision that is not there");
    }
    if let Some(before) = before {
        let named = |it: &RollbackPoint| {
            let RollbackPoint { id, environment, revision, by, at, description, cause, used: _ } =
                it.clone();
            (id, environment, revision, by, at, description, cause)
        };
        if named(&before) != named(after) {
            problem("is another one: what a point names never changes");
        }
        if before.used.is_some() && after.used.is_none() {
            problem("was used, and stays so");
        }
    }
    problems.extend(nowhere(history, &after.environment));
    problems
}

pub(super) fn delete(
    history: History<'_>,
    making: &Commit,
    key: &RecordKey,
) -> Result<Applied, Vec<Refusal>> {
    let mut problems = Vec::new();
    if key.kind() == RecordKind::Condemnation && making.actor.is_automation() {
        problems.push(Refusal::AutomationForces(making.actor.clone()));
    }
    match key.kind() {
        RecordKind::Policy | RecordKind::Condemnation | RecordKind::Point | RecordKind::Outbox => {
            // Whoever may not was told so above.
        }
        RecordKind::Channel => problems.extend(decide_told::no_channel(history, key)),
        RecordKind::Route => problems.extend(decide_deployed::no_route(history, key)),
        RecordKind::Namespace
        | RecordKind::Environment
        | RecordKind::Attestation
        | RecordKind::Latch
        | RecordKind::Baseline
        | RecordKind::Deployment => problems.push(Refusal::RecordStays(key.clone())),
    }
    if history.record(key).is_none() {
        problems.push(Refusal::NoRecord(key.clone()));
    }
    if problems.is_empty() { Ok(changed(history, key.clone(), None)) } else { Err(problems) }
}

fn changed(history: History<'_>, key: RecordKey, after: Option<Record>) -> Applied {
    let entry = history.entry(&key);
    let generation = entry.as_ref().map_or(Generation::ZERO, |entry| entry.generation).next();
    let before = entry.and_then(|entry| entry.record);
    Applied::RecordChanged(Box::new(RecordChange { key, before, after, generation }))
}
