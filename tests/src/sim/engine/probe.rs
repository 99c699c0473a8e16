//! A health check that takes its time and finds nothing out now and then.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use sternway::{
    provider::{Health, HealthProbe, Unprobed},
    types::{Deployment, DeploymentId},
};

use super::{cast::locked, play::second_version, stage::Stage};
use crate::sim::Dice;

/// How the second version is, as a health check finds it. Whatever else is deployed is well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vitals {
    /// Nobody asks.
    Unasked,
    Well,
    Ill,
    /// It falls ill when it goes live.
    IllOnceLive,
}

#[derive(Debug)]
pub(super) struct SimProbe {
    stage: Arc<Stage>,
    vitals: Vitals,
    /// How many of 100 questions find nothing out.
    rate: u64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    dice: Dice,
    well: BTreeSet<(DeploymentId, u16)>,
    faults: u64,
}

impl SimProbe {
    pub(super) fn new(stage: Arc<Stage>, dice: Dice, rate: u64, vitals: Vitals) -> Self {
        let state = Mutex::new(State { dice, well: BTreeSet::new(), faults: 0 });
        Self { stage, vitals, rate, state }
    }

    /// Whether it ever said that all is well in this step of a deployment.
    pub(super) fn found_well(&self, id: DeploymentId, step: u16) -> bool {
        locked(&self.state).well.contains(&(id, step))
    }

    pub(super) fn faults(&self) -> u64 {
        locked(&self.state).faults
    }

    fn is_ill(&self, of: &Deployment) -> bool {
        let mut candidates = of.members.iter().flat_map(|member| member.candidates());
        let is_second = candidates.any(|version| version == second_version());
        match self.vitals {
            Vitals::Unasked | Vitals::Well => false,
            Vitals::Ill => is_second,
            Vitals::IllOnceLive => is_second && of.is_live(),
        }
    }

    fn found(&self, of: &Deployment) -> Result<Health, Unprobed> {
        let state = &mut *locked(&self.state);
        if !self.stage.is_calm() && state.dice.chance(self.rate, 100) {
            state.faults += 1;
            return Err(Unprobed::new("there was no answer"));
        }
        if self.is_ill(of) {
            return Ok(Health::Unwell("it is red".into()));
        }
        state.well.insert((of.id, of.step));
        Ok(Health::Well)
    }
}

#[async_trait]
impl HealthProbe for SimProbe {
    async fn probe(&self, of: &Deployment) -> Result<Health, Unprobed> {
        self.stage.turn().await;
        let found = self.found(of);
        self.stage.turn().await;
        found
    }
}
