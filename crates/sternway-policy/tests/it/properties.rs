//! What holds for every history and every policy.

use std::time::Duration;

use proptest::prelude::*;
use sternway_policy::{View, judge};
use sternway_types::{
    Activation, Outcome, OutcomeStatus, Policy, RECENT_OUTCOMES, Rule, Tally, Timestamp, Verdict,
};

use crate::script::{outcome, regression, tally};

fn moments() -> impl Strategy<Value = Timestamp> {
    // Within minutes, so that windows cut through the middle.
    (0_u64..900).prop_map(|second| Timestamp::EPOCH.saturating_add(Duration::from_secs(second)))
}

/// Outcomes of these signs.
fn histories(signs: &'static str, most: usize) -> impl Strategy<Value = Vec<Outcome>> {
    let signs: Vec<char> = signs.chars().collect();
    prop::collection::vec((moments(), prop::sample::select(signs)), 0..=most).prop_map(|drawn| {
        let with_id = |(place, (at, sign))| outcome(place, at, sign);
        drawn.into_iter().enumerate().map(with_id).collect()
    })
}

fn policies() -> impl Strategy<Value = Policy> {
    let window = || (1_u64..900).prop_map(Duration::from_secs);
    let classes = prop::sample::select(vec!["TypeError", "AttributeError", "ValueError"]);
    let in_a_row = (1_u32..6, window())
        .prop_map(|(count, window)| Rule::ConsecutiveFailures { count, window });
    let signatures =
        (1_u32..4, 0_u32..12, window(), classes).prop_map(|(count, more, window, class)| {
            Rule::SignatureErrors {
                count,
                among: count + more,
                window,
                classes: vec![class.parse().expect("a class")],
            }
        });
    let all_failed =
        (1_u32..8, window()).prop_map(|(at_least, window)| Rule::AllFailed { at_least, window });
    (in_a_row, signatures, all_failed, 1_u8..8).prop_map(|(one, two, three, kept)| {
        let rules = [one, two, three].into_iter().enumerate();
        let rules = rules.filter(|(index, _)| kept & (1 << index) != 0).map(|(_, rule)| rule);
        Policy::new(Activation::Staged, rules.collect()).expect("within limits")
    })
}

/// Whether a rule holds, read off the whole log as its documentation says it.
fn holds(rule: &Rule, outcomes: &[Outcome]) -> bool {
    let mut known: Vec<&Outcome> =
        outcomes.iter().filter(|outcome| outcome.status != OutcomeStatus::Unknown).collect();
    known.sort_by_key(|outcome| (outcome.at, outcome.id));
    known.reverse();
    let newest = known.first().map_or(Timestamp::EPOCH, |outcome| outcome.at);
    let within = |window: Duration| {
        known.iter().copied().take_while(move |outcome| newest.since(outcome.at) <= window)
    };
    let enough = |found: usize, count: u32| found >= count as usize;
    match rule {
        Rule::ConsecutiveFailures { count, window } => {
            enough(within(*window).take_while(|outcome| outcome.is_failure()).count(), *count)
        }
        Rule::SignatureErrors { count, among, window, classes } => {
            let newest = within(*window).take(*among as usize);
            let of_class = |outcome: &&Outcome| match &outcome.status {
                OutcomeStatus::Failed(failure) => {
                    failure.class().is_some_and(|class| classes.contains(class))
                }
                OutcomeStatus::Succeeded | OutcomeStatus::Unknown => false,
            };
            enough(newest.filter(of_class).count(), *count)
        }
        Rule::AllFailed { at_least, window } => {
            within(*window).all(Outcome::is_failure) && enough(within(*window).count(), *at_least)
        }
        Rule::NewError { .. }
        | Rule::Worse(_)
        | Rule::Mean(_)
        | Rule::Breach(_)
        | Rule::Decline(_)
        | Rule::FailureRate { .. }
        | Rule::Degraded(_)
        | Rule::Custom { .. } => panic!("not drawn here"),
    }
}

proptest! {
    #[test]
    fn the_verdict_is_what_the_whole_log_says(
        policy in policies(), outcomes in histories(".xxTTV?", RECENT_OUTCOMES),
    ) {
        let expected: Vec<_> =
            policy.rules().iter().filter(|rule| holds(rule, &outcomes)).map(Rule::id).collect();
        let mut matched = regression(&policy, &outcomes).map_or(vec![], |found| found.matched);
        matched.sort_by_key(|id| policy.rules().iter().position(|rule| rule.id() == *id));
        prop_assert_eq!(matched, expected);
    }

    #[test]
    fn the_verdict_does_not_depend_on_the_order_of_arrival(
        policy in policies(),
        (outcomes, shuffled) in histories(".xxTTA?", 60)
            .prop_flat_map(|outcomes| (Just(outcomes.clone()), Just(outcomes).prop_shuffle())),
    ) {
        prop_assert_eq!(regression(&policy, &outcomes), regression(&policy, &shuffled));
    }

    #[test]
    fn one_more_success_never_takes_a_version_back(
        policy in policies(), mut outcomes in histories(".xxxxTT?", 60), at in moments(),
    ) {
        if regression(&policy, &outcomes).is_some() {
            return Ok(());
        }
        outcomes.push(outcome(outcomes.len(), at, '.'));
        prop_assert_eq!(regression(&policy, &outcomes), None);
    }

    #[test]
    fn an_outcome_that_nobody_knows_changes_nothing(
        policy in policies(), mut outcomes in histories(".xxTT", 40), at in moments(),
    ) {
        let before = regression(&policy, &outcomes);
        outcomes.push(outcome(outcomes.len(), at, '?'));
        prop_assert_eq!(regression(&policy, &outcomes), before);
    }

    #[test]
    fn a_verdict_rests_on_failures_in_order_and_on_enough_of_them(
        policy in policies(), outcomes in histories(".xxxTTA?", 60),
    ) {
        let Some(found) = regression(&policy, &outcomes) else { return Ok(()) };
        let tally = tally(&outcomes);
        prop_assert_eq!((found.evidence.succeeded, found.evidence.failed), (tally.succeeded, tally.failed));
        prop_assert_eq!(Some(found.evidence.newest), tally.recent().last().map(|newest| newest.at));
        prop_assert!(found.matched.is_sorted());
        prop_assert_eq!(found.matched.first(), Some(&found.rule.id()));
        let failures = &found.evidence.failures;
        prop_assert!(failures.is_sorted_by_key(|failure| (failure.at, failure.outcome)));
        let count = match &found.rule {
            Rule::ConsecutiveFailures { count, .. } | Rule::SignatureErrors { count, .. } => count,
            Rule::AllFailed { at_least, .. } => at_least,
            Rule::NewError { .. }
            | Rule::Worse(_)
            | Rule::Mean(_)
            | Rule::Breach(_)
            | Rule::Decline(_)
            | Rule::FailureRate { .. }
            | Rule::Degraded(_)
            | Rule::Custom { .. } => panic!("not drawn here"),
        };
        prop_assert!(failures.len() >= *count as usize);
        for failure in failures {
            let cited = outcomes.iter().find(|outcome| outcome.id == failure.outcome);
            prop_assert!(cited.is_some_and(|outcome| outcome.is_failure() && outcome.at == failure.at));
        }
    }

    #[test]
    fn a_tally_from_anywhere_is_judged_without_a_panic(
        policy in policies(),
        outcomes in histories(".xT", 40),
        counters in prop::array::uniform3(prop_oneof![Just(0), Just(1), Just(u64::MAX), any::<u64>()]),
    ) {
        let [succeeded, failed, unknown] = counters;
        let recent = tally(&outcomes).recent().to_vec();
        let from_elsewhere = Tally::from_parts(succeeded, failed, unknown, recent);
        let verdict = judge(&policy, &View::new(&from_elsewhere));
        prop_assert!(!outcomes.is_empty() || verdict == Verdict::Undecided);
    }
}
