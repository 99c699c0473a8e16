//! One changeset: preconditions, then changes, then the commit.

use sternway_types::{
    Applied, Artifact, Change, Changeset, Commit, Digest, NamespaceId, NewVersion, Parents,
    Revision, Timestamp, Version, VersionNumber,
};

use super::{
    State, moved, precondition,
    recorded::{self, delete_record, put_record},
};
use crate::{Head, Refusal, StoreError};

/// The revision that is being made.
pub(super) struct Making<'a, S> {
    pub(super) state: &'a mut S,
    pub(super) changeset: &'a Changeset,
    fingerprint: Digest,
    pub(super) revision: Revision,
    pub(super) at: Timestamp,
    pub(super) applied: Vec<Applied>,
}

impl<S> Making<'_, S> {
    pub(super) const fn ns(&self) -> &NamespaceId {
        &self.changeset.namespace
    }
}

/// Applies a changeset, or answers with the commit of its first time. The fingerprint is the
/// changeset's. What was written into the state of a changeset that is refused is to be taken back.
///
/// # Errors
///
/// The conflict or the refusal, or what the backend answers.
pub fn commit<S: State>(
    state: &mut S,
    changeset: &Changeset,
    fingerprint: Digest,
) -> Result<Commit, StoreError> {
    if let Some(commit) = first_time(state, changeset, &fingerprint)? {
        return Ok(commit);
    }
    changeset.check().map_err(Refusal::from)?;
    let head = head_before(state, changeset)?;
    precondition::check(state, changeset)?;
    make(state, changeset, fingerprint, &head)
}

/// Applies the changes to what is there, as the next revision.
pub(super) fn make<S: State>(
    state: &mut S,
    changeset: &Changeset,
    fingerprint: Digest,
    head: &Head,
) -> Result<Commit, StoreError> {
    let mut making = Making {
        revision: head.revision.next(),
        at: changeset.at.max(head.at),
        state,
        changeset,
        fingerprint,
        applied: Vec::with_capacity(changeset.changes.len()),
    };
    for change in &changeset.changes {
        let applied = apply_change(&mut making, change)?;
        making.applied.push(applied);
    }
    finish(making, head)
}

fn first_time<S: State>(
    state: &S,
    changeset: &Changeset,
    fingerprint: &Digest,
) -> Result<Option<Commit>, StoreError> {
    let ns = &changeset.namespace;
    let Some(revision) = state.used(ns, changeset.id)? else { return Ok(None) };
    let commit = state.committed(ns, revision)?;
    if commit.fingerprint != *fingerprint {
        return Err(StoreError::ChangesetReused { id: changeset.id, revision });
    }
    Ok(Some(commit))
}

/// Where the namespace stands, or the start of a new one if the changeset creates it.
fn head_before<S: State>(state: &S, changeset: &Changeset) -> Result<Head, StoreError> {
    let ns = &changeset.namespace;
    let creates = changeset.changes.contains(&Change::CreateNamespace);
    match state.head(ns)? {
        Some(_) if creates => Err(Refusal::NamespaceExists(ns.clone()).into()),
        Some(head) => Ok(head),
        None if creates => {
            Ok(Head { revision: Revision::ZERO, at: Timestamp::MIN, chain: Digest::ZERO })
        }
        None => Err(StoreError::NoNamespace(ns.clone())),
    }
}

fn apply_change<S: State>(
    making: &mut Making<'_, S>,
    change: &Change,
) -> Result<Applied, StoreError> {
    match change {
        Change::CreateNamespace => Ok(Applied::NamespaceCreated),
        Change::AddVersion(new) => add_version(making, new),
        Change::MovePointer(new) => moved::move_pointer(making, new),
        Change::PutRecord(record) => put_record(making, record),
        Change::DeleteRecord(key) => delete_record(making, key),
    }
}

fn add_version<S: State>(
    making: &mut Making<'_, S>,
    new: &NewVersion,
) -> Result<Applied, StoreError> {
    let ns = making.ns().clone();
    making.state.check_content(&new.content)?;
    let artifact = making.state.artifact(&ns, &new.artifact)?;
    let latest = artifact.as_ref().map(|artifact| artifact.latest);
    let number = latest.map_or(VersionNumber::FIRST, VersionNumber::next);
    let parents = match &new.parents {
        Parents::Latest => latest.into_iter().collect(),
        Parents::Exactly(parents) => {
            for parent in parents {
                recorded::known_version(making, &new.artifact, *parent)?;
            }
            parents.clone()
        }
    };
    for dependency in &new.depends_on {
        if making.state.artifact(&ns, dependency)?.is_none() {
            return Err(Refusal::NoArtifact(dependency.clone()).into());
        }
    }
    let actor = &making.changeset.actor;
    let version = Version {
        artifact: new.artifact.clone(),
        number,
        content: new.content.clone(),
        parents,
        author: new.author.clone().unwrap_or_else(|| actor.clone()),
        authored_at: new.authored_at.unwrap_or(making.at),
        reason: making.changeset.reason.clone(),
        changelog: new.changelog.clone(),
        semver: new.semver.clone(),
        metadata: new.metadata.clone(),
        depends_on: new.depends_on.clone(),
        at: making.at,
        revision: making.revision,
    };
    let artifact = Artifact {
        id: new.artifact.clone(),
        latest: number,
        created_at: artifact.as_ref().map_or(making.at, |artifact| artifact.created_at),
        created_by: artifact.map_or_else(|| actor.clone(), |artifact| artifact.created_by),
        revision: making.revision,
    };
    making.state.put_version(&ns, &version, &artifact)?;
    Ok(Applied::VersionAdded(Box::new(version)))
}

/// Writes the commit, its id and the new head.
fn finish<S: State>(making: Making<'_, S>, before: &Head) -> Result<Commit, StoreError> {
    let Making { state, changeset, fingerprint, revision, at, applied } = making;
    let mut commit = Commit {
        namespace: changeset.namespace.clone(),
        revision,
        at,
        changeset: changeset.id,
        fingerprint,
        actor: changeset.actor.clone(),
        reason: changeset.reason.clone(),
        undoes: changeset.undoes,
        applied,
        chain: Digest::ZERO,
    };
    state.put_commit(before, &mut commit)?;
    Ok(commit)
}
