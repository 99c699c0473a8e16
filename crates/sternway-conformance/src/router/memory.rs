//! A router within the process, which keeps every promise, and can be made to break one.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use sternway_provider::{Capabilities, RouterError, TrafficRouter};
use sternway_types::{
    Arm, ArtifactId, Bucket, EnvironmentId, Generation, Route, VersionNumber, Weight,
};
use tokio::task::yield_now;

use super::{RouterHarness, RouterPlace};
use crate::dice::Dice;

/// What a router does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Takes a route that is there for an older one.
    RefusesRepeats,
    /// Does not look at generations.
    GoesBack,
    /// Says that a route is older, and takes it.
    TakesWhatItRefuses,
    /// Compares generations as texts.
    ComparesDigits,
    /// Looks, waits, and then writes.
    LooksAndWrites,
    /// Answers with what this driver applied.
    AnswersFromMemory,
    /// Forgets whose step a route is.
    ForgetsTheDeployment,
    /// Has a route before the first one.
    MakesUpARoute,
    /// Takes a weight for another that it can do.
    Rounds,
    /// Leaves out the arms that are too many.
    DropsArms,
    /// Takes over the generation of what it refuses.
    TakesTheGeneration,
    /// Says that it survives restarts.
    Boasts,
    /// Has one route for all artifacts of an environment.
    MixesArtifacts,
    /// Has one route for all environments of an artifact.
    MixesEnvironments,
    /// Answers before requests go by the route.
    AnswersEarly,
    /// Gives every arm the same share.
    SharesEvenly,
    /// Takes the old route away before the new one is there.
    HasAGap,
    /// Sends requests by the shares alone.
    IgnoresHeaders,
    /// Forgets by which header a route goes.
    ForgetsTheMatch,
    /// Gives requests again to what they were taken from.
    Revives,
    /// Forgets that requests were taken away.
    ForgetsTheWithdrawal,
    /// Keeps the last withdrawal, and not the first.
    KeepsTheLast,
    /// Stays busy when a call is dropped.
    StaysBusy,
}

type Target = (ArtifactId, EnvironmentId);

/// What is in front of versions.
#[derive(Debug)]
struct Front {
    routes: BTreeMap<Target, Route>,
    /// What requests go by, where that is not the route.
    before: BTreeMap<Target, Route>,
    generations: BTreeMap<Target, Generation>,
    busy: bool,
    dice: Dice,
}

impl Default for Front {
    fn default() -> Self {
        let (routes, before, generations) = Default::default();
        Self { routes, before, generations, busy: false, dice: Dice::new(1) }
    }
}

/// The harness of the router.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memory {
    pub(super) grain: u16,
    pub(super) arms: usize,
    pub(super) header: bool,
    pub(super) fault: Option<Fault>,
}

impl Memory {
    pub(super) const EXACT: Self =
        Self { grain: 1, arms: Route::MAX_ARMS, header: true, fault: None };
    pub(super) const COARSE: Self = Self { grain: 100, arms: 2, header: false, fault: None };

    fn is(self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }
}

#[async_trait]
impl RouterHarness for Memory {
    async fn place(&self) -> Arc<dyn RouterPlace> {
        Arc::new(Place { kind: *self, front: Arc::default() })
    }
}

struct Place {
    kind: Memory,
    front: Arc<Mutex<Front>>,
}

#[async_trait]
impl RouterPlace for Place {
    fn driver(&self) -> Arc<dyn TrafficRouter> {
        let (kind, front) = (self.kind, Arc::clone(&self.front));
        Arc::new(Driver { kind, front, applied: Mutex::default() })
    }

    async fn send(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        requests: usize,
    ) -> Vec<Option<VersionNumber>> {
        let target = keyed(self.kind, artifact, environment);
        let mut answered = Vec::new();
        for _ in 0..requests {
            answered.push(self.serve(&target, &[]));
            yield_now().await;
        }
        answered
    }

    async fn send_with(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        header: (&str, &str),
        requests: usize,
    ) -> Vec<Option<VersionNumber>> {
        let target = keyed(self.kind, artifact, environment);
        let headers: &[_] = if self.kind.is(Fault::IgnoresHeaders) { &[] } else { &[header] };
        (0..requests).map(|_| self.serve(&target, headers)).collect()
    }

    async fn restart(&self) {
        *self.front.lock().unwrap_or_else(PoisonError::into_inner) = Front::default();
    }
}

impl Place {
    /// Which version gets one request.
    fn serve(&self, target: &Target, headers: &[(&str, &str)]) -> Option<VersionNumber> {
        let mut front = self.front.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = front.dice.below(10_000);
        let route = front.before.get(target).or_else(|| front.routes.get(target))?;
        if let Some(version) = route.match_of(headers) {
            return Some(version);
        }
        let even = route.arms().get(bucket % route.arms().len());
        let even = even.filter(|_| self.kind.is(Fault::SharesEvenly)).copied();
        let by_weight = || route.arm_at(Bucket::of(u64::try_from(bucket).unwrap_or_default()));
        Some(even.unwrap_or_else(by_weight).version)
    }
}

/// What a route is kept under.
fn keyed(kind: Memory, artifact: &ArtifactId, environment: &EnvironmentId) -> Target {
    let (mut artifact, mut environment) = (artifact.clone(), environment.clone());
    if kind.is(Fault::MixesArtifacts) {
        artifact = crate::must::parsed("tools/any");
    }
    if kind.is(Fault::MixesEnvironments) {
        environment = EnvironmentId::production();
    }
    (artifact, environment)
}

/// The same route with other arms, and no step of a deployment.
fn again(route: &Route, arms: Vec<Arm>) -> Route {
    let (artifact, environment) = (route.artifact().clone(), route.environment().clone());
    let again = Route::new(artifact, environment, route.generation(), arms);
    again.unwrap_or_else(|_| route.clone())
}

/// Whether a withdrawal is the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    Anew,
    Before,
}

#[derive(Debug)]
struct Driver {
    kind: Memory,
    front: Arc<Mutex<Front>>,
    applied: Mutex<BTreeMap<Target, Route>>,
}

impl Driver {
    fn on_front<T>(&self, work: impl FnOnce(&mut Front) -> T) -> T {
        work(&mut self.front.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What becomes of a route here: itself, or the reason why not.
    fn fitted(&self, route: &Route) -> Result<Route, RouterError> {
        let Memory { grain, arms, .. } = self.kind;
        let unable = |problem: &str| Err(RouterError::Unable { problem: problem.to_owned() });
        let whole = Arm { version: route.live().version, weight: Weight::ALL };
        if route.arms().len() > arms {
            let fewer = self.kind.is(Fault::DropsArms).then(|| again(route, vec![whole]));
            return fewer.map_or_else(|| unable("too many arms"), Ok);
        }
        if route.arms().iter().any(|arm| !arm.weight.get().is_multiple_of(grain)) {
            let rounded = self.kind.is(Fault::Rounds).then(|| again(route, vec![whole]));
            return rounded.map_or_else(|| unable("too fine a weight"), Ok);
        }
        if route.matched().is_some() && !self.kind.header {
            return unable("a header");
        }
        if self.kind.is(Fault::ForgetsTheMatch) {
            let fewer = again(route, route.arms().to_vec());
            return Ok(route.deployment().map_or(fewer.clone(), |id| fewer.of_deployment(id)));
        }
        if self.kind.is(Fault::ForgetsTheWithdrawal) && route.withdrawal().is_some() {
            let fewer = again(route, route.arms().to_vec());
            return Ok(route.deployment().map_or(fewer.clone(), |id| fewer.of_deployment(id)));
        }
        if self.kind.is(Fault::ForgetsTheDeployment) {
            return Ok(again(route, route.arms().to_vec()));
        }
        Ok(route.clone())
    }

    fn older(&self, front: &Front, target: &Target, asked: Generation) -> Option<Generation> {
        let found = front.generations.get(target).copied()?;
        let older = match self.kind.fault {
            Some(Fault::GoesBack) => false,
            Some(Fault::RefusesRepeats) => asked <= found,
            Some(Fault::ComparesDigits) => asked.get().to_string() < found.get().to_string(),
            Some(_) | None => asked < found,
        };
        older.then_some(found)
    }

    /// Waits where others may come in between, if that is what is wrong.
    async fn pause(&self, fault: Fault) {
        for _ in 0..if self.kind.is(fault) { 5 } else { 0 } {
            yield_now().await;
        }
    }

    /// Says what keeps a route from taking the place of the one that is there, if it is a withdrawal.
    fn barred(&self, front: &Front, target: &Target, route: &Route) -> Result<Taken, RouterError> {
        let Some(found) = front.routes.get(target) else { return Ok(Taken::Anew) };
        let Some(withdrawal) = found.withdrawal() else { return Ok(Taken::Anew) };
        if route.revives(found) && !self.kind.is(Fault::Revives) {
            let withdrawal = Box::new(withdrawal.clone());
            return Err(RouterError::Withdrawn { withdrawal });
        }
        let again = route.withdrawal().is_some() && route.generation() == found.generation();
        Ok(if again && !self.kind.is(Fault::KeepsTheLast) { Taken::Before } else { Taken::Anew })
    }

    /// Puts a route in the place of an older one, unless something keeps it from it. It looks and
    /// writes at once, so that no other driver comes in between.
    fn replace(&self, target: &Target, route: &Route) -> Result<(), RouterError> {
        self.on_front(|front| {
            if self.barred(front, target, route)? == Taken::Before {
                return Ok(());
            }
            let found = self.older(front, target, route.generation());
            let found = found.filter(|_| !self.kind.is(Fault::LooksAndWrites));
            let asked = route.generation();
            let answer = found.map_or(Ok(()), |found| Err(RouterError::Older { asked, found }));
            if answer.is_err() && !self.kind.is(Fault::TakesWhatItRefuses) {
                return answer;
            }
            if self.kind.is(Fault::AnswersEarly) {
                let before = front.routes.get(target).cloned();
                before.map(|route| front.before.insert(target.clone(), route));
            }
            front.generations.insert(target.clone(), route.generation());
            front.routes.insert(target.clone(), route.clone());
            answer
        })
    }
}

#[async_trait]
impl TrafficRouter for Driver {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            grain: self.kind.grain,
            random_per_request: true,
            sticky: false,
            arms: self.kind.arms,
            shadows: false,
            header: self.kind.header,
            survives_restart: self.kind.is(Fault::Boasts),
        }
    }

    async fn apply(&self, route: &Route) -> Result<(), RouterError> {
        let target = keyed(self.kind, route.artifact(), route.environment());
        let fitted = self.fitted(route);
        if self.kind.is(Fault::TakesTheGeneration) && fitted.is_err() {
            self.on_front(|front| front.generations.insert(target.clone(), route.generation()));
        }
        let fitted = fitted?;
        if self.on_front(|front| std::mem::replace(&mut front.busy, self.kind.is(Fault::StaysBusy)))
        {
            return Err(RouterError::Unreachable { problem: "busy".to_owned() });
        }
        self.pause(Fault::StaysBusy).await;
        self.on_front(|front| front.busy = false);
        if self.kind.is(Fault::LooksAndWrites) {
            let asked = route.generation();
            let found = self.on_front(|front| self.older(front, &target, asked));
            found.map_or(Ok(()), |found| Err(RouterError::Older { asked, found }))?;
        }
        self.pause(Fault::LooksAndWrites).await;
        if self.kind.is(Fault::HasAGap) {
            self.on_front(|front| front.routes.remove(&target));
        }
        self.pause(Fault::HasAGap).await;
        self.replace(&target, &fitted)?;
        let mut applied = self.applied.lock().unwrap_or_else(PoisonError::into_inner);
        applied.insert(target, fitted);
        Ok(())
    }

    async fn observe(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Option<Route>, RouterError> {
        let target = keyed(self.kind, artifact, environment);
        let made_up = || {
            Route::whole(
                artifact.clone(),
                environment.clone(),
                Generation::ZERO,
                VersionNumber::FIRST,
            )
        };
        let applied = self.applied.lock().unwrap_or_else(PoisonError::into_inner);
        let found = self.on_front(|front| front.routes.get(&target).cloned());
        Ok(match self.kind.fault {
            Some(Fault::AnswersFromMemory) => applied.get(&target).cloned().or(found),
            Some(Fault::MakesUpARoute) => found.or_else(|| Some(made_up())),
            Some(_) | None => found,
        })
    }
}
