//! What is left of an error rate where shares change beside a version.

use sternway_policy::Judge;
use sternway_types::{
    Activation, Bounded, Breach, Decimal, Decline, Metric, Policy, Preset, Rule, Tally, Threshold,
    Verdict, Worse,
};

use crate::script::{many, outcomes};

fn threshold(number: f64) -> Threshold {
    Threshold::new(number).expect("a threshold")
}

fn alpha(rule: &Rule) -> Option<Decimal> {
    match rule {
        Rule::NewError { alpha } => Some(alpha.get()),
        Rule::Worse(worse) => Some(worse.alpha.get()),
        Rule::Mean(bounded) => Some(bounded.alpha.get()),
        Rule::Breach(breach) => Some(breach.alpha.get()),
        Rule::ConsecutiveFailures { .. }
        | Rule::SignatureErrors { .. }
        | Rule::AllFailed { .. }
        | Rule::FailureRate { .. }
        | Rule::Degraded(_)
        | Rule::Decline(_)
        | Rule::Custom { .. } => None,
    }
}

#[test]
fn a_stay_without_changes_of_shares_is_judged_as_the_policy_says() {
    for preset in Preset::ALL {
        assert_eq!(Policy::preset(preset).in_stretch(1), Policy::preset(preset));
        assert_eq!(Policy::preset(preset).in_stretch(0), Policy::preset(preset));
    }
}

#[test]
fn however_often_shares_change_the_parts_of_an_error_rate_add_up_to_no_more_than_it() {
    let rules = vec![
        Rule::Worse(Box::default()),
        Rule::NewError { alpha: threshold(0.001) },
        Rule::Mean(Box::new(Bounded::at_most(Metric::Cost, threshold(0.05), threshold(0.5)))),
        Rule::Breach(Box::new(Breach::of(Metric::Duration))),
    ];
    let policy = Policy::new(Activation::Staged, rules).expect("a policy");
    let whole: Vec<_> = policy.rules().iter().filter_map(alpha).collect();
    let mut sums = vec![0; whole.len()];
    for stretch in 2..=1_000 {
        let judged_by = policy.clone().in_stretch(stretch);
        for (sum, part) in sums.iter_mut().zip(judged_by.rules().iter().filter_map(alpha)) {
            assert!(part.units() > 0);
            *sum += part.units();
        }
    }
    assert_eq!(whole.len(), 4);
    for (sum, whole) in sums.into_iter().zip(whole) {
        assert!(sum <= whole.units(), "{sum} of {whole}");
        assert!(sum > whole.units() * 99 / 100, "{sum} of {whole}: little is given away");
    }
}

#[test]
fn what_states_no_error_rate_for_a_stay_is_the_same_in_every_stretch() {
    let rules = [Preset::Immediate.rules(), vec![Rule::Decline(Box::<Decline>::default())]];
    let policy = Policy::new(Activation::Staged, rules.concat()).expect("a policy");
    assert_eq!(policy.clone().in_stretch(7), policy);
}

/// Whether a version that is as good as it must be is taken back over a stay with four changes of shares, by
/// policies for each stretch.
fn is_taken_back(policies: &[Policy], chance: &mut u64) -> bool {
    policies.iter().any(|policy| {
        let (mut judge, mut tally) = (Judge::new(policy, None), Tally::default());
        let signs: String = (0..60).map(|_| if fails(chance) { 'x' } else { '.' }).collect();
        outcomes(&signs).iter().any(|outcome| {
            tally.add(outcome);
            outcome.is_failure() && matches!(judge.look(&tally), Verdict::Regressed(_))
        })
    })
}

/// One of ten fails, by a fixed sequence (Vigna's splitmix64).
fn fails(chance: &mut u64) -> bool {
    *chance = chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *chance;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)).is_multiple_of(10)
}

#[test]
fn a_healthy_version_beside_a_canary_of_four_shares_is_seldom_taken_back() {
    let alpha = 0.2;
    let worse = Worse { objective: Some(threshold(0.9)), ..Worse::at(threshold(alpha)) };
    let policy = Policy::new(Activation::Staged, vec![Rule::Worse(Box::new(worse))]);
    let policy = policy.expect("a policy");
    let whole = vec![policy.clone(); 5];
    let parts: Vec<_> = (1..=5).map(|stretch| policy.clone().in_stretch(stretch)).collect();
    let count = |policies: &[Policy]| {
        let mut chance = 7;
        (0..400).filter(|_| is_taken_back(policies, &mut chance)).count()
    };
    let (anew, spread) = (count(&whole), count(&parts));
    println!("of 400: {anew} with an alpha for each stretch, {spread} with parts of it");
    assert!(spread < anew, "{spread} and {anew}");
    assert!(spread <= 400 / 5, "{spread} of 400, at an alpha of {alpha}");
}

#[test]
fn after_one_canary_of_three_shares_it_takes_a_failure_or_two_more() {
    let needed = |rate: f64, stretch: u32| {
        let worse = Worse { objective: Some(threshold(rate)), ..Worse::default() };
        let rule = Rule::Worse(Box::new(worse));
        let policy = Policy::new(Activation::Staged, vec![rule]).expect("a policy");
        let policy = policy.in_stretch(stretch);
        let (mut judge, mut tally) = (Judge::new(&policy, None), Tally::default());
        let failures = outcomes(&many("x", 20));
        failures.iter().position(|failure| {
            tally.add(failure);
            matches!(judge.look(&tally), Verdict::Regressed(_))
        })
    };
    for (rate, before, after) in [(0.99, 2, 3), (0.95, 3, 4), (0.9, 3, 5), (0.75, 6, 8)] {
        let found = [needed(rate, 1), needed(rate, 5)].map(|place| place.map(|place| place + 1));
        assert_eq!(found, [Some(before), Some(after)], "at {rate}");
    }
}
