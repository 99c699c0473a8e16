//! What every decorator is written with: one list of the port's calls, with what can be said of each.
//!
//! A decorator has the field `inner` and a method `around`, which is given a [`Call`] and the future
//! of its answer; `decorate!` writes its `Store`. What is said of a call are names and numbers: never
//! contents, reasons or messages.

use sternway_types::{ArtifactId, NamespaceId, Receipt, Revision};

use crate::{Appended, Compaction, Head, Report, Shrunk, StoreError};

/// One call of a store, as far as it may be told to others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    /// The name of the method.
    pub(crate) op: &'static str,
    /// Where it looks or writes.
    pub(crate) namespace: Option<&'a NamespaceId>,
    /// The one artifact that it is about.
    pub(crate) artifact: Option<&'a ArtifactId>,
    /// How many bytes, changes or outcomes it brings.
    pub(crate) sent: Option<usize>,
}

impl<'a> Call<'a> {
    pub(crate) const fn new(op: &'static str) -> Self {
        Self { op, namespace: None, artifact: None, sent: None }
    }

    pub(crate) const fn within(self, namespace: &'a NamespaceId) -> Self {
        Self { namespace: Some(namespace), ..self }
    }

    pub(crate) const fn about(self, artifact: &'a ArtifactId) -> Self {
        Self { artifact: Some(artifact), ..self }
    }

    pub(crate) const fn sending(self, sent: usize) -> Self {
        Self { sent: Some(sent), ..self }
    }
}

/// An answer, as far as it may be told to others.
pub(crate) trait Answer: Send {
    /// The revision that it is about.
    fn revision(&self) -> Option<Revision> {
        None
    }

    /// How many things were found or taken.
    fn found(&self) -> Option<usize> {
        None
    }

    /// How much damage it names.
    fn damaged(&self) -> u64 {
        0
    }
}

impl Answer for () {}

impl Answer for usize {
    fn found(&self) -> Option<usize> {
        Some(*self)
    }
}

impl Answer for Revision {
    fn revision(&self) -> Option<Revision> {
        Some(*self)
    }
}

impl Answer for Receipt {
    fn revision(&self) -> Option<Revision> {
        Some(self.revision)
    }
}

impl Answer for Head {
    fn revision(&self) -> Option<Revision> {
        Some(self.revision)
    }
}

impl Answer for Appended {
    fn found(&self) -> Option<usize> {
        Some(self.subjects.iter().map(|subject| subject.counted.len()).sum())
    }
}

impl Answer for Compaction {
    fn revision(&self) -> Option<Revision> {
        self.floor.map(|floor| floor.revision)
    }
}

impl Answer for Shrunk {}

impl Answer for Report {
    fn damaged(&self) -> u64 {
        self.damaged
    }
}

impl<T: Send> Answer for Option<T> {
    fn found(&self) -> Option<usize> {
        Some(usize::from(self.is_some()))
    }
}

impl<T: Send> Answer for Vec<T> {
    fn found(&self) -> Option<usize> {
        Some(self.len())
    }
}

/// The name of an error: what the caller can do about it, without what it says.
pub(crate) const fn name_of(err: &StoreError) -> &'static str {
    match err {
        StoreError::Conflict(_) => "conflict",
        StoreError::Refused(_) => "refused",
        StoreError::NoNamespace(_) => "no_namespace",
        StoreError::ChangesetReused { .. } => "changeset_reused",
        StoreError::NotYet { .. } => "not_yet",
        StoreError::Compacted { .. } => "compacted",
        StoreError::Past => "past",
        StoreError::Corrupt { .. } => "corrupt",
        StoreError::NewerFormat { .. } => "newer_format",
        StoreError::OlderLayout { .. } => "older_layout",
        StoreError::NoStore { .. } => "no_store",
        StoreError::NotAStore { .. } => "not_a_store",
        StoreError::Busy => "busy",
        StoreError::Full(_) => "full",
        StoreError::Unavailable(_) => "unavailable",
        StoreError::Closed => "closed",
    }
}

/// Writes the `Store` of a decorator: every call goes through its `around`. A method that the port
/// gains is one more line here.
macro_rules! decorate {
    ($decorator:ty) => {
        $crate::decorate::forward! { $decorator:
            put(content: &Content, near: Option<&Digest>) -> () {
                .sending(content.as_bytes().len())
            }
            commit(changeset: &Changeset) -> Receipt {
                .within(&changeset.namespace).sending(changeset.changes.len())
            }
            rehearse(changeset: &Changeset) -> Receipt {
                .within(&changeset.namespace).sending(changeset.changes.len())
            }
            replay(commits: &[Commit]) -> usize { .sending(commits.len()) }
            rehearse_replay(commits: &[Commit]) -> usize { .sending(commits.len()) }
            append(append: &Append) -> Appended {
                .within(append.namespace()).sending(append.outcomes().len())
            }
            rehearse_append(append: &Append) -> Appended {
                .within(append.namespace()).sending(append.outcomes().len())
            }
            namespaces(after: Option<&NamespaceId>, limit: Limit) -> Vec<NamespaceId> {}
            head(namespace: &NamespaceId, at: At) -> Option<Head> { .within(namespace) }
            artifact(namespace: &NamespaceId, artifact: &ArtifactId, at: At) -> Option<Artifact> {
                .within(namespace).about(artifact)
            }
            artifacts(
                namespace: &NamespaceId,
                prefix: &str,
                at: At,
                after: Option<&ArtifactId>,
                limit: Limit
            ) -> Vec<Artifact> { .within(namespace) }
            version(
                namespace: &NamespaceId,
                artifact: &ArtifactId,
                number: VersionNumber
            ) -> Option<Version> { .within(namespace).about(artifact) }
            history(
                namespace: &NamespaceId,
                artifact: &ArtifactId,
                at: At,
                before: Option<VersionNumber>,
                limit: Limit
            ) -> Vec<Version> { .within(namespace).about(artifact) }
            with_digest(
                namespace: &NamespaceId,
                prefix: &DigestPrefix,
                at: At,
                after: Option<&DigestHit>,
                limit: Limit
            ) -> Vec<DigestHit> { .within(namespace) }
            dependents(
                namespace: &NamespaceId,
                artifact: &ArtifactId,
                at: At,
                after: Option<&ArtifactId>,
                limit: Limit
            ) -> Vec<Artifact> { .within(namespace).about(artifact) }
            content(content: &ContentRef) -> Option<Content> {}
            pointer(
                namespace: &NamespaceId,
                artifact: &ArtifactId,
                name: &PointerName,
                at: At
            ) -> Option<Pointer> { .within(namespace).about(artifact) }
            pointers(
                namespace: &NamespaceId,
                artifact: &ArtifactId,
                at: At,
                after: Option<&PointerName>,
                limit: Limit
            ) -> Vec<Pointer> { .within(namespace).about(artifact) }
            moves(
                namespace: &NamespaceId,
                artifact: &ArtifactId,
                name: &PointerName,
                before: Option<Revision>,
                limit: Limit
            ) -> Vec<PointerMove> { .within(namespace).about(artifact) }
            environment(
                namespace: &NamespaceId,
                environment: &EnvironmentId,
                at: At,
                after: Option<&ArtifactId>,
                limit: Limit
            ) -> Vec<Pointer> { .within(namespace) }
            record(namespace: &NamespaceId, key: &RecordKey, at: At) -> Option<RecordEntry> {
                .within(namespace)
            }
            records_of(
                namespace: &NamespaceId,
                keys: &[RecordKey],
                at: At
            ) -> Vec<Option<RecordEntry>> { .within(namespace) }
            records(
                namespace: &NamespaceId,
                kind: RecordKind,
                prefix: &str,
                at: At,
                after: Option<&str>,
                limit: Limit
            ) -> Vec<RecordEntry> { .within(namespace) }
            tallies(namespace: &NamespaceId, subject: &Subject) -> Option<Tallies> {
                .within(namespace).about(&subject.artifact)
            }
            outcomes(
                namespace: &NamespaceId,
                subject: &Subject,
                after: u64,
                limit: Limit
            ) -> Vec<Outcome> { .within(namespace).about(&subject.artifact) }
            noted(
                namespace: &NamespaceId,
                subject: &Subject,
                after: u64,
                limit: Limit
            ) -> Vec<Noted> { .within(namespace).about(&subject.artifact) }
            subjects(
                namespace: &NamespaceId,
                after: Option<&Subject>,
                limit: Limit
            ) -> Vec<Subject> { .within(namespace) }
            unjudged(
                namespace: &NamespaceId,
                after: Option<&Subject>,
                limit: Limit
            ) -> Vec<Subject> { .within(namespace) }
            open_run(namespace: &NamespaceId, id: OutcomeId) -> Option<OpenRun> {
                .within(namespace)
            }
            open_runs(
                namespace: &NamespaceId,
                due_by: Timestamp,
                after: Option<&OpenRun>,
                limit: Limit
            ) -> Vec<OpenRun> { .within(namespace) }
            commit_of(namespace: &NamespaceId, id: ChangesetId) -> Option<Commit> {
                .within(namespace)
            }
            feed(namespace: &NamespaceId, after: Revision, limit: Limit) -> Vec<Commit> {
                .within(namespace)
            }
            wait(namespace: &NamespaceId, after: Revision) -> Revision { .within(namespace) }
            floor(namespace: &NamespaceId) -> Option<Floor> { .within(namespace) }
            compact(namespace: &NamespaceId, before: Revision) -> Compaction {
                .within(namespace)
            }
            rehearse_compact(namespace: &NamespaceId, before: Revision) -> Compaction {
                .within(namespace)
            }
            shrink() -> Shrunk {}
            verify() -> Report {}
            verify_chain() -> Report {}
            close() -> () {}
        }
    };
}

/// One method for each line of `decorate!`: its name, what it is given, what it answers with, and what
/// is said of it.
macro_rules! forward {
    ($decorator:ty: $(
        $method:ident($($given:ident: $kind:ty),*) -> $answer:ty { $($said:tt)* }
    )*) => {
        const _: () = {
            use sternway_types::{
                Artifact, ArtifactId, At, Changeset, ChangesetId, Commit, Content, ContentRef,
                Digest, DigestPrefix, EnvironmentId, NamespaceId, OpenRun, Outcome, OutcomeId, Pointer, PointerMove,
                PointerName, Receipt, RecordEntry, RecordKey, RecordKind, Revision, Subject, Timestamp,
                Version, VersionNumber,
            };

            use $crate::{
                Append, Appended, Compaction, DigestHit, Floor, Head, Limit, Noted, Report, Shrunk, Store, StoreError,
                Tallies,
            };

            #[async_trait::async_trait]
            #[deny(clippy::missing_trait_methods)]
            impl Store for $decorator {
                $(async fn $method(&self, $($given: $kind),*) -> Result<$answer, StoreError> {
                    let call = $crate::decorate::Call::new(stringify!($method)) $($said)*;
                    self.around(call, self.inner.$method($($given),*)).await
                })*
            }
        };
    };
}

pub(crate) use decorate;
pub(crate) use forward;
