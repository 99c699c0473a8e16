//! Writes records, and checks that what they are about exists.

use sternway_types::{
    Applied, Artifact, ArtifactId, EnvironmentId, Generation, PolicyScope, Record, RecordChange,
    RecordEntry, RecordKey, RecordKind, Version, VersionNumber,
};

use super::{
    apply::Making,
    key,
    read::{self, sense},
    stored::StoredRecord,
};
use crate::{Refusal, StoreError};

pub(super) fn put_record(making: &mut Making<'_>, record: &Record) -> Result<Applied, StoreError> {
    let key = record.key();
    let before = read::record(making.staging, making.ns(), &key)?;
    match record {
        Record::Environment(_) => (),
        Record::Namespace(settings) => known_environment(making, &settings.default_environment)?,
        Record::Policy(policy) => known_scope(making, &policy.scope)?,
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
    }
    write(making, key, before, Some(record.clone()))
}

pub(super) fn delete_record(
    making: &mut Making<'_>,
    key: &RecordKey,
) -> Result<Applied, StoreError> {
    match key.kind() {
        RecordKind::Policy => (),
        RecordKind::Condemnation => person(making)?,
        RecordKind::Namespace
        | RecordKind::Environment
        | RecordKind::Attestation
        | RecordKind::Latch => return Err(Refusal::RecordStays(key.clone()).into()),
    }
    let before = read::record(making.staging, making.ns(), key)?;
    if before.as_ref().is_none_or(|entry| entry.record.is_none()) {
        return Err(Refusal::NoRecord(key.clone()).into());
    }
    write(making, key.clone(), before, None)
}

/// Who acts is a person. What was taken away is not brought back by any automation, in whatever way.
pub(super) fn person(making: &Making<'_>) -> Result<(), StoreError> {
    let actor = &making.changeset.actor;
    if actor.is_automation() {
        return Err(Refusal::AutomationForces(actor.clone()).into());
    }
    Ok(())
}

fn write(
    making: &mut Making<'_>,
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
    if let Some(before) = &before {
        // Who looks back from now on finds what was there.
        let row = key::past_record(making.ns(), &key, before.revision);
        let stored = sense(&row, StoredRecord::new(before))?;
        making.staging.write(row, &stored)?;
    }
    let row = key::record(making.ns(), &key);
    let stored = sense(&row, StoredRecord::new(&entry))?;
    making.staging.write(row, &stored)?;
    let before = before.and_then(|entry| entry.record);
    Ok(Applied::RecordChanged(Box::new(RecordChange { key, before, after, generation })))
}

/// The environment exists.
pub(super) fn known_environment(making: &Making<'_>, id: &EnvironmentId) -> Result<(), StoreError> {
    let key = RecordKey::environment(id);
    match read::record(making.staging, making.ns(), &key)?.and_then(|entry| entry.record) {
        Some(_) => Ok(()),
        None => Err(Refusal::NoEnvironment(id.clone()).into()),
    }
}

/// The artifact exists.
pub(super) fn known_artifact(making: &Making<'_>, id: &ArtifactId) -> Result<Artifact, StoreError> {
    let artifact = read::artifact(making.staging, making.ns(), id)?;
    Ok(artifact.ok_or_else(|| Refusal::NoArtifact(id.clone()))?)
}

/// The version exists.
pub(super) fn known_version(
    making: &Making<'_>,
    id: &ArtifactId,
    number: VersionNumber,
) -> Result<Version, StoreError> {
    let latest = known_artifact(making, id)?.latest;
    let version = read::version(making.staging, making.ns(), id, number)?;
    Ok(version.ok_or_else(|| Refusal::NoVersion {
        artifact: id.clone(),
        version: number,
        latest,
    })?)
}

/// What a policy is for exists, where it is a thing of its own.
fn known_scope(making: &Making<'_>, scope: &PolicyScope) -> Result<(), StoreError> {
    match scope {
        // A policy may be set before the first artifact of a collection is published.
        PolicyScope::Namespace | PolicyScope::Collection(_) | PolicyScope::Artifact(_) => Ok(()),
        PolicyScope::Environment(id) => known_environment(making, id),
    }
}
