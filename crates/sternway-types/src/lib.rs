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
//! | a folder as one content | [`Tree`], [`TreePath`], [`TreeEntry`], [`TreeFile`] |
//! | what is live | [`PointerName`], [`Pointer`], [`PointerMove`] |
//! | the one door for writing | [`Changeset`], [`Change`], [`Precondition`], [`Commit`], [`Receipt`] |
//! | what happened when it ran | [`Outcome`], [`Subject`], [`Tally`], [`Measure`] |
//! | how a version reaches all runs | [`Deployment`], [`Plan`], [`Step`], [`Route`] |
//! | what to make of it | [`Policy`], [`Rule`], [`Verdict`] |
//! | what a content must hold to | [`ContentCheck`], [`CheckResult`], [`Violation`] |
//! | who is told what happened | [`Channel`], [`EventFilter`], [`Outbox`] |
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
mod baseline;
mod blocks;
mod bounded;
mod breach;
mod bucket;
mod calendar;
mod carried;
mod changeset;
mod channel;
mod check;
mod commit;
mod content;
mod cooldown;
mod decimal;
mod decline;
mod degradation;
mod deployment;
mod digest;
mod environment;
mod error_classes;
mod event;
mod failing;
mod id;
mod json;
mod latch;
mod matched;
mod measure;
mod metadata;
mod metric;
mod number;
mod outbox;
mod outcome;
mod outcome_deadline;
mod pairs;
mod point;
mod pointer;
mod policy;
mod policy_scope;
mod preset;
mod record;
mod reference;
mod route;
mod rule;
mod rule_name;
mod sequential;
mod severity;
mod sketch;
mod tally;
mod text;
mod threshold;
mod time;
mod tree;
mod tree_path;
mod verdict;
mod version;
mod violation;
mod window;

pub use crate::{
    actor::{Actor, ActorError, ActorKind},
    artifact::Artifact,
    attestation::{Attestation, Finding, LifecycleStatus, Ratio, RatioError},
    baseline::FrozenBaseline,
    blocks::{Block, Blocks},
    bounded::Bounded,
    breach::{Breach, BreachError},
    bucket::{Bucket, BucketError, Buckets},
    calendar::{FreezeWindow, FreezeWindows, RecurrenceError, Stretch, WindowError, WindowsError},
    carried::Carried,
    changeset::{Change, Changeset, ChangesetError, Force, NewMove, Precondition, Target},
    channel::{
        Channel, ChannelError, ChannelParts, MAX_TEMPLATE, Mailbox, Reach, SecretRef, Security, Via,
    },
    check::{CheckError, CheckKind, ContentCheck, OnFailure},
    commit::{Applied, Commit, Receipt, RecordChange},
    content::{Content, ContentError, ContentKind, ContentRef, Language, MAX_CONTENT, MediaType},
    cooldown::Cooldown,
    decimal::{Decimal, DecimalError},
    decline::Decline,
    degradation::{Degradation, Missing, Mode},
    deployment::{
        Approval, Cause, Consent, Deployment, Lacking, Lease, Limits, Member, Objection,
        OnDeadline, Pause, Phase, Plan, PlanError, Regime, Roles, RolesError, Step, Strategy, Wait,
        Waiver,
    },
    digest::{Digest, DigestError, DigestPrefix},
    environment::{Environment, EnvironmentError, Freeze},
    error_classes::{CLASSES_KEPT, ErrorClasses},
    event::{Event, EventError, EventFilter, EventPlace},
    failing::{Assigned, AssignedError, Begun, FailedRuns, Failing},
    id::{
        ArtifactId, ChangesetId, ChannelId, CollectionId, DeploymentId, EnvironmentId, IdError,
        LabelId, NamespaceId, OutcomeId, PointId, ProbeId, RoleId, Slug, TriggerId, UuidError,
        ValidatorId, WindowId,
    },
    json::{JsonError, JsonProblem, MAX_JSON_DEPTH, check_json},
    latch::{Latch, LatchAction},
    matched::{Match, MatchError, Matched},
    measure::{Measure, Period, Resolution, Series, Timeline},
    metadata::{Metadata, MetadataError},
    metric::{Direction, Metric, Percentile},
    number::{Generation, NumberError, Revision, VersionNumber},
    outbox::{Attempt, Closed, Delivery, Failed, Jitter, Lost, Outbox, RETRIES},
    outcome::{
        ErrorClass, Failure, OpenRun, OpenRunError, Outcome, OutcomeError, OutcomeStatus, Score,
        Subject,
    },
    outcome_deadline::OutcomeDeadline,
    pairs::{Answered, Pairs},
    point::{PointCause, PointUse, PointUsed, RollbackPoint},
    pointer::{MoveCause, Pointer, PointerMove, PointerName, RollbackTrigger, Shift},
    policy::{
        Action, Activation, Policy, PolicyError, PolicySetting, PolicyVersion, WrittenPolicy,
    },
    policy_scope::{PolicyScope, ScopeError},
    preset::{Preset, PresetError},
    record::{
        Condemnation, NamespaceSettings, PolicyRecord, Record, RecordEntry, RecordKey, RecordKind,
    },
    reference::{Reference, ReferenceError, Selector},
    route::{Arm, Route, RouteError, Weight, Withdrawal},
    rule::Rule,
    rule_name::{RuleId, RuleName, Tier},
    sequential::{Bound, Worse},
    severity::Severity,
    sketch::{Sketch, SketchBucket, SketchError},
    tally::{Measurements, Quantiles, RECENT_OUTCOMES, Recent, SCORES_KEPT, Tally},
    text::{Changelog, Reason, TextError},
    threshold::{Operator, Threshold, ThresholdError},
    time::{At, Timestamp, TimestampError},
    tree::{FileMode, Tree, TreeEntry, TreeError, TreeFile},
    tree_path::{LinkTarget, TreePath, TreePathError, TreePathProblem},
    verdict::{
        Against, BaselineMeasure, Beside, Counted, Evidence, Measured, Observation, Regression,
        TestResult, Verdict,
    },
    version::{NewVersion, Parents, Version},
    violation::{CheckResult, CheckedBy, Violation, Violations},
};
