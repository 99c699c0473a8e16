//! Validators: what the host has to judge a content by, before it is published.

use std::fmt;

use async_trait::async_trait;
use sternway_types::{ArtifactId, Content, Violation};

/// What is to be judged.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Whose version it is to become.
    pub artifact: &'a ArtifactId,
    /// What it holds.
    pub content: &'a Content,
}

/// Why a validator came to no judgement. It says nothing about the content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct Unvalidated {
    problem: String,
}

impl Unvalidated {
    /// It came to none since this happened, and what can be done about it.
    #[must_use]
    pub fn new(problem: impl Into<String>) -> Self {
        Self { problem: problem.into() }
    }
}

/// Judges contents for its host, under a name that the host gave it.
///
/// # Contract
///
/// - **Judges only**: it changes nothing that Sternway keeps, and asking it twice is the same as once.
/// - **No judgement is an error**: a validator that ran out of time, died, or could not be started
///   answers [`Unvalidated`], and never with an empty list.
/// - **Ends**: it answers within a limit of its own, and however much it finds, its answer is small.
/// - **Free to drop**: a call that is dropped leaves nothing running.
#[async_trait]
pub trait Validator: fmt::Debug + Send + Sync + 'static {
    /// What it is, for the record beside a version: a command line, a name and a version.
    fn identity(&self) -> String;

    /// What the content does not hold to; nothing if it passes.
    async fn validate(&self, candidate: Candidate<'_>) -> Result<Vec<Violation>, Unvalidated>;
}
