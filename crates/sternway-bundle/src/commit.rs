//! A commit as one line of JSON. What all of it has in common (revision, time, actor, reason) is said
//! once. Records and metadata are kept as JSON of their own, since each of them may be nested as deep
//! as JSON is read at all.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::{RawValue, to_raw_value};
use sternway_types::{
    Actor, Applied, ArtifactId, Changelog, ChangesetId, Commit, ContentRef, Digest, Generation,
    MoveCause, NamespaceId, PointerMove, PointerName, Reason, RecordChange, RecordKey, Revision,
    Timestamp, Version, VersionNumber,
};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionShape {
    artifact: ArtifactId,
    number: VersionNumber,
    content: ContentRef,
    parents: Vec<VersionNumber>,
    author: Actor,
    authored_at: Timestamp,
    changelog: Changelog,
    semver: Option<semver::Version>,
    metadata: Box<RawValue>,
    depends_on: BTreeSet<ArtifactId>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MoveShape {
    artifact: ArtifactId,
    name: PointerName,
    from: Option<VersionNumber>,
    to: Option<VersionNumber>,
    generation: u64,
    cause: MoveCause,
    forced: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordShape {
    key: RecordKey,
    before: Option<Box<RawValue>>,
    after: Option<Box<RawValue>>,
    generation: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AppliedShape {
    NamespaceCreated,
    VersionAdded(VersionShape),
    PointerMoved(MoveShape),
    RecordChanged(RecordShape),
}

/// A commit, without its namespace.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommitShape {
    revision: u64,
    at: Timestamp,
    changeset: ChangesetId,
    fingerprint: Digest,
    actor: Actor,
    reason: Reason,
    undoes: Option<Revision>,
    applied: Vec<AppliedShape>,
    chain: Digest,
}

type Shaped<T> = Result<T, serde_json::Error>;

fn parsed<T: DeserializeOwned>(json: Option<Box<RawValue>>) -> Shaped<Option<T>> {
    json.map(|json| serde_json::from_str(json.get())).transpose()
}

impl AppliedShape {
    fn new(applied: &Applied) -> Shaped<Self> {
        Ok(match applied {
            Applied::NamespaceCreated => Self::NamespaceCreated,
            Applied::VersionAdded(version) => Self::VersionAdded(VersionShape {
                artifact: version.artifact.clone(),
                number: version.number,
                content: version.content.clone(),
                parents: version.parents.clone(),
                author: version.author.clone(),
                authored_at: version.authored_at,
                changelog: version.changelog.clone(),
                semver: version.semver.clone(),
                metadata: to_raw_value(&version.metadata)?,
                depends_on: version.depends_on.clone(),
            }),
            Applied::PointerMoved(moved) => Self::PointerMoved(MoveShape {
                artifact: moved.artifact.clone(),
                name: moved.name.clone(),
                from: moved.from,
                to: moved.to,
                generation: moved.generation.get(),
                cause: moved.cause.clone(),
                forced: moved.forced,
            }),
            Applied::RecordChanged(change) => Self::RecordChanged(RecordShape {
                key: change.key.clone(),
                before: change.before.as_ref().map(to_raw_value).transpose()?,
                after: change.after.as_ref().map(to_raw_value).transpose()?,
                generation: change.generation.get(),
            }),
        })
    }
}

impl CommitShape {
    pub(crate) fn new(commit: &Commit) -> Shaped<Self> {
        Ok(Self {
            revision: commit.revision.get(),
            at: commit.at,
            changeset: commit.changeset,
            fingerprint: commit.fingerprint,
            actor: commit.actor.clone(),
            reason: commit.reason.clone(),
            undoes: commit.undoes,
            applied: commit.applied.iter().map(AppliedShape::new).collect::<Shaped<_>>()?,
            chain: commit.chain,
        })
    }

    pub(crate) fn into_commit(self, namespace: &NamespaceId) -> Shaped<Commit> {
        let mut commit = Commit {
            namespace: namespace.clone(),
            revision: Revision::new(self.revision),
            at: self.at,
            changeset: self.changeset,
            fingerprint: self.fingerprint,
            actor: self.actor,
            reason: self.reason,
            undoes: self.undoes,
            applied: Vec::with_capacity(self.applied.len()),
            chain: self.chain,
        };
        for shape in self.applied {
            let applied = match shape {
                AppliedShape::NamespaceCreated => Applied::NamespaceCreated,
                AppliedShape::VersionAdded(shape) => {
                    Applied::VersionAdded(Box::new(version(shape, &commit)?))
                }
                AppliedShape::PointerMoved(shape) => {
                    Applied::PointerMoved(Box::new(moved(shape, &commit)))
                }
                AppliedShape::RecordChanged(shape) => {
                    Applied::RecordChanged(Box::new(RecordChange {
                        key: shape.key,
                        before: parsed(shape.before)?,
                        after: parsed(shape.after)?,
                        generation: Generation::new(shape.generation),
                    }))
                }
            };
            commit.applied.push(applied);
        }
        Ok(commit)
    }
}

fn version(shape: VersionShape, commit: &Commit) -> Shaped<Version> {
    Ok(Version {
        artifact: shape.artifact,
        number: shape.number,
        content: shape.content,
        parents: shape.parents,
        author: shape.author,
        authored_at: shape.authored_at,
        reason: commit.reason.clone(),
        changelog: shape.changelog,
        semver: shape.semver,
        metadata: serde_json::from_str(shape.metadata.get())?,
        depends_on: shape.depends_on,
        at: commit.at,
        revision: commit.revision,
    })
}

fn moved(shape: MoveShape, commit: &Commit) -> PointerMove {
    PointerMove {
        artifact: shape.artifact,
        name: shape.name,
        from: shape.from,
        to: shape.to,
        generation: Generation::new(shape.generation),
        cause: shape.cause,
        by: commit.actor.clone(),
        reason: commit.reason.clone(),
        forced: shape.forced,
        revision: commit.revision,
        at: commit.at,
    }
}
