//! What was found out about a version, as it is shown.

use serde::Serialize;
use serde_json::Value;
use sternway_types::{
    Actor, ArtifactId, Attestation, Finding, LifecycleStatus, Timestamp, VersionNumber,
};

use crate::CheckResultView;

/// A statement about a version.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AttestationView {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Which.
    pub version: VersionNumber,
    /// What it is about.
    pub name: String,
    /// What was found.
    pub finding: FindingView,
    /// Who says so.
    pub by: Actor,
    /// When it was found.
    pub at: Timestamp,
}

/// What was found out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingView {
    /// Tests were run.
    Tests {
        /// How many passed.
        passed: u64,
        /// How many failed.
        failed: u64,
        /// The tester's report.
        report: Value,
    },
    /// It was rated.
    Rating {
        /// The rating; higher is better.
        rating_ratio: f64,
    },
    /// Its status changed.
    Status {
        /// `draft`, `waiting_approval`, `active` or `deprecated`.
        status: &'static str,
    },
    /// A check of the policy looked at the content as it was published.
    Check(CheckResultView),
    /// Anything else.
    Other {
        /// In the attester's own shape.
        value: Value,
    },
}

impl From<&Finding> for FindingView {
    fn from(finding: &Finding) -> Self {
        match finding {
            Finding::Tests { passed, failed, report } => {
                Self::Tests { passed: *passed, failed: *failed, report: report.clone() }
            }
            Finding::Rating(rating) => Self::Rating { rating_ratio: rating.get() },
            Finding::Status(status) => Self::Status { status: word(*status) },
            Finding::Check(result) => Self::Check(result.as_ref().into()),
            Finding::Other(value) => Self::Other { value: value.clone() },
        }
    }
}

const fn word(status: LifecycleStatus) -> &'static str {
    match status {
        LifecycleStatus::Draft => "draft",
        LifecycleStatus::WaitingApproval => "waiting_approval",
        LifecycleStatus::Active => "active",
        LifecycleStatus::Deprecated => "deprecated",
    }
}

impl From<&Attestation> for AttestationView {
    fn from(attestation: &Attestation) -> Self {
        Self {
            artifact: attestation.artifact.clone(),
            version: attestation.version,
            name: attestation.name.to_string(),
            finding: (&attestation.finding).into(),
            by: attestation.by.clone(),
            at: attestation.at,
        }
    }
}
