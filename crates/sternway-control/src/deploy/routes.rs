//! Tells routers which version gets which share, and sees that they do so.

use std::{collections::HashMap, sync::Arc};

use sternway_provider::{RouterError, TrafficRouter};
use sternway_types::{ArtifactId, EnvironmentId, Plan, PointerName, Route, Step};

use crate::{Control, ControlError};

/// The routers that a host has, by environment. An environment without one is routed by each process:
/// whoever runs a version asks which one.
#[derive(Clone, Debug, Default)]
pub struct Routers(HashMap<EnvironmentId, Vec<Arc<dyn TrafficRouter>>>);

impl Routers {
    /// With one more.
    #[must_use]
    pub fn with(mut self, environment: EnvironmentId, router: Arc<dyn TrafficRouter>) -> Self {
        self.0.entry(environment).or_default().push(router);
        self
    }

    pub(super) fn of(&self, environment: &EnvironmentId) -> &[Arc<dyn TrafficRouter>] {
        self.0.get(environment).map_or(&[], Vec::as_slice)
    }

    /// Whether they can do what a plan asks for.
    pub(super) fn able(
        &self,
        environment: &EnvironmentId,
        plan: &Plan,
    ) -> Result<(), ControlError> {
        let unroutable = |problem: String| ControlError::Unroutable {
            environment: environment.clone(),
            problem,
        };
        for router in self.of(environment) {
            let able = router.capabilities();
            if able.arms < 2 && plan.strategy() != sternway_types::Strategy::Immediate {
                return Err(unroutable("it sends all requests to one version".into()));
            }
            let copies = plan.steps().iter().find(|step| matches!(step, Step::Shadow(_)));
            if let Some(step) = copies.filter(|_| !able.shadows) {
                return Err(unroutable(format!(
                    "it copies no requests, and `{step}` asks for that"
                )));
            }
            let wrong = plan.steps().iter().find(|step| {
                matches!(step, Step::SetWeight(it) | Step::Shadow(it) if !it.get().is_multiple_of(able.grain.max(1)))
            });
            if let Some(step) = wrong {
                let grain = able.grain;
                return Err(unroutable(format!(
                    "{step} is no multiple of {grain} basis points, which is as fine as it goes"
                )));
            }
        }
        Ok(())
    }
}

impl Control {
    /// The route of an artifact as the store has it: the shares of a deployment, or all to what is live.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn wanted_route(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Option<Route>, ControlError> {
        let name = PointerName::Environment(environment.clone());
        loop {
            let Some(pointer) = self.pointer(artifact, &name).await? else { return Ok(None) };
            let Some(live) = pointer.version else { return Ok(None) };
            let at = pointer.generation;
            match self.route(artifact, environment).await? {
                Some(route) if route.generation() == at => return Ok(Some(route)),
                // The pointer moved while we looked: what was read of it is no route of any moment.
                Some(route) if route.generation() > at => (),
                // Whoever moved the pointer by hand moved it past the deployment.
                Some(_) | None => {
                    let (artifact, environment) = (artifact.clone(), environment.clone());
                    return Ok(Some(Route::whole(artifact, environment, at, live)));
                }
            }
        }
    }

    /// Has every router of the environment do what the store wants, and sees that it does. Doing so again
    /// is harmless.
    ///
    /// # Errors
    ///
    /// [`ControlError::Router`] with what the first of them that does not follow says.
    pub async fn assert_route(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<(), ControlError> {
        let routers = self.routers.of(environment);
        if routers.is_empty() {
            return Ok(());
        }
        let Some(route) = self.wanted_route(artifact, environment).await? else { return Ok(()) };
        for router in routers {
            if router.observe(artifact, environment).await?.as_ref() == Some(&route) {
                continue;
            }
            router.apply(&route).await?;
            let found = router.observe(artifact, environment).await?;
            if found.as_ref() != Some(&route) {
                let problem =
                    format!("asked for generation {}, and saw another route", route.generation());
                return Err(RouterError::Unreachable { problem }.into());
            }
        }
        Ok(())
    }
}
