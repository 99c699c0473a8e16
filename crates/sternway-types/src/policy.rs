//! Policies as data: when a new version goes live, and when a live one must go back.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    ArtifactId, CheckError, CollectionId, ContentCheck, EnvironmentId, Metric, Preset, Rule,
    RuleId, RuleName, Threshold, check::check_all, rule::immediate_tier,
};

/// Why a policy is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// A count is out of range.
    #[error("{rule}: {field} is {found}: expected {least} to {most}")]
    Count {
        /// Which rule.
        rule: RuleName,
        /// Which field.
        field: &'static str,
        /// What was given.
        found: u32,
        /// The least that is taken.
        least: u32,
        /// The most that is taken.
        most: u32,
    },
    /// A window is out of range.
    #[error("{rule}: a window of {found:?} is not from 1 second to 30 days")]
    Window {
        /// Which rule.
        rule: RuleName,
        /// What was given.
        found: Duration,
    },
    /// A window is longer than measurements are kept by time.
    #[error("{rule}: a window of {found:?} is not from 1 second to 7 days")]
    TimedWindow {
        /// Which rule.
        rule: RuleName,
        /// What was given.
        found: Duration,
    },
    /// A share is more than the whole.
    #[error("{rule}: a threshold of {found} is no share: expected above 0, at most 1")]
    Share {
        /// Which rule.
        rule: RuleName,
        /// What was given.
        found: Threshold,
    },
    /// Nobody knows which way a metric gets better.
    #[error(
        "degraded: nobody knows which way {metric} gets better: say direction = \"higher\" or \
         \"lower\""
    )]
    NoDirection {
        /// Which metric.
        metric: Metric,
    },
    /// A policy file names a preset and has rules of its own.
    #[error("the policy has a preset and rules: expected one of them")]
    PresetAndRules,
    /// A rule looks for errors and names none.
    #[error("{rule}: classes is empty, so the rule could never hold")]
    NoClasses {
        /// Which rule.
        rule: RuleName,
    },
    /// The same rule stands twice.
    #[error("{rule} stands twice in the policy")]
    Twice {
        /// Which rule.
        rule: RuleId,
    },
    /// There is no rule at all.
    #[error("the policy has no rules: to watch nothing, turn the policy off instead")]
    NoRules,
    /// A check is not one, or excludes another.
    #[error(transparent)]
    Check(#[from] CheckError),
}

/// What happens to a version when it is published, beyond an artifact's first one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// It waits to be promoted.
    #[default]
    Staged,
    /// It goes live in the default environment at once.
    Immediate,
}

/// A policy: what a publish leads to, what a content must hold to, and the rules that can take a
/// version back. It has at least one rule, and each rule and each name of a check at most once.
///
/// Of several policies that are set around an artifact, the nearest one's activation and rules hold.
/// Their checks add up, so that who sets other rules for one artifact does not drop a check that
/// somebody set for all: of two checks with one name the nearer one's holds, which may be
/// [`CheckKind::Off`](crate::CheckKind::Off). A policy that is off drops the checks of wider scopes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawPolicy")]
pub struct Policy {
    activation: Activation,
    rules: Vec<Rule>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<ContentCheck>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPolicy {
    #[serde(default)]
    activation: Activation,
    preset: Option<Preset>,
    rules: Option<Vec<Rule>>,
    #[serde(default)]
    checks: Vec<ContentCheck>,
}

impl TryFrom<RawPolicy> for Policy {
    type Error = PolicyError;

    fn try_from(raw: RawPolicy) -> Result<Self, PolicyError> {
        let rules = match (raw.preset, raw.rules) {
            (None, None) => immediate_tier(),
            (None, Some(rules)) => rules,
            (Some(preset), None) => preset.rules(),
            (Some(_), Some(_)) => return Err(PolicyError::PresetAndRules),
        };
        Self::new(raw.activation, rules)?.with_checks(raw.checks)
    }
}

impl Policy {
    /// A policy with these rules.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] if there is no rule, a rule stands twice, or a number is out of range.
    pub fn new(activation: Activation, rules: Vec<Rule>) -> Result<Self, PolicyError> {
        if rules.is_empty() {
            return Err(PolicyError::NoRules);
        }
        for (index, rule) in rules.iter().enumerate() {
            rule.check()?;
            if rules.iter().take(index).any(|other| other.id() == rule.id()) {
                return Err(PolicyError::Twice { rule: rule.id() });
            }
        }
        Ok(Self { activation, rules, checks: Vec::new() })
    }

    /// The same, with these checks of what is published.
    ///
    /// # Errors
    ///
    /// [`PolicyError::Check`] if two have one name, or there are too many.
    pub fn with_checks(mut self, checks: Vec<ContentCheck>) -> Result<Self, PolicyError> {
        check_all(&checks)?;
        self.checks = checks;
        Ok(self)
    }

    /// The rules of a preset. New versions are staged.
    #[must_use]
    pub fn preset(preset: Preset) -> Self {
        Self { activation: Activation::Staged, rules: preset.rules(), checks: Vec::new() }
    }

    /// The preset that has these rules, if one has.
    #[must_use]
    pub fn as_preset(&self) -> Option<Preset> {
        Preset::ALL.into_iter().find(|preset| preset.rules() == self.rules)
    }

    /// Whether a rule compares with the last good version.
    #[must_use]
    pub fn needs_baseline(&self) -> bool {
        self.rules.iter().any(|rule| rule.degradation().is_some())
    }

    /// Whether only a failure can take a version back, so that nothing need be judged after a
    /// success.
    #[must_use]
    pub fn begins_with_a_failure(&self) -> bool {
        self.rules.iter().all(Rule::begins_with_a_failure)
    }

    /// What a publish leads to.
    #[must_use]
    pub const fn activation(&self) -> Activation {
        self.activation
    }

    /// The rules.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// What a content must hold to when it is published.
    #[must_use]
    pub fn checks(&self) -> &[ContentCheck] {
        &self.checks
    }
}

impl Default for Policy {
    /// The immediate tier: 2 signature errors among the last 10 runs, all of 5 or more failed, or
    /// 3 failures in a row within 5 minutes. New versions are staged.
    fn default() -> Self {
        Self { activation: Activation::Staged, rules: immediate_tier(), checks: Vec::new() }
    }
}

/// A policy, or that nothing is judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicySetting {
    /// Nothing is judged and nothing is rolled back by itself.
    Off,
    /// This policy.
    On(Policy),
}

/// Why a text is not a scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{given:?} is not a policy scope: expected namespace, collection:NAME, \
     artifact:COLLECTION/NAME or environment:NAME"
)]
pub struct ScopeError {
    given: String,
}

/// What a policy is for. The later of these that is set wins over the earlier.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PolicyScope {
    /// Everything in the namespace.
    Namespace,
    /// Every artifact of a collection.
    Collection(CollectionId),
    /// One artifact.
    Artifact(ArtifactId),
    /// Everything that is live in an environment.
    Environment(EnvironmentId),
}

impl fmt::Display for PolicyScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Namespace => f.write_str("namespace"),
            Self::Collection(id) => write!(f, "collection:{id}"),
            Self::Artifact(id) => write!(f, "artifact:{id}"),
            Self::Environment(id) => write!(f, "environment:{id}"),
        }
    }
}

impl FromStr for PolicyScope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        let scope = match text.split_once(':') {
            None if text == "namespace" => Some(Self::Namespace),
            Some(("collection", name)) => name.parse().ok().map(Self::Collection),
            Some(("artifact", name)) => name.parse().ok().map(Self::Artifact),
            Some(("environment", name)) => name.parse().ok().map(Self::Environment),
            _ => None,
        };
        scope.ok_or_else(|| ScopeError { given: text.chars().take(240).collect() })
    }
}

impl TryFrom<String> for PolicyScope {
    type Error = ScopeError;

    fn try_from(text: String) -> Result<Self, ScopeError> {
        text.parse()
    }
}

impl From<PolicyScope> for String {
    fn from(scope: PolicyScope) -> Self {
        scope.to_string()
    }
}
