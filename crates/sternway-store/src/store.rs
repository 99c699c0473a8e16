//! The port that everything above sees.

use std::fmt;

use async_trait::async_trait;
use sternway_types::{
    Artifact, ArtifactId, At, Changeset, ChangesetId, Commit, Content, ContentRef, Digest,
    DigestPrefix, EnvironmentId, NamespaceId, OpenRun, Outcome, OutcomeId, Pointer, PointerMove,
    PointerName, Receipt, RecordEntry, RecordKey, RecordKind, Revision, Subject, Timestamp,
    Version, VersionNumber,
};

use crate::{
    Append, Appended, Compaction, Floor, Limit, Noted, Report, Shrunk, StoreError, Tallies,
};

/// Where a namespace stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its newest revision.
    pub revision: Revision,
    /// When that was committed.
    pub at: Timestamp,
    /// The chain up to there.
    pub chain: Digest,
}

/// A version that was found by its digest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DigestHit {
    /// The digest.
    pub digest: Digest,
    /// Whose version.
    pub artifact: ArtifactId,
    /// Its number.
    pub number: VersionNumber,
}

/// A storage backend.
///
/// # Contract
///
/// Each clause is a case of the conformance suite, by this name.
///
/// Writing:
///
/// - **Atomic**: a changeset applies as a whole or leaves no trace. Where a precondition fails and an
///   invariant would break as well, the answer is the conflict.
/// - **Durable**: an acknowledged write survives the end of the process at any moment, and the loss
///   of power.
/// - **Immutable**: a version never changes.
/// - **Dense**: version numbers of an artifact are 1, 2, 3, … and revisions of a namespace are
///   1, 2, 3, …, both in commit order, and never reused.
/// - **Locked**: a stale generation conflicts, and the conflict says what was expected, what is
///   there, who wrote it and when. A generation only grows.
/// - **Idempotent**: repeating a changeset by its id is answered with the first receipt; the same
///   id with another body is an error. Ids belong to their namespace, and what was refused uses up
///   none.
/// - **Whole on cancellation**: a caller that goes away may find its changeset committed or not,
///   never half.
/// - **Grouped in silence**: many changesets in one durable write keep their own verdicts.
/// - **Contents first**: a content is written before the commit that names it, and is durable when
///   that commit is. A commit that names an unknown content is refused. A content is read back byte
///   for byte, or as an error, whatever it was said to resemble.
/// - **Trees whole**: a commit that names a tree is refused unless every file that the tree lists was
///   written before, with its digest and size; an empty file is nothing to write. It costs a look at
///   each file, and reads none.
/// - **Guarded**: pointers name versions that exist, in environments that exist, and versions depend
///   on artifacts that exist; a version says of
///   its content what its writer did; a condemned content goes live only when a person forces it, and
///   automation that forces is refused whatever it forces, and so is one that pardons. What a record is about exists; a latched
///   verdict is written once; a rollback point names a revision that is there, and nothing of it changes
///   but that it was used; only policies, condemnations, routes and rollback points are taken away.
///   verdict is written once; only policies, condemnations and channels are taken away.
/// - **Deployed**: what a deployment does is frozen when it begins, and an end is an end. A route is of
///   a deployment that is on its way, belongs to the pointer's generation, and stays until that end: so
///   one deployment at a time moves an artifact in an environment. A shift is a new generation, and
///   moves nothing. A condemned candidate gets no share. Outcomes of a candidate count in the
///   generation of its route, and in earlier ones.
/// - **Told**: how far a channel was told is written only while the channel is there, never ahead of the
///   feed, and automation never takes it back; a channel is taken away after it.
/// - **Counted once**: an outcome counts exactly once by its id, however often and in whatever
///   company it is appended, with what was measured of it. The answer has the tallies before it. A batch with an outcome of what
///   does not exist, or of a present stay that never was, is refused as a whole. A judged mark never
///   goes back, and one of a subject without outcomes does nothing.
/// - **Opened once**: a run is open from when it was opened until an outcome with its id is counted, and
///   never after. Opening one that is open, or over, changes nothing, and the answer says so. One of what
///   does not exist is refused as its outcome would be.
/// - **Replayed**: replaying a namespace's feed into another store, under its own name or another one,
///   gives the same revisions, the same chain and the same answers; also to who repeats a changeset.
///   What is there already is passed over. A commit that does not follow what is there, or comes to
///   something else, is refused, and nothing of its batch is applied.
/// - **Monotone**: the times of a namespace's commits never go backwards, whatever clocks do.
///
/// Reading:
///
/// - **Consistent**: each read sees one revision, and every write acknowledged before it began.
/// - **As of**: a read at a revision or a time sees exactly that state.
/// - **Stable pages**: pages neither miss nor repeat what was there when the first was read.
/// - **Followed**: the feed gives every revision once, in order, whatever commits beside it; `wait`
///   returns when there is a newer one.
///
/// Keeping:
///
/// - **Verified**: a flipped byte anywhere is named by `verify`.
/// - **Compacted**: after `compact` nothing below the floor can be asked for, by whatever name:
///   [`StoreError::Compacted`] says what the oldest is, and never is something near it or an empty
///   page given instead. Everything from the floor on is as it was, and so are versions, contents,
///   outcomes, every move of an environment, and the newest move of a label. A changeset that was let
///   go is not applied again: its id is answered with the same error. A compaction goes in steps of
///   bounded size, each durable; one that ended in the middle is gone on with by the next, and a read
///   beside it sees a state or that error, never half of each. Two of them take turns. The floor
///   never goes down.
///
/// Reads answer `None` or an empty page for what is not there, and [`StoreError::NoNamespace`] for
/// a namespace that is not. A read is one range read of what it returns, in the order in which it is
/// kept. It passes over what was taken away, and a past state of an environment costs one step more
/// for each artifact that moved since; finding the revision of a moment takes as many steps as
/// halving the history.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Writes a content, to be named by a later commit. Writing it again does nothing. `near` may name
    /// a content that it probably resembles, such as that of the version before it, so that only what
    /// sets them apart need be kept. That is a hint: whatever it names, or nothing, changes no answer.
    async fn put(&self, content: &Content, near: Option<&Digest>) -> Result<(), StoreError>;

    /// Applies a changeset durably, as one revision.
    async fn commit(&self, changeset: &Changeset) -> Result<Receipt, StoreError>;

    /// Says what `commit` would answer now, and writes nothing. Contents need not be there.
    async fn rehearse(&self, changeset: &Changeset) -> Result<Receipt, StoreError>;

    /// Applies commits of a feed from elsewhere again, durably, all or none, each as the revision that
    /// it is. They are in order and of one namespace. Answers with how many were not there.
    async fn replay(&self, commits: &[Commit]) -> Result<usize, StoreError>;

    /// Says what `replay` would answer now, and applies nothing. Contents need not be there.
    async fn rehearse_replay(&self, commits: &[Commit]) -> Result<usize, StoreError>;

    /// Counts outcomes durably, all or none, without a revision.
    async fn append(&self, append: &Append) -> Result<Appended, StoreError>;

    /// Says what `append` would answer now, and counts nothing.
    async fn rehearse_append(&self, append: &Append) -> Result<Appended, StoreError>;

    /// The namespaces after this one, by name.
    async fn namespaces(
        &self,
        after: Option<&NamespaceId>,
        limit: Limit,
    ) -> Result<Vec<NamespaceId>, StoreError>;

    /// Where a namespace stands; nothing if it does not exist.
    async fn head(&self, namespace: &NamespaceId, at: At) -> Result<Option<Head>, StoreError>;

    /// One artifact.
    async fn artifact(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
    ) -> Result<Option<Artifact>, StoreError>;

    /// The artifacts after this one whose names begin with a prefix, by name.
    async fn artifacts(
        &self,
        namespace: &NamespaceId,
        prefix: &str,
        at: At,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Artifact>, StoreError>;

    /// One version.
    async fn version(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        number: VersionNumber,
    ) -> Result<Option<Version>, StoreError>;

    /// The versions before this one, newest first; from the newest if none is named.
    async fn history(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
        before: Option<VersionNumber>,
        limit: Limit,
    ) -> Result<Vec<Version>, StoreError>;

    /// The versions whose digests begin like this, by digest, artifact and number, after this one.
    async fn with_digest(
        &self,
        namespace: &NamespaceId,
        prefix: &DigestPrefix,
        at: At,
        after: Option<&DigestHit>,
        limit: Limit,
    ) -> Result<Vec<DigestHit>, StoreError>;

    /// The artifacts after this one whose newest version depends on an artifact, by name.
    async fn dependents(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Artifact>, StoreError>;

    /// The content that a version names, checked against its digest.
    async fn content(&self, content: &ContentRef) -> Result<Option<Content>, StoreError>;

    /// One pointer. One that was taken away is shown with its generation and without a version.
    async fn pointer(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        name: &PointerName,
        at: At,
    ) -> Result<Option<Pointer>, StoreError>;

    /// The pointers of an artifact after this one, environments first, by name. Those that were
    /// taken away are left out.
    async fn pointers(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        at: At,
        after: Option<&PointerName>,
        limit: Limit,
    ) -> Result<Vec<Pointer>, StoreError>;

    /// The moves of a pointer before this revision, newest first; from the newest if none is named.
    /// A page ends where moves were let go, and the one after it is answered with that.
    async fn moves(
        &self,
        namespace: &NamespaceId,
        artifact: &ArtifactId,
        name: &PointerName,
        before: Option<Revision>,
        limit: Limit,
    ) -> Result<Vec<PointerMove>, StoreError>;

    /// What is live in an environment after this artifact, by artifact.
    async fn environment(
        &self,
        namespace: &NamespaceId,
        environment: &EnvironmentId,
        at: At,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Pointer>, StoreError>;

    /// One record.
    async fn record(
        &self,
        namespace: &NamespaceId,
        key: &RecordKey,
        at: At,
    ) -> Result<Option<RecordEntry>, StoreError>;

    /// Several records of one moment, each in the place of its key; nothing for one that was never put.
    async fn records_of(
        &self,
        namespace: &NamespaceId,
        keys: &[RecordKey],
        at: At,
    ) -> Result<Vec<Option<RecordEntry>>, StoreError>;

    /// The records of a kind whose names begin with a prefix, after this name, by name. Records
    /// that were taken away are left out.
    async fn records(
        &self,
        namespace: &NamespaceId,
        kind: RecordKind,
        prefix: &str,
        at: At,
        after: Option<&str>,
        limit: Limit,
    ) -> Result<Vec<RecordEntry>, StoreError>;

    /// What the outcomes of a subject add up to; nothing if it has none.
    async fn tallies(
        &self,
        namespace: &NamespaceId,
        subject: &Subject,
    ) -> Result<Option<Tallies>, StoreError>;

    /// The outcomes of a subject after this place in its log (from 0), in the order of the log.
    async fn outcomes(
        &self,
        namespace: &NamespaceId,
        subject: &Subject,
        after: u64,
        limit: Limit,
    ) -> Result<Vec<Outcome>, StoreError>;

    /// What was noted with the failures of a subject after this place in its log (from 0), in the order of the
    /// log: how far the logs of others were. A failure with which nothing was noted is left out.
    async fn noted(
        &self,
        namespace: &NamespaceId,
        subject: &Subject,
        after: u64,
        limit: Limit,
    ) -> Result<Vec<Noted>, StoreError>;

    /// The subjects after this one that have outcomes.
    async fn subjects(
        &self,
        namespace: &NamespaceId,
        after: Option<&Subject>,
        limit: Limit,
    ) -> Result<Vec<Subject>, StoreError>;

    /// The subjects after this one that have outcomes nobody judged.
    async fn unjudged(
        &self,
        namespace: &NamespaceId,
        after: Option<&Subject>,
        limit: Limit,
    ) -> Result<Vec<Subject>, StoreError>;

    /// A run, if it is open.
    async fn open_run(
        &self,
        namespace: &NamespaceId,
        id: OutcomeId,
    ) -> Result<Option<OpenRun>, StoreError>;

    /// The runs that are open and due by this moment, after this one: those that are due first come
    /// first, then by id.
    async fn open_runs(
        &self,
        namespace: &NamespaceId,
        due_by: Timestamp,
        after: Option<&OpenRun>,
        limit: Limit,
    ) -> Result<Vec<OpenRun>, StoreError>;

    /// The commit that a changeset became.
    async fn commit_of(
        &self,
        namespace: &NamespaceId,
        id: ChangesetId,
    ) -> Result<Option<Commit>, StoreError>;

    /// The commits after this revision, in order. The one at the floor is the first that is kept.
    async fn feed(
        &self,
        namespace: &NamespaceId,
        after: Revision,
        limit: Limit,
    ) -> Result<Vec<Commit>, StoreError>;

    /// Returns the newest revision as soon as it is after this one.
    async fn wait(&self, namespace: &NamespaceId, after: Revision) -> Result<Revision, StoreError>;

    /// Where a namespace begins; nothing if nothing of it was ever let go.
    async fn floor(&self, namespace: &NamespaceId) -> Result<Option<Floor>, StoreError>;

    /// Lets go of every state before this revision, and of what only served them. A revision that is
    /// not above the floor does nothing but end what was begun; one above the head is
    /// [`StoreError::NotYet`].
    async fn compact(
        &self,
        namespace: &NamespaceId,
        before: Revision,
    ) -> Result<Compaction, StoreError>;

    /// Says what `compact` would let go now, and lets go of nothing.
    async fn rehearse_compact(
        &self,
        namespace: &NamespaceId,
        before: Revision,
    ) -> Result<Compaction, StoreError>;

    /// Gives back the room that nothing takes any more, where the store is kept. Everybody else
    /// waits meanwhile.
    async fn shrink(&self) -> Result<Shrunk, StoreError>;

    /// Checks everything that is stored.
    async fn verify(&self) -> Result<Report, StoreError>;

    /// Checks only that the commits of every namespace lead from where it begins to its head, each
    /// of them what was committed in its place. The answer counts revisions, and nothing else.
    async fn verify_chain(&self) -> Result<Report, StoreError>;

    /// Ends all work that was begun, and lets go of the store. Later calls answer
    /// [`StoreError::Closed`].
    async fn close(&self) -> Result<(), StoreError>;
}
