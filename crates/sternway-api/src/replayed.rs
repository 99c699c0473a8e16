//! What a policy would have done about outcomes that were recorded, as it is shown.

use serde::Serialize;
use sternway_types::{ArtifactId, EnvironmentId, VersionNumber};

use crate::{RegressionView, TallyView};

/// What a policy would have done about one version.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReplayedStayView {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Which.
    pub version: VersionNumber,
    /// Where.
    pub environment: EnvironmentId,
    /// How all of its runs went.
    pub tally: TallyView,
    /// The version that it was held against; nothing for the first.
    pub baseline_version: Option<VersionNumber>,
    /// The line of the file at which it would have been taken back; nothing if it would not.
    pub line: Option<u64>,
    /// At which of its runs that is, from 1.
    pub run: Option<u64>,
    /// Why.
    pub regression: Option<RegressionView>,
}

/// What a policy would have done about a file of outcomes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReplayedView {
    /// Which policy.
    pub policy: String,
    /// How many outcomes there are.
    pub lines: u64,
    /// The versions, in the order in which they first ran.
    pub stays: Vec<ReplayedStayView>,
}
