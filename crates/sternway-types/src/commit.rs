//! What was committed: one entry of a namespace's feed.

use crate::{
    Actor, ArtifactId, Change, Changeset, ChangesetId, Deployment, DeploymentId, Digest, Force,
    Generation, NamespaceId, NewMove, NewVersion, Parents, PointerMove, PointerName, Reason,
    Record, RecordKey, Revision, Target, Timestamp, Version, VersionNumber,
};

/// A record before and after a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordChange {
    /// Which record.
    pub key: RecordKey,
    /// What it was; nothing if it is new.
    pub before: Option<Record>,
    /// What it is since; nothing if it was taken away.
    pub after: Option<Record>,
    /// Its generation since.
    pub generation: Generation,
}

/// One change as it was applied, with the numbers that the store gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The namespace came to life.
    NamespaceCreated,
    /// A version was added.
    VersionAdded(Box<Version>),
    /// A pointer moved.
    PointerMoved(Box<PointerMove>),
    /// A record was written or taken away.
    RecordChanged(Box<RecordChange>),
}

/// One revision of a namespace: who did what, when and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Which namespace.
    pub namespace: NamespaceId,
    /// Its place in the feed.
    pub revision: Revision,
    /// When it was committed; never before the revision before it.
    pub at: Timestamp,
    /// The changeset it came from.
    pub changeset: ChangesetId,
    /// The digest of that changeset as it was given, by which the store that takes a repetition tells
    /// it from another changeset with the same id.
    pub fingerprint: Digest,
    /// Who asked.
    pub actor: Actor,
    /// Why.
    pub reason: Reason,
    /// The revision that this took back, if its writer said that it did.
    pub undoes: Option<Revision>,
    /// What was applied, in order.
    pub applied: Vec<Applied>,
    /// The chain up to here: SHA-256 of the chain before it, the revision and the stored record.
    pub chain: Digest,
}

impl Commit {
    /// What a deployment is since, if the commit wrote it.
    #[must_use]
    pub fn deployment(&self, id: DeploymentId) -> Option<&Deployment> {
        self.applied.iter().find_map(|applied| match applied {
            Applied::RecordChanged(change) => match &change.after {
                Some(Record::Deployment(it)) if it.id == id => Some(it.as_ref()),
                _ => None,
            },
            Applied::NamespaceCreated | Applied::VersionAdded(_) | Applied::PointerMoved(_) => None,
        })
    }

    /// What must be applied to what was there before, to come to this commit again.
    pub fn replay(&self) -> Changeset {
        let mut changeset =
            Changeset::new(self.changeset, self.namespace.clone(), self.at, self.actor.clone())
                .because(self.reason.clone());
        changeset.undoes = self.undoes;
        changeset.changes = self.applied.iter().map(Applied::again).collect();
        changeset
    }
}

impl Applied {
    /// The change that comes to this.
    fn again(&self) -> Change {
        match self {
            Self::NamespaceCreated => Change::CreateNamespace,
            Self::VersionAdded(version) => Change::AddVersion(Box::new(NewVersion {
                artifact: version.artifact.clone(),
                content: version.content.clone(),
                parents: Parents::Exactly(version.parents.clone()),
                author: Some(version.author.clone()),
                authored_at: Some(version.authored_at),
                changelog: version.changelog.clone(),
                semver: version.semver.clone(),
                metadata: version.metadata.clone(),
                depends_on: version.depends_on.clone(),
            })),
            Self::PointerMoved(moved) => Change::MovePointer(Box::new(NewMove {
                artifact: moved.artifact.clone(),
                name: moved.name.clone(),
                to: moved.to.map_or(Target::Nothing, Target::Version),
                cause: moved.cause.clone(),
                force: if moved.forced { Force::Yes } else { Force::No },
            })),
            Self::RecordChanged(change) => match &change.after {
                Some(record) => Change::PutRecord(Box::new(record.clone())),
                None => Change::DeleteRecord(change.key.clone()),
            },
        }
    }
}

/// The answer to a changeset that is durably committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its place in the feed.
    pub revision: Revision,
    /// When it was committed.
    pub at: Timestamp,
    /// The chain up to here.
    pub chain: Digest,
    /// The versions that were added.
    pub versions: Vec<(ArtifactId, VersionNumber)>,
    /// The pointers that moved, and their generations since.
    pub pointers: Vec<(ArtifactId, PointerName, Generation)>,
}

impl Receipt {
    /// The number that the version of this artifact was given.
    #[must_use]
    pub fn version_of(&self, artifact: &ArtifactId) -> Option<VersionNumber> {
        self.versions.iter().find(|(id, _)| id == artifact).map(|(_, number)| *number)
    }
}

impl From<&Commit> for Receipt {
    fn from(commit: &Commit) -> Self {
        let mut receipt = Self {
            revision: commit.revision,
            at: commit.at,
            chain: commit.chain,
            versions: Vec::new(),
            pointers: Vec::new(),
        };
        for applied in &commit.applied {
            match applied {
                Applied::VersionAdded(version) => {
                    receipt.versions.push((version.artifact.clone(), version.number));
                }
                Applied::PointerMoved(moved) => {
                    let name = moved.name.clone();
                    receipt.pointers.push((moved.artifact.clone(), name, moved.generation));
                }
                Applied::NamespaceCreated | Applied::RecordChanged(_) => (),
            }
        }
        receipt
    }
}
