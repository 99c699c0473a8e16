//! Outcomes, with what no case is about filled in.

use sternway_types::{Failure, Outcome, OutcomeId, OutcomeStatus, Subject, Timestamp};

use crate::must::parsed;

/// A success, named so that the same name is the same outcome.
pub(crate) fn succeeded(name: &str, subject: &Subject, at: Timestamp) -> Outcome {
    Outcome::new(OutcomeId::from_name(name), subject.clone(), at, OutcomeStatus::Succeeded)
}

/// A failure, named so that the same name is the same outcome.
pub(crate) fn failed(name: &str, subject: &Subject, at: Timestamp) -> Outcome {
    let failure = Failure::new(Some(parsed("TypeError")), "got an unexpected argument");
    let status = OutcomeStatus::Failed(failure);
    Outcome::new(OutcomeId::from_name(name), subject.clone(), at, status)
}
