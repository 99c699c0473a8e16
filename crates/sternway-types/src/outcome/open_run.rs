//! A run that was opened before it began: if nobody says by its deadline how it ended, it failed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Failure, Outcome, OutcomeStatus, Subject};
use crate::{Assigned, OutcomeId, Timestamp};

/// A run may not take that long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a run cannot be given {}s: expected 1s to 24h", .0.as_secs_f64())]
pub struct OpenRunError(pub Duration);

/// A run of which somebody said that it begins, and nobody yet how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenRun {
    /// The id of its outcome, when there is one.
    pub id: OutcomeId,
    /// What runs.
    pub subject: Subject,
    /// When it was opened, by the clock of who opened it.
    pub opened: Timestamp,
    /// When it counts as failed.
    pub due: Timestamp,
    /// How it came to its version, if that shared the runs with others and it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<Assigned>,
}

impl OpenRun {
    /// The shortest time that a run can be given.
    pub const SHORTEST: Duration = Duration::from_secs(1);
    /// The longest time that a run can be given.
    pub const LONGEST: Duration = Duration::from_hours(24);
    /// The class of the error with which a run ends that nobody reported.
    pub const NO_OUTCOME: &str = "NoOutcome";

    /// A run that may take so long, and was not assigned by a share.
    ///
    /// # Errors
    ///
    /// [`OpenRunError`] if that is shorter than [`OpenRun::SHORTEST`] or longer than
    /// [`OpenRun::LONGEST`].
    pub fn new(
        id: OutcomeId,
        subject: Subject,
        opened: Timestamp,
        deadline: Duration,
    ) -> Result<Self, OpenRunError> {
        if !(Self::SHORTEST..=Self::LONGEST).contains(&deadline) {
            return Err(OpenRunError(deadline));
        }
        let due = opened.saturating_add(deadline);
        Ok(Self { id, subject, opened, due, assigned: None })
    }

    /// What is counted when nobody said by its deadline how it ended: it failed, at that moment. It
    /// is the same whoever finds it, so that it counts once.
    #[must_use]
    pub fn missed(&self) -> Outcome {
        let message = "no outcome was reported before the deadline of the run";
        let failure = Failure::new(Self::NO_OUTCOME.parse().ok(), message);
        let status = OutcomeStatus::Failed(failure);
        Outcome {
            duration: Some(self.due.since(self.opened)),
            assigned: self.assigned,
            ..Outcome::new(self.id, self.subject.clone(), self.due, status)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Generation, VersionNumber};

    fn run(deadline: Duration) -> Result<OpenRun, OpenRunError> {
        let subject = Subject {
            artifact: "tools/search".parse().unwrap(),
            environment: "production".parse().unwrap(),
            version: VersionNumber::new(1).unwrap(),
            generation: Generation::new(1),
        };
        OpenRun::new(OutcomeId::from_name("run"), subject, Timestamp::from_micros(5), deadline)
    }

    #[test]
    fn a_run_takes_a_second_to_a_day() {
        let days = |days: u64| Duration::from_hours(24 * days);
        assert_eq!(run(Duration::from_millis(999)), Err(OpenRunError(Duration::from_millis(999))));
        assert_eq!(run(days(2)), Err(OpenRunError(days(2))));
        assert!(run(days(1)).is_ok() && run(Duration::from_secs(1)).is_ok());
        let said = OpenRunError(Duration::from_millis(500)).to_string();
        assert_eq!(said, "a run cannot be given 0.5s: expected 1s to 24h");
    }

    #[test]
    fn what_nobody_reported_failed_at_its_deadline() {
        let run = run(Duration::from_secs(2)).unwrap();
        let missed = run.missed();
        assert_eq!((missed.id, missed.at, missed.began()), (run.id, run.due, run.opened));
        let OutcomeStatus::Failed(failure) = &missed.status else { panic!("it failed") };
        assert_eq!(failure.class().map(|class| class.as_str()), Some(OpenRun::NO_OUTCOME));
        assert_eq!(missed, run.missed());
    }
}
