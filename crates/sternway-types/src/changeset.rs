//! The one door for writing: changes that apply together or not at all.

use serde::{Deserialize, Serialize};

use crate::{
    Actor, ArtifactId, ChangesetId, ContentRef, Digest, Generation, MoveCause, NamespaceId,
    NewVersion, PointerName, Reason, Record, RecordKey, Revision, Timestamp, VersionNumber,
    json::has_nul,
};

/// Why a changeset cannot be committed by any store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangesetError {
    /// It changes nothing.
    #[error("the changeset changes nothing")]
    Empty,
    /// It has too many changes.
    #[error("the changeset has {found} changes: the limit is {limit}", limit = Changeset::MAX_CHANGES)]
    TooMany {
        /// How many it has.
        found: usize,
    },
    /// The JSON of a finding is nested too deep to be read back.
    #[error("{what} is nested too deep")]
    TooDeep {
        /// Which attestation.
        what: String,
    },
    /// A record holds more than is taken.
    #[error("{what} has {found} bytes as JSON: the limit is {limit}", limit = Record::MAX_BYTES)]
    TooLarge {
        /// Which record.
        what: String,
        /// How many bytes it has.
        found: usize,
    },
    /// A record holds a NUL character, which not every store can carry.
    #[error("{what} holds a NUL character: take it out")]
    Nul {
        /// Which record.
        what: String,
    },
    /// A version depends on itself.
    #[error("{0} cannot depend on itself")]
    DependsOnItself(ArtifactId),
    /// A version depends on too many artifacts.
    #[error(
        "a version of {artifact} depends on {found} artifacts: the limit is {limit}",
        limit = NewVersion::MAX_DEPENDENCIES
    )]
    TooManyDependencies {
        /// Whose version.
        artifact: ArtifactId,
        /// How many it depends on.
        found: usize,
    },
    /// It changes the same thing twice, so that what it means would depend on the order.
    #[error("the changeset changes {what} twice")]
    Twice {
        /// What it changes twice.
        what: String,
    },
}

/// What must be true for a changeset to apply. A precondition that fails is a lost race.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precondition {
    /// The pointer is at this generation; [`Generation::ZERO`] if it was never set.
    PointerAt {
        /// Whose pointer.
        artifact: ArtifactId,
        /// Which.
        name: PointerName,
        /// The generation it must have.
        generation: Generation,
    },
    /// The artifact's newest version has this number; nothing if the artifact must be new.
    LatestIs {
        /// Which artifact.
        artifact: ArtifactId,
        /// The number of its newest version.
        version: Option<VersionNumber>,
    },
    /// The artifact's newest version has another content than this.
    LatestDiffers {
        /// Which artifact.
        artifact: ArtifactId,
        /// The content that its newest version must not have.
        content: ContentRef,
    },
    /// The record is at this generation; [`Generation::ZERO`] if it was never set.
    RecordAt {
        /// Which record.
        key: RecordKey,
        /// The generation it must have.
        generation: Generation,
    },
}

/// Where a pointer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// To a version that exists.
    Version(VersionNumber),
    /// To the version of the same artifact that this changeset adds.
    Added,
    /// Nowhere: the label is taken away.
    Nothing,
}

/// Whether a condemned content may go live all the same. Only people may force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Force {
    /// A condemned content is refused.
    #[default]
    No,
    /// A person takes the responsibility; the move records it.
    Yes,
}

/// A pointer move that a changeset asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewMove {
    /// Whose pointer.
    pub artifact: ArtifactId,
    /// Which.
    pub name: PointerName,
    /// Where to.
    pub to: Target,
    /// Why.
    pub cause: MoveCause,
    /// Whether a condemnation is overridden.
    pub force: Force,
}

/// One change. Every backend handles every kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Brings the changeset's namespace to life. Only possible as its first revision.
    CreateNamespace,
    /// Adds a version; the store gives it the artifact's next number.
    AddVersion(Box<NewVersion>),
    /// Moves a pointer.
    MovePointer(Box<NewMove>),
    /// Writes a record, new or over the one with the same key.
    PutRecord(Box<Record>),
    /// Takes a record away.
    DeleteRecord(RecordKey),
}

/// Preconditions and changes that a store applies together or not at all, as one revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "a changeset does nothing until it is committed"]
pub struct Changeset {
    /// Its name: committing it again is answered with the first receipt.
    pub id: ChangesetId,
    /// Where it belongs.
    pub namespace: NamespaceId,
    /// When it was made. The store never lets the times of a namespace go backwards.
    pub at: Timestamp,
    /// Who asks.
    pub actor: Actor,
    /// Why.
    pub reason: Reason,
    /// The revision that this takes back, if its writer says that it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<Revision>,
    /// What must be true.
    pub preconditions: Vec<Precondition>,
    /// What to do, in this order.
    pub changes: Vec<Change>,
}

impl Changeset {
    /// The most changes that one changeset may have.
    pub const MAX_CHANGES: usize = 4096;

    /// A changeset without preconditions and changes.
    pub fn new(id: ChangesetId, namespace: NamespaceId, at: Timestamp, actor: Actor) -> Self {
        Self {
            id,
            namespace,
            at,
            actor,
            reason: Reason::default(),
            undoes: None,
            preconditions: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// Says why.
    pub fn because(mut self, reason: Reason) -> Self {
        self.reason = reason;
        self
    }

    /// Says that it takes a revision back.
    pub fn undoing(mut self, revision: Revision) -> Self {
        self.undoes = Some(revision);
        self
    }

    /// Asks for something to be true.
    pub fn when(mut self, precondition: Precondition) -> Self {
        self.preconditions.push(precondition);
        self
    }

    /// Adds a change.
    pub fn then(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }

    /// The digest by which a repetition is told from another changeset with the same id.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        // A changeset can always be written.
        Digest::of(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// Checks what needs no store to be checked: it changes something, not too much, nothing
    /// twice, and only to what can be read back.
    ///
    /// # Errors
    ///
    /// [`ChangesetError`] with what is wrong.
    pub fn check(&self) -> Result<(), ChangesetError> {
        if self.changes.is_empty() {
            return Err(ChangesetError::Empty);
        }
        if self.changes.len() > Self::MAX_CHANGES {
            return Err(ChangesetError::TooMany { found: self.changes.len() });
        }
        for change in &self.changes {
            change.check()?;
        }
        let mut touched: Vec<String> = self.changes.iter().map(Change::touches).collect();
        touched.sort_unstable();
        let twice = touched.windows(2).find_map(|pair| match pair {
            [one, other] if one == other => Some(one.clone()),
            _ => None,
        });
        twice.map_or(Ok(()), |what| Err(ChangesetError::Twice { what }))
    }
}

impl Change {
    /// Whether every store can carry it.
    fn check(&self) -> Result<(), ChangesetError> {
        match self {
            Self::AddVersion(version) => check_dependencies(version),
            Self::PutRecord(record) => self.check_record(record),
            Self::CreateNamespace | Self::MovePointer(_) | Self::DeleteRecord(_) => Ok(()),
        }
    }

    fn check_record(&self, record: &Record) -> Result<(), ChangesetError> {
        let what = || self.touches();
        if let Record::Attestation(attestation) = record
            && !attestation.finding.is_readable()
        {
            return Err(ChangesetError::TooDeep { what: what() });
        }
        let Ok(json) = serde_json::to_string(record) else { return Ok(()) };
        if json.len() > Record::MAX_BYTES {
            return Err(ChangesetError::TooLarge { what: what(), found: json.len() });
        }
        if has_nul(&json) {
            return Err(ChangesetError::Nul { what: what() });
        }
        Ok(())
    }

    /// What it changes, in words: two changes that touch the same thing exclude each other.
    fn touches(&self) -> String {
        match self {
            Self::CreateNamespace => "the namespace".into(),
            Self::AddVersion(version) => format!("the versions of {}", version.artifact),
            Self::MovePointer(moved) => format!("{} of {}", moved.name, moved.artifact),
            Self::PutRecord(record) => record.key().to_string(),
            Self::DeleteRecord(key) => key.to_string(),
        }
    }
}

fn check_dependencies(version: &NewVersion) -> Result<(), ChangesetError> {
    let artifact = version.artifact.clone();
    let found = version.depends_on.len();
    if version.depends_on.contains(&artifact) {
        return Err(ChangesetError::DependsOnItself(artifact));
    }
    if found > NewVersion::MAX_DEPENDENCIES {
        return Err(ChangesetError::TooManyDependencies { artifact, found });
    }
    Ok(())
}
