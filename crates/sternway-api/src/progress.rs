//! How far a deployment has come, and how it fares, as it is shown.

use serde::Serialize;
use sternway_types::{ArtifactId, Timestamp, VersionNumber};

use crate::{DeploymentView, TallyView};

/// A deployment, with how far it has come and how it fares.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeploymentProgressView {
    /// The deployment.
    #[serde(flatten)]
    pub deployment: DeploymentView,
    /// How far it has come, and how it fares.
    pub progress: ProgressView,
}

/// How far a deployment has come, and how it fares.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProgressView {
    /// How many of its steps are done, in percent. One that goes back stays where it was.
    pub percent: u8,
    /// When it ended; nothing while it is under way.
    pub ended: Option<Timestamp>,
    /// How long it took, or takes by now, in milliseconds.
    pub duration_ms: u64,
    /// How long it was on its way back, or is by now, in milliseconds; nothing if it was not. The candidates have
    /// no runs from its beginning on, where every router follows.
    pub way_back_ms: Option<u64>,
    /// How each of its artifacts fares.
    pub members: Vec<MemberProgressView>,
}

/// How an artifact fares in a deployment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MemberProgressView {
    /// Which artifact.
    pub artifact: ArtifactId,
    /// What each version did since the deployment began, what was live before first.
    pub arms: Vec<ArmProgressView>,
    /// The same by shares, the oldest first.
    pub shares: Vec<ShareView>,
}

/// What a version did in a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ArmProgressView {
    /// Which version.
    pub version: VersionNumber,
    /// How its runs ended.
    #[serde(flatten)]
    pub runs: TallyView,
    /// How long they took on average, in milliseconds; nothing if nobody said.
    pub mean_ms: Option<f64>,
}

/// A stretch of a deployment in which the shares were the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShareView {
    /// The share of the candidates, in basis points of 10,000.
    pub weight: u16,
    /// Of which share they got copies, in basis points.
    pub shadow: u16,
    /// When it began; nothing if that is not known any more.
    pub since: Option<Timestamp>,
    /// When it ended; nothing while it lasts.
    pub until: Option<Timestamp>,
    /// How long it lasted, or lasts by now, in milliseconds.
    pub duration_ms: Option<u64>,
    /// What each version did under it. Runs that come in later count as well.
    pub arms: Vec<ArmProgressView>,
}
