//! Policies as people write them.

use serde::Deserialize;

use super::{Action, Activation, Policy, PolicyError};
use crate::{ContentCheck, Cooldown, Preset, Rule};

/// A policy as a person wrote it, not checked yet: [`checked`](Self::checked) makes one of it. One that was kept
/// is read as a [`Policy`], which asks for less, so that what an older program took is never refused.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenPolicy {
    #[serde(default)]
    activation: Activation,
    action: Option<Action>,
    rollbacks_per_day: Option<u32>,
    cooldown: Option<Cooldown>,
    preset: Option<Preset>,
    rules: Option<Vec<Rule>>,
    #[serde(default)]
    checks: Vec<ContentCheck>,
}

impl WrittenPolicy {
    /// The policy, as one that is written today means it ([`Policy::completed`]).
    ///
    /// # Errors
    ///
    /// [`PolicyError`] as of [`Policy::new`] and of what else is set, and [`PolicyError::Never`] if a rule could
    /// never hold.
    pub fn checked(self) -> Result<Policy, PolicyError> {
        let policy = Policy::try_from(self)?.completed();
        let never = policy.rules.iter().find_map(Rule::never_holds);
        never.map_or(Ok(policy), Err)
    }
}

impl TryFrom<WrittenPolicy> for Policy {
    type Error = PolicyError;

    fn try_from(raw: WrittenPolicy) -> Result<Self, PolicyError> {
        let mut policy = match (raw.preset, raw.rules) {
            (preset, None) => Self::preset(preset.unwrap_or(Preset::Sound)),
            (None, Some(rules)) => Self::new(raw.activation, rules)?,
            (Some(_), Some(_)) => return Err(PolicyError::PresetAndRules),
        };
        policy.activation = raw.activation;
        if let Some(action) = raw.action {
            policy = policy.with_action(action);
        }
        if let Some(budget) = raw.rollbacks_per_day {
            policy = policy.with_rollbacks_per_day(budget)?;
        }
        policy.cooldown = raw.cooldown;
        policy.with_checks(raw.checks)
    }
}
