//! The verdict on what is live, as it is shown.

use serde::Serialize;
use sternway_types::VersionNumber;

use crate::{
    LatchView, MeasuredView, PolicyView, SignView, SubjectView, TallyView, TestView, VerdictView,
};

/// How near a rule is to taking a version back.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StandingView {
    /// Which rule, such as `all_failed` or `degraded:duration`.
    pub rule: String,
    /// `immediate`, `sequential`, `fast` or `standard`.
    pub tier: String,
    /// Whether it holds.
    pub holds: bool,
    /// What it found, in the unit of the limit; nothing if there is too little to say.
    pub found: Option<f64>,
    /// What it takes.
    pub limit: Option<f64>,
    /// The unit of both, in words.
    pub unit: Option<String>,
    /// The numbers on both sides, if the rule is on a metric.
    pub measured: Option<MeasuredView>,
    /// What it found, if it is a sequential test.
    pub test: Option<TestView>,
    /// All of that in one line.
    pub description: String,
}

/// How near a candidate beside what is live is to being taken back.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CandidateStandingView {
    /// Which version.
    pub version: VersionNumber,
    /// How near the rule on the success rate is to it, by what both did.
    pub rule: StandingView,
}

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
    /// How near each rule is to holding, in the order of the policy.
    pub rules: Vec<StandingView>,
    /// The candidates beside it that are judged by what both do.
    pub candidates: Vec<CandidateStandingView>,
    /// That the success rate fell little by little, if it did: a warning, which takes nothing back.
    pub drift: Option<SignView>,
}
