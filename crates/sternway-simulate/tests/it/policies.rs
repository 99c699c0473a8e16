//! Policies, judged as the engine judges them.

use std::time::Duration;

use sternway_simulate::{
    ByPolicy, Summary,
    rules::{InARow, UsualTiers},
};
use sternway_types::{Policy, Preset};

use super::{level, run, scenario};

fn by(preset: Preset, measured: u64) -> ByPolicy {
    let second = Duration::from_secs(1);
    ByPolicy::new(Policy::preset(preset), measured, second).expect("a procedure")
}

/// How often a preset takes a version back, and how often our own form of its rules does.
fn check(ours: &Summary, theirs: &Summary) {
    let (ours, theirs) = (ours.stop_limits(level()), theirs.stop_limits(level()));
    assert!(ours.lower <= theirs.upper && theirs.lower <= ours.upper, "{ours:?} {theirs:?}");
}

#[test]
fn the_immediate_tier_is_three_in_a_row() {
    let scenario = scenario(0.9, 0.0).with_horizon(300);
    // All outcomes lie in its window of 5 minutes.
    let found = run(&scenario, &by(Preset::Immediate, 0), 200);
    assert_eq!(found.delays(), run(&scenario, &InARow::USUAL, 200).delays());
}

#[test]
fn the_tiers_are_those_of_the_tables_where_the_baseline_is_known_well() {
    let scenario = scenario(0.9, 0.1).with_horizon(100).with_measured(2_000);
    check(&run(&scenario, &UsualTiers, 200), &run(&scenario, &by(Preset::Tiers, 2_000), 200));
}

#[test]
fn without_a_baseline_nothing_is_compared() {
    let scenario = scenario(0.9, 0.9).with_horizon(200);
    assert_eq!(run(&scenario, &by(Preset::Artifact, 0), 20).stopped(), 0);
}

#[test]
fn a_sound_policy_keeps_its_alpha_and_finds_what_is_worse() {
    for (base, horizon) in [(0.99, 2_000), (0.95, 1_000), (0.75, 500)] {
        let healthy = scenario(base, 0.0).with_horizon(horizon).with_measured(1_000);
        let summary = run(&healthy, &by(Preset::Sound, 1_000), 100);
        assert!(summary.false_limits(level()).lower <= 0.01, "{base}: {summary:?}");
        let worse = scenario(base, 0.3).with_horizon(horizon).with_measured(1_000);
        let summary = run(&worse, &by(Preset::Sound, 1_000), 50);
        assert_eq!(summary.stopped(), 50, "{base}");
    }
}

#[test]
fn whoever_allows_more_false_rollbacks_finds_sooner() {
    let worse = scenario(0.95, 0.2).with_horizon(1_000).with_measured(1_000);
    let median = |preset| run(&worse, &by(preset, 1_000), 60).median().expect("a delay");
    let medians = [Preset::Twitchy, Preset::Sound, Preset::Cautious].map(median);
    assert!(medians.is_sorted_by(|one, next| one < next), "{medians:?}");
}

#[test]
fn a_thin_baseline_is_taken_for_what_is_expected() {
    // Of 0.95: a version that is as good as a baseline of 0.7 with 100 outcomes is worse than that.
    let as_good = scenario(0.7, 0.0).with_horizon(500);
    let thin = run(&as_good.clone().with_measured(100), &by(Preset::Sound, 100), 30);
    assert_eq!(thin.stopped(), 30);
    let known = run(&as_good.with_measured(1_000), &by(Preset::Sound, 1_000), 30);
    assert_eq!(known.stopped(), 0);
}
