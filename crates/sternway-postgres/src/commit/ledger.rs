//! What a group of changesets is decided on: what was loaded, what was decided before in the group,
//! and what the changeset under way has written.
//!
//! What turns out to be needed and was not loaded is noted, and the decision begins again when it is
//! there. So the decisions know nothing of a database, and one that waited would not be seen from
//! outside.

use std::{cell::RefCell, collections::BTreeMap};

use sternway_store::{Cause, Floor, Head, LastWrite, Refusal, StoreError, decide::State, encoding};
use sternway_types::{
    Artifact, ArtifactId, At, ChangesetId, Commit, ContentKind, ContentRef, Digest, NamespaceId,
    Pointer, PointerMove, PointerName, RecordEntry, RecordKey, Revision, Tree, Version,
    VersionNumber,
};

use super::needs::Needs;
use crate::convert::{form, signed};

/// What is known of a content: what it was checked to be, and how long it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) form: i16,
    pub(super) len: i64,
}

/// Rows by what they are about; nothing where it is known that there is none.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer {
    pub(super) head: Option<Head>,
    pub(super) artifacts: BTreeMap<ArtifactId, Option<Artifact>>,
    pub(super) versions: BTreeMap<(ArtifactId, VersionNumber), Option<Version>>,
    /// With who moved it last.
    pub(super) pointers: BTreeMap<(ArtifactId, PointerName), Option<(Pointer, LastWrite)>>,
    pub(super) records: BTreeMap<RecordKey, Option<RecordEntry>>,
    pub(super) ids: BTreeMap<ChangesetId, Option<Revision>>,
    /// A commit that was let go is not there.
    pub(super) commits: BTreeMap<Revision, Option<Commit>>,
    /// Moves, in order.
    pub(super) moves: Vec<PointerMove>,
    /// The states of records that were replaced, in order.
    pub(super) past: Vec<RecordEntry>,
}

impl Layer {
    /// Puts another one on top.
    pub(super) fn cover(&mut self, other: Self) {
        if other.head.is_some() {
            self.head = other.head;
        }
        self.artifacts.extend(other.artifacts);
        self.versions.extend(other.versions);
        self.pointers.extend(other.pointers);
        self.records.extend(other.records);
        self.ids.extend(other.ids);
        self.commits.extend(other.commits);
        self.moves.extend(other.moves);
        self.past.extend(other.past);
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(super) floor: Option<Floor>,
    pub(super) contents: BTreeMap<Digest, Option<Known>>,
    pub(super) trees: BTreeMap<Digest, Option<Vec<u8>>>,
    pub(super) loaded: Layer,
    pub(super) decided: Layer,
    making: Layer,
    missed: RefCell<Needs>,
    missing: std::cell::Cell<bool>,
    requires_contents: bool,
}

macro_rules! find {
    ($ledger:expr, $table:ident, $key:expr, $need:expr) => {{
        let key = $key;
        let layers = [&$ledger.making, &$ledger.decided, &$ledger.loaded];
        match layers.iter().find_map(|layer| layer.$table.get(&key)) {
            Some(found) => Ok(found.clone()),
            None => $ledger.miss(|needs| {
                $need(needs, key);
            }),
        }
    }};
}

impl Ledger {
    pub(super) fn new(requires_contents: bool) -> Self {
        Self {
            floor: None,
            contents: BTreeMap::new(),
            trees: BTreeMap::new(),
            loaded: Layer::default(),
            decided: Layer::default(),
            making: Layer::default(),
            missed: RefCell::default(),
            missing: std::cell::Cell::new(false),
            requires_contents,
        }
    }

    /// Keeps what was written since the last `keep` or `take_back`.
    pub(super) fn keep(&mut self) {
        let making = std::mem::take(&mut self.making);
        self.decided.cover(making);
    }

    /// Takes back what was written since the last `keep` or `take_back`.
    pub(super) fn take_back(&mut self) {
        self.making = Layer::default();
    }

    /// Whether the changeset under way wrote this revision.
    pub(super) fn wrote(&self, revision: Revision) -> bool {
        self.making.commits.contains_key(&revision)
    }

    /// What was missed since this was asked last; nothing if nothing was.
    pub(super) fn take_missed(&self) -> Option<Needs> {
        self.missing.replace(false).then(|| self.missed.take())
    }

    fn miss<T>(&self, need: impl FnOnce(&mut Needs)) -> Result<T, StoreError> {
        need(&mut self.missed.borrow_mut());
        self.missing.set(true);
        Err(StoreError::Unavailable(Cause::new("it was not loaded")))
    }

    fn content(&self, digest: &Digest) -> Result<Option<Known>, StoreError> {
        match self.contents.get(digest) {
            Some(known) => Ok(*known),
            None => self.miss(|needs| needs.contents.extend([*digest])),
        }
    }

    fn check_files(&self, content: &ContentRef) -> Result<(), StoreError> {
        let bytes = match self.trees.get(&content.digest) {
            Some(bytes) => bytes.as_ref(),
            None => return self.miss(|needs| needs.trees.extend([content.digest])),
        };
        let bytes = bytes.ok_or(Refusal::NoContent(content.digest))?;
        let tree = Tree::parse(bytes).map_err(|err| StoreError::Corrupt {
            place: format!("content {}", content.digest),
            detail: format!("it is no tree ({err})"),
        })?;
        // All that are missed are asked for at once.
        let files = tree.files().filter(|(_, file)| file.size > 0);
        let looked: Vec<_> =
            files.map(|(path, file)| (path, file, self.content(&file.digest))).collect();
        for (path, file, known) in looked {
            if known?.is_none_or(|known| known.len != signed(file.size)) {
                return Err(Refusal::NoFile {
                    tree: content.digest,
                    path: path.clone(),
                    digest: file.digest,
                    size: file.size,
                }
                .into());
            }
        }
        Ok(())
    }

    fn compacted(&self, asked: Revision) -> Result<(), StoreError> {
        match self.floor.filter(|floor| asked < floor.revision) {
            Some(floor) => Err(StoreError::Compacted {
                asked: At::Revision(asked),
                oldest: floor.revision,
                oldest_at: floor.at,
            }),
            None => Ok(()),
        }
    }

    fn commit(&self, revision: Revision) -> Result<Option<Commit>, StoreError> {
        find!(self, commits, revision, |needs: &mut Needs, key| needs.commits.insert(key))
    }
}

impl State for Ledger {
    fn head(&self, _: &NamespaceId) -> Result<Option<Head>, StoreError> {
        let layers = [&self.making, &self.decided, &self.loaded];
        Ok(layers.iter().find_map(|layer| layer.head.clone()))
    }

    fn used(&self, _: &NamespaceId, id: ChangesetId) -> Result<Option<Revision>, StoreError> {
        find!(self, ids, id, |needs: &mut Needs, key| needs.ids.insert(key))
    }

    fn committed(&self, ns: &NamespaceId, revision: Revision) -> Result<Commit, StoreError> {
        self.compacted(revision)?;
        self.commit(revision)?.ok_or_else(|| StoreError::Corrupt {
            place: format!("revision {revision} of namespace {ns}"),
            detail: "it is missing".into(),
        })
    }

    fn chain(&self, _: &NamespaceId, revision: Revision) -> Result<Option<Digest>, StoreError> {
        Ok(self.commit(revision)?.map(|commit| commit.chain))
    }

    fn artifact(&self, _: &NamespaceId, id: &ArtifactId) -> Result<Option<Artifact>, StoreError> {
        find!(self, artifacts, id.clone(), |needs: &mut Needs, key| needs.artifacts.insert(key))
    }

    fn version(
        &self,
        _: &NamespaceId,
        id: &ArtifactId,
        number: VersionNumber,
    ) -> Result<Option<Version>, StoreError> {
        let key = (id.clone(), number);
        find!(self, versions, key, |needs: &mut Needs, key| needs.versions.insert(key))
    }

    fn pointer(
        &self,
        _: &NamespaceId,
        id: &ArtifactId,
        name: &PointerName,
    ) -> Result<Option<Pointer>, StoreError> {
        let key = (id.clone(), name.clone());
        let found =
            find!(self, pointers, key, |needs: &mut Needs, key| needs.pointers.insert(key))?;
        Ok(found.map(|(pointer, _)| pointer))
    }

    fn record(&self, _: &NamespaceId, key: &RecordKey) -> Result<Option<RecordEntry>, StoreError> {
        find!(self, records, key.clone(), |needs: &mut Needs, key| needs.records.insert(key))
    }

    fn last_move(&self, _: &NamespaceId, of: &Pointer) -> Result<Option<LastWrite>, StoreError> {
        let key = (of.artifact.clone(), of.name.clone());
        let found =
            find!(self, pointers, key, |needs: &mut Needs, key| needs.pointers.insert(key))?;
        Ok(found.map(|(_, last)| last))
    }

    fn last_write(&self, _: &NamespaceId, at: Revision) -> Result<Option<LastWrite>, StoreError> {
        if self.compacted(at).is_err() {
            return Ok(None);
        }
        let commit = self.commit(at)?;
        Ok(commit.map(|commit| LastWrite { revision: at, by: commit.actor, at: commit.at }))
    }

    fn check_content(&self, content: &ContentRef) -> Result<(), StoreError> {
        if !self.requires_contents {
            return Ok(());
        }
        let Some(known) = self.content(&content.digest)? else {
            return Err(Refusal::NoContent(content.digest).into());
        };
        if known.len != signed(content.len) || known.form < form(&content.kind) {
            return Err(Refusal::OtherContent(Box::new(content.clone())).into());
        }
        if content.kind == ContentKind::Tree { self.check_files(content) } else { Ok(()) }
    }

    fn put_version(
        &mut self,
        _: &NamespaceId,
        version: &Version,
        artifact: &Artifact,
    ) -> Result<(), StoreError> {
        let key = (version.artifact.clone(), version.number);
        self.making.versions.insert(key, Some(version.clone()));
        self.making.artifacts.insert(artifact.id.clone(), Some(artifact.clone()));
        Ok(())
    }

    fn put_move(&mut self, _: &NamespaceId, moved: &PointerMove) -> Result<(), StoreError> {
        let last = LastWrite { revision: moved.revision, by: moved.by.clone(), at: moved.at };
        let key = (moved.artifact.clone(), moved.name.clone());
        self.making.pointers.insert(key, Some((Pointer::from(moved), last)));
        self.making.moves.push(moved.clone());
        Ok(())
    }

    fn put_record(
        &mut self,
        _: &NamespaceId,
        before: Option<&RecordEntry>,
        after: &RecordEntry,
    ) -> Result<(), StoreError> {
        self.making.past.extend(before.cloned());
        self.making.records.insert(after.key.clone(), Some(after.clone()));
        Ok(())
    }

    fn put_commit(&mut self, before: &Head, commit: &mut Commit) -> Result<(), StoreError> {
        let record = encoding::record(commit)?;
        commit.chain = encoding::link(&before.chain, commit.revision, &record);
        let (revision, at, chain) = (commit.revision, commit.at, commit.chain);
        self.making.head = Some(Head { revision, at, chain });
        self.making.ids.insert(commit.changeset, Some(revision));
        self.making.commits.insert(revision, Some(commit.clone()));
        Ok(())
    }
}
