//! Numbers that can be compared: ratios and scores, for every value that a float can have.

use proptest::prelude::*;
use sternway_types::{Ratio, Score};

use crate::make::{json, json_problem};

/// A score through JSON and back.
fn again(score: Score) -> Score {
    serde_json::from_str(&serde_json::to_string(&score).expect("a score is finite"))
        .expect("what was written is read")
}

#[test]
fn a_ratio_is_a_number_from_0_to_1() {
    for ratio in [0.0, f64::MIN_POSITIVE, 0.5, 1.0 - f64::EPSILON, 1.0] {
        assert_eq!(Ratio::new(ratio).map(f64::from), Ok(ratio));
    }
    for wrong in [-f64::MIN_POSITIVE, 1.0 + f64::EPSILON, 15.0, f64::INFINITY, f64::NEG_INFINITY] {
        let err = Ratio::new(wrong).unwrap_err();
        assert_eq!(
            err.to_string(),
            format!("{wrong} is not a ratio: expected a number from 0 to 1")
        );
    }
}

#[test]
fn what_is_no_number_is_neither_a_ratio_nor_a_score() {
    let ratio = Ratio::new(f64::NAN).unwrap_err();
    assert_eq!(ratio.to_string(), "NaN is not a ratio: expected a number from 0 to 1");
    let score = Score::new(-f64::NAN).unwrap_err();
    assert_eq!(score.to_string(), "NaN is not a score: expected a finite number");
}

#[test]
fn a_score_is_any_finite_number() {
    for score in [f64::MIN, -1.0, 0.0, f64::MAX] {
        assert_eq!(Score::new(score).map(f64::from), Ok(score));
    }
    for wrong in [f64::INFINITY, f64::NEG_INFINITY] {
        assert!(Score::new(wrong).is_err());
    }
}

#[test]
fn a_score_that_a_hasty_reader_misses_by_one_bit_is_read_right() {
    let score = Score::new(f64::from_bits(6_569_746_900_542_385_858)).unwrap();
    assert_eq!(again(score), score);
}

#[test]
fn minus_zero_is_zero() {
    for zero in [Ratio::new(-0.0).unwrap().get(), Score::new(-0.0).unwrap().get()] {
        assert_eq!(zero.to_bits(), 0, "equal numbers have equal bits");
    }
}

#[test]
fn json_is_no_way_around_the_limits() {
    assert_eq!(json(&Ratio::new(0.25).unwrap()), "0.25");
    assert!(json_problem::<Ratio>("1.5").contains("is not a ratio"));
    assert!(json_problem::<Ratio>("15").contains("is not a ratio"));
    json_problem::<Score>("null");
    json_problem::<Score>("1e400");
    json_problem::<Score>("\"0.5\"");
}

proptest! {
    #[test]
    fn whatever_bits_a_float_has_it_is_a_finite_score_or_refused(bits: u64) {
        let number = f64::from_bits(bits);
        match Score::new(number) {
            Ok(score) => {
                prop_assert!(number.is_finite());
                prop_assert_eq!(score, score, "a score is itself");
                prop_assert!(score.get() <= number && score.get() >= number);
            }
            Err(_) => prop_assert!(!number.is_finite()),
        }
    }

    #[test]
    fn whatever_bits_a_float_has_it_is_a_ratio_or_refused(bits: u64, scaled in -0.1_f64..1.1) {
        for number in [f64::from_bits(bits), scaled] {
            prop_assert_eq!(Ratio::new(number).is_ok(), (0.0..=1.0).contains(&number));
            prop_assert_eq!(Ratio::try_from(number).ok(), Ratio::new(number).ok());
        }
    }

    #[test]
    fn a_score_is_read_from_json_to_the_last_bit(bits: u64) {
        let number = f64::from_bits(bits);
        prop_assume!(number.is_finite());
        let score = Score::new(number).unwrap();
        prop_assert_eq!(again(score).get().to_bits(), score.get().to_bits());
    }
}
