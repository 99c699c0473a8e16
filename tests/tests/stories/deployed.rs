//! Deployments whose drivers die at any moment, whose store fails, and whose router lies and forgets.

use std::error::Error as _;

use sternway_tests::sim::{
    engine::{Mutant, everywhere, run},
    seeds,
};

/// How many seeds each of the tests below runs; `cargo xtask sim --layer engine` runs more.
const SEEDS: u64 = 250;

/// Within how many seeds a mutant must be caught.
const CAUGHT: u64 = 100;

#[track_caller]
fn check(seed: u64) {
    if let Err(failure) = run(seed, Mutant::None) {
        let why = failure.source().map(ToString::to_string).unwrap_or_default();
        panic!("{failure}: {why}: again with cargo xtask sim --layer engine --seed {seed}");
    }
}

/// So many seeds, the first of which is the given one.
fn survive(first: u64) {
    (first..first + SEEDS).for_each(check);
}

// Several tests, so that every core has one.
#[test]
fn deployments_survive_everything() {
    survive(0);
}

#[test]
fn deployments_survive_everything_else() {
    survive(SEEDS);
}

#[test]
fn deployments_survive_what_comes_next() {
    survive(2 * SEEDS);
}

#[test]
fn deployments_survive_what_comes_last() {
    survive(3 * SEEDS);
}

#[test]
fn every_strategy_ends_the_same_wherever_a_life_ends() {
    // At every call of some: `cargo xtask sim --layer engine` tries all.
    if let Err(failure) = everywhere(41) {
        panic!("{failure}");
    }
}

#[test]
fn what_failed_once_is_tried_for_ever() {
    let kept = seeds(include_str!("../../seeds/engine.txt")).expect("a file of seeds");
    kept.into_iter().for_each(check);
}

#[test]
fn the_same_seed_takes_the_same_course() {
    for seed in 0..20 {
        let courses = [(); 2].map(|()| run(seed, Mutant::None).expect("it holds"));
        assert_eq!(courses.first(), courses.last(), "seed {seed}");
    }
}

#[track_caller]
fn check_caught(mutant: Mutant) {
    assert!((0..CAUGHT).any(|seed| run(seed, mutant).is_err()), "{mutant:?} was not caught");
}

#[test]
fn a_router_that_takes_older_routes_is_caught() {
    check_caught(Mutant::OlderRoutes);
}

#[test]
fn a_router_that_gives_requests_back_is_caught() {
    check_caught(Mutant::Revives);
}

#[test]
fn a_driver_that_does_not_read_back_is_caught() {
    check_caught(Mutant::NoReadBack);
}

#[test]
fn a_driver_that_says_too_early_that_it_went_back_is_caught() {
    check_caught(Mutant::EarlyRelease);
}

#[test]
fn a_driver_that_begins_anew_is_caught() {
    check_caught(Mutant::FromTheStart);
}
