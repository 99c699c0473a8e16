//! Policies, as they are shown.

use serde::Serialize;
use serde_json::Value;
use sternway_types::{
    Activation, ArtifactId, ContentCheck, Digest, EnvironmentId, Policy, PolicyScope,
    PolicySetting, PolicyVersion, Revision, Rule, RuleName, VersionNumber,
};

/// A rule as policy files write it, such as `{"rule": "consecutive_failures", "count": 3,
/// "window": "5m"}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct RuleView(Value);

impl RuleView {
    /// The JSON of it.
    #[must_use]
    pub const fn as_json(&self) -> &Value {
        &self.0
    }
}

impl From<&Rule> for RuleView {
    fn from(rule: &Rule) -> Self {
        // The shape of rules in files is a promise of its own, and every rule has one.
        Self(serde_json::to_value(rule).unwrap_or_default())
    }
}

/// What a policy says, as policy files write it: it can be set again as it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RulesView {
    /// `staged` or `immediate`: what a publish leads to.
    pub activation: &'static str,
    /// The rules that can take a version back.
    pub rules: Vec<RuleView>,
    /// `roll_back`, `pause`, `notify` or `shadow`: what a regression leads to.
    pub action: &'static str,
    /// How many automatic rollbacks of one artifact in one environment 24 hours may have.
    pub rollbacks_per_day: u32,
    /// How long after an automatic rollback there is no other, such as `6h`; left out where nothing is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cooldown: Option<String>,
    /// What a content must hold to, in the shape of policy files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Value>,
}

/// What is known of how often a policy is wrong, in words.
#[must_use]
pub fn error_rate(policy: &Policy) -> String {
    if let Some(preset) = policy.as_preset() {
        return preset.note().to_owned();
    }
    let unstated = policy.rules().iter().map(Rule::name).filter(|it| !it.has_stated_error_rate());
    let unstated: Vec<&str> = unstated.map(RuleName::as_str).collect();
    if unstated.is_empty() {
        return "each rule says how often it finds a healthy version worse".into();
    }
    format!("no stated error rate: {}", unstated.join(", "))
}

impl From<&Policy> for RulesView {
    fn from(policy: &Policy) -> Self {
        let activation = match policy.activation() {
            Activation::Staged => "staged",
            Activation::Immediate => "immediate",
        };
        Self {
            activation,
            rules: policy.rules().iter().map(Into::into).collect(),
            action: policy.action().as_str(),
            rollbacks_per_day: policy.rollbacks_per_day(),
            cooldown: policy.cooldown().map(|cooldown| cooldown.to_string()),
            checks: written(policy.checks()),
        }
    }
}

/// The artifact that a policy is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyFromView {
    /// Which artifact.
    pub artifact: ArtifactId,
    /// Which version of it; left out where only the artifact is named, so that it depends on the environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<VersionNumber>,
    /// What is in that version; left out with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

impl From<&PolicyVersion> for PolicyFromView {
    fn from(from: &PolicyVersion) -> Self {
        let PolicyVersion { artifact, version, digest } = from;
        Self { artifact: artifact.clone(), version: Some(*version), digest: Some(*digest) }
    }
}

/// A setting that names an artifact and does not hold, so that what was set around it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyPassedOverView {
    /// Where it was set.
    pub scope: String,
    /// Which artifact it names.
    pub artifact: ArtifactId,
    /// `not_live`: nothing of it is live there; `of_policies`: it would hold for a policy, and no policy that is
    /// an artifact does.
    pub why: &'static str,
}

/// A policy, and where it was set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PolicyView {
    /// Where it was set; nothing for the built-in one.
    pub scope: Option<String>,
    /// Whether anything is judged.
    pub on: bool,
    /// The artifact that it is, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<PolicyFromView>,
    /// What was set nearer and does not hold, the nearest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<PolicyPassedOverView>,
    /// What it says; nothing if it is off, or depends on the environment.
    pub policy: Option<RulesView>,
    /// The preset that has these rules and leads to the same, such as `sound`; nothing for others.
    pub preset: Option<&'static str>,
    /// What is known of how often the rules are wrong; nothing if it is off.
    pub error_rate: Option<String>,
}

impl PolicyView {
    /// What is set in a scope, or built in.
    #[must_use]
    pub fn new(scope: Option<&PolicyScope>, setting: &PolicySetting) -> Self {
        let (set, from) = match setting {
            PolicySetting::On(policy) => (Some(policy), None),
            PolicySetting::Off => (None, None),
            PolicySetting::From(artifact) => (None, Some(artifact.clone())),
        };
        Self {
            scope: scope.map(ToString::to_string),
            on: *setting != PolicySetting::Off,
            from: from.map(|artifact| PolicyFromView { artifact, version: None, digest: None }),
            passed_over: Vec::new(),
            policy: set.map(Into::into),
            preset: set.and_then(Policy::as_preset).map(sternway_types::Preset::as_str),
            error_rate: set.map(error_rate),
        }
    }
}

/// The policy that holds for an artifact, with the checks of all scopes around it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EffectivePolicyView {
    /// The nearest policy: its activation and its rules hold.
    #[serde(flatten)]
    pub policy: PolicyView,
    /// Every check that holds, in the shape of policy files.
    pub checks: Vec<Value>,
}

impl EffectivePolicyView {
    /// The nearest policy, and every check that holds.
    #[must_use]
    pub fn new(policy: PolicyView, checks: &[ContentCheck]) -> Self {
        Self { policy, checks: written(checks) }
    }
}

fn written(checks: &[ContentCheck]) -> Vec<Value> {
    // The shape of checks in files is a promise of its own, and every check has one.
    checks.iter().map(|check| serde_json::to_value(check).unwrap_or_default()).collect()
}

/// What setting a policy led to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PolicySetView {
    /// What is set now.
    #[serde(flatten)]
    pub policy: PolicyView,
    /// Where nothing is live of the artifact that it is, so that what holds around the scope holds there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_live_in: Vec<EnvironmentId>,
    /// The revision that set it.
    pub revision: Revision,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}

/// What taking a policy away led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyUnsetView {
    /// Where it was set.
    pub scope: String,
    /// The revision that took it away.
    pub revision: Revision,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_set_again() {
        let policy: Policy = serde_json::from_str(r#"{"cooldown": "6h"}"#).unwrap();
        assert!(policy.cooldown().is_some());
        let shown = serde_json::to_string(&RulesView::from(&policy)).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&shown).unwrap(), policy);
    }

    #[test]
    fn what_is_an_artifact_has_rules_only_somewhere() {
        let from = PolicySetting::From("policies/strict".parse().unwrap());
        let view = PolicyView::new(Some(&PolicyScope::Namespace), &from);
        let json = serde_json::to_string(&view).unwrap();
        assert!(json.contains(r#""on":true,"from":{"artifact":"policies/strict"},"policy":null"#));
    }

    #[test]
    fn what_is_off_has_no_rules() {
        let view = PolicyView::new(Some(&PolicyScope::Namespace), &PolicySetting::Off);
        assert_eq!((view.on, view.policy, view.scope.as_deref()), (false, None, Some("namespace")));
    }
}
