//! How strategies make steps, and what is no plan.

use std::time::Duration;

use sternway_deploy::{
    Growth, blue_green, by_header, canary, experiment, exponential, immediate, linear, rolling,
    shadow,
};
use sternway_types::{Consent, Limits, Plan, PlanError, Step, Strategy, Wait, Weight};

use crate::make::{MINUTE, parsed, wait, weight};

const NONE: Wait = Wait { outcomes: 0, length: Duration::ZERO };

fn numbers(weights: &[Weight]) -> Vec<u16> {
    weights.iter().map(|weight| weight.get()).collect()
}

fn shares(plan: &Plan) -> Vec<u16> {
    let share = |step: &Step| match step {
        Step::SetWeight(weight) => Some(weight.get()),
        Step::Shadow(_)
        | Step::HeaderRoute(_)
        | Step::Probe(_)
        | Step::After(_)
        | Step::Analyze(_)
        | Step::Split(_)
        | Step::Choose
        | Step::Pause
        | Step::Approve { .. }
        | Step::GoLive
        | Step::Bake(_) => None,
    };
    plan.steps().iter().filter_map(share).collect()
}

#[track_caller]
fn check_steps(plan: &Plan, strategy: Strategy, expected: &[&str]) {
    let steps: Vec<_> = plan.steps().iter().map(Step::to_string).collect();
    assert_eq!(steps, expected);
    assert_eq!(plan.strategy(), strategy);
}

#[test]
fn linear_weights_grow_by_as_much_each_time_and_stay_below_all() {
    assert_eq!(numbers(&linear(2_500).unwrap()), [2_500, 5_000, 7_500]);
    assert_eq!(numbers(&linear(3_000).unwrap()), [3_000, 6_000, 9_000]);
    assert_eq!(numbers(&linear(10_000).unwrap()), [0_u16; 0]);
    assert_eq!(linear(0), Err(Growth::Nothing));
    assert!(matches!(linear(10_001), Err(Growth::Weight(_))));
}

#[test]
fn exponential_weights_are_multiples_of_the_one_before() {
    assert_eq!(numbers(&exponential(100, 2).unwrap()), [100, 200, 400, 800, 1_600, 3_200, 6_400]);
    assert_eq!(numbers(&exponential(1, u32::MAX).unwrap()), [1]);
    assert_eq!(exponential(0, 2), Err(Growth::Nothing));
    assert_eq!(exponential(100, 1), Err(Growth::Nothing), "it would never end");
    assert!(matches!(exponential(10_001, 2), Err(Growth::Weight(_))));
}

#[test]
fn rolling_batches_have_at_most_their_size() {
    let of = |percent| shares(&rolling(weight(percent), NONE, NONE, Limits::default()).unwrap());
    assert_eq!(of(25), [2_500, 5_000, 7_500]);
    assert_eq!(of(40), [4_000, 8_000], "the last batch is smaller");
    assert_eq!(of(100), [0_u16; 0]);
    let dust = rolling(Weight::ZERO, NONE, NONE, Limits::default());
    assert_eq!(dust, Err(PlanError::Steps { found: 20_000 }));
}

#[test]
fn every_strategy_ends_live_and_watched() {
    let (each, bake) = (wait(5, 60), wait(0, 300));
    let limits = Limits::default();
    check_steps(&immediate(bake, limits).unwrap(), Strategy::Immediate, &["go live", "bake 5m"]);
    check_steps(
        &canary(&[weight(5), weight(50)], each, bake, limits).unwrap(),
        Strategy::Canary,
        &[
            "weight 5 %",
            "analyze 5 outcomes and 1m",
            "weight 50 %",
            "analyze 5 outcomes and 1m",
            "go live",
            "bake 5m",
        ],
    );
    check_steps(
        &blue_green(None, bake, limits).unwrap(),
        Strategy::BlueGreen,
        &["weight 0 %", "pause", "go live", "bake 5m"],
    );
    check_steps(
        &blue_green(Some(each), bake, limits).unwrap(),
        Strategy::BlueGreen,
        &["weight 0 %", "analyze 5 outcomes and 1m", "go live", "bake 5m"],
    );
    check_steps(
        &shadow(weight(100), each, bake, limits).unwrap(),
        Strategy::Shadow,
        &["shadow 100 %", "analyze 5 outcomes and 1m", "go live", "bake 5m"],
    );
}

#[test]
fn what_matches_comes_before_everything_else() {
    let by = || parsed("x-preview=yes");
    let (each, limits) = (wait(5, 60), Limits::default());
    let plan = canary(&[weight(5)], each, wait(0, 300), limits).unwrap();
    let plan = plan.probing(&[parsed("ready")]).unwrap();
    check_steps(
        &by_header(&plan, by(), each).unwrap(),
        Strategy::Canary,
        &[
            "check health by ready",
            "header x-preview=yes",
            "analyze 5 outcomes and 1m",
            "weight 5 %",
            "analyze 5 outcomes and 1m",
            "go live",
            "check health by ready",
            "bake 5m",
        ],
    );
    // A preview is what is there until somebody goes on.
    let plan = blue_green(None, wait(0, 300), limits).unwrap();
    check_steps(
        &by_header(&plan, by(), each).unwrap(),
        Strategy::BlueGreen,
        &["header x-preview=yes", "pause", "go live", "bake 5m"],
    );
    let compared = experiment(&[weight(10); 2], each, each, limits).unwrap();
    assert!(matches!(by_header(&compared, by(), each), Err(PlanError::Misplaced { .. })));
}

#[test]
fn people_are_asked_and_health_is_checked_before_anything_matches() {
    let steps = [Step::HeaderRoute(parsed("x-preview=yes")), Step::Pause, Step::GoLive];
    let plan = Plan::new(Strategy::Steps, steps.to_vec(), Limits::default()).unwrap();
    let late = [steps[0].clone(), Step::Approve(Consent::of(1)), Step::GoLive];
    let late = Plan::new(Strategy::Steps, late.to_vec(), Limits::default()).unwrap();
    assert!(!late.asks_first(&Consent::of(1)), "they are asked when it has run");
    let plan = plan.probing(&[parsed("ready")]).unwrap().asking_first(1).unwrap();
    let shown: Vec<_> = plan.steps().iter().map(Step::to_string).collect();
    assert_eq!(shown[..3], ["approve by 1", "check health by ready", "header x-preview=yes"]);
}

#[track_caller]
fn check_misplaced(steps: &[Step], place: usize) {
    let refused = Plan::new(Strategy::Steps, steps.to_vec(), Limits::default());
    let Err(PlanError::Misplaced { place: at, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(at, place);
}

#[test]
fn a_step_that_can_do_nothing_where_it_is_makes_no_plan() {
    let bake = Step::Bake(NONE);
    check_misplaced(&[Step::SetWeight(Weight::ALL), Step::GoLive], 1);
    check_misplaced(&[Step::GoLive, Step::SetWeight(weight(5))], 2);
    check_misplaced(&[Step::GoLive, Step::Shadow(weight(5))], 2);
    let [share, copies] = [Step::SetWeight(weight(5)), Step::Shadow(weight(5))];
    check_misplaced(&[share, copies, Step::GoLive], 2);
    let header = Step::HeaderRoute(parsed("x-preview=yes"));
    check_misplaced(&[Step::SetWeight(weight(5)), header.clone(), Step::GoLive], 2);
    check_misplaced(&[Step::GoLive, header.clone()], 2);
    let split = Step::Split(vec![weight(10), weight(10)]);
    check_misplaced(&[header, split, Step::Choose, Step::GoLive], 1);
    check_misplaced(&[Step::GoLive, Step::Approve(Consent::of(1))], 2);
    check_misplaced(&[Step::Approve(Consent::of(0)), Step::GoLive], 1);
    check_misplaced(&[bake, Step::GoLive], 1);
}

#[test]
fn a_plan_goes_live_once_and_has_an_end() {
    let of = |steps: &[Step]| Plan::new(Strategy::Steps, steps.to_vec(), Limits::default());
    assert_eq!(of(&[]), Err(PlanError::Steps { found: 0 }));
    assert_eq!(of(&[Step::Pause]), Err(PlanError::GoLive { found: 0 }));
    assert_eq!(of(&[Step::GoLive, Step::GoLive]), Err(PlanError::GoLive { found: 2 }));
    let mut long = vec![Step::Pause; Plan::MAX_STEPS];
    long.push(Step::GoLive);
    assert_eq!(of(&long), Err(PlanError::Steps { found: 65 }));
}

#[test]
fn a_length_of_time_is_neither_nothing_nor_longer_than_a_season() {
    let long = Plan::LONGEST + MINUTE;
    let bake = Wait { outcomes: 0, length: long };
    let refused = immediate(bake, Limits::default());
    assert_eq!(refused, Err(PlanError::TooLong { what: "the length of a step", found: long }));
    let hasty = Limits { rollback: Duration::ZERO, ..Limits::default() };
    let what = "the limit of a rollback";
    assert_eq!(immediate(NONE, hasty), Err(PlanError::NoTime { what }));
    let idle = Limits { step: long, ..Limits::default() };
    let what = "the limit of a step";
    assert_eq!(immediate(NONE, idle), Err(PlanError::TooLong { what, found: long }));
}
