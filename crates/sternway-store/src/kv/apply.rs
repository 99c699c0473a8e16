//! Applies one changeset to a batch in the making: preconditions, then changes, then the commit.
//!
//! Everything that must hold across records is checked here, since every writer passes through.

use sternway_types::{
    Applied, Artifact, Change, Changeset, Commit, Digest, NamespaceId, NewVersion, Parents,
    Receipt, Revision, Timestamp, Version, VersionNumber,
};

use super::{
    apply_record::{self, delete_record, put_record},
    blob, codec, floor, key, precondition,
    read::{self, sense},
    staging::{Get, Staging},
    stored::{StoredArtifact, StoredChangeset, StoredCommit, StoredHead, StoredVersion},
    tree,
};
use crate::{Head, Refusal, StoreError};

/// The revision that is being made.
pub(super) struct Making<'a> {
    pub(super) staging: &'a mut Staging,
    pub(super) changeset: &'a Changeset,
    fingerprint: Digest,
    pub(super) revision: Revision,
    pub(super) at: Timestamp,
    pub(super) applied: Vec<Applied>,
}

impl Making<'_> {
    pub(super) const fn ns(&self) -> &NamespaceId {
        &self.changeset.namespace
    }
}

/// Applies a changeset, or answers with the receipt of its first time. What it wrote is left in the
/// last layer of `staging`, to be kept or dropped.
pub(super) fn apply(
    staging: &mut Staging,
    changeset: &Changeset,
    fingerprint: Digest,
) -> Result<Receipt, StoreError> {
    if let Some(receipt) = first_time(staging, changeset, &fingerprint)? {
        return Ok(receipt);
    }
    changeset.check().map_err(Refusal::from)?;
    let head = head_before(staging, changeset)?;
    precondition::check(staging, changeset)?;
    let commit = make(staging, changeset, fingerprint, &head)?;
    Ok(Receipt::from(&commit))
}

/// Applies the changes to what is there, as the next revision.
pub(super) fn make(
    staging: &mut Staging,
    changeset: &Changeset,
    fingerprint: Digest,
    head: &Head,
) -> Result<Commit, StoreError> {
    let mut making = Making {
        revision: head.revision.next(),
        at: changeset.at.max(head.at),
        staging,
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

fn first_time(
    staging: &Staging,
    changeset: &Changeset,
    fingerprint: &Digest,
) -> Result<Option<Receipt>, StoreError> {
    let ns = &changeset.namespace;
    let key = key::changeset(ns, changeset.id);
    let Some(stored) = staging.read::<StoredChangeset>(&key)? else { return Ok(None) };
    let revision = Revision::new(stored.revision);
    floor::is_kept(staging, ns, revision)?;
    let commit = read::commit(staging, ns, revision)?;
    let commit = commit.ok_or_else(|| codec::corrupt(&key, "its revision is missing"))?;
    if commit.fingerprint != *fingerprint {
        return Err(StoreError::ChangesetReused { id: changeset.id, revision });
    }
    Ok(Some(Receipt::from(&commit)))
}

/// Where the namespace stands, or the start of a new one if the changeset creates it.
fn head_before(staging: &Staging, changeset: &Changeset) -> Result<Head, StoreError> {
    let ns = &changeset.namespace;
    let creates = changeset.changes.contains(&Change::CreateNamespace);
    match read::head(staging, ns)? {
        Some(_) if creates => Err(Refusal::NamespaceExists(ns.clone()).into()),
        Some(head) => Ok(head),
        None if creates => {
            Ok(Head { revision: Revision::ZERO, at: Timestamp::MIN, chain: Digest::ZERO })
        }
        None => Err(StoreError::NoNamespace(ns.clone())),
    }
}

fn apply_change(making: &mut Making<'_>, change: &Change) -> Result<Applied, StoreError> {
    match change {
        Change::CreateNamespace => Ok(Applied::NamespaceCreated),
        Change::AddVersion(new) => add_version(making, new),
        Change::MovePointer(new) => super::apply_move::move_pointer(making, new),
        Change::PutRecord(record) => put_record(making, record),
        Change::DeleteRecord(key) => delete_record(making, key),
    }
}

fn add_version(making: &mut Making<'_>, new: &NewVersion) -> Result<Applied, StoreError> {
    let ns = making.ns().clone();
    let digest = new.content.digest;
    // A rehearsal has no contents to look at.
    if making.staging.requires_contents() {
        match blob::is_kept(making.staging, &new.content)? {
            Some(true) => tree::check_files(making.staging, &new.content)?,
            Some(false) => {
                return Err(Refusal::OtherContent(Box::new(new.content.clone())).into());
            }
            None => return Err(Refusal::NoContent(digest).into()),
        }
    }
    let artifact = read::artifact(making.staging, &ns, &new.artifact)?;
    let latest = artifact.as_ref().map(|artifact| artifact.latest);
    let number = latest.map_or(VersionNumber::FIRST, VersionNumber::next);
    let parents = match &new.parents {
        Parents::Latest => latest.into_iter().collect(),
        Parents::Exactly(parents) => {
            for parent in parents {
                apply_record::known_version(making, &new.artifact, *parent)?;
            }
            parents.clone()
        }
    };
    for dependency in &new.depends_on {
        if read::artifact(making.staging, &ns, dependency)?.is_none() {
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
    write_version(making.staging, &ns, &version)?;
    let key = key::artifact(&ns, &version.artifact);
    making.staging.write(key, &StoredArtifact::new(&artifact))?;
    Ok(Applied::VersionAdded(Box::new(version)))
}

/// Writes a version, and the rows by which it is found.
fn write_version(
    staging: &mut Staging,
    ns: &NamespaceId,
    version: &Version,
) -> Result<(), StoreError> {
    let (artifact, number) = (&version.artifact, version.number);
    let key = key::version(ns, artifact, number);
    let stored = sense(&key, StoredVersion::new(version))?;
    staging.write(key, &stored)?;
    let key = key::digest(ns, &version.content.digest, artifact, number);
    let sealed = codec::seal(&key, &version.revision.get().to_be_bytes());
    staging.put(key, sealed);
    for dependency in &version.depends_on {
        let key = key::dependent(ns, dependency, artifact, number);
        let sealed = codec::seal(&key, &[]);
        staging.put(key, sealed);
    }
    Ok(())
}

/// Writes the commit, its id and the new head.
fn finish(making: Making<'_>, before: &Head) -> Result<Commit, StoreError> {
    let Making { staging, changeset, fingerprint, revision, at, applied } = making;
    let ns = &changeset.namespace;
    let mut commit = Commit {
        namespace: ns.clone(),
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
    let key = key::commit(ns, revision);
    let record = record(&commit)?;
    commit.chain = chain(&before.chain, revision, &record);
    let body = [commit.chain.as_bytes().as_slice(), &record].concat();
    let sealed = codec::seal(&key, &body);
    staging.put(key, sealed);
    let key = key::changeset(ns, changeset.id);
    staging.write(key, &StoredChangeset { revision: revision.get() })?;
    staging.write(
        key::head(ns),
        &StoredHead {
            revision: revision.get(),
            at: at.as_micros(),
            chain: *commit.chain.as_bytes(),
        },
    )?;
    Ok(commit)
}

/// What is stored of a commit, and chained.
fn record(commit: &Commit) -> Result<Vec<u8>, StoreError> {
    let key = key::commit(&commit.namespace, commit.revision);
    codec::encode(&sense(&key, StoredCommit::new(commit))?)
}

/// The chain up to a commit, computed from the chain before it and from what the commit says; not the
/// one that it says. Whoever has the commits of a history from elsewhere checks them by it.
///
/// # Errors
///
/// [`StoreError::Corrupt`] if no store could keep such a commit.
pub fn chain_of(before: &Digest, commit: &Commit) -> Result<Digest, StoreError> {
    Ok(chain(before, commit.revision, &record(commit)?))
}

/// The chain up to a revision: SHA-256 of the chain before it, the revision and the stored record.
pub(super) fn chain(before: &Digest, revision: Revision, record: &[u8]) -> Digest {
    Digest::of_parts(&[before.as_bytes(), &revision.get().to_be_bytes(), record])
}
