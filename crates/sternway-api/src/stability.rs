//! How steady versions were, as it is shown.

use serde::Serialize;
use sternway_types::{ArtifactId, EnvironmentId, VersionNumber};

/// How steady one version was.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StableVersionView {
    /// Which version.
    pub version: VersionNumber,
    /// `stable`, `acceptable`, `problematic`, `unstable` (it was taken back) or `unknown`.
    pub stability: &'static str,
    /// How often it was live.
    pub stays: u64,
    /// How many of these stays a rollback ended.
    pub rollbacks: u64,
    /// How long it was live, all stays together, in seconds.
    pub live_seconds: u64,
    /// How many runs there are whose end is known.
    pub runs: u64,
    /// How many of them succeeded, from 0 to 1; nothing if there are none.
    pub success_ratio: Option<f64>,
    /// That less the one of the version before it that was live, both with runs.
    pub success_ratio_change: Option<f64>,
}

/// How steady the versions of an artifact were in an environment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StabilityView {
    /// Whose.
    pub artifact: ArtifactId,
    /// Where.
    pub environment: EnvironmentId,
    /// What is live, if anything is.
    pub live: Option<VersionNumber>,
    /// The newest version.
    pub latest: VersionNumber,
    /// How many stays there were, of all versions.
    pub stays: u64,
    /// How many of them a rollback ended.
    pub rollbacks: u64,
    /// How many of the stays that ended those are, from 0 to 1; nothing if none ended.
    pub rollback_ratio: Option<f64>,
    /// The best success ratio of the versions below; nothing without runs.
    pub best_success_ratio: Option<f64>,
    /// The worst of them.
    pub worst_success_ratio: Option<f64>,
    /// The newest versions that were live, the highest number first.
    pub versions: Vec<StableVersionView>,
    /// Whether stays before the newest 1,000 moves were left out; changes of shares are among these.
    pub older_left_out: bool,
}
