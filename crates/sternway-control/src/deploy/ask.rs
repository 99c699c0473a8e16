//! What people ask of a deployment, and what happens to it otherwise.

use sternway_deploy::{Ask, Event, advance};
use sternway_types::{Actor, DeploymentId, EnvironmentId};

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
            // Who moved what is live by hand is heard first: a way forward from where it was is lost for ever.
            let moved = if lost { self.moved_past(&before.deployment).await? } else { None };
            let event = moved.as_ref().unwrap_or(event);
            let Some(next) = advance(&before.deployment, event, self.now())? else {
                return Ok(before);
            };
            let own = if moved.is_some() { Intent::by(Actor::sternway()) } else { intent.clone() };
            let changeset = self.deploying(self.changeset(&own), &before, next).await?;
            match self.commit(&changeset).await {
                Ok(_) => {
                    let after = self.deployment(environment, id).await?;
                    if after.deployment.phase.is_over() {
                        self.let_go(&before.deployment).await?;
                    }
                    if moved.is_none() {
                        return Ok(after);
                    }
                    lost = false;
                }
                // Somebody moved it, or a pointer: look again.
                Err(err) if is_lost_race(&err) && intent.id.is_none() => lost = true,
                Err(err) => return Err(err.into()),
            }
        }
    }
}
