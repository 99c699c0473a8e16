//! Policies as data: when a new version goes live, and when a live one must go back.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{ArtifactId, CollectionId, EnvironmentId, ErrorClass, RECENT_OUTCOMES};

/// The longest window of a rule: 30 days.
const MAX_WINDOW: Duration = Duration::from_secs(30 * 24 * 60 * 60);

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
        rule: RuleName,
    },
    /// There is no rule at all.
    #[error("the policy has no rules: to watch nothing, turn the policy off instead")]
    NoRules,
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

/// The names of the rules, in the order of their weight: of several rules that hold, the first
/// decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleName {
    /// [`Rule::SignatureErrors`].
    SignatureErrors,
    /// [`Rule::AllFailed`].
    AllFailed,
    /// [`Rule::ConsecutiveFailures`].
    ConsecutiveFailures,
}

impl fmt::Display for RuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::SignatureErrors => "signature_errors",
            Self::AllFailed => "all_failed",
            Self::ConsecutiveFailures => "consecutive_failures",
        })
    }
}

/// A rule that can take a version back. Windows reach back from the newest outcome's own time,
/// and only outcomes of the version's present stay in its environment count.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// The newest `count` outcomes all failed, within `window` of each other. No stated error rate.
    ConsecutiveFailures {
        /// How many failures in a row. Default 3.
        #[serde(default = "three")]
        count: u32,
        /// How far back. Default 5 minutes.
        #[serde(default = "five_minutes", with = "window")]
        window: Duration,
    },
    /// At least `count` of the newest `among` outcomes failed, within `window`, with an error of
    /// one of these classes: the calls no longer fit the code. No stated error rate.
    SignatureErrors {
        /// How many such failures. Default 2.
        #[serde(default = "two")]
        count: u32,
        /// Among how many of the newest outcomes. Default 10.
        #[serde(default = "ten")]
        among: u32,
        /// How far back. Default 5 minutes.
        #[serde(default = "five_minutes", with = "window")]
        window: Duration,
        /// The classes of errors. Default `TypeError` and `AttributeError`.
        #[serde(default = "signature_classes")]
        classes: Vec<ErrorClass>,
    },
    /// At least `at_least` outcomes within `window`, and none of them succeeded. No stated error
    /// rate.
    AllFailed {
        /// How many outcomes it takes. Default 5.
        #[serde(default = "five")]
        at_least: u32,
        /// How far back, at most to the version's going live. Default 30 minutes.
        #[serde(default = "thirty_minutes", with = "window")]
        window: Duration,
    },
}

const fn two() -> u32 {
    2
}

const fn three() -> u32 {
    3
}

const fn five() -> u32 {
    5
}

const fn ten() -> u32 {
    10
}

const fn five_minutes() -> Duration {
    Duration::from_secs(5 * 60)
}

const fn thirty_minutes() -> Duration {
    Duration::from_secs(30 * 60)
}

fn signature_classes() -> Vec<ErrorClass> {
    ["TypeError", "AttributeError"].iter().filter_map(|class| class.parse().ok()).collect()
}

impl Rule {
    /// The rule's name.
    #[must_use]
    pub const fn name(&self) -> RuleName {
        match self {
            Self::ConsecutiveFailures { .. } => RuleName::ConsecutiveFailures,
            Self::SignatureErrors { .. } => RuleName::SignatureErrors,
            Self::AllFailed { .. } => RuleName::AllFailed,
        }
    }

    fn check(&self) -> Result<(), PolicyError> {
        let rule = self.name();
        let most = u32::try_from(RECENT_OUTCOMES).unwrap_or(u32::MAX);
        let count = |field, found, least| {
            let fits = (least..=most).contains(&found);
            fits.then_some(()).ok_or(PolicyError::Count { rule, field, found, least, most })
        };
        let window = match self {
            Self::ConsecutiveFailures { count: failures, window } => {
                count("count", *failures, 1)?;
                *window
            }
            Self::SignatureErrors { count: failures, among, window, classes } => {
                count("count", *failures, 1)?;
                count("among", *among, *failures)?;
                if classes.is_empty() {
                    return Err(PolicyError::NoClasses { rule });
                }
                *window
            }
            Self::AllFailed { at_least, window } => {
                count("at_least", *at_least, 1)?;
                *window
            }
        };
        if window < Duration::from_secs(1) || window > MAX_WINDOW {
            return Err(PolicyError::Window { rule, found: window });
        }
        Ok(())
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConsecutiveFailures { count, window } => {
                write!(f, "{count} failures in a row within {}", window::show(window))
            }
            Self::SignatureErrors { count, among, window, classes } => {
                let classes: Vec<&str> = classes.iter().map(ErrorClass::as_str).collect();
                let window = window::show(window);
                let classes = classes.join(" or ");
                write!(f, "{count} of {classes} among the last {among} runs within {window}")
            }
            Self::AllFailed { at_least, window } => {
                write!(f, "all of {at_least} or more runs failed within {}", window::show(window))
            }
        }
    }
}

/// A policy: what a publish leads to, and the rules that can take a version back. It has at least
/// one rule, and each rule at most once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawPolicy")]
pub struct Policy {
    activation: Activation,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPolicy {
    #[serde(default)]
    activation: Activation,
    #[serde(default = "immediate_tier")]
    rules: Vec<Rule>,
}

impl TryFrom<RawPolicy> for Policy {
    type Error = PolicyError;

    fn try_from(raw: RawPolicy) -> Result<Self, PolicyError> {
        Self::new(raw.activation, raw.rules)
    }
}

fn immediate_tier() -> Vec<Rule> {
    vec![
        Rule::SignatureErrors {
            count: two(),
            among: ten(),
            window: five_minutes(),
            classes: signature_classes(),
        },
        Rule::AllFailed { at_least: five(), window: thirty_minutes() },
        Rule::ConsecutiveFailures { count: three(), window: five_minutes() },
    ]
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
            if rules.iter().take(index).any(|other| other.name() == rule.name()) {
                return Err(PolicyError::Twice { rule: rule.name() });
            }
        }
        Ok(Self { activation, rules })
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
}

impl Default for Policy {
    /// The immediate tier: 2 signature errors among the last 10 runs, all of 5 or more failed, or
    /// 3 failures in a row within 5 minutes. New versions are staged.
    fn default() -> Self {
        Self { activation: Activation::Staged, rules: immediate_tier() }
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

/// Windows as people write them: `5m`, `1h 30m`.
mod window {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn show(window: &Duration) -> String {
        jiff::SignedDuration::try_from(*window)
            .map_or_else(|_| format!("{window:?}"), |d| format!("{d:#}"))
    }

    pub(super) fn serialize<S: Serializer>(window: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&show(window))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        let text = String::deserialize(from)?;
        let window = text.parse::<jiff::SignedDuration>().ok();
        window.and_then(|window| Duration::try_from(window).ok()).ok_or_else(|| {
            D::Error::custom(format_args!(
                "{text:?} is not a length of time: expected 5m or 1h 30m"
            ))
        })
    }
}
