//! What every public type can do, whatever it means.

use std::error::Error;

use sternway_types::{
    Activation, Actor, ActorError, ActorKind, Applied, Approval, Arm, Artifact, ArtifactId, At,
    Attestation, BaselineMeasure, Beside, Cause, Change, Changelog, Changeset, ChangesetError,
    ChangesetId, CollectionId, Commit, Condemnation, Content, ContentError, ContentKind,
    ContentRef, Decimal, DecimalError, Degradation, Deployment, DeploymentId, Digest, DigestError,
    DigestPrefix, Direction, Environment, EnvironmentId, ErrorClass, Evidence, Failure, Finding,
    Force, Generation, IdError, JsonError, JsonProblem, LabelId, Language, Latch, LatchAction,
    Lease, LifecycleStatus, Limits, Measure, Measured, Measurements, MediaType, Member, Metadata,
    MetadataError, Metric, Missing, Mode, MoveCause, NamespaceId, NamespaceSettings, NewMove,
    NewVersion, NumberError, Observation, OnDeadline, Operator, Outcome, OutcomeError, OutcomeId,
    OutcomeStatus, Parents, Pause, Period, Phase, Plan, PlanError, Pointer, PointerMove,
    PointerName, Policy, PolicyError, PolicyRecord, PolicyScope, PolicySetting, Precondition,
    Preset, Ratio, RatioError, Reason, Receipt, Recent, Record, RecordChange, RecordEntry,
    RecordKey, RecordKind, Reference, ReferenceError, Regime, Regression, Resolution, Revision,
    RollbackTrigger, Route, RouteError, Rule, RuleId, RuleName, ScopeError, Score, Selector,
    Series, Shift, Step, Strategy, Subject, Tally, Target, TextError, Threshold, ThresholdError,
    Tier, Timeline, Timestamp, TimestampError, UuidError, Verdict, Version, VersionNumber, Wait,
    Waiver, Weight,
};

const fn crosses<T: Send + Sync + 'static>() {}

const fn is_error<T: Error + Send + Sync + 'static>() {}

#[test]
fn every_value_can_cross_threads() {
    crosses::<(Actor, ActorKind, Activation, Applied, Artifact, ArtifactId, At, Attestation)>();
    crosses::<(Change, Changelog, Changeset, ChangesetId, CollectionId, Commit, Condemnation)>();
    crosses::<(Content, ContentKind, ContentRef, Digest, DigestPrefix, Environment)>();
    crosses::<(EnvironmentId, ErrorClass, Evidence, Failure, Finding, Force, Generation)>();
    crosses::<(JsonProblem, LabelId, Language, Latch, LatchAction, LifecycleStatus, MediaType)>();
    crosses::<(Metadata, MoveCause, NamespaceId, NamespaceSettings, NewMove, NewVersion)>();
    crosses::<(Observation, Outcome, OutcomeId, OutcomeStatus, Parents, Pointer, PointerMove)>();
    crosses::<(PointerName, Policy, PolicyRecord, PolicyScope, PolicySetting, Precondition)>();
    crosses::<(Ratio, Reason, Receipt, Recent, Record, RecordChange, RecordEntry, RecordKey)>();
    crosses::<(RecordKind, Reference, Regression, Revision, RollbackTrigger, Rule, RuleName)>();
    crosses::<(Score, Selector, Subject, Tally, Target, Timestamp, Verdict, Version)>();
    crosses::<VersionNumber>();
    crosses::<(BaselineMeasure, Decimal, Degradation, Direction, Measure, Measured)>();
    crosses::<(Measurements, Metric, Missing, Mode, Operator, Period, Preset, Resolution)>();
    crosses::<(RuleId, Series, Threshold, Tier, Timeline)>();
    crosses::<(Approval, Arm, Beside, Cause, Deployment, DeploymentId, Lease, Limits, Member)>();
    crosses::<(OnDeadline, Pause, Phase, Plan, Regime, Route, Shift, Step, Strategy, Wait)>();
    crosses::<(Waiver, Weight)>();
}

#[test]
fn every_error_can_be_boxed_and_cross_threads() {
    is_error::<ActorError>();
    is_error::<ChangesetError>();
    is_error::<ContentError>();
    is_error::<DecimalError>();
    is_error::<DigestError>();
    is_error::<IdError>();
    is_error::<JsonError>();
    is_error::<MetadataError>();
    is_error::<NumberError>();
    is_error::<OutcomeError>();
    is_error::<PlanError>();
    is_error::<PolicyError>();
    is_error::<RatioError>();
    is_error::<ReferenceError>();
    is_error::<RouteError>();
    is_error::<ScopeError>();
    is_error::<TextError>();
    is_error::<ThresholdError>();
    is_error::<TimestampError>();
    is_error::<UuidError>();
}
