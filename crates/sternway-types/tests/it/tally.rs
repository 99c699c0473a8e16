//! What outcomes add up to.

use proptest::prelude::*;
use sternway_types::{
    Blocks, ErrorClass, Measurements, Outcome, OutcomeId, OutcomeStatus, RECENT_OUTCOMES, Recent,
    Resolution, Tally, Timeline,
};

use crate::make::{failed, outcome, parsed, second};

fn tally(outcomes: &[Outcome]) -> Tally {
    let mut tally = Tally::default();
    outcomes.iter().for_each(|outcome| tally.add(outcome));
    tally
}

/// Outcomes at these seconds, each with a name of its own.
fn failures_at(seconds: impl IntoIterator<Item = i64>) -> Vec<Outcome> {
    let at = |second: i64| outcome(&format!("at {second}"), second, failed(""));
    seconds.into_iter().map(at).collect()
}

/// The seconds of the newest outcomes.
fn recent_seconds(tally: &Tally) -> Vec<i64> {
    tally.recent().iter().map(|recent| recent.at.as_micros() / 1_000_000).collect()
}

#[test]
fn nothing_adds_up_to_nothing() {
    assert_eq!(Tally::default().total(), 0);
    assert!(Tally::default().recent().is_empty());
}

#[test]
fn every_outcome_counts_by_how_it_ended() {
    let tally = tally(&[
        outcome("a", 1, OutcomeStatus::Succeeded),
        outcome("b", 2, failed("TypeError")),
        outcome("c", 3, failed("")),
        outcome("d", 4, OutcomeStatus::Unknown),
    ]);
    assert_eq!((tally.succeeded, tally.failed, tally.unknown, tally.total()), (1, 2, 1, 4));
}

#[test]
fn an_unknown_outcome_is_counted_and_not_remembered() {
    let tally = tally(&[outcome("a", 1, OutcomeStatus::Unknown)]);
    assert_eq!(tally.unknown, 1);
    assert!(tally.recent().is_empty());
}

#[test]
fn the_newest_are_remembered_with_their_class() {
    let tally = tally(&[outcome("a", 7, failed("TypeError"))]);
    let expected = Recent {
        at: second(7),
        id: OutcomeId::from_name("a"),
        failed: true,
        class: Some(parsed::<ErrorClass>("TypeError")),
    };
    assert_eq!(tally.recent(), [expected]);
}

#[test]
fn the_newest_are_newest_by_their_own_time_however_late_they_arrive() {
    assert_eq!(recent_seconds(&tally(&failures_at([5, 1, 9, 3]))), [1, 3, 5, 9]);
}

#[test]
fn outcomes_of_the_same_moment_stand_in_the_order_of_their_ids() {
    let same = ["a", "b", "c"].map(|name| outcome(name, 1, failed("")));
    let tally = tally(&same);
    let ids: Vec<_> = tally.recent().iter().map(|recent| recent.id).collect();
    assert!(ids.is_sorted());
}

#[test]
fn only_the_newest_32_are_remembered() {
    assert_eq!(RECENT_OUTCOMES, 32);
    let tally = tally(&failures_at(0..40));
    assert_eq!(tally.failed, 40);
    assert_eq!(recent_seconds(&tally), (8..40).collect::<Vec<_>>());
}

#[test]
fn a_late_outcome_that_is_older_than_all_that_are_remembered_only_counts() {
    let mut tally = tally(&failures_at(100..132));
    tally.add(&outcome("late", 5, OutcomeStatus::Succeeded));
    assert_eq!((tally.succeeded, tally.failed), (1, 32));
    assert_eq!(recent_seconds(&tally), (100..132).collect::<Vec<_>>());
}

#[test]
fn a_late_outcome_among_those_that_are_remembered_displaces_the_oldest() {
    let mut tally = tally(&failures_at((0..32).map(|place| 2 * place)));
    tally.add(&outcome("late", 31, failed("")));
    let seconds = recent_seconds(&tally);
    assert_eq!(seconds.len(), 32);
    assert_eq!(seconds.first(), Some(&2));
    assert!(seconds.contains(&31) && seconds.is_sorted());
}

#[test]
fn a_tally_from_elsewhere_is_brought_into_order_and_cut() {
    let whole = tally(&failures_at(0..40));
    let mut recent = tally(&failures_at(0..32)).recent().to_vec();
    recent.extend(whole.recent().iter().cloned());
    recent.reverse();
    let parts = Tally::from_parts(0, 40, 0, recent);
    assert_eq!(parts.with_measurements(whole.ends().clone(), Measurements::default()), whole);
}

#[test]
fn counters_stop_at_the_largest_number() {
    let mut full = Tally::from_parts(u64::MAX, u64::MAX, u64::MAX, Vec::new());
    assert_eq!(full.total(), u64::MAX);
    full.add(&outcome("a", 1, failed("")));
    full.add(&outcome("b", 2, OutcomeStatus::Succeeded));
    full.add(&outcome("c", 3, OutcomeStatus::Unknown));
    assert_eq!((full.succeeded, full.failed, full.unknown), (u64::MAX, u64::MAX, u64::MAX));
}

/// Outcomes that often share a moment, in any order.
fn outcomes() -> impl Strategy<Value = Vec<Outcome>> {
    let status = prop_oneof![
        3 => Just(OutcomeStatus::Succeeded),
        3 => Just(failed("")),
        2 => Just(failed("TypeError")),
        1 => Just(OutcomeStatus::Unknown),
    ];
    prop::collection::vec((0_i64..20, status), 0..80).prop_map(|drawn| {
        let with_id = |(place, (second, status)): (usize, _)| {
            outcome(&format!("outcome {place}"), second, status)
        };
        drawn.into_iter().enumerate().map(with_id).collect()
    })
}

fn shuffled() -> impl Strategy<Value = (Vec<Outcome>, Vec<Outcome>)> {
    outcomes().prop_flat_map(|outcomes| (Just(outcomes.clone()), Just(outcomes).prop_shuffle()))
}

proptest! {
    #[test]
    fn a_tally_depends_on_the_set_of_outcomes_alone((outcomes, shuffled) in shuffled()) {
        prop_assert_eq!(tally(&outcomes), tally(&shuffled));
    }

    #[test]
    fn what_is_remembered_is_the_end_of_all_that_is_known(outcomes in outcomes()) {
        let tally = tally(&outcomes);
        let mut known: Vec<_> = outcomes
            .iter()
            .filter(|outcome| outcome.status != OutcomeStatus::Unknown)
            .map(|outcome| (outcome.at, outcome.id))
            .collect();
        known.sort_unstable();
        let newest = known.split_off(known.len().saturating_sub(RECENT_OUTCOMES));
        let recent: Vec<_> = tally.recent().iter().map(|recent| (recent.at, recent.id)).collect();
        prop_assert_eq!(recent, newest);
        prop_assert_eq!(tally.total(), outcomes.len() as u64);
    }

    #[test]
    fn a_tally_comes_back_from_its_parts(outcomes in outcomes()) {
        let Tally { succeeded, failed, unknown, .. } = tally(&outcomes);
        let whole = tally(&outcomes);
        let again = Tally::from_parts(succeeded, failed, unknown, whole.recent().to_vec());
        let ends = Timeline::from_parts(
            Resolution::Minutes,
            whole.ends().fine().to_vec(),
            whole.ends().coarse().to_vec(),
        );
        let again = again.with_measurements(ends, whole.measurements().clone());
        let blocks = Blocks::from_parts(whole.blocks().closed().to_vec()).expect("they are blocks");
        let again = again.with_history(whole.errors().clone(), blocks);
        prop_assert_eq!(again, whole);
    }
}

#[test]
fn blocks_hold_everything_but_the_open_one_however_many_there_are() {
    let mut tally = Tally::default();
    for place in 0..200_000_u32 {
        let failed_one = place % 10 == 3;
        let status = if failed_one { failed("TypeError") } else { OutcomeStatus::Succeeded };
        tally.add(&outcome(&place.to_string(), 0, status));
        let (blocks, known) = (tally.blocks(), tally.known());
        let covered = blocks.covered();
        assert!(blocks.closed().len() <= Blocks::MAX);
        assert!(known - covered.outcomes < Blocks::LENGTH, "only the open one is left out");
        if known % 10 == 0 && covered.outcomes == known {
            assert_eq!(covered.failed, tally.failed);
        }
    }
    let newest = tally.blocks().closed().last().expect("there are many");
    assert_eq!((newest.outcomes, newest.failed), (250, 25), "what is new is known finely");
    let oldest = tally.blocks().closed().first().expect("there are many");
    assert!(oldest.outcomes > 1_000, "what is old is put together");
}
