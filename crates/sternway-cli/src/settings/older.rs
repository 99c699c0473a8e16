//! Variables of older names that may be set here: one that is read, and those that nothing takes anything from.
//!
//! Who comes from a tool that was told things by them must not believe that they still hold: an
//! approval that is asked for nowhere is worse than one that was never wanted. Their values are not
//! looked at, since some are secrets.

use std::{fmt, time::Duration};

/// A variable that is set and has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PassedOver {
    /// Its name.
    pub(crate) variable: &'static str,
    /// Why it has no effect.
    pub(crate) why: &'static str,
    /// What to type instead, where there is something.
    pub(crate) instead: Option<&'static str>,
}

/// How long a health check may take that does not say, in milliseconds: the owner of a host says so there, as in
/// the settings.
pub(crate) const HEALTH_CHECK_TIMEOUT: &str = "HEALTH_CHECK_TIMEOUT";
/// The longest of these, which is a day.
const MOST_MILLISECONDS: u64 = 24 * 60 * 60 * 1000;

const POLICIES: &str = "policies are in the store";
const ENVIRONMENTS: &str = "how versions get to an environment is in the store";
const CHANNELS: &str = "who is told what happens is in the store";

/// Those that say what would be built in elsewhere, or is not built yet.
const OLDER: [PassedOver; 8] = [
    PassedOver::new(
        "MAX_ROLLBACK_POINTS",
        "every version is kept, and can be gone back to; of points, the newest 10 of an environment",
        None,
    ),
    PassedOver::new(
        "AUTO_ROLLBACK_ON_FAILURE",
        POLICIES,
        Some("sternway policy set namespace FILE, or sternway policy off namespace"),
    ),
    PassedOver::new(
        "REQUIRE_APPROVAL_FOR_PRODUCTION",
        ENVIRONMENTS,
        Some("sternway env set production --approvals 1"),
    ),
    PassedOver::new(
        "SLACK_WEBHOOK_URL",
        CHANNELS,
        Some("sternway notify add NAME --slack env:SLACK_WEBHOOK_URL"),
    ),
    PassedOver::new(
        "EMAIL_SERVICE_URL",
        CHANNELS,
        Some(
            "sternway notify add NAME --email ADDRESS --mail-server HOST:PORT --mail-from ADDRESS",
        ),
    ),
    PassedOver::new(
        "DEFAULT_DEPLOYMENT_STRATEGY",
        ENVIRONMENTS,
        Some("sternway env set production --canary 5,25,50, or another strategy"),
    ),
    PassedOver::new(
        HEALTH_CHECK_TIMEOUT,
        "it is no number of milliseconds within a day",
        Some("timeout = \"30s\" in [health.NAME] of your own settings: sternway settings path"),
    ),
    PassedOver::new(
        "ROLLBACK_THRESHOLD",
        POLICIES,
        Some("sternway policy set namespace FILE, with the rule failure_rate"),
    ),
];

/// Reads what [`HEALTH_CHECK_TIMEOUT`] says; nothing if that makes no sense, since it may be meant for another
/// program.
pub(crate) fn health_check_timeout(value: &str) -> Option<Duration> {
    let milliseconds = value.parse().ok().filter(|it| (1..=MOST_MILLISECONDS).contains(it));
    milliseconds.map(Duration::from_millis)
}

impl PassedOver {
    /// The URL of a database of another kind, which is most often that of another program.
    pub(crate) const DATABASE_URL: Self = Self::new(
        "DATABASE_URL",
        "it names no store of this build",
        Some("export STERNWAY_STORE=redb:PATH, or postgres://HOST/DATABASE"),
    );

    const fn new(variable: &'static str, why: &'static str, instead: Option<&'static str>) -> Self {
        Self { variable, why, instead }
    }

    /// All that are set, of those that never have an effect.
    pub(crate) fn of_older(is_set: impl Fn(&str) -> bool) -> impl Iterator<Item = Self> {
        OLDER.into_iter().filter(move |older| is_set(older.variable))
    }
}

impl fmt::Display for PassedOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "passed over: {}, since {}", self.variable, self.why)?;
        self.instead.map_or(Ok(()), |instead| write!(f, ": {instead}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(set: &[&str], expected: &[&str]) {
        let found = PassedOver::of_older(|name| set.contains(&name));
        let found: Vec<String> = found.map(|it| it.to_string()).collect();
        assert_eq!(found, expected, "{set:?}");
    }

    #[test]
    fn what_is_set_is_named_with_what_to_type_instead() {
        check(&[], &[]);
        check(&["PATH", "DATABASE_URL"], &[]);
        check(
            &["ROLLBACK_THRESHOLD", "MAX_ROLLBACK_POINTS"],
            &[
                "passed over: MAX_ROLLBACK_POINTS, since every version is kept, and can be gone back to; of points, \
                 the newest 10 of an environment",
                "passed over: ROLLBACK_THRESHOLD, since policies are in the store: \
                 sternway policy set namespace FILE, with the rule failure_rate",
            ],
        );
    }
    #[test]
    fn x78_the_limit_of_health_checks_is_a_number_of_milliseconds() {
        assert_eq!(health_check_timeout("30000"), Some(Duration::from_secs(30)));
        for value in ["", "0", "30s", "-1", "86400001", "hunter2"] {
            assert_eq!(health_check_timeout(value), None, "{value}");
        }
    }
}
