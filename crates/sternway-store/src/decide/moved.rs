//! Moves a pointer.

use sternway_types::{
    Applied, Digest, EnvironmentId, Force, Generation, MoveCause, NewMove, PointerMove,
    PointerName, Record, RecordKey, Target, VersionNumber,
};

use super::{
    State,
    changeset::Making,
    protected::may_go_forward,
    recorded::{known_artifact, known_environment, known_version, person},
};
use crate::{Refusal, StoreError};

pub(super) fn move_pointer<S: State>(
    making: &mut Making<'_, S>,
    new: &NewMove,
) -> Result<Applied, StoreError> {
    if new.force == Force::Yes {
        person(making)?;
    }
    known_artifact(making, &new.artifact)?;
    let to = target(making, new)?;
    let before = making.state.pointer(making.ns(), &new.artifact, &new.name)?;
    let from = before.as_ref().and_then(|pointer| pointer.version);
    let shifts = matches!(new.cause, MoveCause::Shifted(_));
    if let Some((version, _)) = to.as_ref().filter(|(to, _)| (Some(*to) == from) != shifts) {
        let (artifact, name, version) = (new.artifact.clone(), new.name.clone(), *version);
        let refusal = if shifts {
            Refusal::NotAShift { artifact, name, version }
        } else {
            Refusal::AlreadyThere { artifact, name, version }
        };
        return Err(refusal.into());
    }
    let forced = match (&new.name, &to) {
        // What is live stays so: nothing goes live by it.
        (PointerName::Environment(environment), Some(_)) if shifts => {
            known_environment(making, environment)?;
            false
        }
        (PointerName::Environment(environment), Some((version, digest))) => {
            let environment = known_environment(making, environment)?;
            let overruled = may_go_forward(making, &environment, new, from, *version)?;
            may_go_live(making, new, &environment.id, *version, digest)? || overruled
        }
        _ => false,
    };
    let generation = before.map_or(Generation::ZERO, |pointer| pointer.generation).next();
    let moved = PointerMove {
        artifact: new.artifact.clone(),
        name: new.name.clone(),
        from,
        to: to.map(|(version, _)| version),
        generation,
        cause: new.cause.clone(),
        by: making.changeset.actor.clone(),
        reason: making.changeset.reason.clone(),
        forced,
        revision: making.revision,
        at: making.at,
    };
    making.state.put_move(&making.changeset.namespace, &moved)?;
    Ok(Applied::PointerMoved(Box::new(moved)))
}

/// The version that a move goes to, and its digest.
fn target<S: State>(
    making: &Making<'_, S>,
    new: &NewMove,
) -> Result<Option<(VersionNumber, Digest)>, StoreError> {
    let (artifact, name) = (new.artifact.clone(), new.name.clone());
    match new.to {
        Target::Version(number) => {
            let version = known_version(making, &artifact, number)?;
            Ok(Some((number, version.content.digest)))
        }
        Target::Added => {
            let added = making.applied.iter().find_map(|applied| match applied {
                Applied::VersionAdded(version) if version.artifact == artifact => Some(version),
                Applied::VersionAdded(_)
                | Applied::NamespaceCreated
                | Applied::PointerMoved(_)
                | Applied::RecordChanged(_) => None,
            });
            let added = added.ok_or(Refusal::NothingAdded { artifact, name })?;
            Ok(Some((added.number, added.content.digest)))
        }
        Target::Nothing => match name {
            PointerName::Label(_) => {
                let pointer = making.state.pointer(making.ns(), &artifact, &name)?;
                match pointer.and_then(|pointer| pointer.version) {
                    Some(_) => Ok(None),
                    None => Err(Refusal::NoPointer { artifact, name }.into()),
                }
            }
            PointerName::Environment(_) => Err(Refusal::NotALabel { artifact, name }.into()),
        },
    }
}

/// Whether a content that goes live is condemned there and was forced.
pub(super) fn may_go_live<S: State>(
    making: &Making<'_, S>,
    new: &NewMove,
    environment: &EnvironmentId,
    version: VersionNumber,
    digest: &Digest,
) -> Result<bool, StoreError> {
    let key = RecordKey::condemnation(&new.artifact, environment, digest);
    let entry = making.state.record(making.ns(), &key)?;
    let Some(Record::Condemnation(condemnation)) = entry.and_then(|entry| entry.record) else {
        return Ok(false);
    };
    if new.force == Force::Yes {
        return Ok(true);
    }
    Err(Refusal::Condemned {
        artifact: new.artifact.clone(),
        version,
        environment: environment.clone(),
        reason: condemnation.reason,
    }
    .into())
}
