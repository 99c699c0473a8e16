//! Pauses a deployment whose candidate was found to be worse, where its policy leaves it to a person.

use sternway_deploy::{Event, advance};
use sternway_types::{
    Actor, Change, DeploymentId, Generation, LatchAction, Phase, Precondition, Regression, Subject,
};

use super::{
    Deployed, is_lost_race,
    trial::{latched, reason_of},
};
use crate::{Control, ControlError, Intent, rollback::Reaction};

impl Control {
    /// The deployment that made a version live and is not over; nothing if it is live without one.
    pub(crate) async fn baked_by(
        &self,
        subject: &Subject,
    ) -> Result<Option<DeploymentId>, ControlError> {
        let (artifact, environment) = (&subject.artifact, &subject.environment);
        let Some(route) = self.route(artifact, environment).await? else { return Ok(None) };
        let Some(id) = route.deployment() else { return Ok(None) };
        let Deployed { deployment, .. } = self.deployment(environment, id).await?;
        let mut members = deployment.members.iter();
        let made_live = members.any(|member| {
            member.artifact == *artifact
                && deployment.candidate_of(member) == subject.version
                && member.generation() == subject.generation
        });
        Ok((made_live && deployment.phase == Phase::Running).then_some(id))
    }

    /// Has a deployment go no further since this candidate was found to be worse: once for each of its
    /// shares, however many find it, so that a person who resumes it is not asked the same again.
    pub(crate) async fn pause_deployment(
        &self,
        subject: &Subject,
        id: DeploymentId,
        regression: &Regression,
    ) -> Result<Reaction, ControlError> {
        loop {
            let before = self.deployment(&subject.environment, id).await?;
            let running = before.deployment.phase == Phase::Running;
            if !running || self.notice(subject).await?.is_some() {
                return Ok(Reaction::Overtaken);
            }
            let action = LatchAction::Paused { deployment: id };
            let latch = latched(subject, regression, action);
            let first = Precondition::RecordAt { key: latch.key(), generation: Generation::ZERO };
            let changeset = self.changeset(&Intent::by(Actor::sternway()));
            let changeset = changeset.because(reason_of(subject, regression)?);
            // Another candidate of the set may have paused it before.
            let changeset = match advance(&before.deployment, &Event::Noticed, self.now())? {
                Some(next) => self.deploying(changeset, &before, next).await?,
                None => changeset,
            };
            let changeset = changeset.when(first).then(Change::PutRecord(Box::new(latch)));
            match self.commit(&changeset).await {
                Ok(receipt) => {
                    return Ok(Reaction::Stays {
                        artifact: subject.artifact.clone(),
                        environment: subject.environment.clone(),
                        version: subject.version,
                        action,
                        revision: receipt.revision,
                    });
                }
                Err(err) if is_lost_race(&err) => (),
                Err(err) => return Err(err.into()),
            }
        }
    }
}
