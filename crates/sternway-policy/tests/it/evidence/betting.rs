//! Means, by betting.

use proptest::prelude::*;
use sternway_policy::evidence::{Betting, BettingBeside, Mean, Wealth};

use super::{alpha, expectation, rates, ratio};

fn against(mean: f64) -> Betting {
    Betting::new(Mean::new(mean).expect("between 0 and 1"))
}

fn after(betting: Betting, values: &[f64]) -> Wealth {
    let mut wealth = Wealth::new();
    for value in values {
        betting.observe(&mut wealth, ratio(*value));
    }
    wealth
}

fn kept(wealth: &Wealth) -> Wealth {
    let parts = (wealth.sum(), wealth.squares(), wealth.samples(), wealth.ln_e());
    let text = serde_json::to_string(&parts).expect("plain numbers");
    let (sum, squares, samples, ln_e) = serde_json::from_str(&text).expect("plain numbers");
    Wealth::from_parts(sum, squares, samples, ln_e).expect("what was kept")
}

#[test]
fn the_first_bets_are_those_of_the_formula() {
    // Before any value the mean is taken for 1/2, and the variance for 1/4.
    let first = 0.3 / (0.25 + 0.09);
    let wealth = after(against(0.2), &[1.0]);
    assert!((wealth.ln_e() - (1.0_f64 + first * 0.8).ln()).abs() < 1e-12);
    // Then the mean is 3/4, and the variance (1/4 + 1/16)/2.
    let second = 0.55 / (0.15625 + 0.3025);
    let expected = wealth.ln_e() + (1.0_f64 + second * -0.2).ln();
    assert!((after(against(0.2), &[1.0, 0.0]).ln_e() - expected).abs() < 1e-12);
}

#[test]
fn no_bet_is_more_than_half_of_the_wealth() {
    let wealth = after(against(0.001), &[1.0, 1.0, 1.0, 0.0]);
    let before = after(against(0.001), &[1.0, 1.0, 1.0]);
    assert!(wealth.ln_e() - before.ln_e() >= 0.5_f64.ln());
    // Nothing is bet where the mean is lower than the one that is bet against.
    let low = after(against(0.9), &[0.1, 0.2, 0.1, 0.3]);
    assert!(low.ln_e().abs() < f64::EPSILON);
}

#[test]
fn a_mean_that_doubled_is_found_and_one_that_stayed_is_not() {
    let values = |mean: f64| [mean - 0.1, mean + 0.1].repeat(50);
    assert!(after(against(0.21), &values(0.4)).crosses(alpha(0.01)));
    assert!(!after(against(0.21), &values(0.2)).crosses(alpha(0.01)));
}

#[test]
fn two_arms_are_compared_pair_by_pair() {
    let beside = BettingBeside::new(ratio(0.1)).expect("a margin");
    let pairs = |candidate: f64, baseline: f64| {
        let mut wealth = Wealth::new();
        for _ in 0..100 {
            beside.observe(&mut wealth, ratio(candidate), ratio(baseline));
        }
        wealth
    };
    assert!(pairs(0.6, 0.3).crosses(alpha(0.01)));
    assert!(!pairs(0.3, 0.6).crosses(alpha(0.01)));
    assert!(!pairs(0.4, 0.3).crosses(alpha(0.01)));
    assert_eq!(pairs(0.6, 0.3), {
        let mut wealth = Wealth::new();
        let single = against(0.55);
        (0..100).for_each(|_| single.observe(&mut wealth, ratio(f64::midpoint(0.6 - 0.3, 1.0))));
        wealth
    });
}

#[test]
fn a_margin_of_everything_is_refused() {
    assert!(BettingBeside::new(ratio(1.0)).is_err());
    assert!(BettingBeside::new(ratio(0.0)).is_ok());
}

#[test]
fn a_state_that_no_test_leads_to_is_refused() {
    let wrong = [
        (-0.1, 0.0, 1, 0.0),
        (1.1, 0.0, 1, 0.0),
        (f64::NAN, 0.0, 1, 0.0),
        (0.5, 1.1, 1, 0.0),
        (0.5, 0.1, 1, f64::NAN),
        (0.5, 0.1, 1, f64::INFINITY),
    ];
    for (sum, squares, samples, ln_wealth) in wrong {
        let refused = Wealth::from_parts(sum, squares, samples, ln_wealth);
        assert!(refused.is_err(), "{sum} {squares} {samples} {ln_wealth}");
    }
}

proptest! {
    #[test]
    fn a_state_that_was_kept_goes_on_alike(
        values in prop::collection::vec(0.0_f64..=1.0, 0..200), cut in 0_usize..200,
        mean in 0.001_f64..0.999,
    ) {
        let betting = against(mean);
        let (before, rest) = values.split_at(cut.min(values.len()));
        let mut second = kept(&after(betting, before));
        rest.iter().for_each(|value| betting.observe(&mut second, ratio(*value)));
        prop_assert_eq!(second, after(betting, &values));
    }

    #[test]
    fn evidence_is_finite(
        values in prop::collection::vec(rates(), 0..100),
        mean in prop_oneof![0.001_f64..0.999, Just(1e-300), Just(1.0 - f64::EPSILON)],
        samples in 0_u64..=1_000_000_000_000,
    ) {
        let betting = against(mean);
        let sum = samples as f64 * 0.3;
        let mut long = Wealth::from_parts(sum, sum / 2.0, samples, -3e11).expect("a long one");
        let mut short = Wealth::new();
        for value in values {
            betting.observe(&mut short, value);
            betting.observe(&mut long, value);
            prop_assert!(short.ln_e().is_finite() && long.ln_e().is_finite());
        }
        prop_assert_eq!(kept(&short), short);
        prop_assert_eq!(kept(&long), long);
    }

    #[test]
    fn a_mean_that_is_not_above_gathers_no_evidence_on_average(
        values in prop::collection::vec(0.0_f64..=1.0, 0..50), mean in 0.01_f64..0.99,
        low in 0.0_f64..=1.0, high in 0.0_f64..=1.0,
    ) {
        let betting = against(mean);
        let wealth = after(betting, &values);
        // Two values below and above the mean, so weighted that their mean is m.
        let (low, high) = (low * mean, mean + high * (1.0 - mean));
        prop_assume!(high - low > 1e-6);
        let of_high = (mean - low) / (high - low);
        let next = |value| {
            let mut next = wealth;
            betting.observe(&mut next, ratio(value));
            next.ln_e()
        };
        let outcomes = [(of_high, next(high)), (1.0 - of_high, next(low))];
        let expected = expectation(wealth.ln_e(), &outcomes);
        prop_assert!(expected <= 1.0 + 1e-9, "{expected}");
    }
}
