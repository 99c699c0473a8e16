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
use sternway_types::{Deployment, DeploymentId, EnvironmentId, Phase, Plan, ProbeId, Reason, Step};
use tokio::task::JoinSet;

use super::{Deployed, Driver, driver::Which};
use crate::{Control, ControlError};

/// When a check that found nothing out is made again.
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
        Some(Probing { deployment: deployment.clone(), probe: Arc::clone(probe) })
    }

    /// Says what came of a question: the deployment goes on, or back. An answer to another step than the
    /// one that it is in changes nothing.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoDeployment`] if there is none, and [`ControlError::Store`] if the store cannot
    /// write.
    pub async fn probed(
        &self,
        environment: &EnvironmentId,
        id: DeploymentId,
        step: u16,
        health: &Health,
    ) -> Result<Deployed, ControlError> {
        let problem = match health {
            Health::Well => None,
            Health::Unwell(problem) => {
                let end = problem.floor_char_boundary(Reason::LIMIT.min(problem.len()));
                Some(Reason::new(problem.get(..end).unwrap_or_default())?)
            }
        };
        self.happens(environment, id, &Event::Probed { step, problem }).await
    }
}

/// What came of a question.
type Answer = (Which, u16, Result<Health, Unprobed>);

/// Questions that are on their way, and their answers.
#[derive(Debug, Default)]
pub(super) struct Asked {
    under_way: JoinSet<Answer>,
    of: HashMap<Which, u16>,
    answered: Vec<Answer>,
}

impl Asked {
    /// Waits for the next answer; for ever if nothing was asked. Giving up waiting loses nothing.
    pub(super) async fn next(&mut self) {
        match self.under_way.join_next().await {
            Some(Ok(answer)) => self.answered.push(answer),
            // Whoever asked is told nothing, and the step's own limit ends that.
            Some(Err(_)) => (),
            None => std::future::pending().await,
        }
    }
}

impl Driver<'_> {
    /// Asks on the side what a deployment's step waits for, once.
    pub(super) fn ask_after(&mut self, which: &Which, deployment: &Deployment) {
        let Some(probing) = self.control.probing(deployment) else { return };
        let step = probing.step();
        if self.asked.of.insert(which.clone(), step) == Some(step) {
            return;
        }
        let which = which.clone();
        self.asked.under_way.spawn(async move {
            let answer = probing.ask().await;
            (which, step, answer)
        });
    }

    /// Says what came of what was asked. Those deployments are looked at now.
    pub(super) async fn take_answers(&mut self) -> Result<(), ControlError> {
        while let Some((which, step, answer)) = self.asked.answered.pop() {
            let now = self.control.now();
            self.asked.of.remove(&which);
            match answer {
                Ok(health) => {
                    let (environment, id) = &which;
                    self.control.probed(environment, *id, step, &health).await?;
                    self.due.insert(which, now);
                }
                Err(_) => drop(self.due.insert(which, now.saturating_add(AGAIN))),
            }
        }
        Ok(())
    }
}
