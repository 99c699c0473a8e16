//! The first entry and the last one.

use serde::{Deserialize, Serialize};
use sternway_types::{Actor, Digest, NamespaceId, Revision, Timestamp};

use crate::FORMAT;

/// What a bundle holds, at its beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Which namespace it was.
    pub namespace: NamespaceId,
    /// Its newest revision in the bundle, which holds every one up to there.
    pub revision: Revision,
    /// The chain up to there.
    pub chain: Digest,
    /// When it was exported.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
    /// How many different contents it holds.
    pub contents: u64,
    /// How many bytes those have.
    pub content_bytes: u64,
}

/// What a bundle held, at its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// How many entries come before it.
    pub entries: u64,
    /// How many commits.
    pub commits: u64,
    /// How many versions those add.
    pub versions: u64,
    /// How many different contents.
    pub contents: u64,
    /// How many bytes those have.
    pub content_bytes: u64,
    /// How many subjects have outcomes.
    pub subjects: u64,
    /// How many outcomes those have.
    pub outcomes: u64,
    /// The signed head of the namespace, if it was signed.
    pub signed_head: Option<String>,
}

impl Closing {
    /// A bundle in which nothing is yet.
    pub(crate) const NOTHING: Self = Self {
        entries: 0,
        commits: 0,
        versions: 0,
        contents: 0,
        content_bytes: 0,
        subjects: 0,
        outcomes: 0,
        signed_head: None,
    };
}

/// The part of a manifest that every format has.
#[derive(Deserialize)]
pub(crate) struct Header {
    pub(crate) bundle: String,
    pub(crate) format: u64,
}

/// What [`Header::bundle`] says.
pub(crate) const MAGIC: &str = "sternway";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shape {
    bundle: String,
    format: u64,
    namespace: NamespaceId,
    revision: u64,
    chain: Digest,
    at: Timestamp,
    by: Actor,
    contents: u64,
    content_bytes: u64,
}

impl From<&Manifest> for Shape {
    fn from(manifest: &Manifest) -> Self {
        Self {
            bundle: MAGIC.into(),
            format: FORMAT,
            namespace: manifest.namespace.clone(),
            revision: manifest.revision.get(),
            chain: manifest.chain,
            at: manifest.at,
            by: manifest.by.clone(),
            contents: manifest.contents,
            content_bytes: manifest.content_bytes,
        }
    }
}

impl From<Shape> for Manifest {
    fn from(shape: Shape) -> Self {
        Self {
            namespace: shape.namespace,
            revision: Revision::new(shape.revision),
            chain: shape.chain,
            at: shape.at,
            by: shape.by,
            contents: shape.contents,
            content_bytes: shape.content_bytes,
        }
    }
}
