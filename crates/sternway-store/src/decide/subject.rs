//! Whether there may be outcomes of what they say they are of.

use sternway_types::{
    EnvironmentId, Generation, NamespaceId, OutcomeId, PointerName, Record, RecordKey, Subject,
};

use super::State;
use crate::{Refusal, StoreError};

/// Refuses an outcome or a run, at this place of its batch (from 0), unless its subject is a version
/// that was, or may have been, live as it says.
///
/// # Errors
///
/// The refusal, or what the backend answers.
pub fn subject<S: State + ?Sized>(
    state: &S,
    ns: &NamespaceId,
    (subject, outcome): (&Subject, OutcomeId),
    place: usize,
) -> Result<(), StoreError> {
    known_environment(state, ns, &subject.environment)?;
    let (id, number) = (&subject.artifact, subject.version);
    let artifact = state.artifact(ns, id)?;
    let latest = artifact.ok_or_else(|| Refusal::NoArtifact(id.clone()))?.latest;
    if number > latest {
        let artifact = id.clone();
        return Err(Refusal::NoVersion { artifact, version: number, latest }.into());
    }
    let name = PointerName::Environment(subject.environment.clone());
    let pointer = state.pointer(ns, id, &name)?;
    let newest = pointer.as_ref().map_or(Generation::ZERO, |pointer| pointer.generation);
    let live = pointer.and_then(|pointer| pointer.version);
    let never = subject.generation > newest
        || (subject.generation == newest && newest > Generation::ZERO && live != Some(number));
    if never && !is_candidate(state, ns, subject)? {
        return Err(Refusal::NeverLive {
            index: place + 1,
            id: outcome,
            artifact: id.clone(),
            version: number,
            environment: subject.environment.clone(),
            generation: subject.generation,
        }
        .into());
    }
    Ok(())
}

/// Whether it is beside what is live, under the shares that are in force.
fn is_candidate<S: State + ?Sized>(
    state: &S,
    ns: &NamespaceId,
    subject: &Subject,
) -> Result<bool, StoreError> {
    let key = RecordKey::route(&subject.artifact, &subject.environment);
    let route = state.record(ns, &key)?.and_then(|entry| entry.record).and_then(Record::into_route);
    Ok(route.is_some_and(|route| {
        let mut candidates = route.candidates().iter();
        route.generation() == subject.generation
            && candidates.any(|arm| arm.version == subject.version)
    }))
}

fn known_environment<S: State + ?Sized>(
    state: &S,
    ns: &NamespaceId,
    id: &EnvironmentId,
) -> Result<(), StoreError> {
    let entry = state.record(ns, &RecordKey::environment(id))?;
    entry.map(drop).ok_or_else(|| Refusal::NoEnvironment(id.clone()).into())
}
