//! Commits, pointers and their moves as they are stored.

use serde::{Deserialize, Serialize};
use sternway_types::{
    Actor, Applied, Arm, ArtifactId, ChangesetId, Commit, DeploymentId, Digest, Generation,
    MoveCause, NamespaceId, Pointer, PointerMove, PointerName, Reason, RecordChange, Revision,
    RollbackTrigger, Shift, Timestamp, VersionNumber, Weight,
};
use uuid::Uuid;

use super::{Decoded, StoredVersion, part, version::number};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum StoredName {
    Environment(String),
    Label(String),
}

impl StoredName {
    fn new(name: &PointerName) -> Self {
        match name {
            PointerName::Environment(environment) => Self::Environment(environment.to_string()),
            PointerName::Label(label) => Self::Label(label.to_string()),
        }
    }

    fn into_name(self) -> Decoded<PointerName> {
        Ok(match self {
            Self::Environment(name) => PointerName::Environment(part("environment", name.parse())?),
            Self::Label(name) => PointerName::Label(part("label", name.parse())?),
        })
    }
}

/// A pointer, under a key that holds its artifact and name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::kv) struct StoredPointer {
    version: Option<u64>,
    generation: u64,
    revision: u64,
    at: i64,
}

impl StoredPointer {
    pub(in crate::kv) fn new(pointer: &Pointer) -> Self {
        Self {
            version: pointer.version.map(VersionNumber::get),
            generation: pointer.generation.get(),
            revision: pointer.revision.get(),
            at: pointer.at.as_micros(),
        }
    }

    pub(in crate::kv) fn into_pointer(
        self,
        artifact: ArtifactId,
        name: PointerName,
    ) -> Decoded<Pointer> {
        Ok(Pointer {
            artifact,
            name,
            version: self.version.map(number).transpose()?,
            generation: Generation::new(self.generation),
            revision: Revision::new(self.revision),
            at: Timestamp::from_micros(self.at),
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum StoredCause {
    Published,
    Promoted,
    RolledBackByHand,
    /// The regression as JSON.
    RolledBackByPolicy(String),
    Labelled,
    Unlabelled,
    Undone(u64),
    Restored(u64),
    /// The deployment, the candidate, and its share in basis points.
    Shifted(Uuid, u64, u32),
    Deployed(Uuid),
    /// As a shift, with each candidate of an experiment and its share.
    Split(Uuid, (u64, u32), Vec<(u64, u32)>),
}

impl StoredCause {
    fn new(cause: &MoveCause) -> Decoded<Self> {
        Ok(match cause {
            MoveCause::Published => Self::Published,
            MoveCause::Promoted => Self::Promoted,
            MoveCause::RolledBack(RollbackTrigger::Manual) => Self::RolledBackByHand,
            MoveCause::RolledBack(RollbackTrigger::Policy(regression)) => {
                Self::RolledBackByPolicy(part("evidence", serde_json::to_string(regression))?)
            }
            MoveCause::Labelled => Self::Labelled,
            MoveCause::Unlabelled => Self::Unlabelled,
            MoveCause::Undone(revision) => Self::Undone(revision.get()),
            MoveCause::Restored(revision) => Self::Restored(revision.get()),
            MoveCause::Shifted(Shift { deployment, candidate, weight, arms }) => {
                let (deployment, weight) = (deployment.as_uuid(), u32::from(*weight));
                if arms.is_empty() {
                    Self::Shifted(deployment, candidate.get(), weight)
                } else {
                    let arms = arms.iter().map(|it| (it.version.get(), u32::from(it.weight)));
                    Self::Split(deployment, (candidate.get(), weight), arms.collect())
                }
            }
            MoveCause::Deployed(deployment) => Self::Deployed(deployment.as_uuid()),
        })
    }

    fn into_cause(self) -> Decoded<MoveCause> {
        Ok(match self {
            Self::Published => MoveCause::Published,
            Self::Promoted => MoveCause::Promoted,
            Self::RolledBackByHand => MoveCause::RolledBack(RollbackTrigger::Manual),
            Self::RolledBackByPolicy(json) => {
                let regression = part("evidence", serde_json::from_str(&json))?;
                MoveCause::RolledBack(RollbackTrigger::Policy(Box::new(regression)))
            }
            Self::Labelled => MoveCause::Labelled,
            Self::Unlabelled => MoveCause::Unlabelled,
            Self::Undone(revision) => MoveCause::Undone(Revision::new(revision)),
            Self::Restored(revision) => MoveCause::Restored(Revision::new(revision)),
            Self::Shifted(deployment, candidate, weight) => {
                Self::Split(deployment, (candidate, weight), Vec::new()).into_cause()?
            }
            Self::Split(deployment, of_all, arms) => {
                let arm = |(version, weight): (u64, u32)| -> Decoded<Arm> {
                    let weight = part("weight", Weight::new(weight))?;
                    Ok(Arm { version: number(version)?, weight })
                };
                let Arm { version: candidate, weight } = arm(of_all)?;
                let deployment = DeploymentId::from_uuid(deployment);
                let arms = arms.into_iter().map(arm).collect::<Decoded<_>>()?;
                MoveCause::Shifted(Shift { deployment, candidate, weight, arms })
            }
            Self::Deployed(deployment) => MoveCause::Deployed(DeploymentId::from_uuid(deployment)),
        })
    }
}

/// A move of a pointer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::kv) struct StoredMove {
    artifact: String,
    name: StoredName,
    from: Option<u64>,
    to: Option<u64>,
    generation: u64,
    cause: StoredCause,
    forced: bool,
    revision: u64,
    at: i64,
    /// Who and why; nothing in a commit, which says so for all that it holds.
    said: Option<(String, String)>,
}

impl StoredMove {
    /// A move in a row of its own.
    pub(in crate::kv) fn new(moved: &PointerMove) -> Decoded<Self> {
        let said = Some((moved.by.to_string(), moved.reason.to_string()));
        Ok(Self { said, ..Self::in_commit(moved)? })
    }

    fn in_commit(moved: &PointerMove) -> Decoded<Self> {
        Ok(Self {
            artifact: moved.artifact.to_string(),
            name: StoredName::new(&moved.name),
            from: moved.from.map(VersionNumber::get),
            to: moved.to.map(VersionNumber::get),
            generation: moved.generation.get(),
            cause: StoredCause::new(&moved.cause)?,
            forced: moved.forced,
            revision: moved.revision.get(),
            at: moved.at.as_micros(),
            said: None,
        })
    }

    /// The move that a row of its own holds.
    pub(in crate::kv) fn into_move(mut self) -> Decoded<PointerMove> {
        let (by, reason) = self.said.take().ok_or("it does not say who moved it")?;
        let (by, reason) = (part("actor", by.parse())?, part("reason", Reason::new(reason))?);
        self.of(&by, &reason)
    }

    /// The move that a commit holds.
    fn of(self, by: &Actor, reason: &Reason) -> Decoded<PointerMove> {
        Ok(PointerMove {
            artifact: part("artifact", self.artifact.parse())?,
            name: self.name.into_name()?,
            from: self.from.map(number).transpose()?,
            to: self.to.map(number).transpose()?,
            generation: Generation::new(self.generation),
            cause: self.cause.into_cause()?,
            by: by.clone(),
            reason: reason.clone(),
            forced: self.forced,
            revision: Revision::new(self.revision),
            at: Timestamp::from_micros(self.at),
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredRecordChange {
    key: String,
    before: Option<String>,
    after: Option<String>,
    generation: u64,
}

impl StoredRecordChange {
    fn new(change: &RecordChange) -> Decoded<Self> {
        let json = |record: &Option<_>| record.as_ref().map(serde_json::to_string).transpose();
        Ok(Self {
            key: part("key", serde_json::to_string(&change.key))?,
            before: part("record", json(&change.before))?,
            after: part("record", json(&change.after))?,
            generation: change.generation.get(),
        })
    }

    fn into_change(self) -> Decoded<RecordChange> {
        let record = |json: Option<String>| {
            part("record", json.as_deref().map(serde_json::from_str).transpose())
        };
        Ok(RecordChange {
            key: part("key", serde_json::from_str(&self.key))?,
            before: record(self.before)?,
            after: record(self.after)?,
            generation: Generation::new(self.generation),
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum StoredApplied {
    NamespaceCreated,
    VersionAdded(Box<StoredVersion>),
    PointerMoved(Box<StoredMove>),
    RecordChanged(Box<StoredRecordChange>),
}

/// A commit. The chain stands before it in the stored value and is computed over these bytes. The
/// namespace is in the key alone, so that a history has the same chain under every name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::kv) struct StoredCommit {
    revision: u64,
    at: i64,
    changeset: [u8; 16],
    fingerprint: [u8; 32],
    actor: String,
    reason: String,
    undoes: Option<u64>,
    applied: Vec<StoredApplied>,
}

impl StoredCommit {
    pub(in crate::kv) fn new(commit: &Commit) -> Decoded<Self> {
        let applied = commit.applied.iter().map(|applied| {
            Ok(match applied {
                Applied::NamespaceCreated => StoredApplied::NamespaceCreated,
                Applied::VersionAdded(version) => {
                    StoredApplied::VersionAdded(Box::new(StoredVersion::new(version)?))
                }
                Applied::PointerMoved(moved) => {
                    StoredApplied::PointerMoved(Box::new(StoredMove::in_commit(moved)?))
                }
                Applied::RecordChanged(change) => {
                    StoredApplied::RecordChanged(Box::new(StoredRecordChange::new(change)?))
                }
            })
        });
        Ok(Self {
            revision: commit.revision.get(),
            at: commit.at.as_micros(),
            changeset: *commit.changeset.as_uuid().as_bytes(),
            fingerprint: *commit.fingerprint.as_bytes(),
            actor: commit.actor.to_string(),
            reason: commit.reason.to_string(),
            undoes: commit.undoes.map(Revision::get),
            applied: applied.collect::<Decoded<_>>()?,
        })
    }

    pub(in crate::kv) fn into_commit(
        self,
        namespace: NamespaceId,
        chain: Digest,
    ) -> Decoded<Commit> {
        let actor = part("actor", self.actor.parse())?;
        let reason = part("reason", Reason::new(self.reason))?;
        let applied = self.applied.into_iter().map(|applied| {
            Ok(match applied {
                StoredApplied::NamespaceCreated => Applied::NamespaceCreated,
                StoredApplied::VersionAdded(version) => {
                    Applied::VersionAdded(Box::new(version.into_version()?))
                }
                StoredApplied::PointerMoved(moved) => {
                    Applied::PointerMoved(Box::new(moved.of(&actor, &reason)?))
                }
                StoredApplied::RecordChanged(change) => {
                    Applied::RecordChanged(Box::new(change.into_change()?))
                }
            })
        });
        let applied = applied.collect::<Decoded<_>>()?;
        Ok(Commit {
            namespace,
            revision: Revision::new(self.revision),
            at: Timestamp::from_micros(self.at),
            changeset: ChangesetId::from_uuid(Uuid::from_bytes(self.changeset)),
            fingerprint: Digest::from_bytes(self.fingerprint),
            actor,
            reason,
            undoes: self.undoes.map(Revision::new),
            applied,
            chain,
        })
    }
}
