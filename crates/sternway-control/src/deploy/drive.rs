//! Drives deployments: load, decide, commit, perform, until nothing is left to do.

use std::time::Duration;

use sternway_deploy::{Event, due};
use sternway_provider::RouterError;
use sternway_store::{Refusal, StoreError};
use sternway_types::{
    Actor, Deployment, DeploymentId, EnvironmentId, Lease, Member, MoveCause, Phase, PointerName,
    RollbackTrigger, Timestamp, VersionNumber,
};

use super::{Deployed, frozen::is_frozen, is_lost_race, routes::Away, turn::Turn};
use crate::{Control, ControlError, Intent};

/// For how long whoever does something for a deployment keeps others from doing it too.
const LEASE: Duration = Duration::from_secs(10);
/// When a router that did not follow is asked again.
pub(super) const AGAIN: Duration = Duration::from_secs(1);

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrote {
    /// It changes nothing.
    Nothing,
    /// It was committed.
    It,
    /// Somebody was faster: there is more to look at.
    Lost,
    /// By the time of the store nothing goes forward any more, and by the clock here it does still.
    Behind,
}

/// Where driving left a deployment.
#[derive(Clone, Debug)]
pub struct Driven {
    /// The deployment.
    pub deployment: Deployment,
    /// When it is to be driven again, if nothing happens before; nothing if it is over.
    pub due: Option<Timestamp>,
    /// Why it is not further, if something is in the way: a router, say. It is tried again.
    pub trouble: Option<ControlError>,
}

impl Control {
    /// Drives one deployment as far as it goes now. Any process may, at any time; what another one is
    /// doing for it is not done twice.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoDeployment`] if there is none, and [`ControlError::Store`] if the store cannot
    /// be read or written.
    pub async fn drive_one(
        &self,
        environment: &EnvironmentId,
        id: DeploymentId,
    ) -> Result<Driven, ControlError> {
        let mut written = None;
        loop {
            let before = self.deployment(environment, id).await?;
            let deployment = &before.deployment;
            // What is only tried changes nothing, and would be driven for ever.
            let tried = self.is_rehearsal() || written == Some(before.generation);
            if deployment.phase.is_over() || tried {
                return Ok(Driven { deployment: before.deployment, due: None, trouble: None });
            }
            if deployment.phase == Phase::Queued {
                match self.take_turn(&before).await? {
                    Turn::Waits(due) => {
                        return Ok(Driven { deployment: before.deployment, due, trouble: None });
                    }
                    Turn::Came => continue,
                }
            }
            if let Some(until) = self.is_driven_elsewhere(deployment) {
                return Ok(Driven {
                    deployment: before.deployment,
                    due: Some(until),
                    trouble: None,
                });
            }
            let event = match self.next_event(deployment).await {
                Ok(Some(event)) => event,
                Ok(None) => continue,
                Err(ControlError::Router(err @ RouterError::Unreachable { .. })) => {
                    return self.wait_for_router(&before, err).await;
                }
                Err(err) => return Err(err),
            };
            let wrote = self.commit_driven(&before, &event).await?;
            written = (wrote == Wrote::It).then_some(before.generation);
            if wrote == Wrote::Behind {
                let due = Some(self.now().saturating_add(AGAIN));
                return Ok(Driven { deployment: before.deployment, due, trouble: None });
            }
            if wrote == Wrote::Nothing {
                let due = match due(deployment, self.now()) {
                    Some(due) => Some(due),
                    None => self.thaws(deployment).await?,
                };
                let trouble = self.keep_shares(deployment).await?;
                // It is heard of with the next look.
                let taken =
                    matches!(trouble, Some(ControlError::Router(RouterError::Withdrawn { .. })));
                let due = if taken { Some(self.now().saturating_add(AGAIN)) } else { due };
                return Ok(Driven { deployment: before.deployment, due, trouble });
            }
        }
    }

    /// What happens next to a deployment: what is live was moved, the routers follow, or time passed.
    /// Nothing if it is to be looked at again.
    async fn next_event(&self, deployment: &Deployment) -> Result<Option<Event>, ControlError> {
        if let Some(event) = self.moved_past(deployment).await? {
            return Ok(Some(event));
        }
        if deployment.routed
            && let Some(event) = self.withdrawn(deployment).await
        {
            return Ok(Some(event));
        }
        if let Some(event) = self.freezes(deployment).await? {
            return Ok(Some(event));
        }
        if let Some(event) = self.awaited(deployment).await? {
            return Ok(Some(event));
        }
        if deployment.routed {
            return Ok(self.found(deployment).await?.map(Event::Looked));
        }
        for member in &deployment.members {
            match self.assert_route(&member.artifact, &deployment.environment).await {
                Ok(()) => (),
                Err(ControlError::Router(RouterError::Unable { .. })) => {
                    return Ok(Some(Event::Unrouted));
                }
                Err(ControlError::Router(RouterError::Withdrawn { withdrawal })) => {
                    let forward = deployment.phase == Phase::Running;
                    let event =
                        if forward { Event::Withdrawn(*withdrawal) } else { Event::Unrouted };
                    return Ok(Some(event));
                }
                // A newer route than ours: somebody moved what is live since it was looked at.
                Err(ControlError::Router(RouterError::Older { .. })) => {
                    let moved = self.moved_past(deployment).await?;
                    let artifact = member.artifact.clone();
                    return Ok(Some(moved.unwrap_or(Event::Overtaken { artifact })));
                }
                Err(err) => return Err(err),
            }
        }
        Ok(Some(Event::Routed))
    }

    /// Has routers that forgot, such as since they were started again, share the requests out as before. Why
    /// they do not is no reason not to judge and not to go back.
    async fn keep_shares(&self, of: &Deployment) -> Result<Option<ControlError>, ControlError> {
        let (mut trouble, mut away) = (None, Away::new());
        for member in of.members.iter().filter(|_| of.routed) {
            match self.route_all(&member.artifact, &of.environment, &mut away).await {
                Ok(_) | Err(ControlError::Router(RouterError::Older { .. })) => (),
                Err(err @ ControlError::Router(_)) => trouble = Some(err),
                Err(err) => return Err(err),
            }
        }
        Ok(trouble)
    }

    /// Whether somebody else moved what is live, or condemned a candidate that is not, of a deployment on its way
    /// forward.
    pub(super) async fn moved_past(
        &self,
        deployment: &Deployment,
    ) -> Result<Option<Event>, ControlError> {
        if deployment.phase != Phase::Running {
            return Ok(None);
        }
        let name = PointerName::Environment(deployment.environment.clone());
        for member in &deployment.members {
            let Member { artifact, regimes, .. } = member;
            let pointer = self.pointer(artifact, &name).await?;
            let ours = regimes.last().map(|regime| regime.generation);
            if pointer.map(|pointer| pointer.generation) == ours {
                if let Some(candidate) = self.unfit_of(deployment, member).await? {
                    let artifact = artifact.clone();
                    return Ok(Some(Event::TakenBack { artifact, candidate }));
                }
                continue;
            }
            let limit = sternway_store::Limit::new(1);
            let moves = self.store.moves(&self.namespace, artifact, &name, None, limit).await?;
            // What was live before, if a candidate is not yet, is no candidate that was worse.
            let by_policy = deployment.is_live()
                && moves.first().is_some_and(|moved| {
                    matches!(&moved.cause, MoveCause::RolledBack(RollbackTrigger::Policy(_)))
                });
            let artifact = artifact.clone();
            return Ok(Some(if by_policy {
                Event::TakenBack { artifact, candidate: deployment.candidate_of(member) }
            } else {
                Event::Overtaken { artifact }
            }));
        }
        Ok(None)
    }

    /// Commits what an event comes to, as the driver of the deployment.
    async fn commit_driven(&self, before: &Deployed, event: &Event) -> Result<Wrote, ControlError> {
        let now = self.now();
        let next = sternway_deploy::advance(&before.deployment, event, now)?;
        let Some(mut next) = next else { return Ok(Wrote::Nothing) };
        let deployment = &mut next.deployment;
        let owner = self.driver();
        if !deployment.phase.is_over() && !deployment.routed {
            let lease = before.deployment.lease.as_ref();
            if lease.is_none_or(|lease| lease.owner != owner) {
                deployment.fence = deployment.fence.saturating_add(1);
            }
            let until = now.saturating_add(LEASE);
            deployment.lease = Some(Lease { owner: owner.to_owned(), until });
        } else {
            deployment.lease = None;
        }
        let changeset = self.changeset(&Intent::by(Actor::sternway()));
        let over = next.deployment.phase.is_over();
        let owed = self.owed(&before.deployment, &next);
        let committed = async {
            let changeset = self.deploying(changeset, before, next).await?;
            // What follows for the routers is the next event.
            Ok(self.commit_alone(&changeset).await?)
        };
        let committed = committed.await;
        self.tell_owed(&before.deployment, owed, &committed).await;
        match committed {
            Ok(_) => {
                if over {
                    self.let_go(&before.deployment).await?;
                }
                Ok(Wrote::It)
            }
            Err(ControlError::Store(err)) if is_lost_race(&err) || is_condemned(&err) => {
                Ok(Wrote::Lost)
            }
            Err(ControlError::Store(err)) if is_frozen(&err) => {
                let seen = self.freeze_of(&before.deployment.environment).await?;
                Ok(if seen.is_some() { Wrote::Lost } else { Wrote::Behind })
            }
            Err(err) => Err(err),
        }
    }

    /// Has routers know nothing any more of a deployment that is over. Requests go as before, so that one
    /// that is away now is told with the next look.
    pub(super) async fn let_go(&self, of: &Deployment) -> Result<(), ControlError> {
        let mut away = Away::new();
        for member in &of.members {
            match self.route_all(&member.artifact, &of.environment, &mut away).await {
                Ok(_) | Err(ControlError::Router(_)) => (),
                Err(err) => return Err(err),
            }
        }
        Ok(())
    }

    /// A candidate that is not live yet and may not go live any more, if there is one.
    async fn unfit_of(
        &self,
        of: &Deployment,
        member: &Member,
    ) -> Result<Option<VersionNumber>, ControlError> {
        if of.is_live() {
            return Ok(None);
        }
        for candidate in member.candidates().filter(|candidate| of.may_run(member, *candidate)) {
            let digest = self.version(&member.artifact, candidate).await?.content.digest;
            let condemned = self.condemnation(&member.artifact, &of.environment, &digest).await?;
            if condemned.is_some() {
                return Ok(Some(candidate));
            }
        }
        Ok(None)
    }

    /// Whether another driver does something for it, and until when.
    fn is_driven_elsewhere(&self, deployment: &Deployment) -> Option<Timestamp> {
        let lease = deployment.lease.as_ref()?;
        let theirs = lease.owner != self.driver() && lease.until > self.now();
        // A clock that is far ahead of ours keeps nobody out for longer than a lease.
        theirs.then(|| lease.until.min(self.now().saturating_add(LEASE)))
    }

    /// A router did not answer. Going back does not wait for ever.
    async fn wait_for_router(
        &self,
        before: &Deployed,
        err: RouterError,
    ) -> Result<Driven, ControlError> {
        let looked = Event::Looked(sternway_deploy::Found::default());
        self.commit_driven(before, &looked).await?;
        let (environment, id) = (&before.deployment.environment, before.deployment.id);
        let Deployed { deployment, .. } = self.deployment(environment, id).await?;
        let over = deployment.phase.is_over();
        let due = (!over).then(|| self.now().saturating_add(AGAIN));
        Ok(Driven { deployment, due, trouble: Some(err.into()) })
    }
}

/// Whether somebody condemned a candidate since it was looked at.
pub(crate) fn is_condemned(err: &StoreError) -> bool {
    matches!(err, StoreError::Refused(why) if matches!(**why, Refusal::Condemned { .. }))
}
