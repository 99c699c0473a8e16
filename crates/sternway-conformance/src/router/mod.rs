//! The tests that every traffic router must pass, each named after the promise it proves.
//!
//! Whoever writes a [`TrafficRouter`] writes one [`RouterHarness`] with it, and gets the contract as tests with [`router_suite!`](crate::router_suite!): what is refused, what
//! is read back, and where requests go. `docs/routers.md` leads from nothing to a router that passes.
//!
//! Limits: the suite asks for no sticky keys, which the port has no question for, and it does not know how
//! a router fails: what happens when it is killed, hangs or lies is for tests of its own.

#[cfg(test)]
mod broken;
#[deny(dead_code, reason = "a case that is not in the list of the suite would prove nothing")]
mod cases;
mod list;
#[cfg(test)]
mod memory;
mod suite;
mod way;

use std::sync::Arc;

use async_trait::async_trait;
use sternway_provider::TrafficRouter;
use sternway_types::{ArtifactId, EnvironmentId, VersionNumber};

use crate::must::parsed;

/// How many versions of everything there are for the suite, from v1 on.
pub const VERSIONS: u64 = 16;

/// The header that the suite has routes go by, where the router does.
pub const HEADER: &str = "x-sternway-test";

/// What the suite makes routes for: two artifacts, in two environments each.
#[must_use]
pub fn targets() -> Vec<(ArtifactId, EnvironmentId)> {
    let both = |name: &str| {
        let artifact: ArtifactId = parsed(name);
        [(artifact.clone(), EnvironmentId::production()), (artifact, parsed("staging"))]
    };
    [both("tools/search"), both("tools/fetch")].concat()
}

/// How the suite gets hold of a router.
///
/// Every test asks for one of its own, so that tests may run side by side.
#[async_trait]
pub trait RouterHarness: Send + Sync + 'static {
    /// A router that was just set up: it has no route yet, and could send requests to the versions 1 to
    /// [`VERSIONS`] of all [`targets`].
    async fn place(&self) -> Arc<dyn RouterPlace>;
}

/// A router, with what is in front of it and behind it.
#[async_trait]
pub trait RouterPlace: Send + Sync + 'static {
    /// Another driver of this router, as another process would have: it shares nothing with those before
    /// but the router.
    fn driver(&self) -> Arc<dyn TrafficRouter>;

    /// Sends so many requests, one after the other, and says for each which version answered; nothing for
    /// one that no version got.
    async fn send(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        requests: usize,
    ) -> Vec<Option<VersionNumber>>;

    /// The same, of requests with a header. Who is able to go by none need not say how.
    async fn send_with(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        header: (&str, &str),
        requests: usize,
    ) -> Vec<Option<VersionNumber>> {
        let _ = header;
        self.send(artifact, environment, requests).await
    }

    /// Ends the router and starts it again, as it is when it is set up.
    async fn restart(&self);
}

/// One function per case of a router; [`router_suite!`](crate::router_suite!) makes a test of each.
#[doc(hidden)]
pub mod router_cases {
    crate::__router_cases! { crate::router::suite::router_runners }
}
