//! Checks what was written below the floor: its commits are gone, so the rows are held against each
//! other instead of against the chain. The files of trees are looked at here for every version.

use std::collections::HashSet;

use sternway_types::{ArtifactId, ContentKind, Digest, NamespaceId, Version};

use super::{
    codec, floor,
    key::{self, KeyReader},
    port::Snapshot,
    read::sense,
    staging::Get as _,
    stored::{StoredMove, StoredPointer, StoredVersion},
    tree,
    verify_history::{pointer_is_copied, version_is_placed},
};
use crate::{Report, StoreError};

/// Checks the rows of one namespace after the other.
pub(super) struct Base<'a> {
    snapshot: &'a dyn Snapshot,
    /// The namespace that was looked at last, and the oldest commit that it has.
    last: Option<(NamespaceId, u64)>,
    /// The contents that are damaged: they stand before the versions.
    pub(super) damaged: HashSet<Digest>,
    /// The trees whose files were looked at. Each is looked at once, however many versions have it.
    trees: HashSet<Digest>,
}

impl<'a> Base<'a> {
    pub(super) fn new(snapshot: &'a dyn Snapshot) -> Self {
        Self { snapshot, last: None, damaged: HashSet::new(), trees: HashSet::new() }
    }

    /// The namespace of a key, and the oldest commit that it has.
    fn kept(&mut self, key: &[u8]) -> Result<(NamespaceId, u64), StoreError> {
        let ns = KeyReader::new(key).and_then(|mut parts| parts.name::<NamespaceId>());
        let ns = ns.ok_or_else(|| codec::corrupt(key, "its key names no namespace"))?;
        if let Some(last) = self.last.as_ref().filter(|(last, _)| *last == ns) {
            return Ok(last.clone());
        }
        let kept = match floor::stored(self.snapshot, &ns) {
            Err(err) if err.is_temporary() => return Err(err),
            // What is damaged is named when its own row is checked.
            stored => stored.map_or(0, |stored| stored.kept),
        };
        self.last = Some((ns.clone(), kept));
        Ok((ns, kept))
    }

    pub(super) fn version(
        &mut self,
        key: &[u8],
        body: &[u8],
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let version = sense(key, codec::decode::<StoredVersion>(key, body)?.into_version())?;
        let (ns, kept) = self.kept(key)?;
        self.files(&ns, &version, report)?;
        if version.revision.get() >= kept || version_is_placed(self.snapshot, &ns, &version)? {
            return Ok(());
        }
        Err(codec::corrupt(key, "its artifact, its digest or its content does not lead to it"))
    }

    /// Names what is wrong with the files of a version that is a tree.
    fn files(
        &mut self,
        ns: &NamespaceId,
        version: &Version,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let content = &version.content;
        // A tree that is damaged itself is named for that.
        let is_sound = !self.damaged.contains(&content.digest);
        if content.kind != ContentKind::Tree || !is_sound || !self.trees.insert(content.digest) {
            return Ok(());
        }
        for (path, problem) in tree::spoilt_files(self.snapshot, content, &self.damaged)? {
            let (artifact, number) = (&version.artifact, version.number);
            let place = format!("the file {path} of {artifact}@{number} in namespace {ns}");
            report.note(place, problem);
        }
        Ok(())
    }

    pub(super) fn pointer(&mut self, key: &[u8], body: &[u8]) -> Result<(), StoreError> {
        let stored = codec::decode::<StoredPointer>(key, body)?;
        let named = KeyReader::new(key).and_then(|mut parts| {
            parts.name::<NamespaceId>()?;
            Some((parts.name::<ArtifactId>()?, parts.pointer()?))
        });
        let (id, name) = named.ok_or_else(|| codec::corrupt(key, "its key names no pointer"))?;
        let pointer = sense(key, stored.into_pointer(id, name))?;
        let (ns, kept) = self.kept(key)?;
        if pointer.revision.get() >= kept {
            return Ok(());
        }
        let moved = key::moved(&ns, &pointer.artifact, &pointer.name, pointer.revision);
        let last = self.snapshot.read::<StoredMove>(&moved)?.map(StoredMove::into_move);
        let led = sense(&moved, last.transpose())?.is_some_and(|last| {
            let placed = last.generation == pointer.generation && last.at == pointer.at;
            placed && last.to == pointer.version
        });
        if led && pointer_is_copied(self.snapshot, &ns, &pointer)? {
            return Ok(());
        }
        Err(codec::corrupt(key, "its last move does not lead to it, or its environment does not"))
    }
}
