//! Drives every deployment, and has routers do what the store wants.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    pin::pin,
    time::Duration,
};

use sternway_store::StoreError;
use sternway_types::{
    Applied, ArtifactId, At, Commit, DeploymentId, EnvironmentId, PointerMove, PointerName, Record,
    RecordKind, Route, Timestamp,
};

use super::{Driven, HealthChecks, Unrouted, awaited::Waiting};
use crate::{Control, ControlError, watch::Watch};

/// When a deployment that could not be driven is tried again.
const AGAIN: Duration = Duration::from_secs(1);
/// After how many looks at routers a deployment that waits for outcomes is looked at once more: whoever
/// counted the last one of them may have died before the deployment went on.
const STRAY: u32 = 12;

/// Drives every deployment of a namespace, as long as the store is open.
///
/// What it costs follows what happens: a deployment is looked at when it changed, when time does
/// something to it, and when outcomes were left that nobody judged. Whoever counts the outcomes that a step
/// waits for has it go on.
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
    /// When a window of the calendar opens or closes next, as far as that is known.
    pub(super) edge: Option<Timestamp>,
    /// Deployments that wait for others.
    pub(super) waiting: Waiting,
    /// Health checks that were asked for.
    checks: HealthChecks,
    /// What changed by an answer, and was not told yet.
    answered: HashSet<Which>,
    /// When routers and outcomes are looked at next, and behind which artifact that goes on.
    look: Timestamp,
    looked: Option<ArtifactId>,
    unrouted: Vec<Unrouted>,
    /// Why something could not be driven, which was not said yet.
    trouble: Option<ControlError>,
}

/// Where a deployment is, and its name.
pub(super) type Which = (EnvironmentId, DeploymentId);

impl Control {
    /// Drives every deployment, those that are under way first. Every so often it looks for outcomes that
    /// nobody judged, for runs that nobody reported in time, and for routers that forgot. On a runtime whose timer is on.
    pub fn drive(&self, every: Duration) -> Driver<'_> {
        let feed = self.watch(sternway_types::Revision::ZERO);
        Driver {
            control: self,
            every,
            feed,
            begun: false,
            due: BTreeMap::new(),
            of: HashMap::new(),
            edge: None,
            waiting: Waiting::default(),
            checks: HealthChecks::default(),
            answered: HashSet::new(),
            look: Timestamp::EPOCH,
            looked: None,
            unrouted: Vec::new(),
            trouble: None,
        }
    }
}

impl Driver<'_> {
    /// The deployments that were driven next and are somewhere else since, or in trouble; nothing once the
    /// store is closed. Giving up waiting loses nothing.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read or written now, and what else keeps a deployment
    /// from being driven. The others were driven all the same; a later call tries again.
    pub async fn next(&mut self) -> Result<Option<Vec<Driven>>, ControlError> {
        loop {
            if !self.begun {
                self.begin().await?;
            }
            match self.checks.say(self.control).await {
                Ok(next) => self.go_on(next),
                // What cannot be said of one deployment keeps nobody from driving the others.
                Err(err) => self.say(Some(err)),
            }
            let driven = self.round().await;
            if !driven.is_empty() {
                return Ok(Some(driven));
            }
            if let Some(trouble) = self.trouble.take() {
                return Err(trouble);
            }
            self.watch_calendar().await?;
            self.look_around().await?;
            if !self.wait().await {
                return Ok(None);
            }
            self.follow().await?;
        }
    }

    /// Says what is in the way of one thing when all others were done; the first of several.
    pub(super) fn say(&mut self, trouble: Option<ControlError>) {
        self.trouble = self.trouble.take().or(trouble);
    }

    /// Looks at deployments again whose health was asked for.
    fn go_on(&mut self, next: Vec<(EnvironmentId, DeploymentId, Timestamp)>) {
        for (environment, id, due) in next {
            let which = (environment, id);
            if due <= self.control.now() {
                self.answered.insert(which.clone());
            }
            self.due.insert(which, due);
        }
    }

    async fn begin(&mut self) -> Result<(), ControlError> {
        let head = self.control.store.head(&self.control.namespace, At::Head).await?;
        if let Some(head) = head {
            self.feed.resume(head.revision);
        }
        let routes = self.control.all_records(RecordKind::Route, Record::into_route, "").await?;
        routes.into_iter().for_each(|route| self.know(&route));
        self.edge = Some(self.control.now());
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

    /// The routers that were last seen not to do what the store wants, and those that did not and do so
    /// since.
    #[must_use]
    pub fn unrouted(&self) -> &[Unrouted] {
        &self.unrouted
    }

    /// Drives what is due. What is in the way of one deployment is in the way of no other.
    async fn round(&mut self) -> Vec<Driven> {
        let now = self.control.now();
        let due: Vec<_> =
            self.due.iter().filter(|(_, at)| **at <= now).map(|(it, _)| it.clone()).collect();
        let mut moved = Vec::new();
        for which in due {
            match self.drive(&which).await {
                Ok(driven) => moved.extend(driven),
                Err(err) => {
                    self.due.insert(which, now.saturating_add(AGAIN));
                    self.say(Some(err));
                }
            }
        }
        moved
    }

    /// Drives one deployment, and answers with it if there is something to tell.
    async fn drive(&mut self, which: &Which) -> Result<Option<Driven>, ControlError> {
        let (environment, id) = which;
        let before = self.control.deployment(environment, *id).await?;
        let driven = self.control.drive_one(environment, *id).await?;
        self.checks.make(self.control, &driven.deployment);
        self.waiting.note(&driven.deployment);
        match driven.due {
            Some(at) => {
                let stray = sternway_deploy::awaits_outcomes(&driven.deployment)
                    .then(|| self.control.now().saturating_add(self.every.saturating_mul(STRAY)));
                self.due.insert(which.clone(), stray.map_or(at, |stray| at.min(stray)));
            }
            None => drop(self.due.remove(which)),
        }
        let moved = driven.deployment != before.deployment || self.answered.remove(which);
        let is_news = moved || driven.trouble.is_some();
        Ok(is_news.then_some(driven))
    }

    /// Every so often, has routers that forgot do again what the store wants, and looks for outcomes that
    /// nobody judged, or reported in time.
    async fn look_around(&mut self) -> Result<(), ControlError> {
        let now = self.control.now();
        if now >= self.look {
            self.look = now.saturating_add(self.every);
            self.look_for_outcomes().await?;
            self.unrouted = self.control.keep_routes(&mut self.looked).await?;
            // Requests were taken from its candidates: it goes back.
            for unrouted in self.unrouted.iter().filter(|it| it.is_withdrawn()) {
                let whose = (unrouted.environment.clone(), unrouted.artifact.clone());
                if let Some(id) = self.of.get(&whose) {
                    self.due.insert((whose.0, *id), now);
                }
            }
        }
        Ok(())
    }

    /// Waits until something is due, or committed; says no once the store is closed.
    async fn wait(&mut self) -> bool {
        let (control, now) = (self.control, self.control.now());
        let first = self.due.values().copied().chain(self.edge).min();
        let length = first.map_or(self.every, |at| at.since(now).min(self.every));
        let mut pause = pin!(sleep(length));
        tokio::select! {
            () = &mut pause => true,
            () = self.checks.next() => true,
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
                        // It is over, and what this driver told a router a moment ago may not be.
                        drop(self.control.assert_route(artifact, environment).await);
                    }
                    (_, Some(Record::Deployment(it))) if it.phase.is_over() => {
                        self.look_at_what_waits_for(it);
                    }
                    (before, Some(Record::Deployment(it))) => {
                        if before.is_none() {
                            self.look_at_what_waits_for(it);
                        }
                        self.due.insert((it.environment.clone(), it.id), self.control.now());
                    }
                    (_, Some(Record::Environment(it))) => {
                        self.edge = Some(self.control.now());
                        self.look_at_all_of(&it.id);
                    }
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
            // A router that is away is told again with the next look.
            None => drop(self.control.assert_route(&moved.artifact, environment).await),
        }
    }
}

async fn sleep(pause: Duration) {
    #[expect(clippy::disallowed_methods, reason = "time is what some steps wait for")]
    tokio::time::sleep(pause).await;
}
