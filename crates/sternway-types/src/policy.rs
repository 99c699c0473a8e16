//! Policies as data: when a new version goes live, and when a live one must go back.

mod action;
mod setting;
mod stretch;
mod written;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::{
    action::{Action, Activation},
    setting::{PolicySetting, PolicyVersion},
    written::WrittenPolicy,
};
use crate::{
    CheckError, ContentCheck, Cooldown, Metric, Preset, Rule, RuleId, RuleName, Threshold,
    check::check_all,
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
    /// A promised error rate is none.
    #[error("{rule}: alpha is {found}: expected an error rate from 0.000001 to 0.5")]
    Alpha {
        /// Which rule.
        rule: RuleName,
        /// What was given.
        found: Threshold,
    },
    /// A rate is not below 1.
    #[error("{rule}: {field} is {found}: expected a share above 0 and below 1")]
    Rate {
        /// Which rule.
        rule: RuleName,
        /// Which field.
        field: &'static str,
        /// What was given.
        found: Threshold,
    },
    /// A mean is of what is measured of each run.
    #[error(
        "mean: metric is {metric}, which nobody measures of one run: say rule = \"worse\", with an objective"
    )]
    NoMeasurement {
        /// Which metric.
        metric: Metric,
    },
    /// A mean without a limit.
    #[error("mean: it has no limit: say at_most, or at_least where more is better")]
    NoLimit,
    /// A mean with a limit on both sides.
    #[error("mean: at_least is {at_least}, beside an at_most of {at_most}: expected one of them")]
    TwoLimits {
        /// One.
        at_most: Threshold,
        /// The other.
        at_least: Threshold,
    },
    /// False alarms would come too often, or there is no such number.
    #[error("decline: run_length is {found}: expected 1,000 to 1,000,000,000,000 runs")]
    RunLength {
        /// What was given.
        found: u64,
    },
    /// A limit lies beyond the scale.
    #[error(
        "mean: {field} is {found}, on a scale that ends at {cap}: expected a limit below the cap"
    )]
    BeyondScale {
        /// Which field.
        field: &'static str,
        /// What was given.
        found: Threshold,
        /// Where the scale ends.
        cap: Threshold,
    },
    /// How long a run is waited for is out of range.
    #[error("worse: outcome_deadline is {found:?}: expected 10 seconds to 5 minutes")]
    OutcomeDeadline {
        /// What was given.
        found: Duration,
    },
    /// A limit is so high that nothing reaches it.
    #[error("{rule}: {field} is {found}, so that the rule could never hold: {why}")]
    Never {
        /// Which rule.
        rule: RuleName,
        /// Which field.
        field: &'static str,
        /// What was given.
        found: Threshold,
        /// Why nothing reaches it.
        why: &'static str,
    },
    /// The budget of automatic rollbacks is out of range.
    #[error(
        "rollbacks_per_day is {found}: expected 1 to 1,000; to roll nothing back, say action = \
         \"notify\""
    )]
    Budget {
        /// What was given.
        found: u32,
    },
    /// The time after an automatic rollback in which there is no other is out of range.
    #[error("cooldown is {found:?}: expected 1 second to 30 days")]
    Cooldown {
        /// What was given.
        found: Duration,
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
    /// A window on a quantile.
    #[error("degraded: {metric} is kept of a whole stay, and not by time: leave the windows out")]
    NotByTime {
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
    /// A limit for each run is on what has none.
    #[error(transparent)]
    Breach(#[from] crate::BreachError),
}

/// A policy: what a publish leads to, what a content must hold to, and the rules that can take a
/// version back. It has at least one rule, and each rule and each name of a check at most once.
///
/// Of several policies that are set around an artifact, the nearest one's activation and rules hold.
/// Their checks add up, so that who sets other rules for one artifact does not drop a check that
/// somebody set for all: of two checks with one name the nearer one's holds, which may be
/// [`CheckKind::Off`](crate::CheckKind::Off). A policy that is off drops the checks of wider scopes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenPolicy")]
pub struct Policy {
    activation: Activation,
    #[serde(skip_serializing_if = "Action::is_roll_back")]
    action: Action,
    #[serde(skip_serializing_if = "is_default_budget")]
    rollbacks_per_day: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    cooldown: Option<Cooldown>,
    rules: Vec<Rule>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<ContentCheck>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_default_budget(budget: &u32) -> bool {
    *budget == Policy::ROLLBACKS_PER_DAY
}

impl Policy {
    /// How many automatic rollbacks of one artifact in one environment a day has where nothing else is
    /// said.
    pub const ROLLBACKS_PER_DAY: u32 = 2;
    /// The most that a policy may allow.
    const MAX_ROLLBACKS_PER_DAY: u32 = 1_000;

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
        Ok(Self { activation, rules, ..Self::default() })
    }

    /// The same, leading to something else.
    #[must_use]
    pub const fn with_action(mut self, action: Action) -> Self {
        self.action = action;
        self
    }

    /// The same, with another budget of automatic rollbacks: for one artifact in one environment, over
    /// 24 hours. When it is used up, a version that regressed stays live, and a person must act. Default
    /// [`ROLLBACKS_PER_DAY`](Self::ROLLBACKS_PER_DAY).
    ///
    /// # Errors
    ///
    /// [`PolicyError::Budget`] if it is 0 or above 1,000.
    pub fn with_rollbacks_per_day(mut self, budget: u32) -> Result<Self, PolicyError> {
        if !(1..=Self::MAX_ROLLBACKS_PER_DAY).contains(&budget) {
            return Err(PolicyError::Budget { found: budget });
        }
        self.rollbacks_per_day = budget;
        Ok(self)
    }

    /// The same, waiting after each automatic rollback: a version that regresses meanwhile stays live, as when
    /// the budget is used up. Default: it does not wait.
    #[must_use]
    pub const fn with_cooldown(mut self, cooldown: Cooldown) -> Self {
        self.cooldown = Some(cooldown);
        self
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

    /// A preset. New versions are staged.
    #[must_use]
    pub fn preset(preset: Preset) -> Self {
        Self {
            activation: Activation::Staged,
            action: preset.action(),
            rollbacks_per_day: Self::ROLLBACKS_PER_DAY,
            cooldown: None,
            rules: preset.rules(),
            checks: Vec::new(),
        }
    }

    /// The same, where it leaves open what older policies could not say: as a policy that is written today
    /// means it. Who reads one that a person wrote asks for this; one that was kept stays as it is.
    #[must_use]
    pub fn completed(mut self) -> Self {
        for rule in &mut self.rules {
            if let Rule::Worse(worse) = rule {
                worse.bound.get_or_insert_default();
            }
        }
        self
    }

    /// The preset that has these rules and leads to the same, if one does; also if it was set before rules
    /// could say how they bound what was measured.
    #[must_use]
    pub fn as_preset(&self) -> Option<Preset> {
        let rules = self.clone().completed().rules;
        let is = |preset: &Preset| preset.action() == self.action && preset.rules() == rules;
        Preset::ALL.into_iter().find(is)
    }

    /// Whether a rule compares with the last good version.
    #[must_use]
    pub fn needs_baseline(&self) -> bool {
        self.rules.iter().any(Rule::needs_baseline)
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

    /// What is done about a version that regressed.
    #[must_use]
    pub const fn action(&self) -> Action {
        self.action
    }

    /// What is done about a version that a rule found worse: what the rule says itself, but never more than
    /// [`action`](Self::action).
    #[must_use]
    pub fn action_of(&self, rule: &Rule) -> Action {
        match rule.action() {
            Some(own) if own.reach() < self.action.reach() => own,
            Some(_) | None => self.action,
        }
    }

    /// How many automatic rollbacks of one artifact in one environment 24 hours may have.
    #[must_use]
    pub const fn rollbacks_per_day(&self) -> u32 {
        self.rollbacks_per_day
    }

    /// How long after an automatic rollback of one artifact in one environment there is no other, if that
    /// was said.
    #[must_use]
    pub const fn cooldown(&self) -> Option<Cooldown> {
        self.cooldown
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
    /// [`Preset::Sound`]. New versions are staged.
    fn default() -> Self {
        Self::preset(Preset::Sound)
    }
}
