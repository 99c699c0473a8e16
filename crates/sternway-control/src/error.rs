//! What a driver answers when it cannot do what it was asked.

mod code;

use sternway_api::ProblemCode;
use sternway_bundle::BundleError;
use sternway_folder::FolderError;
use sternway_policy::written::NoPolicy;
use sternway_provider::{NotifyError, RouterError};
use sternway_store::StoreError;
use sternway_types::{
    ArtifactId, ChannelId, ContentError, ContentKind, EnvironmentId, LabelId, NamespaceId,
    OpenRunError, PointId, Reason, Reference, Revision, RouteError, TextError, TriggerId,
    VersionNumber,
};

use self::code::{bundle_code, store_code};
use crate::{
    point::emergency::PassedOver,
    signed_head::SignedHeadError,
    undo::Clash,
    validate::{CheckTrouble, FailedCheck},
};

/// Why a driver could not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// The store could not.
    #[error("the store did not do it")]
    Store(#[from] StoreError),
    /// A run cannot be given so long.
    #[error(transparent)]
    OpenRun(#[from] OpenRunError),
    /// There is no such artifact.
    #[error("there is no artifact {0}")]
    NoArtifact(ArtifactId),
    /// There is no such environment.
    #[error("there is no environment {0}")]
    NoEnvironment(EnvironmentId),
    /// The reference names no version.
    #[error("{reference} names no version: {problem}")]
    NoVersion {
        /// What was asked for.
        reference: Reference,
        /// Why there is none.
        problem: String,
    },
    /// The beginning of a digest fits several versions' contents.
    #[error("{reference} fits {found} different contents: give more digits")]
    Ambiguous {
        /// What was asked for.
        reference: Reference,
        /// How many fit.
        found: usize,
    },
    /// Nothing of the artifact is live in the environment.
    #[error("nothing of {artifact} is live in {environment}")]
    NotLive {
        /// Which artifact.
        artifact: ArtifactId,
        /// Where.
        environment: EnvironmentId,
    },
    /// There is no earlier version that was live and is not condemned.
    #[error(
        "{artifact} has no good version to go back to in {environment}: every version that was live \
         before {live} is condemned, or none was"
    )]
    NoGoodVersion {
        /// Which artifact.
        artifact: ArtifactId,
        /// Where.
        environment: EnvironmentId,
        /// What is live.
        live: VersionNumber,
    },
    /// The version to go back to is live already.
    #[error("{artifact}@{version} is live in {environment} already")]
    AlreadyLive {
        /// Which artifact.
        artifact: ArtifactId,
        /// Where.
        environment: EnvironmentId,
        /// Which version.
        version: VersionNumber,
    },
    /// A version that is newer and was never live is no version to go back to.
    #[error("{artifact}@{version} was never live in {environment}: promote it instead")]
    NotABackwardStep {
        /// Which artifact.
        artifact: ArtifactId,
        /// Where.
        environment: EnvironmentId,
        /// Which version.
        version: VersionNumber,
    },
    /// The version is not condemned.
    #[error("{artifact}@{version} is not condemned in {environment}")]
    NotCondemned {
        /// Which artifact.
        artifact: ArtifactId,
        /// Where.
        environment: EnvironmentId,
        /// Which version.
        version: VersionNumber,
    },
    /// The artifact has no such label.
    #[error("{artifact} has no label {label}")]
    NoLabel {
        /// Which artifact.
        artifact: ArtifactId,
        /// Which label.
        label: LabelId,
    },
    /// What a revision did was changed again since, so that it cannot be undone by itself.
    #[error(
        "revision {revision} cannot be undone, since {}",
        .clashes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    )]
    ChangedSince {
        /// What was to be undone.
        revision: Revision,
        /// What was changed since.
        clashes: Vec<Clash>,
    },
    /// All that a revision did stays for ever.
    #[error("there is nothing to undo in revision {revision}: {} stays", .stays.join(", "))]
    NothingToUndo {
        /// What was to be undone.
        revision: Revision,
        /// What it did, in words.
        stays: Vec<String>,
    },
    /// The version is one file, and was asked for as a folder.
    #[error("{artifact}@{version} is {kind}, and no folder")]
    NotATree {
        /// Whose version.
        artifact: ArtifactId,
        /// Which.
        version: VersionNumber,
        /// What its content is.
        kind: ContentKind,
    },
    /// The tree has no file there.
    #[error("{artifact}@{version} has no file {path:?}: {problem}")]
    NoFile {
        /// Whose version.
        artifact: ArtifactId,
        /// Which.
        version: VersionNumber,
        /// The path that was asked for.
        path: String,
        /// What is there instead.
        problem: String,
    },
    /// A folder cannot be taken or written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A content is not taken.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// The environment exists.
    #[error("there is an environment {0} already")]
    EnvironmentExists(EnvironmentId),
    /// The bundle cannot be read or written, or is not whole.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The bundle is not signed as was asked for.
    #[error("the signed head of the bundle is not taken")]
    SignedHead(#[from] SignedHeadError),
    /// The namespace has another history than the bundle, or goes on where the bundle ends.
    #[error(
        "the namespace {namespace} has another history than the bundle from revision {revision} on"
    )]
    OtherHistory {
        /// Which namespace.
        namespace: NamespaceId,
        /// The first revision that is not the same.
        revision: Revision,
    },
    /// The content fails checks of the policy. Nothing was written.
    #[error("{}", refused(.0))]
    ChecksFailed(Vec<FailedCheck>),
    /// A check of the policy came to no answer, so that nobody knows whether the content holds.
    /// Nothing was written.
    #[error("{artifact} cannot be checked by {check}")]
    NotChecked {
        /// Whose content.
        artifact: ArtifactId,
        /// Which check.
        check: LabelId,
        /// Why.
        #[source]
        trouble: Box<CheckTrouble>,
    },
    /// A policy asks for a rule that this program does not have. What was recorded is counted; a program
    /// that has it judges it.
    #[error("the policy asks for the trigger {trigger}, which this program does not have")]
    NoTrigger {
        /// What it is called.
        trigger: TriggerId,
    },
    /// What is to be a policy, or is live as one, is none. Outcomes are counted, and judged once one is live
    /// that is.
    #[error("{artifact}{} is no policy", at(*.version))]
    NotAPolicy {
        /// Which artifact.
        artifact: ArtifactId,
        /// Which version of it; nothing if it is none yet.
        version: Option<VersionNumber>,
        /// Why, and where.
        #[source]
        problem: Box<NoPolicy>,
    },
    /// Only what is in the collection `policies` can be a policy.
    #[error("{0} cannot be a policy: it is not in the collection policies")]
    NotInPolicies(ArtifactId),
    /// A check could never be done, so that the policy is not set.
    #[error("the check {check} could never be done")]
    NoCheck {
        /// Which check.
        check: LabelId,
        /// Why.
        #[source]
        trouble: Box<CheckTrouble>,
    },
    /// A guarded change failed its check and could not be taken back: it is live.
    #[error("{artifact}@{version} is live in {environment} and was to be taken back: {reason}")]
    NotTakenBack {
        /// Whose version.
        artifact: ArtifactId,
        /// Which.
        version: VersionNumber,
        /// Where it is live.
        environment: EnvironmentId,
        /// Why it was to be taken back.
        reason: Reason,
        /// Why it could not be.
        #[source]
        cause: Box<Self>,
    },
    /// There is no such deployment.
    #[error("there is no deployment {what} in {environment}")]
    NoDeployment {
        /// Where it was looked for.
        environment: EnvironmentId,
        /// What was asked for.
        what: String,
    },
    /// Steps are no plan.
    #[error(transparent)]
    Plan(#[from] sternway_types::PlanError),
    /// There is no such rollback point.
    #[error("there is no rollback point {id} in {environment}")]
    NoPoint {
        /// Where it was looked for.
        environment: EnvironmentId,
        /// Which was asked for.
        id: PointId,
    },
    /// There is no rollback point that an emergency could go back to. Nothing moved.
    #[error("{environment} has no healthy rollback point to go back to{}", listed(.looked_at))]
    NoHealthyPoint {
        /// Where.
        environment: EnvironmentId,
        /// Every point, the newest first, and why it was not the one.
        looked_at: Vec<PassedOver>,
    },
    /// A deployment is not where that could be done.
    #[error(transparent)]
    Deployment(#[from] sternway_deploy::Refused),
    /// A deployment that is over is not taken back.
    #[error(transparent)]
    NoWayBack(#[from] crate::deploy::NoWayBack),
    /// A deployment would wait for one that waits for it.
    #[error("the deployment of {artifact} waits for one of {awaited}: both would wait for ever")]
    WaitsInTurn {
        /// What the new one would wait for.
        artifact: ArtifactId,
        /// What that waits for.
        awaited: ArtifactId,
    },
    /// An environment cannot be changed like that.
    #[error(transparent)]
    Environment(#[from] sternway_types::EnvironmentError),
    /// This host has no health check of that name.
    #[error("there is no health check {0} here")]
    NoProbe(sternway_types::ProbeId),
    /// A router of the environment cannot do what a plan asks for.
    #[error("the router of {environment} cannot do that: {problem}")]
    Unroutable {
        /// Where.
        environment: EnvironmentId,
        /// What it cannot do.
        problem: String,
    },
    /// A router did not follow.
    #[error(transparent)]
    Router(#[from] RouterError),
    /// Shares do not come to all.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// There is no such channel.
    #[error("there is no channel {0}")]
    NoChannel(ChannelId),
    /// There is a channel of that name.
    #[error("there is a channel {0} already")]
    ChannelExists(ChannelId),
    /// A channel makes no sense, or did not take what it was told.
    #[error(transparent)]
    Notify(#[from] NotifyError),
    /// A text is too long or holds what it may not.
    #[error(transparent)]
    Text(#[from] TextError),
}

impl ControlError {
    /// The code by which programs tell it from others.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::Store(err) => store_code(err),
            Self::NoArtifact(_) => ProblemCode::ArtifactNotFound,
            Self::NoEnvironment(_) => ProblemCode::EnvironmentNotFound,
            Self::NoVersion { .. } | Self::NotABackwardStep { .. } | Self::NotCondemned { .. } => {
                ProblemCode::VersionNotFound
            }
            Self::NoLabel { .. } => ProblemCode::LabelNotFound,
            Self::Ambiguous { .. } => ProblemCode::AmbiguousReference,
            Self::NotLive { .. } => ProblemCode::NotLive,
            Self::NoGoodVersion { .. } => ProblemCode::NoGoodVersion,
            Self::AlreadyLive { .. } => ProblemCode::AlreadyLive,
            Self::EnvironmentExists(_) => ProblemCode::EnvironmentExists,
            Self::ChangedSince { .. } => ProblemCode::VersionConflict,
            Self::Bundle(err) => bundle_code(err),
            Self::SignedHead(SignedHeadError::Signature { .. }) => ProblemCode::BundleDamaged,
            Self::OtherHistory { .. } => ProblemCode::OtherHistory,
            Self::NoFile { .. } => ProblemCode::FileNotFound,
            Self::ChecksFailed(_) => ProblemCode::PolicyCheckFailed,
            Self::NotChecked { .. } => ProblemCode::PolicyCheckNotRun,
            Self::NotTakenBack { cause, .. } => cause.code(),
            Self::NoDeployment { .. } => ProblemCode::DeploymentNotFound,
            Self::NoPoint { .. } => ProblemCode::PointNotFound,
            Self::NoHealthyPoint { .. } => ProblemCode::NoHealthyPoint,
            Self::Deployment(_) | Self::NoWayBack(_) | Self::WaitsInTurn { .. } => {
                ProblemCode::DeploymentState
            }
            Self::Route(RouteError::Queue(_)) => ProblemCode::BeingDeployed,
            Self::Unroutable { .. } => ProblemCode::Unroutable,
            Self::Router(_) => ProblemCode::RouterUnavailable,
            Self::NoChannel(_) => ProblemCode::ChannelNotFound,
            Self::ChannelExists(_) => ProblemCode::ChannelExists,
            Self::Notify(NotifyError::Failed { .. } | NotifyError::Gone { .. }) => {
                ProblemCode::NotDelivered
            }
            Self::SignedHead(_)
            | Self::OpenRun(_)
            | Self::NoProbe(_)
            | Self::Environment(_)
            | Self::Plan(_)
            | Self::Route(_)
            | Self::Notify(_)
            | Self::Folder(_)
            | Self::Content(_)
            | Self::NotATree { .. }
            | Self::Text(_)
            | Self::NothingToUndo { .. }
            | Self::NoTrigger { .. }
            | Self::NotAPolicy { .. }
            | Self::NotInPolicies(_)
            | Self::NoCheck { .. } => ProblemCode::Invalid,
        }
    }
}

/// A version, as references write it.
fn at(version: Option<VersionNumber>) -> String {
    version.map_or_else(String::new, |version| format!("@{version}"))
}

/// What was refused, check by check.
fn refused(failed: &[FailedCheck]) -> String {
    let mut said = "nothing was published: the policy refuses".to_owned();
    for failure in failed {
        said = format!("{said}\n{}, by the check {failure}", failure.artifact);
    }
    said
}

/// The points that were looked at, and why none of them was taken.
fn listed(looked_at: &[PassedOver]) -> String {
    if looked_at.is_empty() {
        return ": none was taken".into();
    }
    let each = looked_at.iter().map(|it| format!("\n{it}"));
    format!(", of {} that were looked at:{}", looked_at.len(), each.collect::<String>())
}
