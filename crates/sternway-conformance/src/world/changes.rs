//! Changes and preconditions, with what no case is about filled in.

use std::time::Duration;

use sternway_types::{
    ArtifactId, Attestation, Change, Condemnation, Digest, Environment, EnvironmentId,
    ErrorClasses, Evidence, Finding, Force, FrozenBaseline, Generation, Latch, LatchAction,
    MoveCause, NewMove, PointerName, PolicyRecord, PolicyScope, PolicySetting, Precondition,
    Record, RecordKey, Regression, Rule, RuleName, Target, Timestamp, VersionNumber,
};

use super::names::{alice, reason};
use crate::must::parsed;

/// Moves a pointer.
pub(crate) fn move_to(artifact: &ArtifactId, name: &PointerName, to: Target) -> Change {
    moved(artifact, name, to, Force::No)
}

/// Moves a pointer, whatever was condemned.
pub(crate) fn force(artifact: &ArtifactId, name: &PointerName, to: Target) -> Change {
    moved(artifact, name, to, Force::Yes)
}

/// Takes a label away.
pub(crate) fn unlabel(artifact: &ArtifactId, name: &PointerName) -> Change {
    moved(artifact, name, Target::Nothing, Force::No)
}

fn moved(artifact: &ArtifactId, name: &PointerName, to: Target, force: Force) -> Change {
    let cause = match (name, to) {
        (PointerName::Environment(_), _) => MoveCause::Promoted,
        (PointerName::Label(_), Target::Nothing) => MoveCause::Unlabelled,
        (PointerName::Label(_), _) => MoveCause::Labelled,
    };
    let (artifact, name) = (artifact.clone(), name.clone());
    Change::MovePointer(Box::new(NewMove { artifact, name, to, cause, force }))
}

fn put(record: Record) -> Change {
    Change::PutRecord(Box::new(record))
}

pub(crate) fn environment_record(id: &EnvironmentId) -> Change {
    put(Record::Environment(Environment::new(id.clone())))
}

/// Condemns a content, as this version of it.
pub(crate) fn condemnation(
    artifact: &ArtifactId,
    environment: &EnvironmentId,
    version: VersionNumber,
    digest: Digest,
) -> Change {
    put(Record::Condemnation(Condemnation {
        artifact: artifact.clone(),
        environment: environment.clone(),
        digest,
        version,
        reason: reason("it fails"),
    }))
}

/// Sets what is judged in the whole namespace.
pub(crate) fn namespace_policy(setting: PolicySetting) -> Change {
    put(Record::Policy(PolicyRecord { scope: PolicyScope::Namespace, setting }))
}

/// What tests found about a version.
pub(crate) const fn tests_passed(passed: u64) -> Finding {
    Finding::Tests { passed, failed: 0, report: serde_json::Value::Null }
}

pub(crate) fn attestation(
    artifact: &ArtifactId,
    version: VersionNumber,
    name: &str,
    finding: Finding,
) -> Change {
    put(Record::Attestation(Attestation {
        artifact: artifact.clone(),
        version,
        name: parsed(name),
        finding,
        by: alice(),
        at: Timestamp::EPOCH,
    }))
}

/// What a version is held against during a stay.
pub(crate) fn baseline(
    artifact: &ArtifactId,
    environment: &EnvironmentId,
    generation: Generation,
    [candidate, version]: [VersionNumber; 2],
) -> Change {
    let counts = "TypeError".parse().ok().map(|class| (class, 2));
    put(Record::Baseline(Box::new(FrozenBaseline {
        artifact: artifact.clone(),
        environment: environment.clone(),
        generation,
        candidate,
        version,
        succeeded: 95,
        failed: 5,
        errors: ErrorClasses::from_parts(counts.into_iter().collect(), 1),
        quantiles: sternway_types::Quantiles::default(),
    })))
}

/// The verdict on one stay of a version.
pub(crate) fn latch(
    artifact: &ArtifactId,
    environment: &EnvironmentId,
    generation: Generation,
    version: VersionNumber,
) -> Change {
    let evidence = Evidence {
        succeeded: 1,
        failed: 3,
        newest: Timestamp::EPOCH,
        failures: Vec::new(),
        measured: None,
        test: None,
        said: None,
    };
    let rule = Rule::ConsecutiveFailures { count: 3, window: Duration::from_mins(5) };
    let matched = vec![RuleName::ConsecutiveFailures.into()];
    put(Record::Latch(Box::new(Latch {
        artifact: artifact.clone(),
        environment: environment.clone(),
        generation,
        version,
        regression: Regression { rule, matched, policy: None, evidence },
        action: LatchAction::Halted,
        candidate: false,
        at: Timestamp::EPOCH,
    })))
}

pub(crate) fn pointer_at(
    artifact: &ArtifactId,
    name: &PointerName,
    generation: Generation,
) -> Precondition {
    Precondition::PointerAt { artifact: artifact.clone(), name: name.clone(), generation }
}

pub(crate) fn record_at(key: &RecordKey, generation: Generation) -> Precondition {
    Precondition::RecordAt { key: key.clone(), generation }
}
