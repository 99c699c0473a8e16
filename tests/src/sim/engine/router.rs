//! A router that fails, loses answers, says that it did what it did not, and forgets.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use sternway::{
    provider::{Capabilities, RouterError, TrafficRouter},
    types::{ArtifactId, EnvironmentId, Route},
};

use super::{mutant::Mutant, stage::Stage};
use crate::sim::Dice;

#[derive(Debug)]
pub(super) struct SimRouter {
    stage: Arc<Stage>,
    mutant: Mutant,
    /// How many of 100 calls have a fault.
    rate: u64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    dice: Dice,
    routes: BTreeMap<ArtifactId, Route>,
    /// What it was asked for last, whether it did so or not.
    asked: BTreeMap<ArtifactId, Route>,
    faults: u64,
    /// How often requests were taken from candidates.
    withdrawn: u64,
}

/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    None,
    NotDone,
    AnswerLost,
    Lie,
    Unable,
}

impl SimRouter {
    pub(super) fn new(stage: Arc<Stage>, dice: Dice, rate: u64, mutant: Mutant) -> Self {
        let (routes, asked) = (BTreeMap::new(), BTreeMap::new());
        let state = Mutex::new(State { dice, routes, asked, faults: 0, withdrawn: 0 });
        Self { stage, mutant, rate, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is in force.
    pub(super) fn shows(&self, artifact: &ArtifactId) -> Option<Route> {
        self.state().routes.get(artifact).cloned()
    }

    /// Starts again, and knows nothing.
    pub(super) fn restart(&self) {
        let mut state = self.state();
        state.routes.clear();
        state.asked.clear();
    }

    pub(super) fn faults(&self) -> u64 {
        self.state().faults
    }

    pub(super) fn withdrawn(&self) -> u64 {
        self.state().withdrawn
    }

    fn trouble(&self, state: &mut State) -> Trouble {
        if self.stage.is_calm() || !state.dice.chance(self.rate, 100) {
            return Trouble::None;
        }
        state.faults += 1;
        let others = [Trouble::AnswerLost, Trouble::Lie, Trouble::Lie, Trouble::Unable];
        state.dice.pick(Trouble::NotDone, others)
    }

    fn applied(&self, route: &Route) -> Result<(), RouterError> {
        let state = &mut *self.state();
        let trouble = self.trouble(state);
        state.asked.insert(route.artifact().clone(), route.clone());
        match trouble {
            Trouble::None => self.take(state, route),
            Trouble::AnswerLost => {
                drop(self.take(state, route));
                Err(silent())
            }
            Trouble::Lie => Ok(()),
            Trouble::NotDone => Err(silent()),
            Trouble::Unable => Err(RouterError::Unable { problem: "it has no such thing".into() }),
        }
    }

    fn take(&self, state: &mut State, route: &Route) -> Result<(), RouterError> {
        let asked = route.generation();
        let found = state.routes.get(route.artifact()).map(Route::generation);
        if let Some(found) = found.filter(|found| *found > asked)
            && self.mutant != Mutant::OlderRoutes
        {
            return Err(RouterError::Older { asked, found });
        }
        if let Some(before) = state.routes.get(route.artifact())
            && let Some(withdrawal) = before.withdrawal()
        {
            if route.revives(before) && self.mutant != Mutant::Revives {
                return Err(RouterError::Withdrawn { withdrawal: Box::new(withdrawal.clone()) });
            }
            if route.withdrawal().is_some() && asked == before.generation() {
                return Ok(());
            }
        }
        state.withdrawn += u64::from(route.withdrawal().is_some());
        state.routes.insert(route.artifact().clone(), route.clone());
        Ok(())
    }

    fn observed(&self, artifact: &ArtifactId) -> Result<Option<Route>, RouterError> {
        let state = &mut *self.state();
        match self.trouble(state) {
            Trouble::NotDone | Trouble::AnswerLost => Err(silent()),
            // Whoever does not read back takes what was asked for as done.
            _ if self.mutant == Mutant::NoReadBack => Ok(state.asked.get(artifact).cloned()),
            Trouble::None | Trouble::Lie | Trouble::Unable => {
                let route = state.routes.get(artifact).cloned();
                Ok(if self.mutant == Mutant::Revives { route.map(unmarked) } else { route })
            }
        }
    }
}

/// The same without what it says of requests that were taken.
fn unmarked(route: Route) -> Route {
    if route.withdrawal().is_none() {
        return route;
    }
    let (artifact, environment) = (route.artifact().clone(), route.environment().clone());
    let whole = Route::whole(artifact, environment, route.generation(), route.live().version);
    route.deployment().map_or(whole.clone(), |id| whole.of_deployment(id))
}

fn silent() -> RouterError {
    RouterError::Unreachable { problem: "there was no answer".into() }
}

#[async_trait]
impl TrafficRouter for SimRouter {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            grain: 1,
            random_per_request: true,
            sticky: true,
            arms: 3,
            shadows: true,
            header: true,
            survives_restart: false,
        }
    }

    async fn apply(&self, route: &Route) -> Result<(), RouterError> {
        self.stage.turn().await;
        let answer = self.applied(route);
        self.stage.turn().await;
        answer
    }

    async fn observe(
        &self,
        artifact: &ArtifactId,
        _environment: &EnvironmentId,
    ) -> Result<Option<Route>, RouterError> {
        self.stage.turn().await;
        let answer = self.observed(artifact);
        self.stage.turn().await;
        answer
    }
}
