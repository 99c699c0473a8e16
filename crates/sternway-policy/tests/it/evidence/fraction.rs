//! Numbers between 0 and 1, without the ends.

use sternway_policy::evidence::{Alpha, Mean, Share};

#[test]
fn what_is_not_between_0_and_1_is_refused() {
    for wrong in [0.0, -0.0, 1.0, -0.01, 1.01, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(Alpha::new(wrong).is_err(), "{wrong}");
        assert!(Share::new(wrong).is_err(), "{wrong}");
        assert!(Mean::try_from(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn it_is_said_what_was_expected() {
    let said = [
        Alpha::new(1.0).expect_err("no alpha").to_string(),
        Share::new(0.0).expect_err("no share").to_string(),
        Mean::new(2.5).expect_err("no mean").to_string(),
    ];
    let expected = ["1 is not an alpha", "0 is not a share of traffic", "2.5 is not a mean"];
    let expected = expected.map(|what| format!("{what}: expected a number above 0 and below 1"));
    assert_eq!(said, expected);
}

#[test]
fn the_least_alpha_has_a_threshold() {
    let threshold = |number| Alpha::new(number).expect("an alpha").ln_inverse();
    assert!((threshold(0.01) - 100_f64.ln()).abs() < 1e-12);
    assert!(threshold(f64::from_bits(1)).is_finite());
    assert!(threshold(1.0 - f64::EPSILON / 2.0) > 0.0);
    assert_eq!(Alpha::new(0.01).expect("an alpha").to_string(), "0.01");
}
