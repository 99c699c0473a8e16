//! Writes records, and checks that what they are about exists.

use sternway_types::{
    Applied, Artifact, ArtifactId, Environment, EnvironmentId, Generation, PolicyScope,
    PolicySetting, Record, RecordChange, RecordEntry, RecordKey, RecordKind, RollbackPoint,
    Version, VersionNumber,
};

use super::{State, changeset::Making, deployed, protected, told};
use crate::{Refusal, StoreError};

pub(super) fn put_record<S: State>(
    making: &mut Making<'_, S>,
    record: &Record,
) -> Result<Applied, StoreError> {
    let key = record.key();
    let before = making.state.record(making.ns(), &key)?;
    match record {
        Record::Environment(it) => protected::may_loosen(making, it, there(before.as_ref()))?,
        Record::Namespace(settings) => {
            known_environment(making, &settings.default_environment)?;
        }
        Record::Policy(policy) => {
            known_scope(making, &policy.scope)?;
            known_setting(making, &policy.setting)?;
        }
        Record::Condemnation(it) => {
            let version = known_version(making, &it.artifact, it.version)?;
            let found = version.content.digest;
            if found != it.digest {
                let (artifact, version) = (it.artifact.clone(), it.version);
                let given = it.digest;
                return Err(Refusal::OtherDigest { artifact, version, given, found }.into());
            }
            known_environment(making, &it.environment)?;
        }
        Record::Attestation(it) => {
            known_version(making, &it.artifact, it.version)?;
        }
        Record::Latch(it) => {
            if before.is_some() {
                return Err(Refusal::RecordStays(key).into());
            }
            known_version(making, &it.artifact, it.version)?;
            known_environment(making, &it.environment)?;
        }
        Record::Baseline(it) => {
            if before.is_some() {
                return Err(Refusal::RecordStays(key).into());
            }
            known_version(making, &it.artifact, it.candidate)?;
            known_version(making, &it.artifact, it.version)?;
            known_environment(making, &it.environment)?;
        }
        Record::Deployment(it) => deployed::deployment(making, it, there(before.as_ref()))?,
        Record::Route(it) => deployed::route(making, it, there(before.as_ref()))?,
        Record::Point(it) => point(making, it, there(before.as_ref()))?,
        Record::Channel(it) => told::channel(making, it)?,
        Record::Outbox(it) => told::outbox(making, it, there(before.as_ref()))?,
    }
    write(making, key, before, Some(record.clone()))
}

pub(super) fn delete_record<S: State>(
    making: &mut Making<'_, S>,
    key: &RecordKey,
) -> Result<Applied, StoreError> {
    match key.kind() {
        RecordKind::Policy | RecordKind::Route | RecordKind::Point | RecordKind::Outbox => (),
        RecordKind::Channel => told::no_channel(making, key)?,
        RecordKind::Condemnation => person(making)?,
        RecordKind::Namespace
        | RecordKind::Environment
        | RecordKind::Attestation
        | RecordKind::Latch
        | RecordKind::Baseline
        | RecordKind::Deployment => return Err(Refusal::RecordStays(key.clone()).into()),
    }
    let before = making.state.record(making.ns(), key)?;
    if before.as_ref().is_none_or(|entry| entry.record.is_none()) {
        return Err(Refusal::NoRecord(key.clone()).into());
    }
    deployed::no_route(making, there(before.as_ref()))?;
    write(making, key.clone(), before, None)
}

/// Refuses a rollback point that names what is not there, or becomes another one.
fn point<S: State>(
    making: &Making<'_, S>,
    after: &RollbackPoint,
    before: Option<&Record>,
) -> Result<(), StoreError> {
    let before = match before {
        Some(Record::Point(before)) => Some(before.as_ref()),
        _ => None,
    };
    if let Some(problem) = after.refuses(before, making.revision) {
        return Err(Refusal::Point { id: after.id, problem }.into());
    }
    known_environment(making, &after.environment).map(drop)
}

/// The record of an entry, unless it was taken away.
fn there(entry: Option<&RecordEntry>) -> Option<&Record> {
    entry.and_then(|entry| entry.record.as_ref())
}

/// Who acts is a person. What was taken away is not brought back by any automation, in whatever way.
pub(super) fn person<S: State>(making: &Making<'_, S>) -> Result<(), StoreError> {
    let actor = &making.changeset.actor;
    if actor.is_automation() {
        return Err(Refusal::AutomationForces(actor.clone()).into());
    }
    Ok(())
}

fn write<S: State>(
    making: &mut Making<'_, S>,
    key: RecordKey,
    before: Option<RecordEntry>,
    after: Option<Record>,
) -> Result<Applied, StoreError> {
    let generation = before.as_ref().map_or(Generation::ZERO, |entry| entry.generation).next();
    let entry = RecordEntry {
        key: key.clone(),
        record: after.clone(),
        generation,
        revision: making.revision,
        at: making.at,
    };
    making.state.put_record(&making.changeset.namespace, before.as_ref(), &entry)?;
    let before = before.and_then(|entry| entry.record);
    Ok(Applied::RecordChanged(Box::new(RecordChange { key, before, after, generation })))
}

/// The environment exists.
pub(super) fn known_environment<S: State>(
    making: &Making<'_, S>,
    id: &EnvironmentId,
) -> Result<Environment, StoreError> {
    let key = RecordKey::environment(id);
    let entry = making.state.record(making.ns(), &key)?;
    let environment = entry.and_then(|entry| entry.record).and_then(Record::into_environment);
    Ok(environment.ok_or_else(|| Refusal::NoEnvironment(id.clone()))?)
}

/// The artifact exists.
pub(super) fn known_artifact<S: State>(
    making: &Making<'_, S>,
    id: &ArtifactId,
) -> Result<Artifact, StoreError> {
    let artifact = making.state.artifact(making.ns(), id)?;
    Ok(artifact.ok_or_else(|| Refusal::NoArtifact(id.clone()))?)
}

/// The version exists.
pub(super) fn known_version<S: State>(
    making: &Making<'_, S>,
    id: &ArtifactId,
    number: VersionNumber,
) -> Result<Version, StoreError> {
    let latest = known_artifact(making, id)?.latest;
    let version = making.state.version(making.ns(), id, number)?;
    Ok(version.ok_or_else(|| Refusal::NoVersion {
        artifact: id.clone(),
        version: number,
        latest,
    })?)
}

/// What a policy is for exists, where it is a thing of its own.
fn known_scope<S: State>(making: &Making<'_, S>, scope: &PolicyScope) -> Result<(), StoreError> {
    match scope {
        // A policy may be set before the first artifact of a collection is published.
        PolicyScope::Namespace | PolicyScope::Collection(_) | PolicyScope::Artifact(_) => Ok(()),
        PolicyScope::Environment(id) => known_environment(making, id).map(drop),
    }
}

/// The artifact exists that is to be the policy. What it says is nothing that a store reads.
fn known_setting<S: State>(
    making: &Making<'_, S>,
    setting: &PolicySetting,
) -> Result<(), StoreError> {
    match setting {
        PolicySetting::Off | PolicySetting::On(_) => Ok(()),
        PolicySetting::From(artifact) => known_artifact(making, artifact).map(drop),
    }
}
