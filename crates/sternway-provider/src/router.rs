//! Traffic routers: what the host has to send runs to one version or another.

use std::fmt;

use async_trait::async_trait;
use sternway_types::{ArtifactId, EnvironmentId, Generation, Route, Withdrawal};

/// What a router is able to do. A deployment that needs more is refused before it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is something that it can do or not")]
pub struct Capabilities {
    /// The finest weight, in basis points: every weight is a multiple of it.
    pub grain: u16,
    /// Whether each request is given to a version by chance, and not in turns: what a test needs that
    /// compares two versions beside each other.
    pub random_per_request: bool,
    /// Whether a key can be given to the same version again and again.
    pub sticky: bool,
    /// The most versions that share the requests.
    pub arms: usize,
    /// Whether it gives a version copies of requests, and throws its answers away.
    pub shadows: bool,
    /// Whether it gives requests to a version by a header that they carry.
    pub header: bool,
    /// Whether it still knows its routes after it was started again.
    pub survives_restart: bool,
}

/// Why a router did not do as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RouterError {
    /// It knows a newer route.
    #[error("the router is at generation {found} already: a route of generation {asked} is older")]
    Older {
        /// What it was asked for.
        asked: Generation,
        /// What it has.
        found: Generation,
    },
    /// The requests were taken from the candidates, and this route would give them some again.
    #[error(
        "{} took the requests from the candidates at {}: {}",
        withdrawal.by, withdrawal.at, withdrawal.reason
    )]
    Withdrawn {
        /// When, by whom and why.
        withdrawal: Box<Withdrawal>,
    },
    /// It has no such thing, or cannot do that. Trying again does not help.
    #[error("the router cannot do that: {problem}")]
    Unable {
        /// What is in the way, and what to do about it.
        problem: String,
    },
    /// Nobody knows whether it did as asked. It may be tried again.
    #[error("the router did not answer: {problem}")]
    Unreachable {
        /// What happened.
        problem: String,
    },
}

/// Sends runs to versions.
///
/// # Contract
///
/// - **Idempotent**: applying a route twice is the same as once.
/// - **Only forward**: a route of an older generation than the one it has is refused with
///   [`RouterError::Older`], and changes nothing. So a driver that wakes up late does no harm. One that
///   forgets its routes when it starts again knows no older one, and takes the first that comes.
/// - **Withdrawn**: a route with a [withdrawal](Route::withdrawal) takes the place of that of its generation as a
///   newer one does, with what it says of itself, and a second one changes nothing. What
///   [revives](Route::revives) it is refused with [`RouterError::Withdrawn`], and changes nothing. So a driver
///   that has not heard of it does no harm. One that cannot keep a withdrawal says
///   [`RouterError::Unable`] to it, and changes nothing.
/// - **Whole**: at every moment the requests go by the weights of one route.
/// - **Read back**: [`observe`](Self::observe) asks the router itself, and never answers from memory of
///   what was applied.
/// - **Acknowledged**: when `apply` has answered, requests that begin afterwards go by the new route.
/// - **Ends**: every call answers within a limit of the router's own.
/// - **Free to drop**: a call that is dropped was done, or not, and can be made again.
#[async_trait]
pub trait TrafficRouter: fmt::Debug + Send + Sync + 'static {
    /// What it is able to do.
    fn capabilities(&self) -> Capabilities;

    /// Whether it gives requests to a version by a header of this name, in small letters. By default it does so
    /// by each, if by any.
    fn goes_by(&self, header: &str) -> bool {
        let _ = header;
        self.capabilities().header
    }

    /// Sends requests as the route says.
    async fn apply(&self, route: &Route) -> Result<(), RouterError>;

    /// The route that is in force; nothing if the router has none for these.
    async fn observe(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Option<Route>, RouterError>;
}
