//! Begins a deployment.

use std::collections::BTreeMap;

use sternway_deploy::{Event, Next, Write};
use sternway_store::{Refusal, StoreError};
use sternway_types::{
    ArtifactId, Change, Changeset, Deployment, DeploymentId, EnvironmentId, Force, Generation,
    Member, Plan, PointCause, PointerName, Precondition, Record, RecordKey, Regime, Route, Subject,
    VersionNumber, Weight,
};

use super::{Deployed, line::Lines};
use crate::{
    Control, ControlError, Intent,
    point::{NewPoint, is_about_a_point},
};

/// What is done about a deployment that is on its way already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OnSupersede {
    /// The new one is refused.
    #[default]
    Reject,
    /// The older one gives way, with everyone that waits behind it: its candidates have no runs any more before
    /// the new one begins.
    Replace,
    /// The new one waits for its turn, in the order in which they came, and begins by itself.
    Queue,
}

/// A deployment to be begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDeployment {
    /// What is to move, all of it together. Of an experiment every artifact is there several times, once with
    /// each candidate, in the order of their shares.
    pub members: Vec<(ArtifactId, VersionNumber)>,
    /// Where.
    pub environment: EnvironmentId,
    /// How.
    pub plan: Plan,
    /// Whether condemned candidates are pardoned. Only people may.
    pub force: Force,
    /// What is done about one that is on its way already.
    pub on_supersede: OnSupersede,
}

impl Control {
    /// What a deployment would be, checked as far as can be without beginning it.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotLive`] if nothing of an artifact is live there, so that there is nothing to
    /// compare with and to go back to; [`ControlError::AlreadyLive`] if a candidate is live;
    /// [`ControlError::Unroutable`] if a router cannot do what the plan asks for;
    /// [`ControlError::NoDeployment`] if it waits for what was never deployed there, and
    /// [`ControlError::WaitsInTurn`] if that waits for it; and [`ControlError::Store`] if a candidate, or what
    /// it would go back to, cannot be read, or is damaged.
    pub async fn plan_deployment(
        &self,
        new: &NewDeployment,
        intent: &Intent,
    ) -> Result<Deployment, ControlError> {
        let environment = &new.environment;
        let protection = self.environment(environment).await?;
        let plan = new.plan.clone().asking(protection.consent())?;
        self.probes.able(&plan)?;
        for (artifact, _) in &new.members {
            self.routers.able(artifact, environment, &plan)?;
        }
        let members = self.members(&new.members, environment).await?;
        let changeset = intent.id.unwrap_or_else(|| self.ids.changeset());
        let now = self.now();
        let deployment = Deployment {
            reason: intent.reason.clone(),
            ..Deployment::new(
                DeploymentId::from_uuid(changeset.as_uuid()),
                environment.clone(),
                members,
                plan,
                intent.actor.clone(),
                now,
            )
        };
        match deployment.refuses(None) {
            Some(problem) => {
                let id = deployment.id;
                Err(StoreError::from(Refusal::Deployment { id, problem }).into())
            }
            None => {
                self.may_wait(&deployment).await?;
                self.are_loadable(&deployment).await?;
                Ok(deployment)
            }
        }
    }

    /// Begins a deployment: what it is to do is frozen, what each candidate is held against is kept,
    /// and its first step is committed with it. It is driven by [`Control::drive`], in any process.
    ///
    /// # Errors
    ///
    /// Those of [`Control::plan_deployment`], and [`ControlError::Store`] with a refusal if another
    /// deployment of an artifact is on its way, or a candidate is condemned. [`ControlError::Route`] if as many
    /// wait for their turn already as may.
    pub async fn start_deployment(
        &self,
        new: &NewDeployment,
        intent: &Intent,
    ) -> Result<Deployed, ControlError> {
        if new.on_supersede == OnSupersede::Queue {
            return self.queue_deployment(new, intent).await;
        }
        let deployment = self.plan_deployment(new, intent).await?;
        if new.on_supersede == OnSupersede::Replace {
            self.make_way(&deployment).await?;
        }
        // As of the moment when its first step begins.
        let deployment = if new.on_supersede == OnSupersede::Replace {
            let id = deployment.id;
            Deployment { id, ..self.plan_deployment(new, intent).await? }
        } else {
            deployment
        };
        self.begin(deployment, new, intent).await
    }

    pub(super) async fn begin(
        &self,
        deployment: Deployment,
        new: &NewDeployment,
        intent: &Intent,
    ) -> Result<Deployed, ControlError> {
        let first = sternway_deploy::begin(deployment);
        let mut changeset = self.changeset(&Intent {
            id: Some(sternway_types::ChangesetId::from_uuid(first.deployment.id.as_uuid())),
            ..intent.clone()
        });
        if new.force == Force::Yes {
            for member in &first.deployment.members {
                changeset = self.pardoning(changeset, member, &new.environment).await?;
            }
        }
        let deployment = first.deployment.clone();
        let before = Deployed { deployment: deployment.clone(), generation: Generation::ZERO };
        let changeset = self.first_step(changeset, &before, first).await?;
        self.commit_with_point(changeset, &deployment).await?;
        self.deployment(&new.environment, deployment.id).await
    }

    /// What a first step is written as. It is the step of the moment at which what is live was looked at.
    pub(super) async fn first_step(
        &self,
        mut changeset: Changeset,
        before: &Deployed,
        first: Next,
    ) -> Result<Changeset, ControlError> {
        let (deployment, waits) = (first.deployment.clone(), first.writes.is_empty());
        if !first.writes.iter().any(|it| matches!(it, Write::Shift | Write::GoLive)) {
            for member in &deployment.members {
                let (artifact, generation) = (member.artifact.clone(), member.generation());
                let name = PointerName::Environment(deployment.environment.clone());
                changeset = changeset.when(Precondition::PointerAt { artifact, name, generation });
            }
        }
        let mut changeset = self.deploying(changeset, before, first).await?;
        if waits {
            // Nothing moves yet, and still there is one deployment at a time.
            let mut lines = Lines::default();
            for member in &deployment.members {
                changeset = self.routing(changeset, &deployment, member, &mut lines).await?;
            }
            changeset = lines.onto(changeset);
        }
        Ok(changeset)
    }

    /// Commits the first step, and with it a rollback point of what ran until then.
    pub(super) async fn commit_with_point(
        &self,
        changeset: Changeset,
        begun: &Deployment,
    ) -> Result<(), ControlError> {
        let (new, cause) = (NewPoint::of(begun.environment.clone()), PointCause::Before(begun.id));
        loop {
            let (pointing, _) = self.pointing(changeset.clone(), &new, cause).await?;
            match self.commit(&pointing).await {
                Ok(_) => return Ok(()),
                Err(err) if is_about_a_point(&err) => (),
                Err(err) => return Err(err.into()),
            }
        }
    }

    /// Takes a condemnation of a candidate away in the same commit, as a person wants.
    pub(super) async fn pardoning(
        &self,
        changeset: Changeset,
        member: &Member,
        environment: &EnvironmentId,
    ) -> Result<Changeset, ControlError> {
        let mut changeset = changeset;
        for candidate in member.candidates() {
            let digest = self.version(&member.artifact, candidate).await?.content.digest;
            let key = RecordKey::condemnation(&member.artifact, environment, &digest);
            if self.record_at(&key, Record::into_condemnation).await?.is_some() {
                changeset = changeset.then(Change::DeleteRecord(key));
            }
        }
        Ok(changeset)
    }

    /// Has the deployments that are in the way go back, those that wait first, and sees that they did.
    async fn make_way(&self, for_it: &Deployment) -> Result<(), ControlError> {
        let environment = &for_it.environment;
        for member in &for_it.members {
            let route = self.route(&member.artifact, environment).await?;
            let line: Vec<_> = route.iter().flat_map(Route::line).collect();
            for id in line.into_iter().rev() {
                self.happens(environment, id, &Event::Replaced { by: for_it.id }).await?;
                self.drive_one(environment, id).await?;
            }
        }
        Ok(())
    }

    /// What is to move, as it is now.
    pub(super) async fn members(
        &self,
        wanted: &[(ArtifactId, VersionNumber)],
        environment: &EnvironmentId,
    ) -> Result<Vec<Member>, ControlError> {
        let mut candidates: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (artifact, to) in wanted {
            candidates.entry(artifact).or_default().push(*to);
        }
        let mut members = Vec::with_capacity(candidates.len());
        for (artifact, candidates) in candidates {
            members.push(self.member(artifact, &candidates, environment).await?);
        }
        Ok(members)
    }

    async fn member(
        &self,
        artifact: &ArtifactId,
        candidates: &[VersionNumber],
        environment: &EnvironmentId,
    ) -> Result<Member, ControlError> {
        let (pointer, live) = self.live_version(artifact, environment).await?;
        for candidate in candidates {
            if live.number == *candidate {
                let (artifact, environment) = (artifact.clone(), environment.clone());
                return Err(ControlError::AlreadyLive {
                    artifact,
                    environment,
                    version: *candidate,
                });
            }
            self.version(artifact, *candidate).await?;
        }
        // Whoever lists an artifact does so with a version.
        let (to, rivals) = match candidates {
            [to, rivals @ ..] => (*to, rivals.to_vec()),
            [] => (live.number, Vec::new()),
        };
        let generation = pointer.generation;
        let subject = Subject {
            artifact: artifact.clone(),
            environment: environment.clone(),
            version: to,
            generation,
        };
        let baseline = self.freeze_live(&subject, live.number).await?;
        Ok(Member {
            artifact: artifact.clone(),
            from: live.number,
            to,
            rivals,
            regimes: vec![Regime {
                generation,
                weight: Weight::ZERO,
                arms: Vec::new(),
                shadow: Weight::ZERO,
                matched: false,
            }],
            baseline: (baseline.known() > 0).then(|| Box::new(baseline)),
        })
    }
}

/// What a deployment is to bring, as whoever starts one names it.
pub(super) fn candidates_of(deployment: &Deployment) -> Vec<(ArtifactId, VersionNumber)> {
    let members = deployment.members.iter();
    members.flat_map(|of| of.candidates().map(|to| (of.artifact.clone(), to))).collect()
}
