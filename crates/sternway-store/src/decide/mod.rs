//! Decides what a changeset comes to, on whatever it is that a backend keeps.
//!
//! Every precondition and every invariant is checked here and nowhere else, so that all backends
//! obey the same ones. A backend brings a [`State`]: reads of what is there, with what was decided
//! before in the same batch, and the writes that a decision comes to. Nothing here waits, or knows
//! how anything is kept.

mod changeset;
mod deployed;
mod moved;
mod noted;
mod precondition;
mod protected;
mod queued;
mod recorded;
mod replay;
mod subject;
mod told;

use sternway_types::{
    Artifact, ArtifactId, ChangesetId, Commit, ContentRef, Digest, NamespaceId, Pointer,
    PointerMove, PointerName, RecordEntry, RecordKey, Revision, Version, VersionNumber,
};

pub use self::{changeset::commit, noted::note, replay::replay, subject::subject};
use crate::{Head, LastWrite, StoreError};

/// What a changeset is decided on.
///
/// Reads answer with what is there now: what is stored, and on top of it what was written through
/// this state since. Who refuses a changeset takes back what it wrote.
pub trait State {
    /// Where a namespace stands; nothing if there is none.
    ///
    /// # Errors
    ///
    /// As of every read here: what the backend answers.
    fn head(&self, ns: &NamespaceId) -> Result<Option<Head>, StoreError>;

    /// The revision that a changeset became before; nothing if its id is new.
    ///
    /// # Errors
    ///
    /// What the backend answers.
    fn used(&self, ns: &NamespaceId, id: ChangesetId) -> Result<Option<Revision>, StoreError>;

    /// The commit of a revision that is there.
    ///
    /// # Errors
    ///
    /// [`StoreError::Compacted`] if it was let go.
    fn committed(&self, ns: &NamespaceId, revision: Revision) -> Result<Commit, StoreError>;

    /// The chain up to a revision; nothing if it is not there.
    ///
    /// # Errors
    ///
    /// What the backend answers.
    fn chain(&self, ns: &NamespaceId, revision: Revision) -> Result<Option<Digest>, StoreError>;

    /// One artifact.
    ///
    /// # Errors
    ///
    /// What the backend answers.
    fn artifact(&self, ns: &NamespaceId, id: &ArtifactId) -> Result<Option<Artifact>, StoreError>;

    /// One version.
    ///
    /// # Errors
    ///
    /// What the backend answers.
    fn version(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        number: VersionNumber,
    ) -> Result<Option<Version>, StoreError>;

    /// One pointer, also one that was taken away.
    ///
    /// # Errors
    ///
    /// What the backend answers.
    fn pointer(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        name: &PointerName,
    ) -> Result<Option<Pointer>, StoreError>;

    /// One record, also one that was taken away.
    ///
    /// # Errors
    ///
    /// What the backend answers.
    fn record(&self, ns: &NamespaceId, key: &RecordKey) -> Result<Option<RecordEntry>, StoreError>;

    /// Who made the last move of a pointer, and when.
    ///
    /// # Errors
    ///
    /// What the backend answers.
    fn last_move(&self, ns: &NamespaceId, of: &Pointer) -> Result<Option<LastWrite>, StoreError>;

    /// Who wrote a revision, and when; nothing if that was let go.
    ///
    /// # Errors
    ///
    /// What the backend answers.
    fn last_write(&self, ns: &NamespaceId, at: Revision) -> Result<Option<LastWrite>, StoreError>;

    /// Refuses a content that was not written before, or as something else, and a tree one of whose
    /// files was not. A rehearsal, which has written none, refuses nothing.
    ///
    /// # Errors
    ///
    /// The refusal.
    fn check_content(&self, content: &ContentRef) -> Result<(), StoreError>;

    /// Writes a version, and the artifact as it is since.
    ///
    /// # Errors
    ///
    /// If it cannot be written at all.
    fn put_version(
        &mut self,
        ns: &NamespaceId,
        version: &Version,
        artifact: &Artifact,
    ) -> Result<(), StoreError>;

    /// Writes a move, and the pointer as it is since.
    ///
    /// # Errors
    ///
    /// If it cannot be written at all.
    fn put_move(&mut self, ns: &NamespaceId, moved: &PointerMove) -> Result<(), StoreError>;

    /// Writes a record, and keeps what it was before for who looks back.
    ///
    /// # Errors
    ///
    /// If it cannot be written at all.
    fn put_record(
        &mut self,
        ns: &NamespaceId,
        before: Option<&RecordEntry>,
        after: &RecordEntry,
    ) -> Result<(), StoreError>;

    /// Writes a commit after this head, gives it its chain, and makes it the head.
    ///
    /// # Errors
    ///
    /// If it cannot be written at all.
    fn put_commit(&mut self, before: &Head, commit: &mut Commit) -> Result<(), StoreError>;
}
