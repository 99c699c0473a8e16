//! The judge.

use std::time::Duration;

use sternway_types::{
    ErrorClass, Evidence, Observation, Policy, Recent, Regression, Rule, Tally, Verdict,
};

/// What is known of a version's present stay in an environment when it is judged.
///
/// It grows with the rules: a baseline, a concurrent arm, a declared expectation.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    tally: &'a Tally,
}

impl<'a> View<'a> {
    /// Nothing but what the outcomes add up to.
    #[must_use]
    pub const fn new(tally: &'a Tally) -> Self {
        Self { tally }
    }

    /// The newest outcomes, newest first, no further back from the newest than the window.
    fn within(self, window: Duration) -> impl Iterator<Item = &'a Recent> {
        let recent = self.tally.recent();
        let earliest = recent.last().map(|newest| newest.at.saturating_sub(window));
        recent.iter().rev().take_while(move |one| Some(one.at) >= earliest)
    }
}

/// What the policy makes of a version. Allocates only when it says that the version regressed.
pub fn judge(policy: &Policy, view: &View<'_>) -> Verdict {
    let holding = policy.rules().iter().filter(|rule| holds(rule, *view));
    match holding.min_by_key(|rule| rule.name()) {
        Some(rule) => Verdict::Regressed(Box::new(explain(policy, rule, *view))),
        None => Verdict::Undecided,
    }
}

/// Whether a rule holds.
fn holds(rule: &Rule, view: View<'_>) -> bool {
    match rule {
        Rule::ConsecutiveFailures { count, window } => {
            let in_a_row = view.within(*window).take_while(|one| one.failed);
            at_least(*count, in_a_row)
        }
        Rule::SignatureErrors { count, among, window, classes } => {
            let newest = view.within(*window).take(index(*among));
            at_least(*count, newest.filter(|one| is_of(one, classes)))
        }
        Rule::AllFailed { at_least: least, window } => {
            // When more outcomes lie in the window than are remembered one by one, only the total
            // can say that none of them succeeded.
            let known = view.tally.succeeded.saturating_add(view.tally.failed);
            let forgotten = known > view.tally.recent().len() as u64;
            let reaches_back = view.within(*window).count() == view.tally.recent().len();
            let unsure = forgotten && reaches_back && view.tally.succeeded > 0;
            !unsure
                && view.within(*window).all(|one| one.failed)
                && at_least(*least, view.within(*window))
        }
    }
}

fn at_least<T>(count: u32, mut found: impl Iterator<Item = T>) -> bool {
    found.nth(index(count).saturating_sub(1)).is_some()
}

fn index(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn is_of(one: &Recent, classes: &[ErrorClass]) -> bool {
    one.failed && one.class.as_ref().is_some_and(|class| classes.contains(class))
}

/// What the verdict rests on.
fn explain(policy: &Policy, rule: &Rule, view: View<'_>) -> Regression {
    let mut matched: Vec<_> =
        policy.rules().iter().filter(|rule| holds(rule, view)).map(Rule::name).collect();
    matched.sort_unstable();
    let observe =
        |one: &Recent| Observation { outcome: one.id, at: one.at, class: one.class.clone() };
    let mut failures: Vec<_> = match rule {
        Rule::ConsecutiveFailures { window, .. } => {
            view.within(*window).take_while(|one| one.failed).map(observe).collect()
        }
        Rule::SignatureErrors { among, window, classes, .. } => view
            .within(*window)
            .take(index(*among))
            .filter(|one| is_of(one, classes))
            .map(observe)
            .collect(),
        Rule::AllFailed { window, .. } => view.within(*window).map(observe).collect(),
    };
    failures.reverse();
    let newest = view.tally.recent().last().map_or(sternway_types::Timestamp::EPOCH, |one| one.at);
    Regression {
        rule: rule.clone(),
        matched,
        evidence: Evidence {
            succeeded: view.tally.succeeded,
            failed: view.tally.failed,
            newest,
            failures,
        },
    }
}
