//! The verdict on what is live, as it is shown.

use serde::Serialize;

use crate::{LatchView, PolicyView, SubjectView, TallyView, VerdictView};

/// The verdict on what is live, reached without changing anything.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckView {
    /// What was judged.
    pub subject: SubjectView,
    /// How its runs went.
    pub tally: TallyView,
    /// The policy that holds.
    pub policy: PolicyView,
    /// The verdict.
    #[serde(flatten)]
    pub verdict: VerdictView,
    /// The latched verdict, if one was latched.
    pub latch: Option<LatchView>,
}
