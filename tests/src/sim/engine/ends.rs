//! The end of a run: nothing fails any more, and everything must come to its end.

use std::{sync::Arc, time::Duration};

use sternway::{
    control::{ControlError, deploy::OnSupersede},
    types::{DeploymentId, Environment, FreezeWindows, Pause, Phase, Route, Step},
};
use sternway_deploy::Ask;

use super::{
    cast::{Deed, another, locked, new_deployment, person},
    play::{Play, second_version},
    production,
    stage::now,
};
use crate::sim::Failure;

/// How many rounds it takes at the most.
const ROUNDS: usize = 400;

impl Play<'_> {
    /// What a deployment waits for a person for, in a story in which nothing else happens.
    pub(super) fn what_they_wait_for(&self) -> Option<Deed> {
        let mut waiting = self.ledger.under_way().into_iter();
        waiting.find_map(|it| match it.current() {
            // Too old an approval may be found out in any step before the first runs.
            _ if it.pauses.contains(&Pause::Expired) => Some(Deed::Answer(it.id, Ask::Approve)),
            _ if it.pauses.contains(&Pause::Unmet) => Some(Deed::Ask(it.id, Ask::Promote)),
            Some(Step::Pause) => Some(Deed::Ask(it.id, Ask::Promote)),
            Some(Step::Choose) => {
                it.in_running().next().map(|place| Deed::Ask(it.id, Ask::Choose { place }))
            }
            Some(Step::Approve { .. }) => Some(Deed::Answer(it.id, Ask::Approve)),
            _ => None,
        })
    }

    /// Nothing fails any more: everything must end.
    pub(super) fn end(&mut self) -> Result<(), Failure> {
        self.shared.stage.calm_down();
        self.thaw()?;
        if self.ledger.deployments.is_empty() {
            let (members, plan) = (&self.members, self.script.plan.clone());
            let new = new_deployment(members, second_version(), plan, OnSupersede::Reject);
            let intent = person().ok_or_else(|| Failure::Broken("nobody is there".into()))?;
            now(self.sound.start_deployment(&new, &intent)).map_err(Failure::harness)?;
            self.check()?;
        }
        // What was counted and never judged is judged by whoever repeats it.
        if let Some(outcomes) = locked(&self.batch).take() {
            now(self.shared.report(&self.sound, outcomes)).map_err(Failure::harness)?;
        }
        self.everything_ends()?;
        // Those who slept may begin something new.
        self.wake_up()?;
        self.thaw()?;
        self.everything_ends()?;
        self.nothing_is_open()?;
        self.verdicts_follow_from_the_logs()?;
        self.settled()
    }

    /// Whoever slept may have frozen it.
    fn thaw(&self) -> Result<(), Failure> {
        let Some(intent) = person() else { return Ok(()) };
        let change = |it: &mut Environment| {
            (it.frozen, it.windows) = (None, FreezeWindows::none());
            Ok(())
        };
        let production = production();
        let changed = self.sound.change_environment(&production, change, &intent);
        now(changed).map(drop).map_err(Failure::harness)
    }

    fn everything_ends(&mut self) -> Result<(), Failure> {
        for round in 0..ROUNDS {
            self.check()?;
            let ids: Vec<_> = self.ledger.under_way().iter().map(|it| it.id).collect();
            if ids.is_empty() {
                return Ok(());
            }
            self.finds_what_hangs()?;
            for id in ids {
                self.help(id, round).map_err(Failure::harness)?;
            }
            self.pass(Duration::from_mins(1));
        }
        Err(Failure::Broken(format!("they do not end: {:?}", self.ledger.under_way())))
    }

    /// Drives a deployment, and does what a person or time must.
    fn help(&self, id: DeploymentId, round: usize) -> Result<(), ControlError> {
        let deployment = now(self.sound.drive_one(&production(), id))?.deployment;
        let Some(intent) = person() else { return Ok(()) };
        let asks = |ask| now(self.sound.ask(&production(), id, ask, &intent)).map(drop);
        if deployment.phase != Phase::Running {
            return Ok(());
        }
        if !deployment.objections.is_empty()
            && let Some(other) = another()
        {
            now(self.sound.ask(&production(), id, Ask::Withdraw, &other)).map(drop)?;
        }
        if deployment.pauses.contains(&Pause::Unmet) {
            return asks(Ask::Promote);
        }
        if deployment.pauses.iter().any(|it| matches!(it, Pause::Asked | Pause::Deadline)) {
            asks(Ask::Resume)?;
        }
        let consent = deployment.current().and_then(Step::asks);
        let owed = consent.is_some_and(|it| !deployment.lacks(it, self.sound.now()).is_nothing());
        if (owed || deployment.pauses.contains(&Pause::Expired))
            && let Some(other) = another()
        {
            now(self.sound.ask(&production(), id, Ask::Approve, &other)).map(drop)?;
            // What was agreed to may count for a minute only.
            now(self.sound.drive_one(&production(), id)).map(drop)?;
        }
        if deployment.current() == Some(&Step::Choose)
            && deployment.chosen.is_none()
            && let Some(place) = deployment.in_running().next()
        {
            asks(Ask::Choose { place })?;
        }
        if deployment.current() == Some(&Step::Pause) && deployment.routed {
            asks(Ask::Promote)?;
        }
        if round > 30 && deployment.plan.limits().evidence && deployment.winner().is_some() {
            asks(Ask::Waive)?;
        }
        self.check_health(id)?;
        let outcomes = self.runs(4)?;
        now(self.shared.report(&self.sound, outcomes))
    }

    fn check_health(&self, id: DeploymentId) -> Result<(), ControlError> {
        let deployed = now(self.sound.deployment(&production(), id))?;
        let Some(probing) = self.sound.probing(&deployed.deployment) else { return Ok(()) };
        match now(probing.ask()) {
            Ok(health) => now(self.sound.probed(&probing, &health)).map(drop),
            // It is asked again in the next round.
            Err(_) => Ok(()),
        }
    }

    /// Those who slept go on with what they were about to do.
    fn wake_up(&mut self) -> Result<(), Failure> {
        let stage = Arc::clone(&self.shared.stage);
        for who in 0..self.players.len() {
            let task = self.players.get_mut(who).and_then(|player| player.task.take());
            if let Some(mut task) = task {
                while !stage.play(&mut task) {}
                self.check()?;
            }
        }
        Ok(())
    }

    /// Once everything has ended, the router shows what the store wants.
    fn settled(&mut self) -> Result<(), Failure> {
        let halted = self.ledger.deployments.values().any(|it| it.phase == Phase::Halted);
        for artifact in self.members.clone() {
            let wanted = self.ledger.wants(&artifact);
            let shares = |route: Option<Route>| {
                route.map(|it| {
                    let arms = it.arms().iter().filter(|arm| arm.weight.get() > 0);
                    (it.generation(), arms.copied().collect::<Vec<_>>())
                })
            };
            let shown = shares(self.shared.router.shows(&artifact));
            let wanted = shares(wanted);
            // A router that was never told anything sends everything to what is live.
            if shown.is_some() && shown != wanted && self.ledger.is_told(&artifact) && !halted {
                return Err(Failure::Broken(format!("it shows {shown:?}, and not {wanted:?}")));
            }
            now(self.sound.assert_route(&artifact, &production())).map_err(Failure::harness)?;
            let shown = shares(self.shared.router.shows(&artifact));
            if shown != wanted {
                return Err(Failure::Broken(format!("told so, it shows {shown:?}: {wanted:?}")));
            }
        }
        self.check()
    }
}
