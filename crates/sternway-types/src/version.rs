//! One immutable, numbered snapshot of an artifact.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    Actor, ArtifactId, Changelog, ContentRef, Metadata, Reason, Revision, Timestamp, VersionNumber,
};

/// What a version was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parents {
    /// The artifact's newest version at the moment of the commit; none for the first.
    #[default]
    Latest,
    /// Exactly these versions of the same artifact: none, one, or two and more after a merge.
    Exactly(Vec<VersionNumber>),
}

/// A version that a changeset adds. The store gives it its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewVersion {
    /// Whose version it is. The artifact comes to life with its first version.
    pub artifact: ArtifactId,
    /// The content, which the store must hold already.
    pub content: ContentRef,
    /// What it was made from.
    pub parents: Parents,
    /// Who wrote it, if not who commits it.
    pub author: Option<Actor>,
    /// When it was written, if not when it is committed (history brought from elsewhere).
    pub authored_at: Option<Timestamp>,
    /// What changed, for readers.
    pub changelog: Changelog,
    /// A semantic version, if the artifact uses them.
    pub semver: Option<semver::Version>,
    /// Facts of the user's own.
    pub metadata: Metadata,
    /// The artifacts that it needs to run, which the store must know already.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub depends_on: BTreeSet<ArtifactId>,
}

impl NewVersion {
    /// The most artifacts that a version may depend on.
    pub const MAX_DEPENDENCIES: usize = 256;

    /// A version with this content, made from the newest one.
    #[must_use]
    pub fn new(artifact: ArtifactId, content: ContentRef) -> Self {
        Self {
            artifact,
            content,
            parents: Parents::Latest,
            author: None,
            authored_at: None,
            changelog: Changelog::default(),
            semver: None,
            metadata: Metadata::default(),
            depends_on: BTreeSet::new(),
        }
    }
}

/// One immutable snapshot of an artifact. What changes after the fact (test results, ratings,
/// status) is kept beside it as [`Attestation`](crate::Attestation)s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Whose version it is.
    pub artifact: ArtifactId,
    /// Its number: 1, 2, 3, … per artifact.
    pub number: VersionNumber,
    /// Its content.
    pub content: ContentRef,
    /// What it was made from.
    pub parents: Vec<VersionNumber>,
    /// Who wrote it.
    pub author: Actor,
    /// When it was written.
    pub authored_at: Timestamp,
    /// Why it was published.
    pub reason: Reason,
    /// What changed, for readers.
    pub changelog: Changelog,
    /// Its semantic version, if the artifact uses them.
    pub semver: Option<semver::Version>,
    /// Facts of the user's own.
    pub metadata: Metadata,
    /// The artifacts that it needs to run.
    pub depends_on: BTreeSet<ArtifactId>,
    /// When it was committed.
    pub at: Timestamp,
    /// The revision that added it.
    pub revision: Revision,
}
