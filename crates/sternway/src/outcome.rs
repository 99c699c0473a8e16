//! How a run went, as a program tells it.

use std::{collections::BTreeMap, fmt, time::Duration};

use sternway_types::{
    Answered, Assigned, ErrorClass, Failure, OutcomeError, OutcomeId, OutcomeStatus, Score,
    Subject, Timestamp,
};

/// How a run of a version went. What ran, where and when is added by who records it.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "an outcome counts when it is recorded"]
pub struct Outcome {
    status: Status,
    name: Option<String>,
    at: Option<Timestamp>,
    duration: Option<Duration>,
    cost: Option<f64>,
    scores: BTreeMap<String, f64>,
    trace_id: Option<String>,
    beside: Option<Answered>,
    assigned: Option<Assigned>,
}

#[derive(Clone, Debug, PartialEq)]
enum Status {
    Succeeded,
    Failed { class: Option<String>, message: String },
    Unknown,
}

impl Outcome {
    const fn new(status: Status) -> Self {
        Self {
            status,
            name: None,
            at: None,
            duration: None,
            cost: None,
            scores: BTreeMap::new(),
            trace_id: None,
            beside: None,
            assigned: None,
        }
    }

    /// It went well.
    pub const fn ok() -> Self {
        Self::new(Status::Succeeded)
    }

    /// It failed, and said this.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Status::Failed { class: None, message: message.into() })
    }

    /// Nobody knows how it ended.
    pub const fn unknown() -> Self {
        Self::new(Status::Unknown)
    }

    /// The class of the error, such as `TypeError`. Only for a failure.
    pub fn class(mut self, name: impl Into<String>) -> Self {
        if let Status::Failed { class, .. } = &mut self.status {
            *class = Some(name.into());
        }
        self
    }

    /// How long it took.
    pub const fn took(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    /// What it cost, in your own unit.
    pub const fn cost(mut self, cost: f64) -> Self {
        self.cost = Some(cost);
        self
    }

    /// A measurement of your own.
    pub fn score(mut self, name: impl Into<String>, score: f64) -> Self {
        self.scores.insert(name.into(), score);
        self
    }

    /// Its name: recorded twice under one name, it counts once. The name belongs to the artifact
    /// and the environment; elsewhere the same name is another run's.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// When it ended, if not now.
    pub const fn at(mut self, at: Timestamp) -> Self {
        self.at = Some(at);
        self
    }

    /// Where to look for more.
    pub fn trace(mut self, trace_id: impl Into<String>) -> Self {
        self.trace_id = Some(trace_id.into());
        self
    }

    /// That it is of a copy of a run that another version answered, and how that one ended. A candidate whose
    /// every outcome says so is compared with the other version run by run.
    pub const fn beside(mut self, answered: Answered) -> Self {
        self.beside = Some(answered);
        self
    }

    /// How it came to its version, while a deployment shared the runs out:
    /// [`Resolved::assigned`](sternway_control::deploy::Resolved::assigned). Of runs of one key one failure counts
    /// as evidence, and not each.
    pub const fn assigned(mut self, assigned: Assigned) -> Self {
        self.assigned = Some(assigned);
        self
    }

    /// The record of it, for what ran. The id is for a run without a name.
    ///
    /// # Errors
    ///
    /// [`OutcomeError`] if a class, cost, score or trace id is not one.
    pub fn into_record(
        self,
        subject: Subject,
        id: OutcomeId,
        now: Timestamp,
    ) -> Result<sternway_types::Outcome, OutcomeError> {
        let status = match self.status {
            Status::Succeeded => OutcomeStatus::Succeeded,
            Status::Failed { class, message } => {
                let class = class.map(|class| class.parse::<ErrorClass>()).transpose()?;
                OutcomeStatus::Failed(Failure::new(class, &message))
            }
            Status::Unknown => OutcomeStatus::Unknown,
        };
        let of_run =
            |name: String| OutcomeId::of_run(&subject.artifact, &subject.environment, &name);
        let (id, at) = (self.name.map_or(id, of_run), self.at.unwrap_or(now));
        let mut outcome = sternway_types::Outcome::new(id, subject, at, status);
        outcome.duration = self.duration;
        outcome.cost = self.cost.map(Score::new).transpose()?;
        for (name, score) in self.scores {
            outcome.scores.insert(name, Score::new(score)?);
        }
        outcome.trace_id = self.trace_id;
        outcome.beside = self.beside;
        outcome.assigned = self.assigned;
        outcome.check()?;
        Ok(outcome)
    }
}

impl<T, E: fmt::Display> From<&Result<T, E>> for Outcome {
    fn from(result: &Result<T, E>) -> Self {
        match result {
            Ok(_) => Self::ok(),
            Err(err) => Self::failed(err.to_string()),
        }
    }
}
