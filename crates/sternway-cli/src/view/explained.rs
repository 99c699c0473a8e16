//! Views of explanations.

use sternway::{
    api::{DecidingView, ExplanationView, PresetView, ProvenView},
    control::explain::{Explanation, PresetSaid},
    policy::ProvenStanding,
    types::{Against, Outcome, OutcomeStatus},
};

use super::{policy, standing};

/// On what a verdict rests.
pub(crate) fn explanation(found: &Explanation) -> ExplanationView {
    ExplanationView {
        subject: (&found.subject).into(),
        tally: (&found.tally).into(),
        success_lower: found.success.lower,
        success_upper: found.success.upper,
        policy: policy(&found.policy),
        verdict: (&found.verdict).into(),
        latch: found.latch.as_ref().map(Into::into),
        again: found.again,
        baseline: found.baseline.as_ref().map(Into::into),
        rules: found.standings.iter().map(standing).collect(),
        proven: found.proven.as_ref().map(proven),
        presets: found.presets.iter().map(preset).collect(),
        deciding: found.deciding.iter().map(deciding).collect(),
    }
}

const fn proven(standing: &ProvenStanding) -> ProvenView {
    let (against, baseline_version) = match &standing.against {
        Against::Measured { version, .. } => ("measured", Some(*version)),
        Against::Beside { version, .. } => ("beside", Some(*version)),
        Against::Expected { .. } => ("expected", None),
        Against::Objective { .. } => ("objective", None),
        Against::Promised { .. } => ("promised", None),
        Against::Limit { version, .. } => ("limit", *version),
    };
    ProvenView {
        against,
        baseline_version,
        success_rate: standing.success_rate,
        ln_e: standing.ln_e,
        ln_threshold: standing.ln_threshold,
        successes_until: standing.successes_until,
    }
}

fn preset(said: &PresetSaid) -> PresetView {
    PresetView {
        preset: said.preset.as_str(),
        at: said.decided.as_ref().map(|(at, _)| *at),
        rule: said.decided.as_ref().map(|(_, rule)| rule.to_string()),
    }
}

fn deciding(outcome: &Outcome) -> DecidingView {
    let failure = match &outcome.status {
        OutcomeStatus::Failed(failure) => Some(failure),
        OutcomeStatus::Succeeded | OutcomeStatus::Unknown => None,
    };
    DecidingView {
        outcome: outcome.id.to_string(),
        at: outcome.at,
        error_class: failure.and_then(|failure| failure.class()).map(ToString::to_string),
        message: failure.map_or_else(String::new, |failure| failure.message().to_owned()),
        trace_id: outcome.trace_id.clone(),
    }
}
