//! What was measured of versions, as it is shown.

use serde::Serialize;
use sternway_types::{ArtifactId, EnvironmentId, VersionNumber};

use crate::TallyView;

/// One metric of one version.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetricView {
    /// Which metric, such as `success_rate`, `duration` or the name of a score.
    pub metric: String,
    /// The mean, the quantile, or the rating: of a rate from 0 to 1, of a duration in milliseconds.
    pub mean: f64,
    /// How many measurements it is of; nothing for a rating.
    pub samples: Option<u64>,
    /// `higher` or `lower`: which way it gets better. Nothing if nobody knows.
    pub direction: Option<String>,
}

/// How many runs a version had, and what is missing from its metrics.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MeasuredVersionView {
    /// Which version.
    pub version: VersionNumber,
    /// How all its runs went, whatever the window.
    pub tally: TallyView,
    /// How many measurements are in no metric: there are more scores than are kept, or numbers are
    /// too large.
    pub left_out: u64,
    /// Whether older stays were left out.
    pub older_left_out: bool,
}

/// What was measured of a version.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetricsView {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Where it ran.
    pub environment: EnvironmentId,
    /// Which version.
    #[serde(flatten)]
    pub version: MeasuredVersionView,
    /// How far back from its newest outcome, such as `1h`; nothing for all of it. Outcomes count in
    /// whole minutes and, beyond an hour, in whole hours; what was measured of them in whole hours
    /// and, beyond a day, in whole days.
    pub window: Option<String>,
    /// Its metrics.
    pub metrics: Vec<MetricView>,
}

/// One metric of two versions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparisonView {
    /// Which metric.
    pub metric: String,
    /// Of the first version; nothing if it was not measured.
    pub from: Option<ValueView>,
    /// Of the second.
    pub to: Option<ValueView>,
    /// The second less the first.
    pub delta: Option<f64>,
    /// That in percent of the first; nothing if the first is 0.
    pub delta_percent: Option<f64>,
    /// That towards better: positive if it got better.
    pub improvement: Option<f64>,
    /// `higher` or `lower`: which way it gets better. Nothing if nobody knows.
    pub direction: Option<String>,
    /// `improved`, `degraded` or `unchanged`; or why that cannot be said: `missing` on a side,
    /// `too_few` measurements on a side, `no_direction`.
    pub change: &'static str,
    /// All of that in one line.
    pub description: String,
}

/// A mean, a quantile, or a rating.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ValueView {
    /// The mean, the quantile, or the rating.
    pub mean: f64,
    /// How many measurements it is of; nothing for a rating.
    pub samples: Option<u64>,
}

/// Two versions side by side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparedView {
    /// Whose versions.
    pub artifact: ArtifactId,
    /// Where they ran.
    pub environment: EnvironmentId,
    /// How far back from each one's newest outcome, as in [`MetricsView`].
    pub window: Option<String>,
    /// How many measurements it takes on both sides.
    pub at_least: u64,
    /// The first.
    pub from: MeasuredVersionView,
    /// The second.
    pub to: MeasuredVersionView,
    /// Metric by metric.
    pub metrics: Vec<ComparisonView>,
}
