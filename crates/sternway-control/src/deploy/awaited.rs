//! Deployments that wait for those of other artifacts.

use std::collections::{BTreeMap, BTreeSet};

use sternway_deploy::{Awaited, Event};
use sternway_store::{Limit, StoreError};
use sternway_types::{
    ArtifactId, At, Deployment, EnvironmentId, Pause, Phase, Record, RecordKey, Revision, Step,
};

use super::{Driver, driver::Which};
use crate::{Control, ControlError};

/// How many states of a route are read for whoever had it: it changes when somebody queues or leaves, and a queue
/// has an end.
const MOST_ROUTES: usize = 64;

impl Control {
    /// What became of the deployment that a step waits for; nothing if it waits for none, or that says nothing
    /// new.
    pub(super) async fn awaited(
        &self,
        deployment: &Deployment,
    ) -> Result<Option<Event>, ControlError> {
        let Some(Step::After(artifact)) = deployment.current() else { return Ok(None) };
        let held = deployment.pauses.iter().any(|pause| *pause != Pause::Unmet);
        if deployment.phase != Phase::Running || !deployment.routed || held {
            return Ok(None);
        }
        let other = self.newest_of(artifact, &deployment.environment).await?;
        // One that was there is never gone; what is not known keeps everything where it is.
        let other = match other.map(|other| other.phase) {
            Some(Phase::Completed) => Awaited::Completed,
            Some(phase) if phase.is_over() => Awaited::EndedOtherwise,
            Some(_) | None => Awaited::UnderWay,
        };
        let knows = deployment.pauses.contains(&Pause::Unmet);
        let is_news = match other {
            Awaited::Completed => true,
            Awaited::UnderWay => knows,
            Awaited::EndedOtherwise => !knows,
        };
        Ok(is_news.then_some(Event::Awaited { step: deployment.step, other }))
    }

    /// The deployment of an artifact that is under way, or else the one that began last, whether or not it ever
    /// moved anything. One that waits for its turn has not begun.
    ///
    /// The route of an artifact names whose it is, from the first commit of a deployment to its last: so who had it
    /// last is what the route was before it was taken away, and costs as much among ten thousand as among ten.
    pub(super) async fn newest_of(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Option<Deployment>, ControlError> {
        let (key, mut at) = (RecordKey::route(artifact, environment), At::Head);
        for _ in 0..MOST_ROUTES {
            let entry = match self.store.record(&self.namespace, &key, at).await {
                // Which route it was has been let go.
                Err(StoreError::Compacted { .. }) => break,
                entry => entry?,
            };
            let Some(entry) = entry else { break };
            let route = entry.record.and_then(Record::into_route);
            if let Some(id) = route.and_then(|route| route.deployment()) {
                let deployment = self.deployment(environment, id).await?.deployment;
                if began(&deployment) {
                    return Ok(Some(deployment));
                }
            }
            at = At::Revision(Revision::new(entry.revision.get().saturating_sub(1)));
        }
        self.newest_of_all(artifact, environment).await
    }

    /// The same, by looking through all of the environment's: where the artifact never was deployed, or that was let
    /// go. One that left the queue before its turn counts as well: in doubt, whoever waits is held.
    async fn newest_of_all(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Option<Deployment>, ControlError> {
        let (mut newest, mut after): (Option<Deployment>, _) = (None, None);
        loop {
            let page = self.deployments(environment, after, Limit::MAX).await?;
            let Some(last) = page.last() else { return Ok(newest) };
            after = Some(last.id);
            let moves = |it: &Deployment| it.members.iter().any(|it| it.artifact == *artifact);
            let page = page.into_iter().filter(began);
            let newest_here = page.filter(moves).max_by_key(|it| (it.started, it.id));
            newest = newest.into_iter().chain(newest_here).max_by_key(|it| (it.started, it.id));
        }
    }

    /// Refuses to wait for what was never deployed, or for what waits itself for what is to begin.
    pub(super) async fn may_wait(&self, new: &Deployment) -> Result<(), ControlError> {
        let environment = &new.environment;
        for artifact in new.plan.awaits(0) {
            if self.newest_of(artifact, environment).await?.is_none() {
                let (environment, what) = (environment.clone(), format!("of {artifact}"));
                return Err(ControlError::NoDeployment { environment, what });
            }
        }
        let moves = |other: &ArtifactId| new.members.iter().any(|it| it.artifact == *other);
        let mut ahead: Vec<_> = new.plan.awaits(0).cloned().collect();
        let mut seen = BTreeSet::new();
        while let Some(artifact) = ahead.pop() {
            if !seen.insert(artifact.clone()) {
                continue;
            }
            let other = self.deployment_of(&artifact, environment).await?;
            let Some(other) = other.map(|it| it.deployment) else { continue };
            for awaited in other.plan.awaits(other.step) {
                if moves(awaited) {
                    let awaited = awaited.clone();
                    return Err(ControlError::WaitsInTurn { artifact, awaited });
                }
                ahead.push(awaited.clone());
            }
        }
        Ok(())
    }
}

/// Whether a deployment does not wait for its turn.
fn began(deployment: &Deployment) -> bool {
    deployment.phase != Phase::Queued
}

/// The deployments that wait for others, and for which artifact's.
#[derive(Debug, Default)]
pub(super) struct Waiting(BTreeMap<Which, ArtifactId>);

impl Waiting {
    /// Learns where a deployment is.
    pub(super) fn note(&mut self, deployment: &Deployment) {
        let which = (deployment.environment.clone(), deployment.id);
        match deployment.current().and_then(Step::awaits) {
            Some(other) if !deployment.phase.is_over() => {
                self.0.insert(which, other.clone());
            }
            Some(_) | None => drop(self.0.remove(&which)),
        }
    }
}

impl Driver<'_> {
    /// A deployment began or ended: whoever waits for it is looked at now.
    pub(super) fn look_at_what_waits_for(&mut self, other: &Deployment) {
        let now = self.control.now();
        let waits = self.waiting.0.iter().filter(|((environment, _), artifact)| {
            *environment == other.environment
                && other.members.iter().any(|member| member.artifact == **artifact)
        });
        self.due.extend(waits.map(|(which, _)| (which.clone(), now)));
    }
}
