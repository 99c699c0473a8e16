//! What there is to set, and what each setting takes.

use std::num::NonZeroU16;

use clap::ValueEnum;
use sternway::types::{Actor, EnvironmentId, NamespaceId};

use crate::{
    cli::{Color, Output},
    format::duration,
    place::Place,
};

/// A setting. The order is that of the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Key {
    /// Who acts.
    Actor,
    /// The environment to work in.
    Environment,
    /// The namespace to work in.
    Namespace,
    /// How long to wait for another process.
    LockTimeout,
    /// How many sessions a store in a database has at most.
    PoolSize,
    /// Where the store is.
    StoreUrl,
    /// When to use colors.
    Color,
    /// How to print.
    Output,
    /// What shows what is longer than the screen.
    Pager,
    /// Whether the answer is printed and nothing else.
    Quiet,
}

/// What belongs to a setting: its name, its flag and the id of that, its variable.
struct Row(&'static str, &'static str, &'static str, &'static str);

impl Key {
    /// Every setting.
    pub(crate) const ALL: [Self; 10] = [
        Self::Actor,
        Self::Environment,
        Self::Namespace,
        Self::LockTimeout,
        Self::PoolSize,
        Self::StoreUrl,
        Self::Color,
        Self::Output,
        Self::Pager,
        Self::Quiet,
    ];

    const fn row(self) -> Row {
        match self {
            Self::Actor => Row("actor", "--actor", "actor", "STERNWAY_ACTOR"),
            Self::Environment => Row("environment", "--env", "environment", "STERNWAY_ENVIRONMENT"),
            Self::Namespace => Row("namespace", "--namespace", "namespace", "STERNWAY_NAMESPACE"),
            Self::LockTimeout => {
                Row("store.lock_timeout", "--lock-timeout", "lock_timeout", "STERNWAY_LOCK_TIMEOUT")
            }
            Self::PoolSize => {
                Row("store.pool_size", "--pool-size", "pool_size", "STERNWAY_POOL_SIZE")
            }
            Self::StoreUrl => Row("store.url", "--store", "store", "STERNWAY_STORE"),
            Self::Color => Row("ui.color", "--color", "color", "STERNWAY_COLOR"),
            Self::Output => Row("ui.output", "--output", "output", "STERNWAY_OUTPUT"),
            Self::Pager => Row("ui.pager", "--no-pager", "no_pager", "STERNWAY_PAGER"),
            Self::Quiet => Row("ui.quiet", "--quiet", "quiet", "STERNWAY_QUIET"),
        }
    }

    /// The setting of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == name)
    }

    /// Its name, as it is typed and as it stands in a file.
    pub(crate) const fn name(self) -> &'static str {
        self.row().0
    }

    /// The flag that says the same.
    pub(crate) const fn flag(self) -> &'static str {
        self.row().1
    }

    /// What the command line knows the flag by.
    pub(crate) const fn argument(self) -> &'static str {
        self.row().2
    }

    /// The variable that says the same.
    pub(crate) const fn variable(self) -> &'static str {
        self.row().3
    }

    /// Whether a folder may not say it for who works there. A pager is a command: it would be run
    /// for everybody who looks into a folder that somebody else made.
    pub(crate) const fn is_personal(self) -> bool {
        matches!(self, Self::Pager)
    }

    /// Whether it is true or false.
    pub(crate) const fn is_switch(self) -> bool {
        matches!(self, Self::Quiet)
    }

    /// Checks a value, as the flag would.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn check(self, value: &str) -> Result<(), String> {
        fn checked<T, E: ToString>(parsed: Result<T, E>) -> Result<(), String> {
            parsed.map(drop).map_err(|err| err.to_string())
        }
        match self {
            Self::Actor => checked(value.parse::<Actor>()),
            Self::Environment => checked(value.parse::<EnvironmentId>()),
            Self::Namespace => checked(value.parse::<NamespaceId>()),
            Self::LockTimeout => checked(duration::parse(value)),
            Self::PoolSize => checked(value.parse::<NonZeroU16>()),
            Self::StoreUrl => checked(value.parse::<Place>()),
            Self::Color => checked(one_of::<Color>(value)),
            Self::Output => checked(one_of::<Output>(value)),
            Self::Pager => Ok(()),
            Self::Quiet => checked(switch(value)),
        }
    }
}

/// Reads one of several words.
///
/// # Errors
///
/// Which words there are.
pub(crate) fn one_of<T: ValueEnum>(value: &str) -> Result<T, String> {
    let names = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let names: Vec<String> = names.map(|possible| possible.get_name().to_owned()).collect();
    T::from_str(value, false)
        .map_err(|_| format!("{value:?} is none of the words here: {}", names.join(", ")))
}

/// Reads true or false.
///
/// # Errors
///
/// What was expected.
pub(crate) fn switch(value: &str) -> Result<bool, String> {
    value.parse().map_err(|_| format!("{value:?} is neither true nor false"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_and_lead_back() {
        assert!(Key::ALL.is_sorted_by_key(|key| key.name()));
        assert!(Key::ALL.is_sorted());
        for key in Key::ALL {
            assert_eq!(Key::named(key.name()), Some(key));
        }
    }

    #[test]
    fn a_value_is_checked_as_the_flag_would() {
        for (key, good, bad) in [
            (Key::Actor, "agent:planner-7", ""),
            (Key::Environment, "staging", "no such"),
            (Key::LockTimeout, "1m 30s", "90"),
            (Key::PoolSize, "20", "0"),
            (Key::StoreUrl, "redb:agents.redb", "mysql://host/db"),
            (Key::Color, "never", "sometimes"),
            (Key::Output, "jsonl", "xml"),
            (Key::Quiet, "true", "yes"),
        ] {
            assert_eq!(key.check(good), Ok(()), "{}", key.name());
            assert!(key.check(bad).is_err(), "{}", key.name());
        }
    }
}
