//! The vocabulary of [Sternway]: what can be versioned, what can happen to it, and the invariants
//! that hold for each record on its own.
//!
//! Everything here is plain data. There is no I/O, no clock and no randomness: times and random
//! ids come in from outside, and validation happens once, in the constructors, so that a value of
//! one of these types is always well formed. What the values mean *together* (that a pointer names
//! a version that exists, say) is checked by the store when it commits a [`Changeset`].
//!
//! | subject | types |
//! |---|---|
//! | what changes | [`ArtifactId`], [`Artifact`], [`Content`], [`Version`] |
//! | what is live | [`PointerName`], [`Pointer`], [`PointerMove`] |
//! | the one door for writing | [`Changeset`], [`Change`], [`Precondition`], [`Commit`], [`Receipt`] |
//! | what happened when it ran | [`Outcome`], [`Subject`], [`Tally`] |
//! | what to make of it | [`Policy`], [`Rule`], [`Verdict`] |
//! | everything kept beside a version | [`Record`], [`Attestation`], [`Condemnation`] |
//!
//! ```
//! use sternway_types::{ArtifactId, Content, Language};
//!
//! let greeting: ArtifactId = "prompts/greeting".parse()?;
//! let content = Content::text("Hello, {{name}}!", None)?;
//! assert_eq!(greeting.collection(), "prompts");
//! assert!(content.digest().to_string().starts_with("sha256:"));
//!
//! let error = "prompts/..".parse::<ArtifactId>().unwrap_err();
//! assert!(error.to_string().contains("prompts/.."));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [Sternway]: https://github.com/sternway/sternway

mod actor;
mod artifact;
mod attestation;
mod changeset;
mod commit;
mod content;
mod digest;
mod id;
mod json;
mod metadata;
mod number;
mod outcome;
mod pointer;
mod policy;
mod record;
mod reference;
mod rule;
mod tally;
mod text;
mod time;
mod verdict;
mod version;

pub use crate::{
    actor::{Actor, ActorError, ActorKind},
    artifact::Artifact,
    attestation::{Attestation, Finding, LifecycleStatus, Ratio, RatioError},
    changeset::{Change, Changeset, ChangesetError, Force, NewMove, Precondition, Target},
    commit::{Applied, Commit, Receipt, RecordChange},
    content::{Content, ContentError, ContentKind, ContentRef, Language, MAX_CONTENT, MediaType},
    digest::{Digest, DigestError, DigestPrefix},
    id::{
        ArtifactId, ChangesetId, CollectionId, EnvironmentId, IdError, LabelId, NamespaceId,
        OutcomeId, Slug, UuidError,
    },
    json::{JsonError, JsonProblem, MAX_JSON_DEPTH, check_json},
    metadata::{Metadata, MetadataError},
    number::{Generation, NumberError, Revision, VersionNumber},
    outcome::{ErrorClass, Failure, Outcome, OutcomeError, OutcomeStatus, Score, Subject},
    pointer::{MoveCause, Pointer, PointerMove, PointerName, RollbackTrigger},
    policy::{Activation, Policy, PolicyError, PolicyScope, PolicySetting, ScopeError},
    record::{
        Condemnation, Environment, Latch, LatchAction, NamespaceSettings, PolicyRecord, Record,
        RecordEntry, RecordKey, RecordKind,
    },
    reference::{Reference, ReferenceError, Selector},
    rule::{Rule, RuleName},
    tally::{RECENT_OUTCOMES, Recent, Tally},
    text::{Changelog, Reason, TextError},
    time::{At, Timestamp, TimestampError},
    verdict::{Evidence, Observation, Regression, Verdict},
    version::{NewVersion, Parents, Version},
};
