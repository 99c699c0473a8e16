//! Takes a deployment back, wherever it is: one that is under way is aborted, and what one that ended well
//! brought is moved back to what was live before it.

use sternway_deploy::Ask;
use sternway_types::{
    ArtifactId, Change, Deployment, DeploymentId, EnvironmentId, Force, Member, Phase, Record,
    RollbackTrigger, VersionNumber,
};

use super::is_lost_race;
use crate::{
    Control, ControlError, Intent,
    rollback::{Back, RolledBack},
};

/// A deployment that was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentBack {
    /// The deployment as it is since. One that ended well stays as it ended.
    pub deployment: Deployment,
    /// What came back in one commit, if the deployment had ended; empty if it was aborted.
    pub moved: Vec<RolledBack>,
}

/// Why a deployment that is over is not taken back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoWayBack {
    /// What it brought is gone already.
    #[error(
        "deployment {id} was taken back already: {artifact}@{before}, which was live before it, is live \
         in {environment}"
    )]
    Already {
        /// Which deployment.
        id: DeploymentId,
        /// Whose version.
        artifact: ArtifactId,
        /// Where.
        environment: EnvironmentId,
        /// What was live before it.
        before: VersionNumber,
    },
    /// Something else went live since.
    #[error(
        "deployment {id} brought {artifact}@{brought}, and {artifact}@{live} went live in {environment} \
         since: nothing was moved"
    )]
    MovedOn {
        /// Which deployment.
        id: DeploymentId,
        /// Whose version.
        artifact: ArtifactId,
        /// Where.
        environment: EnvironmentId,
        /// What it brought.
        brought: VersionNumber,
        /// What is live now.
        live: VersionNumber,
    },
    /// It brought nothing that could be taken back.
    #[error("deployment {id} ended as {phase}: nothing that it brought is live")]
    BroughtNothing {
        /// Which deployment.
        id: DeploymentId,
        /// How it ended.
        phase: Phase,
    },
}

impl Control {
    /// Takes a deployment back. One that is under way is aborted, and whoever drives does what follows. Of
    /// one that ended well, what was live before it comes back, of all its artifacts in one commit, and its
    /// candidates are condemned there as by any rollback. A deployment that itself brought an earlier version
    /// is taken back like others: then the later one comes back.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoDeployment`] if there is none; [`ControlError::Deployment`] if it is on its way back
    /// already; [`ControlError::NoWayBack`] if it was taken back already, if something else went live since, or
    /// if it brought nothing; and [`ControlError::Store`] with a refusal if what was live before is condemned
    /// and not forced by a person. Then nothing moved.
    pub async fn roll_back_deployment(
        &self,
        environment: &EnvironmentId,
        id: DeploymentId,
        force: Force,
        intent: &Intent,
    ) -> Result<DeploymentBack, ControlError> {
        loop {
            let deployment = self.deployment(environment, id).await?.deployment;
            match deployment.phase {
                Phase::Queued | Phase::Running | Phase::RollingBack => {
                    let asked = self.ask(environment, id, Ask::Abort, intent).await;
                    if self.ended_meanwhile(environment, id, &asked).await? {
                        continue;
                    }
                    let deployment = asked?.deployment;
                    return Ok(DeploymentBack { deployment, moved: Vec::new() });
                }
                Phase::Completed => {
                    match self.move_members_back(&deployment, force, intent).await {
                        Ok(moved) => return Ok(DeploymentBack { deployment, moved }),
                        // Somebody moved one of them just now: look again.
                        Err(ControlError::Store(err))
                            if is_lost_race(&err) && intent.id.is_none() => {}
                        Err(err) => return Err(err),
                    }
                }
                phase @ (Phase::RolledBack
                | Phase::Superseded
                | Phase::Rejected
                | Phase::Halted) => return Err(NoWayBack::BroughtNothing { id, phase }.into()),
            }
        }
    }

    /// Whether it ended well between two looks, so that it is to be looked at again.
    async fn ended_meanwhile<T>(
        &self,
        environment: &EnvironmentId,
        id: DeploymentId,
        asked: &Result<T, ControlError>,
    ) -> Result<bool, ControlError> {
        if !matches!(asked, Err(ControlError::Deployment(_))) {
            return Ok(false);
        }
        Ok(self.deployment(environment, id).await?.deployment.phase.is_over())
    }

    /// Moves what a deployment brought back to what was live before it, in one commit.
    async fn move_members_back(
        &self,
        of: &Deployment,
        force: Force,
        intent: &Intent,
    ) -> Result<Vec<RolledBack>, ControlError> {
        let environment = &of.environment;
        let (mut changeset, mut moves) = (self.changeset(intent), Vec::new());
        for member in &of.members {
            let (pointer, live) = self.live_version(&member.artifact, environment).await?;
            if live.number == member.from {
                continue;
            }
            if live.number != of.candidate_of(member) {
                return Err(moved_on(of, member, live.number).into());
            }
            let target = self.version(&member.artifact, member.from).await?;
            let back = Back { pointer: &pointer, live: &live, environment };
            changeset = back.move_to(changeset, &target, RollbackTrigger::Manual, force);
            moves.push((pointer, live, target));
        }
        if let Some(member) = of.members.first().filter(|_| moves.is_empty()) {
            return Err(already(of, member).into());
        }
        for condemned in self.unfit(of, of).await? {
            let record = Record::Condemnation(condemned);
            changeset = changeset.then(Change::PutRecord(Box::new(record)));
        }
        let revision = self.commit(&changeset).await?.revision;
        let done = moves.iter().map(|(pointer, live, target)| {
            Back { pointer, live, environment }.done(target, revision)
        });
        Ok(done.collect())
    }
}

fn already(of: &Deployment, member: &Member) -> NoWayBack {
    NoWayBack::Already {
        id: of.id,
        artifact: member.artifact.clone(),
        environment: of.environment.clone(),
        before: member.from,
    }
}

fn moved_on(of: &Deployment, member: &Member, live: VersionNumber) -> NoWayBack {
    NoWayBack::MovedOn {
        id: of.id,
        artifact: member.artifact.clone(),
        environment: of.environment.clone(),
        brought: of.candidate_of(member),
        live,
    }
}
