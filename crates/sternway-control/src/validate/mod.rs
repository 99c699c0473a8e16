//! Validate: what a content must hold to before it is published.
//!
//! The policies around an artifact say which checks hold. A [`CheckPlan`] is what of that is in the
//! store, and running it needs the store no more: a command may take its time while nobody waits
//! for the file. What came of it, a [`CheckReport`], may be given to a publish, which runs what it
//! does not cover. A check that came to no answer refuses, since nobody knows what it would have said.
//!
//! Limits: a version is checked once, as it is added, for the environment that it goes live in, or
//! else the default one; promoting it elsewhere later checks nothing, and no rollback ever does.
//! It is checked by what was set when the check began.

mod gate;
mod plan;
#[cfg(feature = "json-schema")]
mod schema;
#[cfg(not(feature = "json-schema"))]
#[path = "no_schema.rs"]
mod schema;

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use sternway_provider::{Candidate, Unvalidated, Validator};
use sternway_types::{
    ArtifactId, CheckResult, CheckedBy, Digest, EnvironmentId, LabelId, OnFailure, Reason,
    Reference, ValidatorId, Violations,
};

pub(crate) use self::gate::{Gate, Latest};
pub use self::plan::CheckPlan;

/// The validators of this host, by the names that its owner gave them. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Validators(Arc<BTreeMap<ValidatorId, Arc<dyn Validator>>>);

impl Validators {
    /// Adds a validator, in place of one of the same name.
    #[must_use]
    pub fn with(mut self, name: ValidatorId, validator: Arc<dyn Validator>) -> Self {
        Arc::make_mut(&mut self.0).insert(name, validator);
        self
    }

    /// Asks one of them, by its name.
    async fn ask(
        &self,
        name: &ValidatorId,
        candidate: Candidate<'_>,
    ) -> Result<Violations, CheckTrouble> {
        let validator = self.get(name)?;
        Ok(validator.validate(candidate).await?.into_iter().collect())
    }

    /// What would be asked.
    fn by(&self, name: &ValidatorId) -> Result<CheckedBy, CheckTrouble> {
        Ok(CheckedBy::validator(name.clone(), self.get(name)?.identity()))
    }

    fn get(&self, name: &ValidatorId) -> Result<&Arc<dyn Validator>, CheckTrouble> {
        self.0.get(name).ok_or_else(|| CheckTrouble::NoValidator(name.clone()))
    }
}

/// Why a check came to no answer. It says nothing about the content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckTrouble {
    /// The host has no such validator.
    #[error("this host has no validator called {0}")]
    NoValidator(ValidatorId),
    /// The validator came to no judgement.
    #[error(transparent)]
    Unvalidated(#[from] Unvalidated),
    /// The schema is not there.
    #[error("there is no schema at {reference}: {problem}")]
    NoSchema {
        /// Where it was looked for.
        reference: Reference,
        /// Why there is none.
        problem: String,
    },
    /// The schema is none.
    #[error("{0}")]
    Schema(String),
    /// It took too long.
    #[error("the JSON Schema was not through with the content after {0:?}: make it simpler")]
    TooSlow(Duration),
    /// It ended without an answer.
    #[error("the JSON Schema ended without an answer")]
    Ended,
    /// This program was built without JSON Schema.
    #[error("this program knows no JSON Schema: build it with the feature json-schema")]
    NoJsonSchema,
}

/// A check that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What it is called.
    pub name: LabelId,
    /// What failing leads to.
    pub on_failure: OnFailure,
    /// What it found.
    pub result: CheckResult,
}

/// What the checks of a content found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckReport {
    /// Whose version it is to become.
    pub artifact: ArtifactId,
    /// The environment whose checks were done.
    pub environment: EnvironmentId,
    /// The content.
    pub digest: Digest,
    /// Check by check, those of the widest scope first.
    pub checks: Vec<Checked>,
}

impl CheckReport {
    /// Whether a failed check refuses the content.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.failed().any(|check| check.on_failure == OnFailure::Refuse)
    }

    /// Whether a failed check condemns the content.
    #[must_use]
    pub fn is_condemned(&self) -> bool {
        self.failed().any(|check| check.on_failure == OnFailure::Condemn)
    }

    fn failed(&self) -> impl Iterator<Item = &Checked> {
        self.checks.iter().filter(|check| !check.result.passed())
    }

    /// The same of a content from elsewhere, which is never refused: what fails is condemned.
    pub(crate) fn as_history(&self) -> Self {
        let mut report = self.clone();
        for check in &mut report.checks {
            check.on_failure = OnFailure::Condemn;
        }
        report
    }

    /// What failed, for who is refused.
    pub(crate) fn failures(&self) -> impl Iterator<Item = FailedCheck> {
        self.failed().map(|check| FailedCheck {
            artifact: self.artifact.clone(),
            name: check.name.clone(),
            violations: check.result.violations.clone(),
        })
    }

    /// Why the content is condemned, cut to what a reason can hold.
    fn verdict(&self) -> Reason {
        let failures = self.failures().map(|failure| format!("fails the check {failure}"));
        let mut said = failures.collect::<Vec<_>>().join("; ");
        said.truncate(said.floor_char_boundary(Reason::LIMIT));
        // What a check found holds no NUL.
        Reason::new(said).unwrap_or_default()
    }
}

/// A check that a content failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedCheck {
    /// Whose version it was to become.
    pub artifact: ArtifactId,
    /// The check.
    pub name: LabelId,
    /// What the content does not hold to.
    pub violations: Violations,
}

impl fmt::Display for FailedCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        for violation in self.violations.shown() {
            write!(f, "\n  {}", violation.to_string().replace('\n', "\n  "))?;
        }
        match self.violations.more() {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}
