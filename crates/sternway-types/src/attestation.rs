//! What becomes known about a version after it was published.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Actor, ArtifactId, CheckResult, LabelId, MAX_JSON_DEPTH, Timestamp, VersionNumber,
    json::is_within,
};

/// Why a number is not a ratio.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{0} is not a ratio: expected a number from 0 to 1")]
pub struct RatioError(f64);

/// A number from 0 to 1. Never a percentage.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Ratio(f64);

impl Ratio {
    /// Nothing.
    pub const ZERO: Self = Self(0.0);

    /// Takes a number.
    ///
    /// # Errors
    ///
    /// [`RatioError`] if it is not from 0 to 1.
    pub fn new(ratio: f64) -> Result<Self, RatioError> {
        // Adding zero turns −0.0 into 0.0, so that equal ratios have equal bits.
        if (0.0..=1.0).contains(&ratio) { Ok(Self(ratio + 0.0)) } else { Err(RatioError(ratio)) }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

// A ratio is never NaN, so its equality is reflexive.
impl Eq for Ratio {}

impl TryFrom<f64> for Ratio {
    type Error = RatioError;

    fn try_from(ratio: f64) -> Result<Self, RatioError> {
        Self::new(ratio)
    }
}

impl From<Ratio> for f64 {
    fn from(ratio: Ratio) -> Self {
        ratio.0
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a version stands in the life of its artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LifecycleStatus {
    /// Being worked on.
    Draft,
    /// Somebody must agree before it is used.
    WaitingApproval,
    /// In use or ready for it.
    Active,
    /// No longer to be used.
    Deprecated,
}

/// What was found out about a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Tests were run on it.
    Tests {
        /// How many passed.
        passed: u64,
        /// How many failed.
        failed: u64,
        /// The report, in the tester's own shape.
        #[serde(default, skip_serializing_if = "Value::is_null")]
        report: Value,
    },
    /// It was rated, such as for security; higher is better.
    Rating(Ratio),
    /// Its status changed.
    Status(LifecycleStatus),
    /// A check of the policy looked at its content as it was published.
    Check(Box<CheckResult>),
    /// Anything else, in the attester's own shape.
    Other(Value),
}

/// How deep a finding's own JSON may be nested: a record is up to four levels around it.
const MAX_DEPTH: usize = MAX_JSON_DEPTH - 4;

impl Finding {
    /// Whether what is written of it can be read back.
    pub(crate) fn is_readable(&self) -> bool {
        match self {
            Self::Tests { report: value, .. } | Self::Other(value) => is_within(MAX_DEPTH, value),
            Self::Rating(_) | Self::Status(_) | Self::Check(_) => true,
        }
    }
}

/// A statement about a version that is kept beside it. A later one of the same name replaces it;
/// the feed keeps both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Which.
    pub version: VersionNumber,
    /// What it is about, such as `security`, `tests` or `status`.
    pub name: LabelId,
    /// What was found.
    pub finding: Finding,
    /// Who says so.
    pub by: Actor,
    /// When it was found.
    pub at: Timestamp,
}
