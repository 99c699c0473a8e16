//! Versions and artifacts as they are stored.

use serde::{Deserialize, Serialize};
use sternway_types::{
    Artifact, ArtifactId, Changelog, ContentKind, ContentRef, Digest, Reason, Revision, Timestamp,
    Version, VersionNumber,
};

use super::{Decoded, part};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum StoredKind {
    Json,
    Text(Option<String>),
    Bytes(String),
    Tree,
}

/// A version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::kv) struct StoredVersion {
    artifact: String,
    number: u64,
    digest: [u8; 32],
    kind: StoredKind,
    len: u64,
    parents: Vec<u64>,
    author: String,
    authored_at: i64,
    reason: String,
    changelog: String,
    semver: Option<String>,
    /// JSON, or empty when there is none.
    metadata: String,
    depends_on: Vec<String>,
    at: i64,
    revision: u64,
}

impl StoredVersion {
    pub(in crate::kv) fn new(version: &Version) -> Decoded<Self> {
        let metadata = if version.metadata.is_empty() {
            String::new()
        } else {
            part("metadata", serde_json::to_string(&version.metadata))?
        };
        Ok(Self {
            artifact: version.artifact.to_string(),
            number: version.number.get(),
            digest: *version.content.digest.as_bytes(),
            kind: match &version.content.kind {
                ContentKind::Json => StoredKind::Json,
                ContentKind::Text { language } => {
                    StoredKind::Text(language.as_ref().map(ToString::to_string))
                }
                ContentKind::Bytes { media_type } => StoredKind::Bytes(media_type.to_string()),
                ContentKind::Tree => StoredKind::Tree,
            },
            len: version.content.len,
            parents: version.parents.iter().map(|parent| parent.get()).collect(),
            author: version.author.to_string(),
            authored_at: version.authored_at.as_micros(),
            reason: version.reason.to_string(),
            changelog: version.changelog.to_string(),
            semver: version.semver.as_ref().map(ToString::to_string),
            metadata,
            depends_on: version.depends_on.iter().map(ToString::to_string).collect(),
            at: version.at.as_micros(),
            revision: version.revision.get(),
        })
    }

    pub(in crate::kv) fn into_version(self) -> Decoded<Version> {
        let kind = match self.kind {
            StoredKind::Json => ContentKind::Json,
            StoredKind::Text(language) => {
                let language = language.map(|language| language.parse()).transpose();
                ContentKind::Text { language: part("language", language)? }
            }
            StoredKind::Bytes(media_type) => {
                ContentKind::Bytes { media_type: part("media type", media_type.parse())? }
            }
            StoredKind::Tree => ContentKind::Tree,
        };
        let metadata = if self.metadata.is_empty() { "{}" } else { &self.metadata };
        let depends_on = self.depends_on.iter().map(|artifact| artifact.parse());
        let parents: Option<Vec<_>> = self.parents.into_iter().map(VersionNumber::new).collect();
        Ok(Version {
            artifact: part("artifact", self.artifact.parse())?,
            number: number(self.number)?,
            content: ContentRef { digest: Digest::from_bytes(self.digest), kind, len: self.len },
            parents: parents.ok_or("a parent is version 0")?,
            author: part("author", self.author.parse())?,
            authored_at: Timestamp::from_micros(self.authored_at),
            reason: part("reason", Reason::new(self.reason))?,
            changelog: part("changelog", Changelog::new(self.changelog))?,
            semver: part("semver", self.semver.as_deref().map(str::parse).transpose())?,
            metadata: part("metadata", serde_json::from_str(metadata))?,
            depends_on: part("dependency", depends_on.collect())?,
            at: Timestamp::from_micros(self.at),
            revision: Revision::new(self.revision),
        })
    }
}

pub(super) fn number(number: u64) -> Decoded<VersionNumber> {
    VersionNumber::new(number).ok_or_else(|| "its version number is 0".into())
}

/// An artifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::kv) struct StoredArtifact {
    latest: u64,
    created_at: i64,
    created_by: String,
    revision: u64,
}

impl StoredArtifact {
    pub(in crate::kv) fn new(artifact: &Artifact) -> Self {
        Self {
            latest: artifact.latest.get(),
            created_at: artifact.created_at.as_micros(),
            created_by: artifact.created_by.to_string(),
            revision: artifact.revision.get(),
        }
    }

    pub(in crate::kv) fn into_artifact(self, id: ArtifactId) -> Decoded<Artifact> {
        Ok(Artifact {
            id,
            latest: number(self.latest)?,
            created_at: Timestamp::from_micros(self.created_at),
            created_by: part("creator", self.created_by.parse())?,
            revision: Revision::new(self.revision),
        })
    }
}
