//! Tells routers which version gets which share, and sees that they do so.

use std::{collections::BTreeSet, sync::Arc};

use sternway_provider::{RouterError, TrafficRouter};
use sternway_types::{ArtifactId, EnvironmentId, Plan, PointerName, Route, Step, Strategy, Weight};

use crate::{Control, ControlError};

/// The routers that a host has, by environment. What has none is routed by each process: whoever runs a
/// version asks which one.
#[derive(Clone, Debug, Default)]
pub struct Routers(Vec<Placed>);

/// A router, and whose requests it sends.
#[derive(Clone, Debug)]
struct Placed {
    environment: EnvironmentId,
    /// Nothing for every artifact.
    only: Option<BTreeSet<ArtifactId>>,
    router: Arc<dyn TrafficRouter>,
}

/// Which routers did not answer a moment ago: they are not waited for once more.
pub(super) type Away = BTreeSet<usize>;

impl Routers {
    /// With one more, for every artifact in an environment.
    #[must_use]
    pub fn with(self, environment: EnvironmentId, router: Arc<dyn TrafficRouter>) -> Self {
        self.and(Placed { environment, only: None, router })
    }

    /// With one more, for these artifacts in an environment.
    #[must_use]
    pub fn with_only(
        self,
        environment: EnvironmentId,
        artifacts: BTreeSet<ArtifactId>,
        router: Arc<dyn TrafficRouter>,
    ) -> Self {
        self.and(Placed { environment, only: Some(artifacts), router })
    }

    fn and(mut self, placed: Placed) -> Self {
        self.0.push(placed);
        self
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that send the requests of an artifact, each with its place among all.
    pub(super) fn of<'a>(
        &'a self,
        artifact: &'a ArtifactId,
        environment: &'a EnvironmentId,
    ) -> impl Iterator<Item = (usize, &'a Arc<dyn TrafficRouter>)> {
        let sends = |it: &&Placed| {
            it.environment == *environment
                && it.only.as_ref().is_none_or(|only| only.contains(artifact))
        };
        let all = self.0.iter().enumerate();
        all.filter(move |(_, it)| sends(it)).map(|(place, it)| (place, &it.router))
    }

    /// The environments in which an artifact has a router.
    pub(super) fn environments_of(&self, artifact: &ArtifactId) -> BTreeSet<EnvironmentId> {
        let sends = |it: &&Placed| it.only.as_ref().is_none_or(|only| only.contains(artifact));
        self.0.iter().filter(sends).map(|it| it.environment.clone()).collect()
    }

    /// The artifacts that have a router; nothing if there is one for every artifact.
    pub(super) fn listed(&self) -> Option<BTreeSet<&ArtifactId>> {
        let lists: Option<Vec<_>> = self.0.iter().map(|it| it.only.as_ref()).collect();
        Some(lists?.into_iter().flatten().collect())
    }

    /// Whether they can do what a plan asks for.
    pub(super) fn able(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        plan: &Plan,
    ) -> Result<(), ControlError> {
        let unroutable = |problem: String| ControlError::Unroutable {
            environment: environment.clone(),
            problem,
        };
        for (_, router) in self.of(artifact, environment) {
            let able = router.capabilities();
            if able.arms < 2 && splits(plan) {
                return Err(unroutable("it sends all requests to one version".into()));
            }
            let asked = plan.candidates() + 1;
            if plan.candidates() > 1 && able.arms < asked {
                let problem = format!(
                    "it splits requests among {} versions, and the plan among {asked}",
                    able.arms
                );
                return Err(unroutable(problem));
            }
            if let Some(problem) = lacking(router.as_ref(), plan) {
                return Err(unroutable(problem));
            }
            let is_fine = |it: &Weight| it.get().is_multiple_of(able.grain.max(1));
            let wrong = plan.steps().iter().find(|step| match step {
                Step::SetWeight(it) | Step::Shadow(it) => !is_fine(it),
                Step::Split(shares) => !shares.iter().all(is_fine),
                Step::HeaderRoute(_)
                | Step::Choose
                | Step::Analyze(_)
                | Step::Pause
                | Step::Approve(_)
                | Step::Probe(_)
                | Step::After(_)
                | Step::GoLive
                | Step::Bake(_) => false,
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

/// Whether a plan has two versions run beside each other.
fn splits(plan: &Plan) -> bool {
    let by_header = plan.steps().iter().any(|step| matches!(step, Step::HeaderRoute(_)));
    by_header || plan.strategy() != Strategy::Immediate
}

/// Which step of a plan asks for more than shares, and for more than a router is able to do.
fn lacking(router: &dyn TrafficRouter, plan: &Plan) -> Option<String> {
    plan.steps().iter().find_map(|step| match step {
        Step::Shadow(_) if !router.capabilities().shadows => {
            Some(format!("it copies no requests, and `{step}` asks for that"))
        }
        Step::HeaderRoute(by) if !router.goes_by(by.attribute()) => Some(format!(
            "it does not go by the header {}, and `{step}` asks for that",
            by.attribute()
        )),
        Step::SetWeight(_)
        | Step::Split(_)
        | Step::Choose
        | Step::Shadow(_)
        | Step::HeaderRoute(_)
        | Step::Analyze(_)
        | Step::Pause
        | Step::Approve(_)
        | Step::Probe(_)
        | Step::After(_)
        | Step::GoLive
        | Step::Bake(_) => None,
    })
}

impl Control {
    /// The route of an artifact as the store has it: the shares of a deployment, or all to what is live. Who waits
    /// there for a turn is no matter of a router.
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
                Some(route) if route.generation() == at => return Ok(Some(route.unqueued())),
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

    /// Has every router of the artifact do what the store wants, and sees that it does. Doing so again is
    /// harmless.
    ///
    /// # Errors
    ///
    /// [`ControlError::Router`] with what the first of them that does not follow says. The others are told all
    /// the same.
    pub async fn assert_route(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<(), ControlError> {
        self.route_all(artifact, environment, &mut Away::new()).await.map(drop)
    }

    /// The same, and whether any had to be told.
    pub(super) async fn route_all(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        away: &mut Away,
    ) -> Result<Told, ControlError> {
        let mut routers = self.routers.of(artifact, environment).peekable();
        if routers.peek().is_none() {
            return Ok(Told::Nothing);
        }
        let Some(route) = self.wanted_route(artifact, environment).await? else {
            return Ok(Told::Nothing);
        };
        let (mut told, mut trouble) = (Told::Nothing, None);
        for (place, router) in routers {
            let followed = if away.contains(&place) {
                Err(unreachable("it did not answer a moment ago"))
            } else {
                follow(router.as_ref(), &route).await
            };
            match followed {
                Ok(it) => told = told.max(it),
                Err(err) => {
                    if matches!(err, RouterError::Unreachable { .. }) {
                        away.insert(place);
                    }
                    trouble.get_or_insert(err);
                }
            }
        }
        match trouble {
            Some(err) => Err(err.into()),
            None => {
                self.is_told(artifact, environment);
                Ok(told)
            }
        }
    }
}

/// Whether a router had to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Told {
    /// It sent the requests as the store wants already.
    Nothing,
    /// It was told, and does so now.
    Route,
}

async fn follow(router: &dyn TrafficRouter, route: &Route) -> Result<Told, RouterError> {
    let (artifact, environment) = (route.artifact(), route.environment());
    let before = router.observe(artifact, environment).await?;
    if before.as_ref() == Some(route) {
        return Ok(Told::Nothing);
    }
    router.apply(route).await?;
    if router.observe(artifact, environment).await?.as_ref() == Some(route) {
        // Of one generation the shares are the same: a deployment that is over is not named any more.
        let known = before.is_some_and(|before| before.generation() == route.generation());
        return Ok(if known { Told::Nothing } else { Told::Route });
    }
    let generation = route.generation();
    Err(unreachable(&format!("asked for generation {generation}, and saw another route")))
}

pub(super) fn unreachable(problem: &str) -> RouterError {
    RouterError::Unreachable { problem: problem.to_owned() }
}
