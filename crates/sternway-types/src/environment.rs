//! The places where versions are live, and what protects them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Actor, EnvironmentId, Plan, Reason, Timestamp};

/// A place where versions are live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Its name.
    pub id: EnvironmentId,
    /// What it is for, in a person's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// How many people must agree before a version goes forward there, each of them another person
    /// than who asks. Default 0: nobody is asked.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub approvals: u8,
    /// That nothing goes forward there, if somebody said so. Going back is never stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen: Option<Freeze>,
    /// How a deployment goes there that does not say. Default: whoever starts it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Box<Plan>>,
}

/// That nothing goes forward in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// Who said so.
    pub by: Actor,
    /// Why.
    #[serde(default, skip_serializing_if = "Reason::is_empty")]
    pub reason: Reason,
    /// Since when.
    pub at: Timestamp,
    /// When it ends by itself; nothing if somebody must end it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl fmt::Display for Freeze {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "frozen by {}", self.by)?;
        if let Some(until) = self.until {
            write!(f, " until {until}")?;
        }
        if self.reason.is_empty() { Ok(()) } else { write!(f, ": {}", self.reason) }
    }
}

impl Environment {
    /// An environment that nothing is known of but its name.
    #[must_use]
    pub const fn new(id: EnvironmentId) -> Self {
        Self { id, description: String::new(), approvals: 0, frozen: None, plan: None }
    }

    /// The freeze that is in force at a moment.
    #[must_use]
    pub fn freeze_at(&self, at: Timestamp) -> Option<&Freeze> {
        let freeze = self.frozen.as_ref()?;
        freeze.until.is_none_or(|until| at < until).then_some(freeze)
    }

    /// Whether this protects less than what was there before, so that only a person may say it. A
    /// freeze that is over protected nothing any more.
    #[must_use]
    pub fn is_laxer_than(&self, before: &Self, at: Timestamp) -> bool {
        let thawed = before.freeze_at(at).is_some_and(|freeze| match &self.frozen {
            None => true,
            Some(now) => match (freeze.until, now.until) {
                (_, None) => false,
                (None, Some(_)) => true,
                (Some(before), Some(now)) => now < before,
            },
        });
        thawed || self.approvals < before.approvals
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "it is asked for by reference")]
const fn is_zero(number: &u8) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn frozen(until: Option<Timestamp>) -> Environment {
        let by = "alice".parse().unwrap();
        let freeze = Freeze { by, reason: Reason::default(), at: at(0), until };
        Environment { frozen: Some(freeze), ..Environment::new(EnvironmentId::production()) }
    }

    #[test]
    fn a_freeze_ends_when_it_says() {
        let freeze = frozen(Some(at(10)));
        assert!(freeze.freeze_at(at(9)).is_some() && freeze.freeze_at(at(10)).is_none());
        assert!(frozen(None).freeze_at(at(1_000_000)).is_some());
    }

    #[test]
    fn what_protects_less_is_laxer() {
        let open = Environment::new(EnvironmentId::production());
        let asks = Environment { approvals: 2, ..open.clone() };
        let laxer = |after: &Environment, before: &Environment| after.is_laxer_than(before, at(5));
        assert!(laxer(&open, &asks) && !laxer(&asks, &open));
        assert!(laxer(&open, &frozen(None)) && !laxer(&frozen(None), &open));
        assert!(laxer(&frozen(Some(at(9))), &frozen(None)));
        assert!(laxer(&frozen(Some(at(8))), &frozen(Some(at(9)))));
        assert!(!laxer(&frozen(Some(at(9))), &frozen(Some(at(8)))));
        // It is over already.
        assert!(!laxer(&open, &frozen(Some(at(5)))));
    }

    #[test]
    fn what_protects_nothing_is_written_as_ever() {
        let bare = Environment::new(EnvironmentId::production());
        assert_eq!(serde_json::to_string(&bare).unwrap(), r#"{"id":"production"}"#);
        let frozen = frozen(None);
        let written = serde_json::to_string(&frozen).unwrap();
        assert_eq!(serde_json::from_str::<Environment>(&written).unwrap(), frozen);
    }
}
