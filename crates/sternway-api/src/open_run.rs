//! Runs that were opened before they began, as they are shown.

use serde::Serialize;
use sternway_types::{Assigned, OpenRun, OutcomeId, Timestamp};

use crate::SubjectView;

/// A run of which nobody said yet how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenRunView {
    /// The id that its outcome will have.
    pub outcome: OutcomeId,
    /// What runs.
    pub subject: SubjectView,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it counts as failed.
    pub due_at: Timestamp,
    /// How it came to its version, if that shared the runs with others: `chance`, or the bucket of its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned: Option<Assigned>,
}

impl From<&OpenRun> for OpenRunView {
    fn from(run: &OpenRun) -> Self {
        Self {
            outcome: run.id,
            subject: (&run.subject).into(),
            opened_at: run.opened,
            due_at: run.due,
            assigned: run.assigned,
        }
    }
}

/// What opening a run led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BegunView {
    /// The name to record its outcome under.
    pub name: String,
    /// `now`; `before`, if it was open already and is what it was; or `ended`, if its outcome was recorded
    /// before.
    pub opened: &'static str,
    /// The run.
    #[serde(flatten)]
    pub run: OpenRunView,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}
