//! The judge.

use sternway_types::{
    Degradation, ErrorClass, Evidence, Measured, Metric, Missing, Observation, Operator, Policy,
    Recent, Regression, Rule, Threshold, Timestamp, Verdict,
};

use crate::{
    contrast::{Contrast, exceeds},
    view::View,
};

/// What the policy makes of a version. Allocates only when it says that the version regressed.
pub fn judge(policy: &Policy, view: &View<'_>) -> Verdict {
    let holding = policy.rules().iter().filter(|rule| holds(rule, *view));
    match holding.min_by_key(|rule| rule.name()) {
        Some(rule) => Verdict::Regressed(Box::new(explain(policy, rule, *view))),
        None => Verdict::Undecided,
    }
}

/// Whether a rule holds.
pub(crate) fn holds(rule: &Rule, view: View<'_>) -> bool {
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
            let forgotten = view.tally.known() > view.tally.recent().len() as u64;
            let reaches_back = view.within(*window).count() == view.tally.recent().len();
            let unsure = forgotten && reaches_back && view.tally.succeeded > 0;
            !unsure
                && view.within(*window).all(|one| one.failed)
                && at_least(*least, view.within(*window))
        }
        Rule::FailureRate { threshold, operator, at_least: least, window } => {
            let failed = view.measure(&Metric::ErrorRate, *window);
            failed.samples >= u64::from(*least) && rate_is(failed, *operator, *threshold)
        }
        Rule::Degraded(rule) => is_degraded(rule, view),
    }
}

fn rate_is(failed: sternway_types::Measure, operator: Operator, threshold: Threshold) -> bool {
    failed.samples > 0 && exceeds(failed, operator, threshold)
}

fn is_degraded(rule: &Degradation, view: View<'_>) -> bool {
    let least = u64::from(rule.at_least);
    // The baseline's windows are summed up only where the version has enough of its own.
    let to = view.measure(&rule.metric, rule.window);
    if to.samples == 0 && rule.missing == Missing::Fail {
        let runs = view.measure(&Metric::SuccessRate, rule.window).samples;
        return runs >= least && view.baseline_measure(rule).samples >= least;
    }
    if to.samples < least {
        return false;
    }
    let from = view.baseline_measure(rule);
    if from.samples < least {
        return false;
    }
    Contrast::new(from, to).is_some_and(|contrast| contrast.is_worse(rule))
}

fn at_least<T>(count: u32, mut found: impl Iterator<Item = T>) -> bool {
    found.nth(index(count).saturating_sub(1)).is_some()
}

pub(crate) fn index(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

pub(crate) fn is_of(one: &Recent, classes: &[ErrorClass]) -> bool {
    one.failed && one.class.as_ref().is_some_and(|class| classes.contains(class))
}

/// What the verdict rests on.
fn explain(policy: &Policy, rule: &Rule, view: View<'_>) -> Regression {
    let mut matched: Vec<_> =
        policy.rules().iter().filter(|rule| holds(rule, view)).map(Rule::id).collect();
    // Stable: rules of one kind stay in the order of the policy, as they decide.
    matched.sort_by_key(|id| id.name);
    let mut failures: Vec<_> = deciding(rule, view).into_iter().map(observe).collect();
    failures.reverse();
    Regression {
        rule: rule.clone(),
        matched,
        evidence: Evidence {
            succeeded: view.tally.succeeded,
            failed: view.tally.failed,
            newest: view.tally.newest().unwrap_or(Timestamp::EPOCH),
            failures,
            measured: measured(rule, view),
        },
    }
}

fn observe(one: &Recent) -> Observation {
    Observation { outcome: one.id, at: one.at, class: one.class.clone() }
}

/// The failures that decided, the newest first, of those that are remembered one by one.
fn deciding<'a>(rule: &Rule, view: View<'a>) -> Vec<&'a Recent> {
    match rule {
        Rule::ConsecutiveFailures { window, .. } => {
            view.within(*window).take_while(|one| one.failed).collect()
        }
        Rule::SignatureErrors { among, window, classes, .. } => {
            view.within(*window).take(index(*among)).filter(|one| is_of(one, classes)).collect()
        }
        Rule::AllFailed { window, .. } => view.within(*window).collect(),
        Rule::FailureRate { window, .. } => view.within(*window).filter(|one| one.failed).collect(),
        Rule::Degraded(rule) => match rule.metric {
            Metric::SuccessRate | Metric::ErrorRate => {
                view.within(rule.window).filter(|one| one.failed).collect()
            }
            Metric::Duration | Metric::Cost | Metric::Score(_) => Vec::new(),
        },
    }
}

/// The numbers that a rule on a metric looked at.
pub(crate) fn measured(rule: &Rule, view: View<'_>) -> Option<Measured> {
    match rule {
        Rule::ConsecutiveFailures { .. }
        | Rule::SignatureErrors { .. }
        | Rule::AllFailed { .. } => None,
        Rule::FailureRate { window, .. } => Some(Measured {
            metric: Metric::ErrorRate,
            measure: view.measure(&Metric::ErrorRate, *window),
            baseline: None,
        }),
        Rule::Degraded(rule) => Some(view.measured(rule)),
    }
}
