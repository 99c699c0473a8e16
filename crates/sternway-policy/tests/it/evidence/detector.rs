//! The detector for the life of a version.

use std::num::NonZeroU64;

use proptest::prelude::*;
use sternway_policy::evidence::{Counts, Detector, Form, History, LogRatios, RunLength};

use super::{counts, kept, rates, ratio};

const FORMS: [Form; 2] = [Form::Cusum, Form::ShiryaevRoberts];
const SUCCESS: Counts = Counts::new(1, 0);
const FAILURE: Counts = Counts::new(0, 1);

fn known(success: f64) -> History {
    History::declared(ratio(success))
}

fn after(form: Form, history: &History, ends: impl IntoIterator<Item = Counts>) -> Detector {
    let mut detector = Detector::new(form);
    ends.into_iter().for_each(|end| detector.observe(&history.ratios(end)));
    detector
}

fn run_length(outcomes: u64) -> RunLength {
    RunLength::new(NonZeroU64::new(outcomes).expect("not zero"))
}

#[test]
fn the_first_outcome_stands_for_itself() {
    let history = known(0.9);
    for form in FORMS {
        let detector = after(form, &history, [FAILURE]);
        assert!((detector.ln_mean() - history.ln_e(FAILURE)).abs() < 1e-12);
        assert!(!Detector::new(form).alarms(run_length(1)));
        assert_eq!(detector.form(), form);
    }
}

#[test]
fn the_second_is_added_to_one_as_the_form_says() {
    // Of the best alternative alone: lr is (1 + 0.99·9) at a failure.
    let history = known(0.9);
    let lr = history.ratios(FAILURE).parts()[11].exp();
    let of_best = |form| after(form, &history, [FAILURE, FAILURE]).ln_values().parts()[11].exp();
    assert!((of_best(Form::Cusum) / (lr * lr) - 1.0).abs() < 1e-12);
    assert!((of_best(Form::ShiryaevRoberts) / ((1.0 + lr) * lr) - 1.0).abs() < 1e-12);
}

#[test]
fn a_million_outcomes_pass_unless_something_else_is_said() {
    assert_eq!(RunLength::default().get(), 1_000_000);
}

#[test]
fn a_long_good_life_delays_no_alarm() {
    for form in FORMS {
        let history = known(0.95);
        let failures_until_alarm = |good: usize| {
            let mut detector = after(form, &history, vec![SUCCESS; good]);
            let mut failures = 0;
            while !detector.alarms(RunLength::default()) {
                detector.observe(&history.ratios(FAILURE));
                failures += 1;
            }
            failures
        };
        let (young, old) = (failures_until_alarm(10), failures_until_alarm(20_000));
        assert_eq!(old, failures_until_alarm(1_000));
        assert!(old <= young + 1, "{form:?}: {young} {old}");
        assert!((4..=8).contains(&old), "{form:?}: {old}");
    }
}

proptest! {
    #[test]
    fn a_state_that_was_kept_goes_on_alike(
        ends in prop::collection::vec(any::<bool>(), 0..200), cut in 0_usize..200,
    ) {
        let history = known(0.8);
        let end = |good: &bool| if *good { SUCCESS } else { FAILURE };
        let (before, rest) = ends.split_at(cut.min(ends.len()));
        for form in FORMS {
            let first = after(form, &history, before.iter().map(end));
            let mut second = Detector::from_parts(form, kept(first.ln_values()));
            rest.iter().for_each(|good| second.observe(&history.ratios(end(good))));
            prop_assert_eq!(second, after(form, &history, ends.iter().map(end)));
        }
    }

    #[test]
    fn evidence_is_finite(success in rates(), bulk in prop::collection::vec(counts(), 0..20)) {
        let history = History::declared(success);
        for form in FORMS {
            let mut detector = Detector::new(form);
            prop_assert!(detector.ln_mean().is_finite());
            for counts in &bulk {
                detector.observe(&history.ratios(*counts));
                prop_assert!(detector.ln_mean().is_finite());
                prop_assert!(LogRatios::from_parts(*detector.ln_values().parts()).is_ok());
            }
        }
    }

    #[test]
    fn a_sum_over_beginnings_is_never_below_the_best_of_them(
        success in 0.01_f64..0.99, ends in prop::collection::vec(any::<bool>(), 1..200),
    ) {
        let history = known(success);
        let ends = ends.iter().map(|good| if *good { SUCCESS } else { FAILURE });
        let [best, sum] = FORMS.map(|form| after(form, &history, ends.clone()).ln_mean());
        prop_assert!(best <= sum + 1e-9, "{best} {sum}");
    }

    /// What bounds the average run length: M less the number of outcomes falls on average.
    #[test]
    fn a_version_that_is_not_worse_gathers_at_most_one_per_outcome(
        success in 0.01_f64..0.99, better in 0.0_f64..=1.0,
        ends in prop::collection::vec(any::<bool>(), 0..100),
    ) {
        let history = known(success);
        let ends = ends.iter().map(|good| if *good { SUCCESS } else { FAILURE });
        let failure = history.failure_rate() * better;
        for form in FORMS {
            let detector = after(form, &history, ends.clone());
            let next = |end| {
                let mut next = detector;
                next.observe(&history.ratios(end));
                next.ln_mean().exp()
            };
            let expected = (1.0 - failure) * next(SUCCESS) + failure * next(FAILURE);
            let before = detector.ln_mean().exp();
            prop_assert!(expected <= (before + 1.0) * (1.0 + 1e-9), "{before} {expected}");
        }
    }
}
