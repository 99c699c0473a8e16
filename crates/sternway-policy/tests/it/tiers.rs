//! The three fixed tiers, and the scenarios that they were written for.

use std::time::Duration;

use sternway_policy::{Baseline, View, judge};
use sternway_types::{
    Activation, Policy, Preset, Regression, Rule, Tally, Tier, Timestamp, Verdict, VersionNumber,
};

use crate::script::{MINUTE, SECOND, check, many, only, outcome, outcomes, tally};

fn tiers() -> Policy {
    Policy::preset(Preset::Tiers)
}

/// So many runs, a second apart, of which so many failed, evenly spread; the newest ends here.
fn runs(all: usize, failed: usize, newest: Timestamp) -> Tally {
    let mut tally = Tally::default();
    for place in 0..all {
        let back = SECOND * u32::try_from(all - 1 - place).expect("few");
        let fails = (place + 1) * failed / all > place * failed / all;
        tally.add(&outcome(place, newest.saturating_sub(back), if fails { 'x' } else { '.' }));
    }
    tally
}

/// What the tiers say of a version beside its baseline.
fn beside(policy: &Policy, tally: &Tally, baseline: &[Tally]) -> Option<Regression> {
    let baseline = Baseline { version: VersionNumber::FIRST, tallies: baseline, frozen: None };
    match judge(policy, &View::new(tally).against(Some(baseline))) {
        Verdict::Regressed(regression) => Some(*regression),
        Verdict::Undecided => None,
    }
}

fn noon() -> Timestamp {
    Timestamp::EPOCH.saturating_add(Duration::from_secs(1_795_190_400))
}

#[test]
fn t41_scenario_1_a_changed_signature_is_found_at_the_second_error() {
    // 0:00 published, 0:02 and 0:04 called the old way.
    check(&tiers(), "+2m T", "undecided");
    check(&tiers(), "+2m T +2m T", "signature_errors");
}

#[test]
fn t41_scenario_2_four_failures_in_a_row_are_found_at_the_third() {
    check(&tiers(), ". +1m x +1m x", "undecided");
    check(&tiers(), ". +1m x +1m x +1m x", "consecutive_failures");
    check(&tiers(), ". +1m x +1m x +1m x +1m x", "consecutive_failures");
}

#[test]
fn t41_scenario_3_seven_failures_over_fifteen_minutes_are_found_at_the_fifth() {
    let slowly = "x +150s x +151s x +150s x +151s x";
    check(&tiers(), slowly, "all_failed, failure_rate");
    // With one success among them, only the rate says so.
    let mixed = ". +151s x +151s x +151s x +151s x +151s x";
    assert_eq!(mixed.matches('x').count(), 5);
    check(&tiers(), mixed, "failure_rate");
}

#[test]
fn t41_scenario_4_sixty_percent_beside_seventy_five_over_thirty_runs() {
    let baseline = [runs(40, 10, noon().saturating_sub(Duration::from_hours(2)))];
    let worse = beside(&tiers(), &runs(30, 12, noon()), &baseline).expect("it regressed");
    assert_eq!(worse.tier(), Tier::Standard);
    let measured = worse.evidence.measured.as_ref().expect("numbers");
    let (before, after) = (measured.baseline.as_ref().unwrap().measure, measured.measure);
    assert_eq!((before.mean(), before.samples), (Some(0.75), 40));
    assert_eq!((after.mean(), after.samples), (Some(0.6), 30));
    assert_eq!(beside(&tiers(), &runs(20, 7, noon()), &baseline), None, "0.65 is within 0.15");
}

#[test]
fn s68g_more_than_four_of_five_and_not_four_of_five() {
    let rate = only(
        Preset::Tiers.rules().into_iter().find(|it| it.id().name.tier() == Tier::Fast).unwrap(),
    );
    check(&rate, ".xxxx", "undecided");
    check(&rate, "xxxx", "undecided");
    check(&rate, "xxxxx", "failure_rate");
    check(&rate, ".xxxxx", "failure_rate");
    // Half an hour back from the newest, in whole minutes.
    check(&rate, "xxxx +31m .xxxx", "undecided");
    check(&rate, ". +32m xxxxx", "failure_rate");
    // More runs than are remembered one by one.
    check(&rate, &format!("{}{}", many(".", 10), many("x", 60)), "failure_rate");
    check(&rate, &format!("{}{}", many(".", 15), many("x", 60)), "undecided");
}

#[test]
fn a_rate_is_also_reached_by_the_last_run_that_it_asks_for() {
    let rule = "rule = 'failure_rate'\nthreshold = 0.5\nat_least = 6";
    let policy: Policy = toml::from_str(&format!("[[rules]]\n{rule}")).unwrap();
    check(&policy, "xxxxx", "undecided");
    check(&policy, "xxxxx.", "failure_rate");
    assert!(!policy.begins_with_a_failure());
    assert!(Policy::default().begins_with_a_failure());
}

#[test]
fn s68a_the_faster_tier_decides_and_all_that_hold_are_named() {
    let baseline = [runs(40, 0, Timestamp::EPOCH)];
    let all = outcomes(&many("T", 12));
    let found = beside(&tiers(), &tally(&all), &baseline);
    let names = |found: &Regression| {
        let names: Vec<_> = found.matched.iter().map(ToString::to_string).collect();
        names.join(", ")
    };
    let found = found.expect("it regressed");
    assert_eq!(
        names(&found),
        "signature_errors, all_failed, consecutive_failures, failure_rate, degraded:success_rate"
    );
    assert_eq!(found.tier(), Tier::Immediate);
}

#[test]
fn presets_are_named_in_policy_files_and_recognized() {
    for preset in Preset::ALL {
        let policy: Policy = toml::from_str(&format!("preset = '{preset}'")).unwrap();
        assert_eq!(policy, Policy::preset(preset));
        assert_eq!(policy.as_preset(), Some(preset));
        assert_eq!(preset.as_str().parse(), Ok(preset));
    }
    assert_eq!(Policy::default(), Policy::preset(Preset::Sound));
    let own = vec![Rule::AllFailed { at_least: 7, window: MINUTE }];
    assert_eq!(Policy::new(Activation::Staged, own).unwrap().as_preset(), None);
    let both = toml::from_str::<Policy>("preset = 'tiers'\n[[rules]]\nrule = 'all_failed'");
    let said = both.unwrap_err().to_string();
    assert!(said.contains("the policy has a preset and rules"), "{said}");
}

#[test]
fn a_rule_says_its_operator_and_its_unit() {
    let said: Vec<_> = Preset::Tiers.rules().iter().skip(3).map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "> 0.8 of 5 or more runs failed within 30m",
            "success_rate lower by >= 0.15 points than the last good version, over 10 or more \
             measurements on both sides within 24h",
        ]
    );
    let said = Preset::Artifact.rules().pop().unwrap().to_string();
    assert_eq!(
        said,
        "duration higher by >= 0.15 of the baseline than the last good version, over 10 or more \
         measurements on both sides within 24h"
    );
}
