//! Rollback points and emergencies, as they are shown.

use serde::Serialize;
use sternway_types::{
    Actor, ArtifactId, DeploymentId, EnvironmentId, Generation, PointCause, PointId, PointUse,
    PointUsed, Reason, Revision, RollbackPoint, Timestamp, VersionNumber,
};

use crate::{DeploymentView, PointerView, PolicyView, ProblemCode, WentBackView};

/// The last time that an environment came back to a point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PointUsedView {
    /// `restored` by somebody who asked for it, or in an `emergency`.
    pub how: &'static str,
    /// By whom.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

impl From<&PointUsed> for PointUsedView {
    fn from(used: &PointUsed) -> Self {
        let how = match used.how {
            PointUse::Restored => "restored",
            PointUse::Emergency => "emergency",
        };
        Self { how, by: used.by.clone(), at: used.at }
    }
}

/// A rollback point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PointView {
    /// Its name.
    pub id: PointId,
    /// Of which environment.
    pub environment: EnvironmentId,
    /// The revision after which the environment was so.
    pub revision: Revision,
    /// Who took it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// What it is for.
    pub description: Reason,
    /// `by_hand`, or `deployment` if one took it as it began.
    pub cause: &'static str,
    /// Which deployment.
    pub deployment: Option<DeploymentId>,
    /// When the environment last came back to it, if it did.
    pub used: Option<PointUsedView>,
}

impl From<&RollbackPoint> for PointView {
    fn from(point: &RollbackPoint) -> Self {
        let (cause, deployment) = match point.cause {
            PointCause::ByHand => ("by_hand", None),
            PointCause::Before(deployment) => ("deployment", Some(deployment)),
        };
        Self {
            id: point.id,
            environment: point.environment.clone(),
            revision: point.revision,
            by: point.by.clone(),
            at: point.at,
            description: point.description.clone(),
            cause,
            deployment,
            used: point.used.as_ref().map(Into::into),
        }
    }
}

/// A rollback point that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PointTakenView {
    /// The point.
    pub point: PointView,
    /// The older ones that were let go with it.
    pub let_go: Vec<PointId>,
    /// The revision that took it.
    pub revision: Revision,
    /// Whether nothing was written.
    pub dry_run: bool,
}

/// What was live at a point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PointLiveView {
    /// Of which artifact.
    pub artifact: ArtifactId,
    /// Which version.
    pub version: VersionNumber,
}

/// A policy that was in force at a point.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PointPolicyView {
    /// The policy.
    #[serde(flatten)]
    pub policy: PolicyView,
    /// How often it had been written.
    pub generation: Generation,
}

/// What a rollback point holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PointDetailView {
    /// The point.
    pub point: PointView,
    /// What was live.
    pub live: Vec<PointLiveView>,
    /// The labels of what was live; nothing once a compaction let go of them.
    pub labels: Option<Vec<PointerView>>,
    /// The policies that were in force; nothing once a compaction let go of them.
    pub policies: Option<Vec<PointPolicyView>>,
    /// What restoring it now would move.
    pub moves: Vec<WentBackView>,
    /// What was not live then, and would stay.
    pub stays: Vec<WentBackView>,
}

/// A point that an emergency did not go back to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PointPassedOverView {
    /// Which.
    pub id: PointId,
    /// What it names.
    pub revision: Revision,
    /// When it was taken.
    pub at: Timestamp,
    /// Why not, in words.
    pub why: String,
}

/// A router that did not follow yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnroutedView {
    /// Whose runs it sends.
    pub artifact: ArtifactId,
    /// The code of what it says.
    pub code: ProblemCode,
    /// What it says.
    pub detail: String,
}

/// What an emergency led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EmergencyView {
    /// Where.
    pub environment: EnvironmentId,
    /// The point that the environment is back at.
    pub point: PointView,
    /// Everything that went back.
    pub moved: Vec<WentBackView>,
    /// What was not there at the point, and stays where it is.
    pub stays: Vec<WentBackView>,
    /// What stays live and had better not, in words, since no point has a better version.
    pub unfit: Option<String>,
    /// The deployments that were aborted.
    pub aborted: Vec<DeploymentView>,
    /// The newer points that were not the one to go back to.
    pub passed_over: Vec<PointPassedOverView>,
    /// Whose routers did not follow yet. Those of a deployment are told again by whoever drives, the others
    /// with the next move.
    pub unrouted: Vec<UnroutedView>,
    /// The revision that did it; nothing if an earlier emergency had, and nothing happened since.
    pub revision: Option<Revision>,
    /// Whether nothing was written.
    pub dry_run: bool,
}
