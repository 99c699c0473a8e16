//! The deployments that wait for their turn with an artifact.

use super::{Route, RouteError};
use crate::DeploymentId;

impl Route {
    /// The most deployments that wait for their turn.
    pub const MAX_QUEUE: usize = 16;

    /// The deployments that wait for their turn, the next one first.
    #[must_use]
    pub fn queue(&self) -> &[DeploymentId] {
        &self.queue
    }

    /// The deployment whose step it is, and those that wait behind it, in the order in which they came.
    pub fn line(&self) -> impl Iterator<Item = DeploymentId> {
        self.deployment.into_iter().chain(self.queue.iter().copied())
    }

    /// The same, with these waiting, the next one first.
    ///
    /// # Errors
    ///
    /// [`RouteError::Queue`] if they are more than [`Route::MAX_QUEUE`], or one of them is there twice.
    pub fn queued_by(self, queue: Vec<DeploymentId>) -> Result<Self, RouteError> {
        let none = Self { queue: Vec::with_capacity(queue.len().min(Self::MAX_QUEUE)), ..self };
        queue.into_iter().try_fold(none, Self::queueing)
    }

    /// The same, with one more waiting behind all others.
    ///
    /// # Errors
    ///
    /// [`RouteError::Queue`] if as many wait as may, or it has a place already.
    pub fn queueing(mut self, deployment: DeploymentId) -> Result<Self, RouteError> {
        let is_there = self.line().any(|other| other == deployment);
        if is_there || self.queue.len() >= Self::MAX_QUEUE {
            return Err(RouteError::Queue(deployment));
        }
        self.queue.push(deployment);
        Ok(self)
    }

    /// The same, without one of those that wait.
    #[must_use]
    pub fn leaving(mut self, deployment: DeploymentId) -> Self {
        self.queue.retain(|other| *other != deployment);
        self
    }

    /// The same, with nobody waiting: as it is for whoever shares the runs out.
    #[must_use]
    pub fn unqueued(self) -> Self {
        Self { queue: Vec::new(), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EnvironmentId, Generation, VersionNumber};

    fn id(name: &str) -> DeploymentId {
        DeploymentId::from_name(name)
    }

    fn route() -> Route {
        let (artifact, environment) =
            ("tools/search".parse().unwrap(), EnvironmentId::production());
        let route = Route::whole(artifact, environment, Generation::new(7), VersionNumber::FIRST);
        route.of_deployment(id("first"))
    }

    #[test]
    fn who_comes_later_waits_behind_and_one_that_leaves_keeps_the_order() {
        let queued = ["second", "third", "fourth"].map(id);
        let route = queued.into_iter().try_fold(route(), Route::queueing).unwrap();
        assert_eq!(route.queue(), queued);
        let route = route.leaving(id("third"));
        let line: Vec<_> = route.line().collect();
        assert_eq!(line, ["first", "second", "fourth"].map(id));
    }

    #[test]
    fn a_queue_that_is_full_takes_nobody_and_nobody_stands_in_it_twice() {
        let (full, one_more) = ((0..16).map(|at| id(&format!("number {at}"))), id("one more"));
        let full = route().queued_by(full.collect()).unwrap();
        assert_eq!(full.clone().queueing(one_more), Err(RouteError::Queue(one_more)));
        for there in [id("first"), id("number 3")] {
            let refused = full.clone().leaving(id("number 5")).queueing(there);
            assert_eq!(refused, Err(RouteError::Queue(there)));
        }
    }

    #[test]
    fn a_queue_is_read_back_and_a_route_without_one_is_written_as_before() {
        let queued = route().queueing(id("second")).unwrap();
        let written = serde_json::to_string(&queued).unwrap();
        assert_eq!(serde_json::from_str::<Route>(&written).unwrap(), queued);
        let written = serde_json::to_string(&queued.unqueued()).unwrap();
        assert!(!written.contains("queue"), "{written}");
        assert_eq!(serde_json::from_str::<Route>(&written).unwrap(), route());
    }
}
