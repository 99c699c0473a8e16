//! What a freeze does to the deployments of an environment.

use sternway_deploy::Event;
use sternway_store::{Refusal, StoreError};
use sternway_types::{Deployment, EnvironmentId, Freeze, Pause, Phase, Timestamp};

use super::Driver;
use crate::{Control, ControlError};

impl Control {
    /// Whether the environment was frozen, or is not any more, since the deployment last heard of it.
    pub(super) async fn freezes(
        &self,
        deployment: &Deployment,
    ) -> Result<Option<Event>, ControlError> {
        if deployment.phase != Phase::Running {
            return Ok(None);
        }
        let frozen = self.freeze_of(&deployment.environment).await?.is_some();
        let knows = deployment.pauses.contains(&Pause::Frozen);
        Ok(match (frozen, knows) {
            (true, false) => Some(Event::Frozen),
            (false, true) => Some(Event::Thawed),
            (true, true) | (false, false) => None,
        })
    }

    /// When a deployment that only waits for that may go forward again by itself.
    pub(super) async fn thaws(
        &self,
        deployment: &Deployment,
    ) -> Result<Option<Timestamp>, ControlError> {
        if !deployment.pauses.contains(&Pause::Frozen) {
            return Ok(None);
        }
        let freeze = self.freeze_of(&deployment.environment).await?;
        Ok(freeze.and_then(|freeze| freeze.until))
    }

    pub(super) async fn freeze_of(
        &self,
        id: &EnvironmentId,
    ) -> Result<Option<Freeze>, ControlError> {
        let environment = self.environment(id).await?;
        Ok(environment.freeze_at(self.now()))
    }
}

impl Driver<'_> {
    /// Every deployment that is on its way in an environment is looked at now.
    pub(super) fn look_at_all_of(&mut self, environment: &EnvironmentId) {
        let now = self.control.now();
        let there = self.of.iter().filter(|((of, _), _)| of == environment);
        self.due.extend(there.map(|(_, id)| ((environment.clone(), *id), now)));
    }
}

/// Whether a commit was refused because of a freeze that it had not heard of.
pub(super) fn is_frozen(err: &StoreError) -> bool {
    matches!(err, StoreError::Refused(why) if matches!(**why, Refusal::Frozen { .. }))
}
