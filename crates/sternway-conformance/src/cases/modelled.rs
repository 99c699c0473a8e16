//! All promises at once: random stories, told to the store and to a plain model of it.
//!
//! `PROPTEST_CASES` says how many stories are told, and `PROPTEST_RNG_SEED` from which seed on.
//! Stories follow from their seeds, so a story that fails once can be told again.

use std::env;

use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use tokio::{runtime::Handle, task::block_in_place};

use crate::{
    model::{Step, play, steps},
    world::World,
};

/// How many steps a story has in the mean.
const STEPS: usize = 30;

fn number(variable: &str, otherwise: u64) -> u64 {
    env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

fn tell(seed: u64, world: &World) -> Result<(), String> {
    let config = Config {
        cases: 1,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        max_shrink_iters: 400,
        max_shrink_time: 60_000,
        ..Config::default()
    };
    let told = TestRunner::new(config).run(&steps(STEPS), |story: Vec<Step>| {
        let played = Handle::current()
            .block_on(async { Box::pin(play(world.another().await, &story)).await });
        played.map_err(TestCaseError::fail)
    });
    told.map_err(|err| match err {
        TestError::Fail(reason, story) => format!("{reason}\nin the story {story:#?}"),
        TestError::Abort(reason) => reason.to_string(),
    })
}

pub(crate) async fn a_random_story_is_answered_as_the_model_says(world: World) {
    let first = number("PROPTEST_RNG_SEED", 0);
    for seed in first..first.saturating_add(number("PROPTEST_CASES", world.stories())) {
        // The runner of stories is no async code: it takes this thread for as long as it needs.
        if let Err(difference) = block_in_place(|| tell(seed, &world)) {
            panic!(
                "seed {seed}: {difference}\n\
                 tell it again with PROPTEST_RNG_SEED={seed} PROPTEST_CASES=1"
            );
        }
    }
}
