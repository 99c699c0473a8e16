//! What a supervisor did, as it is shown.

use serde::Serialize;
use sternway_types::Timestamp;

use crate::{ReactionView, SubjectView, VerdictView};

/// What a supervisor made of the outcomes of one stay that nobody had judged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SupervisedView {
    /// When.
    pub at: Timestamp,
    /// What was judged.
    pub subject: SubjectView,
    /// The verdict; nothing if it could not be judged.
    #[serde(flatten)]
    pub verdict: Option<VerdictView>,
    /// What a regression led to.
    pub reaction: Option<ReactionView>,
    /// Why it could not be judged; nothing if it was.
    pub problem: Option<String>,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}
