//! On what a verdict rests, as it is shown.

use serde::Serialize;
use sternway_types::{Timestamp, VersionNumber};

use crate::{
    BaselineView, LatchView, PolicyView, StandingView, SubjectView, TallyView, VerdictView,
};

/// How far a version is from being proven: at least nearly as good as what it is held against.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProvenView {
    /// `measured`, `expected` or `objective`: where the rate comes from that it is held against.
    pub against: &'static str,
    /// The version that was measured, if one was.
    pub baseline_version: Option<VersionNumber>,
    /// The success rate that it must have shown to exceed, from 0 to 1.
    pub success_rate: f64,
    /// The evidence, as the natural logarithm of an e-value.
    pub ln_e: f64,
    /// What it takes.
    pub ln_threshold: f64,
    /// After how many more successes in a row it is proven, 0 if it is; nothing if nobody can say.
    pub successes_until: Option<u64>,
}

/// What a preset would have said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PresetView {
    /// Which preset.
    pub preset: &'static str,
    /// At which outcome it would first have decided, from 1; nothing if it would not have by now.
    pub at: Option<u64>,
    /// By which rule.
    pub rule: Option<String>,
}

/// An outcome that decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DecidingView {
    /// Which outcome.
    pub outcome: String,
    /// When it ended.
    pub at: Timestamp,
    /// The class of its error, if it failed with a known one.
    pub error_class: Option<String>,
    /// What the program said; empty if nothing.
    pub message: String,
    /// Where to look for more.
    pub trace_id: Option<String>,
}

/// On what the verdict on a stay of a version rests.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExplanationView {
    /// What is judged.
    pub subject: SubjectView,
    /// How its runs went.
    pub tally: TallyView,
    /// Where its success rate lies, from 0 to 1, at every look together, in 19 of 20 stays: the lower end.
    pub success_lower: f64,
    /// The upper end.
    pub success_upper: f64,
    /// The policy that holds now.
    pub policy: PolicyView,
    /// The verdict.
    #[serde(flatten)]
    pub verdict: VerdictView,
    /// The latched verdict, if one was latched.
    pub latch: Option<LatchView>,
    /// Whether the log leads to the latched verdict again; nothing if none was latched, or it rests on
    /// what another version measured by time.
    pub again: Option<bool>,
    /// What sequential tests hold the version against, if that was kept.
    pub baseline: Option<BaselineView>,
    /// How near each rule is to holding now, in the order of the policy.
    pub rules: Vec<StandingView>,
    /// How far the version is from being proven; nothing if the policy is off.
    pub proven: Option<ProvenView>,
    /// What each preset would have said.
    pub presets: Vec<PresetView>,
    /// The outcomes that decided, the oldest first.
    pub deciding: Vec<DecidingView>,
}
