//! What a policy makes of simulated deployments, as it is shown.

use serde::Serialize;

/// What became of many deployments of one kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SimulatedRunsView {
    /// How many were rolled back for a reason: of healthy ones, all that were; of worse ones, those that
    /// were after they had become worse.
    pub rolled_back: u64,
    /// The share of all deployments that this is, from 0 to 1.
    pub rolled_back_ratio: f64,
    /// The true share is not below this, as far as can be told.
    pub lower_ratio: f64,
    /// The true share is not above this, as far as can be told.
    pub upper_ratio: f64,
    /// How many were rolled back before they became worse.
    pub early: u64,
    /// The median of the outcomes until then, counted from the moment at which they became worse;
    /// nothing if none was.
    pub delay_median: Option<f64>,
    /// How many outcomes nine in ten of them took at most; nothing if none was.
    pub delay_p90: Option<f64>,
}

/// What a policy makes of deployments of a healthy version, and of one that is worse.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SimulatedView {
    /// The name of the preset, or of the file.
    pub policy: String,
    /// The success rate of the baseline, from 0 to 1.
    pub base: f64,
    /// How much lower the success rate of the worse version is, from 0 to 1.
    pub drop: f64,
    /// How many outcomes the worse version has before it becomes worse.
    pub after: u64,
    /// How many outcomes the baseline has.
    pub baseline: u64,
    /// How many outcomes each deployment has.
    pub horizon: u64,
    /// How many deployments there were of each kind.
    pub runs: u64,
    /// What chance came from: the same seed leads to the same numbers on every machine.
    pub seed: u64,
    /// With which probability both limits of a share are right, from 0 to 1.
    pub confidence_ratio: f64,
    /// Of versions as good as the baseline: these rollbacks are false.
    pub healthy: SimulatedRunsView,
    /// Of versions that are worse; nothing if the drop is zero.
    pub worse: Option<SimulatedRunsView>,
    /// The file with the plot, if one was written.
    pub svg: Option<String>,
}
