//! What must hold after every turn, read off the feed and the router.

use std::collections::{BTreeMap, BTreeSet};

use sternway::types::{
    Applied, ArtifactId, Commit, Deployment, DeploymentId, Environment, Generation, LatchAction,
    MoveCause, Phase, PointerMove, PointerName, Record, RecordChange, Revision, RollbackTrigger,
    Route, Step, VersionNumber, Weight, Withdrawal,
};

use super::{gates::Gates, router::SimRouter};
use crate::sim::Failure;

/// What was committed so far.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) read: Revision,
    live: BTreeMap<ArtifactId, (Generation, VersionNumber)>,
    /// Whose pointer was moved last by somebody else than a deployment: whoever follows the feed tells
    /// the router, and here nobody does.
    moved_past: BTreeSet<ArtifactId>,
    routes: BTreeMap<ArtifactId, Route>,
    /// What the store wanted of the routers under a generation, and the first commit that did.
    wanted: BTreeMap<(ArtifactId, Generation), (Revision, Vec<Route>)>,
    pub(super) deployments: BTreeMap<DeploymentId, Deployment>,
    pub(super) gates: Gates,
    /// The deployments in the order in which they came.
    arrived: Vec<DeploymentId>,
    environment: Option<Environment>,
    /// Whether nothing may go forward at the time of the commit that is looked at.
    frozen: bool,
    latches: BTreeSet<String>,
    withdrawn: BTreeSet<(DeploymentId, VersionNumber)>,
    /// The newest generation that the router had.
    seen: BTreeMap<ArtifactId, Generation>,
    /// Of which deployment a router took the requests from which versions, and whether those were live.
    taken: BTreeMap<ArtifactId, Taken>,
    /// The newest commit when the router last forgot everything.
    forgot: Option<Revision>,
}

/// What requests were taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Taken {
    deployment: Option<DeploymentId>,
    lost: Vec<VersionNumber>,
    live: bool,
}

fn broken(words: String) -> Failure {
    Failure::Broken(words)
}

impl Ledger {
    pub(super) fn forgot(&mut self) {
        self.seen.clear();
        self.taken.clear();
        self.forgot = Some(self.read);
    }

    /// Whether the router must show what is wanted without being told again: it forgot nothing, and
    /// nobody moved the pointer past a deployment.
    pub(super) fn is_told(&self, artifact: &ArtifactId) -> bool {
        self.forgot.is_none() && !self.moved_past.contains(artifact)
    }

    pub(super) fn under_way(&self) -> Vec<&Deployment> {
        self.deployments.values().filter(|it| !it.phase.is_over()).collect()
    }

    /// The route of an artifact as the store has it.
    pub(super) fn wants(&self, artifact: &ArtifactId) -> Option<Route> {
        let (generation, version) = self.live.get(artifact)?;
        let route = self.routes.get(artifact).filter(|it| it.generation() == *generation);
        let environment = super::production();
        Some(
            route.cloned().unwrap_or_else(|| {
                Route::whole(artifact.clone(), environment, *generation, *version)
            }),
        )
    }

    /// A commit, and what the router shows at that moment.
    pub(super) fn hear(&mut self, commit: &Commit, router: &SimRouter) -> Result<(), Failure> {
        self.read = commit.revision;
        self.gates.by_person = !commit.actor.is_automation();
        let environment = self.environment.as_ref();
        self.frozen = environment.is_some_and(|it| it.freeze_at(commit.at).is_some());
        for applied in &commit.applied {
            match applied {
                Applied::PointerMoved(moved) => self.moved(moved)?,
                Applied::RecordChanged(change) => self.changed(change, router)?,
                Applied::NamespaceCreated | Applied::VersionAdded(_) => (),
            }
        }
        let artifacts: Vec<_> = self.live.keys().cloned().collect();
        for artifact in artifacts {
            if let Some(route) = self.wants(&artifact) {
                let key = (artifact, route.generation());
                let (_, wanted) =
                    self.wanted.entry(key).or_insert_with(|| (commit.revision, Vec::new()));
                if !wanted.contains(&route) {
                    wanted.push(route);
                }
            }
        }
        self.look_at_gates();
        self.one_at_a_time()
    }

    fn moved(&mut self, moved: &PointerMove) -> Result<(), Failure> {
        let forward = matches!(moved.cause, MoveCause::Promoted | MoveCause::Deployed(_));
        if forward && self.frozen {
            return Err(broken(format!("it was frozen, and {moved:?}")));
        }
        if let (PointerName::Environment(_), Some(to)) = (&moved.name, moved.to) {
            self.live.insert(moved.artifact.clone(), (moved.generation, to));
            let of_deployment = matches!(
                moved.cause,
                MoveCause::Shifted(_)
                    | MoveCause::Deployed(_)
                    | MoveCause::RolledBack(RollbackTrigger::Manual)
            );
            if of_deployment {
                self.moved_past.remove(&moved.artifact);
            } else {
                self.moved_past.insert(moved.artifact.clone());
            }
        }
        Ok(())
    }

    fn changed(&mut self, change: &RecordChange, router: &SimRouter) -> Result<(), Failure> {
        match (&change.before, &change.after) {
            (before, Some(Record::Deployment(after))) => {
                let before = before.clone().and_then(Record::into_deployment);
                self.may_have(after, before.as_deref())?;
                self.in_turn(after, before.as_deref())?;
                self.goes_back(after)?;
                if let Some(before) = before {
                    goes_on(&before, after)?;
                    self.passes(&before, after)?;
                    self.followed(&before, after, router)?;
                }
                self.deployments.insert(after.id, (**after).clone());
            }
            (_, Some(Record::Environment(it))) => self.environment = Some(it.clone()),
            (_, Some(Record::Route(route))) => {
                self.routes.insert(route.artifact().clone(), (**route).clone().unqueued());
            }
            (Some(Record::Route(route)), None) => {
                self.routes.remove(route.artifact());
            }
            (_, Some(record @ Record::Latch(latch))) => {
                let name = record.key().name().to_owned();
                if !self.latches.insert(name.clone()) {
                    return Err(broken(format!("{name} was latched twice")));
                }
                if let LatchAction::Withdrawn { deployment } = &latch.action
                    && !self.withdrawn.insert((*deployment, latch.version))
                {
                    return Err(broken(format!("{deployment} was taken back twice")));
                }
            }
            _ => (),
        }
        Ok(())
    }

    /// No candidate gets more runs where it is frozen, or before somebody agreed who was asked.
    fn may_have(&self, after: &Deployment, before: Option<&Deployment>) -> Result<(), Failure> {
        let none = Weight::ZERO;
        let more = before.map_or_else(
            || (after.weight, after.shadow) != (none, none) || after.matched.is_some(),
            |before| after.has_more_than(before),
        );
        if more && self.frozen {
            return Err(broken(format!("it was frozen, and {} has more runs", after.id)));
        }
        if more && !after.objections.is_empty() {
            return Err(broken(format!("somebody said no, and {} has more runs", after.id)));
        }
        let asks = after.plan.steps().iter().any(|step| matches!(step, Step::Approve { .. }));
        if more && asks && after.approvals.is_empty() {
            return Err(broken(format!("nobody agreed, and {} has more runs", after.id)));
        }
        // By the clock of who gave them, when they had none.
        let first = more && before.is_none_or(|before| !before.has_run());
        let mut consents = after.plan.steps().iter().filter_map(Step::asks);
        if first && consents.any(|it| !after.lacks(it, after.since).is_nothing()) {
            return Err(broken(format!("who agreed was no owner, or too early: {}", after.id)));
        }
        Ok(())
    }

    /// Whoever begins does so after everyone who came before, with each of its artifacts.
    fn in_turn(&mut self, after: &Deployment, before: Option<&Deployment>) -> Result<(), Failure> {
        let waited = before.is_none_or(|before| before.phase == Phase::Queued);
        if waited && after.phase == Phase::Running {
            let earlier = self.arrived.iter().take_while(|id| **id != after.id);
            let mut earlier = earlier.filter_map(|id| self.deployments.get(id));
            let moves = |it: &Deployment| {
                it.members
                    .iter()
                    .any(|of| after.members.iter().any(|it| it.artifact == of.artifact))
            };
            if let Some(other) = earlier.find(|it| !it.phase.is_over() && moves(it)) {
                return Err(broken(format!("{} overtakes {}", after.id, other.id)));
            }
        }
        if waited && after.phase == Phase::Running {
            self.gates.begun.push(after.id);
        }
        if before.is_none() {
            self.arrived.push(after.id);
        }
        Ok(())
    }

    /// What requests were taken from goes back. Of what was live already, somebody may have waived the proof
    /// between a look and a commit.
    fn goes_back(&self, after: &Deployment) -> Result<(), Failure> {
        let of = |it: &&Taken| it.deployment == Some(after.id) && !it.live;
        if after.phase == Phase::Completed
            && let Some(taken) = self.taken.values().find(of)
        {
            return Err(broken(format!("{} is completed, and lost {:?}", after.id, taken.lost)));
        }
        Ok(())
    }

    fn one_at_a_time(&self) -> Result<(), Failure> {
        let mut busy = BTreeMap::new();
        let began = |it: &&Deployment| it.phase != Phase::Queued;
        for deployment in self.under_way().into_iter().filter(began) {
            for member in &deployment.members {
                if let Some(other) = busy.insert(&member.artifact, deployment.id) {
                    let id = deployment.id;
                    return Err(broken(format!("{id} and {other} move the same artifact")));
                }
            }
        }
        Ok(())
    }

    /// Whoever says that the routers follow was right.
    fn followed(
        &self,
        before: &Deployment,
        after: &Deployment,
        router: &SimRouter,
    ) -> Result<(), Failure> {
        let ended = after.phase.is_over() && after.phase != Phase::Halted;
        let same = (before.weight, before.shadow, &before.split, &before.matched)
            == (after.weight, after.shadow, &after.split, &after.matched);
        if before.routed || !(after.routed || ended) || !same {
            return Ok(());
        }
        for member in &before.members {
            let generation = member.generation();
            let key = (member.artifact.clone(), generation);
            let since = self.wanted.get(&key).map_or(Revision::ZERO, |(since, _)| *since);
            let shown = router.shows(&member.artifact).map(|route| route.generation());
            if shown < Some(generation) && self.forgot.is_none_or(|forgot| forgot < since) {
                return Err(broken(format!(
                    "{} is {} and asked for {generation}, and the router is at {shown:?}",
                    after.id, after.phase,
                )));
            }
        }
        Ok(())
    }

    /// What the router shows is something that was wanted once, and nothing older than before.
    pub(super) fn look(&mut self, router: &SimRouter) -> Result<(), Failure> {
        for artifact in self.live.keys() {
            let Some(route) = router.shows(artifact) else { continue };
            let generation = route.generation();
            let wanted = self.wanted.get(&(artifact.clone(), generation));
            let routes = wanted.map(|(_, routes)| &routes[..]).unwrap_or_default();
            if let Some(withdrawal) = route.withdrawal() {
                let of = routes.iter().find(|it| is_withdrawn(it, &route, withdrawal));
                let of = of.ok_or_else(|| broken(format!("nobody could withdraw {route:?}")))?;
                let lost = route.candidates().iter().map(|arm| arm.version).collect();
                let live = !of.runs_any_but(of.live().version);
                let taken = Taken { deployment: route.deployment(), lost, live };
                self.taken.insert(artifact.clone(), taken);
            } else if !routes.contains(&route) {
                return Err(broken(format!("nobody ever wanted {route:?}")));
            }
            if let Some(taken) = self.taken.get(artifact)
                && taken.deployment.is_some()
                && taken.deployment == route.deployment()
                && taken.lost.iter().any(|lost| route.runs(*lost))
            {
                return Err(broken(format!("requests were taken away, and it has {route:?}")));
            }
            let seen = self.seen.entry(artifact.clone()).or_insert(generation);
            if *seen > generation {
                return Err(broken(format!("the router went from {seen} back to {generation}")));
            }
            *seen = generation;
        }
        Ok(())
    }
}

/// Whether a route is one that was wanted, of which all requests were given to one version.
fn is_withdrawn(wanted: &Route, route: &Route, withdrawal: &Withdrawal) -> bool {
    wanted.clone().withdrawn(route.live().version, withdrawal.clone()) == *route
}

/// What a deployment may become.
fn goes_on(before: &Deployment, after: &Deployment) -> Result<(), Failure> {
    let id = after.id;
    if before.phase.is_over() {
        return Err(broken(format!("{id} was over, and is {after:?}")));
    }
    if after.step < before.step {
        return Err(broken(format!("{id} went from step {} to {}", before.step, after.step)));
    }
    if before.phase == Phase::RollingBack
        && (after.has_more_than(before) || after.phase == Phase::Running)
    {
        return Err(broken(format!("{id} was on its way back, and is {after:?}")));
    }
    if after.fence < before.fence {
        return Err(broken(format!("{id} has an older driver")));
    }
    Ok(())
}
