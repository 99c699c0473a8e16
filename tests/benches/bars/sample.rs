//! Samples of times.

use std::time::Duration;

use sternway::provider::Stopwatch;

/// Times that were measured one by one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples(Vec<Duration>);

impl Samples {
    pub(crate) fn add(&mut self, one: Duration) {
        self.0.push(one);
    }

    /// The time that this share of the samples does not exceed, in microseconds.
    pub(crate) fn quantile_us(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a rank among at most a few thousand samples"
        )]
        let rank = ((sorted.len() as f64 - 1.0) * share).ceil() as usize;
        sorted.get(rank).map_or(f64::NAN, |one| one.as_secs_f64() * 1e6)
    }
}

/// How long one of many runs of some work takes, in nanoseconds: the median of several rounds.
pub(crate) fn nanos_each(rounds: usize, runs: u32, mut work: impl FnMut()) -> f64 {
    let mut samples = Samples::default();
    for _ in 0..rounds {
        let watch = Stopwatch::start();
        for _ in 0..runs {
            work();
        }
        samples.add(watch.elapsed());
    }
    samples.quantile_us(0.5) * 1e3 / f64::from(runs)
}
