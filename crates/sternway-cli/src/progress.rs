//! How near a version is to being taken back.

use std::time::Duration;

use sternway::types::{Policy, Recent, Rule, Tally};

/// How much of what a rule asks for has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    found: usize,
    needed: usize,
    what: &'static str,
}

impl std::fmt::Display for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} {}", self.found, self.needed, self.what)
    }
}

/// The rule that is nearest to holding; nothing if none has begun to.
pub(crate) fn nearest(policy: &Policy, tally: &Tally) -> Option<Progress> {
    let begun = policy.rules().iter().map(|rule| of(rule, tally));
    let begun = begun.filter(|progress| progress.found > 0 && progress.found < progress.needed);
    // Cross-multiplied: which share is larger?
    begun.reduce(|one, other| {
        let more = other.found * one.needed > one.found * other.needed;
        if more { other } else { one }
    })
}

fn of(rule: &Rule, tally: &Tally) -> Progress {
    let (found, needed, what) = match rule {
        Rule::ConsecutiveFailures { count, window } => {
            let in_a_row = within(tally, *window).take_while(|one| one.failed).count();
            (in_a_row, *count, "failures in a row")
        }
        Rule::SignatureErrors { count, among, window, classes } => {
            let named = |one: &&Recent| {
                one.failed && one.class.as_ref().is_some_and(|class| classes.contains(class))
            };
            let newest = within(tally, *window).take(number(*among));
            (newest.filter(named).count(), *count, "signature errors")
        }
        Rule::AllFailed { at_least, window } => {
            let all = within(tally, *window).all(|one| one.failed) && tally.succeeded == 0;
            let found = if all { within(tally, *window).count() } else { 0 };
            (found, *at_least, "runs, none of which succeeded")
        }
    };
    Progress { found, needed: number(needed), what }
}

fn within(tally: &Tally, window: Duration) -> impl Iterator<Item = &Recent> {
    let recent = tally.recent();
    let earliest = recent.last().map(|newest| newest.at.saturating_sub(window));
    recent.iter().rev().take_while(move |one| Some(one.at) >= earliest)
}

fn number(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use sternway::types::{ErrorClass, OutcomeId, Timestamp};

    use super::*;

    /// `.` succeeded, `x` failed, `T` failed with a signature error; a second apart.
    fn check(runs: &str, expected: Option<&str>) {
        let class: ErrorClass = "TypeError".parse().unwrap();
        let recent = runs.chars().enumerate().map(|(index, run)| Recent {
            at: Timestamp::EPOCH.saturating_add(Duration::from_secs(index as u64)),
            id: OutcomeId::from_name(&index.to_string()),
            failed: run != '.',
            class: (run == 'T').then(|| class.clone()),
        });
        let recent: Vec<Recent> = recent.collect();
        let failed = recent.iter().filter(|one| one.failed).count() as u64;
        let tally = Tally::from_parts(recent.len() as u64 - failed, failed, 0, recent);
        let nearest = nearest(&Policy::default(), &tally).map(|progress| progress.to_string());
        assert_eq!(nearest.as_deref(), expected);
    }

    #[test]
    fn nothing_has_begun() {
        check("", None);
        check("...", None);
        check("x..", None);
    }

    #[test]
    fn the_nearest_rule_is_named() {
        check("..T", Some("1 of 2 signature errors"));
        check("..xx", Some("2 of 3 failures in a row"));
        check("..x", Some("1 of 3 failures in a row"));
    }
}
