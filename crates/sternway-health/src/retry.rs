//! A check that is made again before it says that something is not well.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use sternway_provider::{Health, HealthProbe, Ids as _, RandomIds, Unprobed};
use sternway_types::{Deployment, Jitter};

/// How long after a try the next one is made at most; twice as long after the next one.
const FIRST: Duration = Duration::from_millis(500);
/// The longest between two tries.
const LONGEST: Duration = Duration::from_secs(30);

/// A check that is well if one of its tries is; if none is, the last one has said why.
///
/// How long it waits between two of them is drawn by chance, from nothing to all of it, so that many who ask
/// do not ask at once. What finds nothing out is not tried again here: whoever asks comes again.
#[derive(Clone, Debug)]
#[must_use]
pub struct Retried {
    probe: Arc<dyn HealthProbe>,
    retries: u32,
}

impl Retried {
    /// Makes a check once, and so many times more while it is not well.
    pub const fn new(probe: Arc<dyn HealthProbe>, retries: u32) -> Self {
        Self { probe, retries }
    }
}

#[async_trait]
impl HealthProbe for Retried {
    async fn probe(&self, of: &Deployment) -> Result<Health, Unprobed> {
        for done in 0..self.retries {
            match self.probe.probe(of).await {
                Ok(Health::Unwell(_)) => (),
                Ok(Health::Well) => return Ok(Health::Well),
                Err(nothing) => return Err(nothing),
            }
            sleep(Jitter::from(RandomIds.changeset()).within(longest(done))).await;
        }
        self.probe.probe(of).await
    }
}

/// How long is waited at most after so many retries.
fn longest(done: u32) -> Duration {
    FIRST.saturating_mul(2_u32.saturating_pow(done)).min(LONGEST)
}

async fn sleep(pause: Duration) {
    #[expect(clippy::disallowed_methods, reason = "nothing rings when an address is well again")]
    tokio::time::sleep(pause).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_twice_as_long_each_time_and_no_longer_than_it_may() {
        let waits = [0, 1, 5, 6, 9, u32::MAX].map(|done| longest(done).as_millis());
        assert_eq!(waits, [500, 1_000, 16_000, 30_000, 30_000, 30_000]);
    }
}
