//! The mixture over starts.

use proptest::prelude::*;
use sternway_policy::evidence::{
    ALTERNATIVES, Allocation, Arm, Counts, History, LogRatios, Margin, Starts, StateError,
};

use super::{alpha, alphas, counts, expectation, kept, rates, ratio, share};

const SUCCESS: Counts = Counts::new(1, 0);
const FAILURE: Counts = Counts::new(0, 1);

fn known(success: f64) -> History {
    History::declared(ratio(success))
}

fn after(history: &History, ends: impl IntoIterator<Item = Counts>) -> Starts {
    let mut starts = Starts::new();
    for end in ends {
        starts.observe(&history.ratios(end), Arm::Candidate);
    }
    starts
}

fn straight(history: &History, at: f64) -> Option<u64> {
    Starts::new().failures_until(&history.ratios(FAILURE), alpha(at))
}

#[test]
fn before_any_outcome_there_is_no_evidence() {
    assert!(Starts::new().ln_e().abs() < 1e-12);
    assert_eq!(Starts::default(), Starts::new());
}

#[test]
fn as_many_straight_failures_decide_as_the_reference_says() {
    assert_eq!(straight(&known(0.95), 0.007), Some(3));
    assert_eq!(straight(&known(0.90), 0.007), Some(4));
    assert_eq!(straight(&known(0.75), 0.007), Some(6));
    // The declared expectation of a thin baseline, which has the whole alpha.
    assert_eq!(straight(&known(0.95), 0.01), Some(3));
}

#[test]
fn a_thin_baseline_takes_many_failures() {
    let thin = |successes| History::measured(Counts::new(successes, 0), alpha(0.002));
    assert_eq!(straight(&thin(3), 0.007), Some(57));
    // The reference says about 3,450, which is without the mixture.
    assert_eq!(straight(&thin(1), 0.007), Some(3_675));
    assert_eq!(straight(&thin(0), 0.007), None);
}

#[test]
fn failures_until_is_what_feeding_them_shows() {
    let history = History::measured(Counts::new(1, 0), alpha(0.002));
    let mut starts = after(&history, vec![SUCCESS; 130]);
    let failure = history.ratios(FAILURE);
    let expected = starts.failures_until(&failure, alpha(0.01)).expect("it can fail");
    assert!(expected > 2 * Starts::BLOCK, "it goes over starts: {expected}");
    for _ in 1..expected {
        starts.observe(&failure, Arm::Candidate);
    }
    assert!(!starts.crosses(alpha(0.01)));
    starts.observe(&failure, Arm::Candidate);
    assert!(starts.crosses(alpha(0.01)));
    assert_eq!(starts.failures_until(&failure, alpha(0.01)), Some(0));
}

#[test]
fn what_begins_late_is_found_sooner_than_without() {
    let history = known(0.95);
    let good = (0..2_000).map(|run| if run % 20 == 19 { FAILURE } else { SUCCESS });
    let starts = after(&history, good);
    let failure = history.ratios(FAILURE);
    let with = starts.failures_until(&failure, alpha(0.01)).expect("it can fail");
    let without =
        history.failures_until(Counts::new(1_900, 100), alpha(0.01)).expect("it can fail");
    assert!(with * 3 < without, "{with} {without}");
}

#[test]
fn the_sum_is_what_its_copies_add_up_to() {
    let history = known(0.9);
    let ends: Vec<_> =
        (0_u64..1_100).map(|run| if run * run % 7 == 1 { FAILURE } else { SUCCESS }).collect();
    // Copies begin after 0, 250, 500, 750 and 1,000 outcomes; those that have not begun weigh 1/6.
    let copies = (1_u32..=5).map(|copy| {
        let begun = &ends[250 * (copy as usize - 1)..];
        let counts = begun.iter().fold(Counts::default(), |sum, end| sum.plus(*end));
        history.ln_e(counts).exp() / f64::from(copy * (copy + 1))
    });
    let expected = copies.sum::<f64>() + 1.0 / 6.0;
    let found = after(&history, ends.iter().copied()).ln_e();
    assert!((found - expected.ln()).abs() < 1e-9, "{found} {}", expected.ln());
}

#[test]
fn outcomes_of_the_baseline_open_no_copy() {
    let step = Allocation::new(share(0.5), Margin::NONE);
    let mut starts = Starts::new();
    for _ in 0..1_000 {
        starts.observe(step.ratios(Arm::Baseline), Arm::Baseline);
        starts.observe(&LogRatios::NONE, Arm::Baseline);
    }
    assert_eq!(starts.outcomes(), 0);
    // Half of the weight has not begun.
    assert!((starts.ln_e() - 0.5_f64.ln()).abs() < 1e-9);
}

#[test]
fn a_state_that_no_test_leads_to_is_refused() {
    for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e31] {
        let mut parts = *Starts::new().ln_weights().parts();
        parts[11] = wrong;
        let refused: Result<LogRatios, StateError> = LogRatios::from_parts(parts);
        assert!(refused.is_err(), "{wrong}");
    }
}

/// Weights whose E is `beside` away from the threshold, or as near as they can bring it.
fn near(weights: [f64; ALTERNATIVES], outcomes: u64, threshold: f64, beside: f64) -> Starts {
    let state = |weights| {
        Starts::from_parts(LogRatios::from_parts(weights).expect("no large numbers"), outcomes)
    };
    // What is not open yet does not move along: a few steps come close.
    (0..8).fold(state(weights), |starts, _| {
        let missing = threshold + beside - starts.ln_e();
        state(starts.ln_weights().parts().map(|weight| weight + missing))
    })
}

proptest! {
    #[test]
    fn a_short_cut_says_what_the_sum_says(
        weights in prop_oneof![
            Just([0.0; ALTERNATIVES]),
            prop::array::uniform(-3.0..3.0),
            prop::array::uniform(-2_000.0..100.0),
        ],
        outcomes in prop_oneof![Just(0), 0_u64..2_000, 0..=1_000_000_000_000_u64, Just(u64::MAX)],
        at in prop_oneof![alphas(), (0.1..1.0).prop_map(alpha), Just(alpha(1.0 - 1e-16))],
        beside in prop_oneof![
            Just(0.0), -1e-14..1e-14, -1e-9..1e-9, -1.5..1.5, -500.0..500.0,
        ],
    ) {
        let threshold = at.ln_inverse();
        let far = Starts::from_parts(LogRatios::from_parts(weights).expect("finite"), outcomes);
        for starts in [far, near(weights, outcomes, threshold, beside)] {
            prop_assert_eq!(starts.crosses(at), starts.ln_e() >= threshold, "{:?}", starts);
        }
    }

    #[test]
    fn a_state_that_was_kept_goes_on_alike(
        ends in prop::collection::vec(any::<bool>(), 0..600), cut in 0_usize..600,
    ) {
        let history = known(0.8);
        let end = |good: &bool| if *good { SUCCESS } else { FAILURE };
        let whole = after(&history, ends.iter().map(end));
        let (before, rest) = ends.split_at(cut.min(ends.len()));
        let first = after(&history, before.iter().map(end));
        let mut second = Starts::from_parts(kept(first.ln_weights()), first.outcomes());
        for end in rest.iter().map(end) {
            second.observe(&history.ratios(end), Arm::Candidate);
        }
        prop_assert_eq!(second, whole);
        prop_assert_eq!(second.ln_e().to_bits(), whole.ln_e().to_bits());
    }

    #[test]
    fn evidence_is_finite(
        success in rates(), bulk in prop::collection::vec(counts(), 0..20),
        outcomes in prop_oneof![0_u64..1_000, 0..=1_000_000_000_000_u64, Just(u64::MAX)],
    ) {
        let history = History::declared(success);
        let mut starts = Starts::from_parts(*Starts::new().ln_weights(), outcomes);
        for counts in bulk {
            starts.observe(&history.ratios(counts), Arm::Candidate);
            prop_assert!(starts.ln_e().is_finite());
            prop_assert!(LogRatios::from_parts(*starts.ln_weights().parts()).is_ok());
        }
    }

    #[test]
    fn a_version_that_is_not_worse_gathers_no_evidence_on_average(
        success in 0.0_f64..=1.0, better in 0.0_f64..=1.0,
        ends in prop::collection::vec(any::<bool>(), 245..255),
    ) {
        let history = known(success);
        let end = |good: &bool| if *good { SUCCESS } else { FAILURE };
        let starts = after(&history, ends.iter().map(end));
        let next = |end| {
            let mut next = starts;
            next.observe(&history.ratios(end), Arm::Candidate);
            next.ln_e()
        };
        let failure = history.failure_rate() * better;
        let outcomes = [(1.0 - failure, next(SUCCESS)), (failure, next(FAILURE))];
        let expected = expectation(starts.ln_e(), &outcomes);
        prop_assert!(expected <= 1.0 + 1e-9, "{expected}");
    }

    #[test]
    fn nor_does_a_candidate_beside_its_baseline(
        of_candidate in 0.01_f64..0.99, success in 0.01_f64..0.99,
        arms in prop::collection::vec((any::<bool>(), any::<bool>()), 490..510),
    ) {
        let step = Allocation::new(share(of_candidate), Margin::NONE);
        let mut starts = Starts::new();
        let see = |starts: &mut Starts, arm: Arm, failed: bool| {
            let said = if failed { step.ratios(arm) } else { &LogRatios::NONE };
            starts.observe(said, arm);
        };
        for (candidate, failed) in arms {
            see(&mut starts, if candidate { Arm::Candidate } else { Arm::Baseline }, failed);
        }
        // The next unit goes to either version by chance, and both fail alike.
        let shares = [(Arm::Candidate, of_candidate), (Arm::Baseline, 1.0 - of_candidate)];
        let outcomes = shares.into_iter().flat_map(|(arm, of_arm)| {
            [(false, success), (true, 1.0 - success)].map(|(failed, probability)| {
                let mut next = starts;
                see(&mut next, arm, failed);
                (of_arm * probability, next.ln_e())
            })
        });
        let expected = expectation(starts.ln_e(), &outcomes.collect::<Vec<_>>());
        prop_assert!(expected <= 1.0 + 1e-9, "{expected}");
    }
}
