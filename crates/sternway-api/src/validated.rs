//! What checks of a content found, as it is shown.

use serde::Serialize;
use sternway_types::{
    ArtifactId, CheckResult, CheckedBy, Digest, EnvironmentId, LabelId, OnFailure, ValidatorId,
    Violation,
};

/// One thing that a content does not hold to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ViolationView {
    /// Where in a JSON document (RFC 6901); empty for the whole content.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
}

impl From<&Violation> for ViolationView {
    fn from(violation: &Violation) -> Self {
        Self { pointer: violation.pointer.clone(), message: violation.message.clone() }
    }
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckResultView {
    /// Whether nothing was found.
    pub passed: bool,
    /// The digest of the schema that it was checked against, if it was one.
    pub schema: Option<Digest>,
    /// The validator of the publisher's host, if it was one.
    pub validator: Option<ValidatorId>,
    /// What that is there, such as a command line.
    pub identity: Option<String>,
    /// The first violations, at most 100.
    pub violations: Vec<ViolationView>,
    /// How many there are beyond these.
    pub more_violations: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

impl From<&CheckResult> for CheckResultView {
    fn from(result: &CheckResult) -> Self {
        let (schema, validator, identity) = match &result.by {
            CheckedBy::Schema(digest) => (Some(*digest), None, None),
            CheckedBy::Validator { name, identity } => {
                (None, Some(name.clone()), Some(identity.clone()))
            }
        };
        Self {
            passed: result.passed(),
            schema,
            validator,
            identity,
            violations: result.violations.shown().iter().map(Into::into).collect(),
            more_violations: result.violations.more(),
            took_ms: u64::try_from(result.took.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

/// A check that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckedView {
    /// What it is called.
    pub name: LabelId,
    /// `refuse` or `condemn`: what failing leads to.
    pub on_failure: &'static str,
    /// What it found.
    #[serde(flatten)]
    pub result: CheckResultView,
}

impl CheckedView {
    /// What a check found, and what failing leads to.
    #[must_use]
    pub fn new(name: LabelId, on_failure: OnFailure, result: &CheckResult) -> Self {
        let on_failure = match on_failure {
            OnFailure::Refuse => "refuse",
            OnFailure::Condemn => "condemn",
        };
        Self { name, on_failure, result: result.into() }
    }
}

/// What publishing a content would lead to, as far as its checks say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ValidatedView {
    /// Whose version it would become.
    pub artifact: ArtifactId,
    /// The environment whose checks were done.
    pub environment: EnvironmentId,
    /// The digest of the content.
    pub digest: Digest,
    /// Whether every check passed.
    pub passed: bool,
    /// Whether it would not be published.
    pub refused: bool,
    /// Whether it would be published and condemned.
    pub condemned: bool,
    /// Check by check.
    pub checks: Vec<CheckedView>,
}
