//! Asks for the health of what is deployed.
//!
//! Asking takes its time, and is no part of driving: whoever drives others meanwhile, or must let go of the
//! store, asks on the side and says what came of it.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use sternway_deploy::Event;
use sternway_provider::{Health, HealthProbe, Unprobed};
use sternway_types::{
    Deployment, DeploymentId, EnvironmentId, Jitter, Phase, Plan, ProbeId, Reason, Step, Timestamp,
};
use tokio::task::JoinSet;

use super::{Deployed, Routers, TakenAway, drive::is_condemned, driver::Which, frozen::is_frozen};
use crate::{Control, ControlError};

/// When a check that found nothing out is made again, on average.
const AGAIN: Duration = Duration::from_secs(5);

/// The health checks of this host, by the names that its owner gave them. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Probes(Arc<BTreeMap<ProbeId, Arc<dyn HealthProbe>>>);

impl Probes {
    /// Adds a health check, in place of one of the same name.
    #[must_use]
    pub fn with(mut self, name: ProbeId, probe: Arc<dyn HealthProbe>) -> Self {
        Arc::make_mut(&mut self.0).insert(name, probe);
        self
    }

    /// Whether it has everything that a plan asks.
    pub(super) fn able(&self, plan: &Plan) -> Result<(), ControlError> {
        match plan.probes().find(|name| !self.0.contains_key(*name)) {
            Some(name) => Err(ControlError::NoProbe(name.clone())),
            None => Ok(()),
        }
    }
}

/// A question after the health of a deployment's candidates, which its step waits for.
#[derive(Clone, Debug)]
#[must_use = "nothing is asked until it is awaited"]
pub struct Probing {
    deployment: Deployment,
    probe: Arc<dyn HealthProbe>,
    again: Duration,
}

impl Probing {
    /// Asks. It needs no store.
    ///
    /// # Errors
    ///
    /// [`Unprobed`] if nothing was found out: ask again after a while.
    pub async fn ask(&self) -> Result<Health, Unprobed> {
        self.probe.probe(&self.deployment).await
    }

    /// How long to wait before it is asked again if nothing was found out: 2.5 to 7.5 seconds, by chance, so
    /// that many who drive do not ask at once.
    #[must_use]
    pub const fn again(&self) -> Duration {
        self.again
    }

    /// What an answer says of the deployment.
    fn found(&self, health: &Health) -> Result<Event, ControlError> {
        let problem = match health {
            Health::Well => None,
            Health::Unwell(problem) => {
                let end = problem.floor_char_boundary(Reason::LIMIT.min(problem.len()));
                Some(Reason::new(problem.get(..end).unwrap_or_default())?)
            }
        };
        Ok(Event::Probed { step: self.step(), problem })
    }

    /// Has routers take the requests from the candidates at once, if the answer says that they are not well: for
    /// whoever cannot reach the store to [say so](Control::probed). Doing so again is harmless.
    pub async fn withdraw(
        &self,
        routers: &Routers,
        health: &Health,
        now: Timestamp,
    ) -> Vec<TakenAway> {
        match self.found(health) {
            Ok(event) => routers.withdraw_by(&self.deployment, &event, now).await,
            Err(_) => Vec::new(),
        }
    }

    /// In which step it asks.
    #[must_use]
    pub const fn step(&self) -> u16 {
        self.deployment.step
    }
}

impl Control {
    /// What is to be asked about a deployment now; nothing if its step waits for something else, or for a
    /// check that only another host has.
    pub fn probing(&self, deployment: &Deployment) -> Option<Probing> {
        let waits =
            deployment.phase == Phase::Running && deployment.routed && deployment.pauses.is_empty();
        let Some(Step::Probe(name)) = deployment.current().filter(|_| waits) else { return None };
        let probe = self.probes.0.get(name)?;
        let (deployment, probe) = (deployment.clone(), Arc::clone(probe));
        let again = (AGAIN / 2).saturating_add(Jitter::from(self.ids.changeset()).within(AGAIN));
        Some(Probing { deployment, probe, again })
    }

    /// Says what came of a question: the deployment goes on, or back. An answer to another step than the
    /// one that it is in changes nothing, and neither does one that may not take it forward now, since the
    /// environment was frozen or a candidate condemned meanwhile: it is to be asked again once the deployment heard
    /// of that. Where the store cannot be told that candidates are not well, routers take
    /// the requests from them all the same.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoDeployment`] if there is none, and [`ControlError::Store`] if the store cannot
    /// write.
    pub async fn probed(
        &self,
        probing: &Probing,
        health: &Health,
    ) -> Result<Deployed, ControlError> {
        let (of, event) = (&probing.deployment, probing.found(health)?);
        let said = self.happens(&of.environment, of.id, &event).await;
        match said {
            Err(ControlError::Store(err)) if is_frozen(&err) || is_condemned(&err) => {
                self.deployment(&of.environment, of.id).await
            }
            Err(err) => {
                self.tell_of(of, &event, &err).await;
                Err(err)
            }
            Ok(deployed) => Ok(deployed),
        }
    }
}

/// A question, and what came of it.
type Answer = (Probing, Result<Health, Unprobed>);

/// Health checks that are being made, and their answers, which are not said yet. Whoever drives keeps it.
#[derive(Debug, Default)]
pub struct HealthChecks {
    under_way: JoinSet<Answer>,
    of: HashMap<Which, u16>,
    answered: Vec<Answer>,
}

impl HealthChecks {
    /// Makes the check that a deployment waits for, once. On a runtime.
    pub fn make(&mut self, control: &Control, deployment: &Deployment) {
        let Some(probing) = control.probing(deployment) else { return };
        let which = (deployment.environment.clone(), deployment.id);
        let step = probing.step();
        if self.of.insert(which.clone(), step) == Some(step) {
            return;
        }
        self.under_way.spawn(async move {
            let answer = probing.ask().await;
            (probing, answer)
        });
    }

    /// Waits for the next answer; for ever if no check is being made. Giving up waiting loses nothing.
    pub async fn next(&mut self) {
        match self.under_way.join_next().await {
            Some(Ok(answer)) => self.answered.push(answer),
            // Whoever asked is told nothing, and the step's own limit ends that.
            Some(Err(_)) => (),
            None => std::future::pending().await,
        }
    }

    /// Says what came of the checks, and answers with the deployments that may go on: at once, or where
    /// nothing was found out, after a while.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot write. What was not said yet is kept.
    pub async fn say(
        &mut self,
        control: &Control,
    ) -> Result<Vec<(EnvironmentId, DeploymentId, Timestamp)>, ControlError> {
        self.take_in();
        let mut next = Vec::new();
        while let Some((probing, answer)) = self.answered.last() {
            let now = control.now();
            let said = match answer {
                Ok(health) => Some(control.probed(probing, health).await?),
                Err(_) => None,
            };
            let went_on = said.is_some_and(|it| it.deployment != probing.deployment);
            let due = if went_on { now } else { now.saturating_add(probing.again()) };
            let Deployment { environment, id, .. } = &probing.deployment;
            next.push((environment.clone(), *id, due));
            self.of.remove(&(environment.clone(), *id));
            self.answered.pop();
        }
        Ok(next)
    }

    /// Has routers take the requests from candidates that were found not to be well, as long as the store cannot be
    /// reached to [say](Self::say) so. What was not said is kept; doing so again is harmless.
    pub async fn withdraw(&mut self, routers: &Routers, now: Timestamp) -> Vec<TakenAway> {
        self.take_in();
        let mut taken = Vec::new();
        for (probing, answer) in &self.answered {
            if let Ok(health) = answer {
                taken.extend(probing.withdraw(routers, health, now).await);
            }
        }
        taken
    }

    fn take_in(&mut self) {
        while let Some(answer) = self.under_way.try_join_next() {
            self.answered.extend(answer);
        }
    }
}
