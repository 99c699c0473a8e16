//! What people ask of a deployment, and what happens to it otherwise.

use sternway_deploy::{Ask, Event, Next, advance};
use sternway_types::{Actor, DeploymentId, EnvironmentId, Receipt};

use super::{Deployed, is_lost_race};
use crate::{Control, ControlError, Intent};

impl Control {
    /// Does what a person asks of a deployment, and answers with the deployment as it is then. What
    /// follows from it is done by whoever drives.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoDeployment`] if there is none, [`ControlError::Deployment`] if it cannot be done, and
    /// [`ControlError::Store`] if the store cannot write.
    pub async fn ask(
        &self,
        environment: &EnvironmentId,
        id: DeploymentId,
        ask: Ask,
        intent: &Intent,
    ) -> Result<Deployed, ControlError> {
        let (by, reason) = (intent.actor.clone(), intent.reason.clone());
        let event = Event::Asked { ask, by, reason };
        // Whoever thawed the environment and goes on at once need not wait for a driver.
        let before = self.deployment(environment, id).await?.deployment;
        if let Some(heard) = self.freezes(&before).await? {
            self.happens(environment, id, &heard).await?;
        }
        self.commit_event(environment, id, &event, intent).await
    }

    /// Commits what an event comes to.
    pub(super) async fn happens(
        &self,
        environment: &EnvironmentId,
        id: DeploymentId,
        event: &Event,
    ) -> Result<Deployed, ControlError> {
        self.commit_event(environment, id, event, &Intent::by(Actor::sternway())).await
    }

    async fn commit_event(
        &self,
        environment: &EnvironmentId,
        id: DeploymentId,
        event: &Event,
        intent: &Intent,
    ) -> Result<Deployed, ControlError> {
        let mut lost = false;
        loop {
            let before = self.deployment(environment, id).await?;
            if lost && self.heard_moves(&before).await? {
                lost = false;
                continue;
            }
            match self.commit_next(&before, event, intent).await {
                Ok(true) => return self.deployment(environment, id).await,
                Ok(false) => return Ok(before),
                // Somebody moved it, or a pointer: look again. What is only tried would be lost for ever.
                Err(ControlError::Store(err))
                    if is_lost_race(&err) && intent.id.is_none() && !self.is_rehearsal() =>
                {
                    lost = true;
                }
                Err(err) => return Err(err),
            }
        }
    }

    /// Has a deployment hear first that what is live was moved past it, by hand or by a policy, if that is so: a way
    /// forward from where it was is lost for ever. Says whether it was.
    pub(super) async fn heard_moves(&self, before: &Deployed) -> Result<bool, ControlError> {
        let Some(moved) = self.moved_past(&before.deployment).await? else { return Ok(false) };
        match self.commit_next(before, &moved, &Intent::by(Actor::sternway())).await {
            Ok(_) => Ok(true),
            // It was of a deployment as it is no more.
            Err(ControlError::Store(err)) if is_lost_race(&err) => Ok(true),
            Err(err) => Err(err),
        }
    }

    /// Commits what an event comes to for a deployment that is still as it was, and says whether that is anything.
    async fn commit_next(
        &self,
        before: &Deployed,
        event: &Event,
        intent: &Intent,
    ) -> Result<bool, ControlError> {
        let Some(next) = advance(&before.deployment, event, self.now())? else { return Ok(false) };
        let over = next.deployment.phase.is_over();
        let owed = self.owed(&before.deployment, &next);
        let committed = self.commit_state(before, next, intent).await;
        self.tell_owed(&before.deployment, owed, &committed).await;
        committed?;
        if over {
            self.let_go(&before.deployment).await?;
        }
        Ok(true)
    }

    async fn commit_state(
        &self,
        before: &Deployed,
        next: Next,
        intent: &Intent,
    ) -> Result<Receipt, ControlError> {
        let changeset = self.deploying(self.changeset(intent), before, next).await?;
        Ok(self.commit(&changeset).await?)
    }
}
