//! Several guards as one.

use std::num::NonZeroU32;

use proptest::prelude::*;
use sternway_policy::evidence::{Guard, combined};

fn guard(weight: u32, ln_e: f64) -> Guard {
    Guard { weight: NonZeroU32::new(weight).expect("not zero"), ln_e }
}

#[test]
fn it_is_the_weighted_mean() {
    let guards = [guard(2, 10_f64.ln()), guard(1, 4_f64.ln()), guard(1, 0.0)];
    assert!((combined(&guards) - 6.25_f64.ln()).abs() < 1e-12);
}

#[test]
fn one_guard_stands_for_itself_and_none_says_nothing() {
    assert!((combined(&[guard(7, 12.5)]) - 12.5).abs() < 1e-12);
    assert!(combined(&[]).abs() < f64::EPSILON);
}

#[test]
fn one_that_is_sure_decides_beside_many_that_are_not() {
    let guards = [guard(1, 1e13), guard(u32::MAX, -1e13)];
    assert!(combined(&guards) > 1e12);
}

proptest! {
    #[test]
    fn it_lies_between_its_parts(
        parts in prop::collection::vec((1_u32.., -1e13_f64..1e13), 1..20),
    ) {
        let guards: Vec<_> = parts.iter().map(|(weight, ln_e)| guard(*weight, *ln_e)).collect();
        let least = parts.iter().map(|part| part.1).fold(f64::INFINITY, f64::min);
        let most = parts.iter().map(|part| part.1).fold(f64::NEG_INFINITY, f64::max);
        let found = combined(&guards);
        prop_assert!(least - 0.01 <= found && found <= most + 0.01, "{least} {found} {most}");
    }
}
