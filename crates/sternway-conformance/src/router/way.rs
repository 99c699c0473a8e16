//! What a case works with: a router, and routes that it is able to take.

use std::{
    collections::BTreeMap,
    fmt::{Debug, Display},
    sync::Arc,
};

use sternway_provider::{Capabilities, RouterError, TrafficRouter};
use sternway_types::{
    Arm, ArtifactId, DeploymentId, EnvironmentId, Generation, Match, Matched, Route, VersionNumber,
    Weight,
};

use super::{HEADER, RouterPlace, targets};
use crate::must::there;

/// See the module.
#[derive(Clone)]
pub(crate) struct Way {
    pub(crate) place: Arc<dyn RouterPlace>,
    pub(crate) router: Arc<dyn TrafficRouter>,
    /// What most routes are for.
    pub(crate) target: (ArtifactId, EnvironmentId),
}

impl Way {
    pub(crate) fn new(place: Arc<dyn RouterPlace>) -> Self {
        let target = there(targets().into_iter().next(), "target");
        Self { router: place.driver(), place, target }
    }

    pub(crate) fn capabilities(&self) -> Capabilities {
        self.router.capabilities()
    }

    /// A route of v1, v2, … by their weights.
    pub(crate) fn route(&self, generation: u64, weights: &[u32]) -> Route {
        route(&self.target, generation, weights)
    }

    /// The weight that is about so many basis points, as fine as the router takes it.
    pub(crate) fn about(&self, basis_points: u32) -> u32 {
        let grain = u32::from(self.capabilities().grain.max(1));
        basis_points.div_ceil(grain) * grain
    }

    /// A route of v1, and of v2 with about so many basis points; of v1 alone where the router has no more.
    pub(crate) fn split(&self, generation: u64, basis_points: u32) -> Route {
        if self.capabilities().arms < 2 {
            return self.route(generation, &[10_000]);
        }
        let candidate = self.about(basis_points);
        self.route(generation, &[10_000 - candidate, candidate])
    }

    /// A route of v1, where what carries one of these values of the header is v2's.
    pub(crate) fn matched(&self, generation: u64, values: &[&str]) -> Route {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let by = done(Match::new(HEADER, values), "a match of the suite");
        let route = self.route(generation, &[10_000, 0]);
        done(route.matched_by(Matched { to: numbered(2), by }), "a route of the suite")
    }

    /// Whether it is able to take what [`matched`](Self::matched) makes.
    pub(crate) fn goes_by_headers(&self) -> bool {
        self.router.goes_by(HEADER) && self.capabilities().arms > 1
    }

    /// A route that gives everything to this version.
    pub(crate) fn whole(&self, generation: u64, version: u64) -> Route {
        let (artifact, environment) = self.target.clone();
        Route::whole(artifact, environment, Generation::new(generation), numbered(version))
    }

    pub(crate) async fn apply(&self, route: &Route) {
        done(self.router.apply(route).await, "applying a route");
    }

    /// What is in force, by a driver that did nothing before.
    pub(crate) async fn observe(&self) -> Option<Route> {
        self.observe_at(&self.target).await
    }

    pub(crate) async fn observe_at(
        &self,
        (artifact, environment): &(ArtifactId, EnvironmentId),
    ) -> Option<Route> {
        done(self.place.driver().observe(artifact, environment).await, "observing a route")
    }

    /// Where so many requests go: each version with the number of its requests.
    pub(crate) async fn send(&self, requests: usize) -> BTreeMap<Option<VersionNumber>, usize> {
        self.send_to(&self.target, requests).await
    }

    pub(crate) async fn send_to(
        &self,
        (artifact, environment): &(ArtifactId, EnvironmentId),
        requests: usize,
    ) -> BTreeMap<Option<VersionNumber>, usize> {
        let answered = self.place.send(artifact, environment, requests).await;
        assert_eq!(answered.len(), requests, "the harness says for each request who answered");
        let mut counts = BTreeMap::new();
        for version in answered {
            *counts.entry(version).or_default() += 1;
        }
        counts
    }
}

/// A route of v1, v2, … by their weights.
pub(crate) fn route(
    (artifact, environment): &(ArtifactId, EnvironmentId),
    generation: u64,
    weights: &[u32],
) -> Route {
    let arms = (1..).zip(weights).map(|(number, weight)| Arm {
        version: numbered(number),
        weight: done(Weight::new(*weight), "a weight of the suite"),
    });
    let (artifact, environment) = (artifact.clone(), environment.clone());
    let route = Route::new(artifact, environment, Generation::new(generation), arms.collect());
    done(route, "a route of the suite").of_deployment(DeploymentId::from_name("of the suite"))
}

pub(crate) fn numbered(number: u64) -> VersionNumber {
    there(VersionNumber::new(number), "version of that number")
}

/// The answer of what must succeed.
#[track_caller]
pub(crate) fn done<T, E: Display>(result: Result<T, E>, what: &str) -> T {
    match result {
        Ok(answer) => answer,
        Err(err) => panic!("expected success: {what}: {err}"),
    }
}

/// A route must be refused as older than what is there.
#[track_caller]
pub(crate) fn must_be_older<T: Debug>(result: Result<T, RouterError>, asked: u64, found: u64) {
    let (asked, found) = (Generation::new(asked), Generation::new(found));
    match result {
        Err(err) if err == (RouterError::Older { asked, found }) => (),
        other => panic!("expected a refusal of {asked}, since {found} is there: {other:?}"),
    }
}

/// A route must be refused as more than the router is able to do.
#[track_caller]
pub(crate) fn must_be_unable<T: Debug>(result: Result<T, RouterError>, what: &str) {
    match result {
        Err(RouterError::Unable { .. }) => (),
        other => panic!("expected to hear that it is not able: {what}: {other:?}"),
    }
}
