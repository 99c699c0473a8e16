//! The places where versions are live, and what protects them.

use std::{collections::BTreeSet, fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    Actor, Consent, EnvironmentId, FreezeWindows, Plan, Reason, Roles, RolesError, Timestamp,
    WindowId, WindowsError, window,
};

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
    /// The roles that some of them must fill. Default: none.
    #[serde(default, skip_serializing_if = "Roles::is_empty")]
    pub approvers: Roles,
    /// How old an approval may be when a candidate gets its first runs. Default: as old as may be.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "window::maybe")]
    pub approvals_expire: Option<Duration>,
    /// That nothing goes forward there, if somebody said so. Going back is never stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen: Option<Freeze>,
    /// When nothing goes forward there by the calendar. Default: never.
    #[serde(default, skip_serializing_if = "FreezeWindows::is_empty")]
    pub windows: FreezeWindows,
    /// Those of them that are said to be open, so that each edge is said once: whoever drives writes it. It
    /// protects nothing.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub opened: BTreeSet<WindowId>,
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
    /// The window of the calendar that says so, if nobody did by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowId>,
}

/// Why an environment cannot be changed like that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvironmentError {
    /// These are no freeze windows of one environment.
    #[error(transparent)]
    Windows(#[from] WindowsError),
    /// These are no people who agree.
    #[error(transparent)]
    Roles(#[from] RolesError),
}

impl fmt::Display for Freeze {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.window {
            Some(window) => write!(f, "frozen by the window {window}")?,
            None => write!(f, "frozen by {}", self.by)?,
        }
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
        Self {
            id,
            description: String::new(),
            approvals: 0,
            approvers: Roles::none(),
            approvals_expire: None,
            frozen: None,
            windows: FreezeWindows::none(),
            opened: BTreeSet::new(),
            plan: None,
        }
    }

    /// Whose consent it takes before a version goes forward.
    #[must_use]
    pub fn consent(&self) -> Consent {
        let (quorum, roles) = (self.approvals, self.approvers.clone());
        Consent { quorum, roles, expires: self.approvals_expire }
    }

    /// The freeze that is in force at a moment: the one by hand, or else that of the window which is open.
    /// Another one may be in force once it is over.
    #[must_use]
    pub fn freeze_at(&self, at: Timestamp) -> Option<Freeze> {
        self.frozen_by_hand(at).cloned().or_else(|| {
            let (window, stretch) = self.windows.open_at(at)?;
            Some(Freeze {
                by: Actor::sternway(),
                reason: Reason::default(),
                at: stretch.opens,
                until: Some(stretch.closes),
                window: Some(window.name().clone()),
            })
        })
    }

    /// The windows that are said to be open now, and were not before. The other way round it is those that
    /// closed.
    pub fn opened_since<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = &'a WindowId> {
        self.opened.difference(&before.opened)
    }

    fn frozen_by_hand(&self, at: Timestamp) -> Option<&Freeze> {
        let freeze = self.frozen.as_ref()?;
        freeze.until.is_none_or(|until| at < until).then_some(freeze)
    }

    /// Whether this protects less than what was there before, so that only a person may say it. A
    /// freeze that is over, or a window that never opens again, protected nothing any more.
    #[must_use]
    pub fn is_laxer_than(&self, before: &Self, at: Timestamp) -> bool {
        let thawed = before.frozen_by_hand(at).is_some_and(|freeze| match &self.frozen {
            None => true,
            Some(now) => match (freeze.until, now.until) {
                (_, None) => false,
                (None, Some(_)) => true,
                (Some(before), Some(now)) => now < before,
            },
        });
        let opened = !before.windows.are_kept_by(&self.windows, at);
        thawed || opened || !self.consent().covers(&before.consent())
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
        let freeze = Freeze { by, reason: Reason::default(), at: at(0), until, window: None };
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
    fn a_window_that_is_open_freezes_until_it_closes_or_somebody_did_for_longer() {
        let window = "night: UTC 1970-01-01T00:00 FREQ=DAILY for 8h".parse().unwrap();
        let mut frozen = frozen(Some(at(10)));
        frozen.windows.set(window).unwrap();
        assert_eq!(frozen.freeze_at(at(9)).unwrap().window, None);
        let freeze = frozen.freeze_at(at(10)).unwrap();
        assert_eq!(freeze.to_string(), "frozen by the window night until 1970-01-01T08:00:00Z");
        assert_eq!(frozen.freeze_at(at(8 * 3600)), None);
        assert_eq!(frozen.freeze_at(at(32 * 3600 - 1)).unwrap().at, at(24 * 3600));
    }

    #[test]
    fn who_takes_a_window_away_or_changes_it_protects_less_unless_it_never_opens_again() {
        let with = |windows: &[&str]| {
            let windows: Vec<_> = windows.iter().map(|it| it.parse().unwrap()).collect();
            let windows = windows.try_into().unwrap();
            Environment { windows, ..Environment::new(EnvironmentId::production()) }
        };
        let (once, daily) =
            ("once: UTC 1970-01-01T00:00 for 1m", "a: UTC 1970-01-01T00:00 FREQ=DAILY for 8h");
        let shorter = "a: UTC 1970-01-01T00:00 FREQ=DAILY for 7h";
        let laxer = |after: &[&str], before: &[&str], seconds| {
            with(after).is_laxer_than(&with(before), at(seconds))
        };
        assert!(laxer(&[], &[daily], 0) && laxer(&[shorter], &[daily], 36_000));
        assert!(!laxer(&[daily], &[], 0) && !laxer(&[daily, once], &[daily], 0));
        assert!(laxer(&[], &[once], 59) && !laxer(&[], &[once], 60));
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
