//! Drives deployments: load, decide, commit, perform, until nothing is left to do.

use std::{
    collections::{BTreeMap, HashMap},
    pin::pin,
    time::Duration,
};

use sternway_deploy::{Event, due};
use sternway_provider::RouterError;
use sternway_store::{Refusal, StoreError};
use sternway_types::{
    Actor, Applied, ArtifactId, At, Commit, Deployment, DeploymentId, EnvironmentId, Lease, Member,
    MoveCause, Phase, PointerMove, PointerName, Record, RecordKind, RollbackTrigger, Route,
    Timestamp,
};

use super::{Deployed, frozen::is_frozen, health::Asked, is_lost_race};
use crate::{Control, ControlError, Intent, watch::Watch};

/// For how long whoever does something for a deployment keeps others from doing it too.
const LEASE: Duration = Duration::from_secs(10);
/// When a router that did not follow is asked again.
const AGAIN: Duration = Duration::from_secs(1);

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
        loop {
            let before = self.deployment(environment, id).await?;
            let deployment = &before.deployment;
            // What is only tried changes nothing, and would be driven for ever.
            if deployment.phase.is_over() || self.is_rehearsal() {
                return Ok(Driven { deployment: before.deployment, due: None, trouble: None });
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
            if !self.commit_driven(&before, &event).await? {
                let due = match due(deployment, self.now()) {
                    Some(due) => Some(due),
                    None => self.thaws(deployment).await?,
                };
                return Ok(Driven { deployment: before.deployment, due, trouble: None });
            }
        }
    }

    /// What happens next to a deployment: what is live was moved, the routers follow, or time passed.
    /// Nothing if it is to be looked at again.
    async fn next_event(&self, deployment: &Deployment) -> Result<Option<Event>, ControlError> {
        if deployment.phase == Phase::Running
            && let Some(event) = self.moved_by_others(deployment).await?
        {
            return Ok(Some(event));
        }
        if let Some(event) = self.freezes(deployment).await? {
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
                // A newer route than ours: look again at what is live.
                Err(ControlError::Router(RouterError::Older { .. })) => {
                    return Ok(Some(Event::Overtaken { artifact: member.artifact.clone() }));
                }
                Err(err) => return Err(err),
            }
        }
        Ok(Some(Event::Routed))
    }

    /// Whether somebody else moved what is live, or condemned a candidate that is not.
    async fn moved_by_others(
        &self,
        deployment: &Deployment,
    ) -> Result<Option<Event>, ControlError> {
        let name = PointerName::Environment(deployment.environment.clone());
        for member in &deployment.members {
            let Member { artifact, regimes, .. } = member;
            let pointer = self.pointer(artifact, &name).await?;
            let ours = regimes.last().map(|regime| regime.generation);
            if pointer.map(|pointer| pointer.generation) == ours {
                if self.is_unfit(deployment, member).await? {
                    return Ok(Some(Event::TakenBack { artifact: artifact.clone() }));
                }
                continue;
            }
            let limit = sternway_store::Limit::new(1);
            let moves = self.store.moves(&self.namespace, artifact, &name, None, limit).await?;
            let by_policy = moves.first().is_some_and(|moved| {
                matches!(&moved.cause, MoveCause::RolledBack(RollbackTrigger::Policy(_)))
            });
            let artifact = artifact.clone();
            return Ok(Some(if by_policy {
                Event::TakenBack { artifact }
            } else {
                Event::Overtaken { artifact }
            }));
        }
        Ok(None)
    }

    /// Commits what an event comes to, as the driver of the deployment. Says whether anything changed, or
    /// somebody was faster, so that there is more to do.
    async fn commit_driven(&self, before: &Deployed, event: &Event) -> Result<bool, ControlError> {
        let now = self.now();
        let next = sternway_deploy::advance(&before.deployment, event, now)?;
        let Some(mut next) = next else { return Ok(false) };
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
        let changeset = self.deploying(changeset, before, next).await?;
        match self.commit(&changeset).await {
            Ok(_) => Ok(true),
            Err(err) if is_lost_race(&err) || is_condemned(&err) || is_frozen(&err) => Ok(true),
            Err(err) => Err(err.into()),
        }
    }

    /// Whether a candidate that is not live yet may not go live any more.
    async fn is_unfit(&self, of: &Deployment, member: &Member) -> Result<bool, ControlError> {
        if of.is_live() {
            return Ok(false);
        }
        let digest = self.version(&member.artifact, member.to).await?.content.digest;
        let condemned = self.condemnation(&member.artifact, &of.environment, &digest).await?;
        Ok(condemned.is_some())
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
fn is_condemned(err: &StoreError) -> bool {
    matches!(err, StoreError::Refused(why) if matches!(**why, Refusal::Condemned { .. }))
}

/// Drives every deployment of a namespace, as long as the store is open.
///
/// What it costs follows what happens: a deployment is looked at when it changed, when time does
/// something to it, and every so often while it waits for outcomes, which ring no bell.
#[derive(Debug)]
#[must_use = "nothing is driven until its next round is awaited"]
pub struct Driver<'a> {
    pub(super) control: &'a Control,
    every: Duration,
    feed: Watch,
    begun: bool,
    pub(super) due: BTreeMap<Which, Timestamp>,
    /// Whose pointer belongs to which deployment.
    pub(super) of: HashMap<(EnvironmentId, ArtifactId), DeploymentId>,
    pub(super) asked: Asked,
}

/// Where a deployment is, and its name.
pub(super) type Which = (EnvironmentId, DeploymentId);

impl Control {
    /// Drives every deployment, those that are under way first. While one waits for outcomes, it is looked
    /// at every so often. On a runtime whose timer is on.
    pub fn drive(&self, every: Duration) -> Driver<'_> {
        let feed = self.watch(sternway_types::Revision::ZERO);
        Driver {
            control: self,
            every,
            feed,
            begun: false,
            due: BTreeMap::new(),
            of: HashMap::new(),
            asked: Asked::default(),
        }
    }
}

impl Driver<'_> {
    /// The deployments that were driven next and are somewhere else since, or in trouble; nothing once the
    /// store is closed. Giving up waiting loses nothing.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read or written now; the next call tries again.
    pub async fn next(&mut self) -> Result<Option<Vec<Driven>>, ControlError> {
        loop {
            if !self.begun {
                self.begin().await?;
            }
            let driven = self.round().await?;
            if !driven.is_empty() {
                return Ok(Some(driven));
            }
            if !self.wait().await {
                return Ok(None);
            }
            self.follow().await?;
        }
    }

    async fn begin(&mut self) -> Result<(), ControlError> {
        let head = self.control.store.head(&self.control.namespace, At::Head).await?;
        if let Some(head) = head {
            self.feed.resume(head.revision);
        }
        let routes = self.control.all_records(RecordKind::Route, Record::into_route, "").await?;
        routes.into_iter().for_each(|route| self.know(&route));
        self.begun = true;
        Ok(())
    }

    /// A deployment that is on its way is looked at now.
    fn know(&mut self, route: &Route) {
        let Some(id) = route.deployment() else { return };
        let environment = route.environment().clone();
        self.of.insert((environment.clone(), route.artifact().clone()), id);
        self.due.insert((environment, id), self.control.now());
    }

    /// Drives what is due.
    async fn round(&mut self) -> Result<Vec<Driven>, ControlError> {
        self.take_answers().await?;
        let now = self.control.now();
        let due: Vec<_> =
            self.due.iter().filter(|(_, at)| **at <= now).map(|(it, _)| it.clone()).collect();
        let mut moved = Vec::new();
        for which in due {
            let (environment, id) = &which;
            let before = self.control.deployment(environment, *id).await?;
            let driven = self.control.drive_one(environment, *id).await?;
            self.ask_after(&which, &driven.deployment);
            match driven.due {
                Some(at) => {
                    let soon = self.control.now().saturating_add(self.every);
                    self.due.insert(which, at.min(soon));
                }
                None => drop(self.due.remove(&which)),
            }
            if driven.deployment != before.deployment || driven.trouble.is_some() {
                moved.push(driven);
            }
        }
        Ok(moved)
    }

    /// Waits until something is due, or committed; says no once the store is closed.
    async fn wait(&mut self) -> bool {
        let (control, now) = (self.control, self.control.now());
        let first = self.due.values().min().copied();
        let length = first.map_or(self.every, |at| at.since(now).min(self.every));
        let mut pause = pin!(sleep(length));
        tokio::select! {
            () = &mut pause => true,
            () = self.asked.next() => true,
            woken = control.store.wait(&control.namespace, self.feed.position()) => match woken {
                Ok(_) => true,
                Err(StoreError::Closed) => false,
                Err(_) => { pause.await; true }
            },
        }
    }

    /// Learns from the feed which deployments changed, and has routers follow what is live.
    async fn follow(&mut self) -> Result<(), ControlError> {
        loop {
            match self.feed.try_next().await {
                Ok(Some(commit)) => self.heard(&commit).await,
                Ok(None) => return Ok(()),
                Err(ControlError::Store(StoreError::Compacted { .. })) => {
                    return self.begin().await;
                }
                Err(err) => return Err(err),
            }
        }
    }

    async fn heard(&mut self, commit: &Commit) {
        for applied in &commit.applied {
            match applied {
                Applied::RecordChanged(change) => match (&change.before, &change.after) {
                    (_, Some(Record::Route(route))) => self.know(route),
                    (Some(Record::Route(route)), None) => {
                        let (environment, artifact) = (route.environment(), route.artifact());
                        self.of.remove(&(environment.clone(), artifact.clone()));
                    }
                    (_, Some(Record::Deployment(it))) if !it.phase.is_over() => {
                        self.due.insert((it.environment.clone(), it.id), self.control.now());
                    }
                    (_, Some(Record::Environment(it))) => self.look_at_all_of(&it.id),
                    _ => (),
                },
                Applied::PointerMoved(moved) => self.heard_move(moved).await,
                Applied::NamespaceCreated | Applied::VersionAdded(_) => (),
            }
        }
    }

    async fn heard_move(&mut self, moved: &PointerMove) {
        let PointerName::Environment(environment) = &moved.name else { return };
        let whose = (environment.clone(), moved.artifact.clone());
        match self.of.get(&whose) {
            Some(id) => drop(self.due.insert((environment.clone(), *id), self.control.now())),
            // A router that is away is told again with the next move; a deployment's is told until it follows.
            None => drop(self.control.assert_route(&moved.artifact, environment).await),
        }
    }
}

async fn sleep(pause: Duration) {
    #[expect(
        clippy::disallowed_methods,
        reason = "time is what some steps wait for, and outcomes ring no bell"
    )]
    tokio::time::sleep(pause).await;
}
