//! The rules of thumb, beside what can be counted exactly.

use sternway_policy::evidence::Arm;
use sternway_simulate::{
    Decider, Decision, End, Procedure, Setting, Unit,
    rules::{Decline, InARow, UsualTiers, Windows, ZTest},
};
use sternway_types::Ratio;

use super::{level, run, scenario};

/// At which outcome of `.` and `x` a rule stops, with a baseline of this rate.
fn stops_at(procedure: &dyn Procedure, base: f64, outcomes: &str) -> Option<usize> {
    let base = Ratio::new(base).expect("a rate");
    let setting = Setting { base, measured: Default::default(), steps: &[] };
    let mut decider: Box<dyn Decider> = procedure.begin(&setting);
    let end = |outcome| if outcome == 'x' { End::Failed } else { End::Succeeded };
    let mut units =
        outcomes.chars().map(|outcome| Unit { arm: Arm::Candidate, end: end(outcome), step: 0 });
    units.position(|unit| decider.observe(unit) == Decision::Stop).map(|index| index + 1)
}

#[test]
fn fifteen_points_are_counted_from_the_tenth_outcome_on() {
    let check = |outcomes, expected| {
        assert_eq!(stops_at(&Decline::USUAL, 0.95, outcomes), expected, "{outcomes}");
    };
    check("xx........", Some(10));
    check("xx.......", None);
    check("x..........", None);
    // Exactly 15 points below are enough.
    check("x.........x.", None);
    check("xx..............xxx", Some(10));
    check("x.........xx", Some(12));
}

#[test]
fn failures_in_a_row_begin_anew_after_a_success() {
    assert_eq!(stops_at(&InARow::USUAL, 0.9, "xx.xxx"), Some(6));
    assert_eq!(stops_at(&InARow::USUAL, 0.9, "xx.xx.xx"), None);
}

#[test]
fn the_first_of_the_tiers_decides() {
    assert_eq!(stops_at(&UsualTiers, 0.95, "xxx"), Some(3));
    assert_eq!(stops_at(&UsualTiers, 0.95, "xx........"), Some(10));
}

#[test]
fn a_habit_looks_where_it_is_used_to() {
    assert_eq!(stops_at(&ZTest::USUAL, 0.95, "xxxxxxxxxx"), Some(10));
    let windows = Windows { outcomes: 4, margin: 0.2, limit: 1 };
    assert_eq!(stops_at(&windows, 0.8, "x...x...x..."), None);
    assert_eq!(stops_at(&windows, 0.8, "xxx.....xx.."), Some(12));
}

#[test]
fn false_rollbacks_are_those_of_the_exact_recursion() {
    // The probabilities that the reference gives for 10,000 outcomes.
    let cases: [(&dyn Procedure, f64, f64); 4] = [
        (&Decline::USUAL, 0.99, 0.006_37),
        (&Decline::USUAL, 0.95, 0.097_28),
        (&Decline::USUAL, 0.75, 0.292_95),
        (&InARow::USUAL, 0.95, 0.695_10),
    ];
    for (procedure, base, exact) in cases {
        let summary = run(&scenario(base, 0.0), procedure, 150);
        let limits = summary.false_limits(level());
        assert!((limits.lower..=limits.upper).contains(&exact), "{base}: {limits:?}");
    }
}
