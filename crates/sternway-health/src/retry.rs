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
        let mut wait = FIRST;
        for _ in 0..self.retries {
            match self.probe.probe(of).await {
                Ok(Health::Unwell(_)) => (),
                Ok(Health::Well) => return Ok(Health::Well),
                Err(nothing) => return Err(nothing),
            }
            sleep(Jitter::from(RandomIds.changeset()).within(wait)).await;
            wait = wait.saturating_mul(2).min(LONGEST);
        }
        self.probe.probe(of).await
    }
}

async fn sleep(pause: Duration) {
    #[expect(clippy::disallowed_methods, reason = "nothing rings when an address is well again")]
    tokio::time::sleep(pause).await;
}
