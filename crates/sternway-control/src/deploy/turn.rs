//! Deployments that wait for their turn, and begin when it has come.

use sternway_deploy::{Event, begin_at};
use sternway_store::{Refusal, StoreError};
use sternway_types::{Actor, Change, Deployment, Force, Phase, Reason, Record, Timestamp};

use super::{
    Deployed, NewDeployment, drive::AGAIN, frozen::is_frozen, is_lost_race, line::Lines,
    start::candidates_of,
};
use crate::{Control, ControlError, Intent};

/// What became of a deployment that waited for its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It goes on waiting, and nothing changes that but an event, or this time.
    Waits(Option<Timestamp>),
    /// It began, or ended, or somebody was faster: there is more to look at.
    Came,
}

impl Control {
    /// Has a deployment wait behind those that came before, with all its artifacts at once so that every line
    /// sees the same order. Where nobody is before it, it begins.
    pub(super) async fn queue_deployment(
        &self,
        new: &NewDeployment,
        intent: &Intent,
    ) -> Result<Deployed, ControlError> {
        let id = intent.id.unwrap_or_else(|| self.ids.changeset());
        let intent = &Intent { id: Some(id), ..intent.clone() };
        loop {
            let deployment = self.plan_deployment(new, intent).await?;
            let (environment, id) = (deployment.environment.clone(), deployment.id);
            let (mut lines, mut stands, mut free) = (Lines::default(), false, true);
            for member in &deployment.members {
                let line = self.line(&mut lines, &member.artifact, &environment).await?;
                stands |= line.route.iter().any(|route| route.line().any(|it| it == id));
                free &= line.route.is_none();
            }
            if stands {
                return self.deployment(&environment, id).await;
            }
            let done = if free {
                self.begin(deployment, new, intent).await
            } else {
                self.enqueue(deployment, new, intent, lines).await
            };
            match done {
                Err(err) if is_taken(&err) => (),
                done => return done,
            }
        }
    }

    async fn enqueue(
        &self,
        deployment: Deployment,
        new: &NewDeployment,
        intent: &Intent,
        mut lines: Lines,
    ) -> Result<Deployed, ControlError> {
        let mut queued = Deployment { phase: Phase::Queued, ..deployment };
        // What it is held against is what is live until it begins.
        queued.members.iter_mut().for_each(|member| member.baseline = None);
        if new.force == Force::No {
            self.fit(&queued).await?;
        }
        let record = Record::Deployment(Box::new(queued.clone()));
        let mut changeset = self.changeset(intent).then(Change::PutRecord(Box::new(record)));
        let environment = &queued.environment;
        for member in &queued.members {
            let line = self.line(&mut lines, &member.artifact, environment).await?;
            match line.route.clone() {
                Some(route) => line.set(Some(route.queueing(queued.id)?)),
                None => {
                    line.set_at(self.kept_for(queued.id, &member.artifact, environment).await?);
                }
            }
            if new.force == Force::Yes {
                changeset = self.pardoning(changeset, member, environment).await?;
            }
        }
        self.commit(&lines.onto(changeset)).await?;
        self.deployment(environment, queued.id).await
    }

    /// Begins a deployment that waits, if its turn has come with all its artifacts and it may go forward.
    /// What cannot begin any more ends, so that nobody waits behind it.
    pub(super) async fn take_turn(&self, before: &Deployed) -> Result<Turn, ControlError> {
        let queued = &before.deployment;
        for member in &queued.members {
            let route = self.route(&member.artifact, &queued.environment).await?;
            if route.and_then(|route| route.deployment()) != Some(queued.id) {
                return Ok(Turn::Waits(None));
            }
        }
        if let Some(freeze) = self.freeze_of(&queued.environment).await? {
            return Ok(Turn::Waits(freeze.until));
        }
        match self.as_of_now(queued).await {
            Ok(begins) => self.begin_in_turn(before, begins).await,
            Err(err) => {
                let problem = why_never(&err).ok_or(err)?;
                let event = Event::Unbegun { problem };
                self.happens(&queued.environment, queued.id, &event).await?;
                Ok(Turn::Came)
            }
        }
    }

    /// A deployment that waited, with what is live by now, and who is asked by now.
    async fn as_of_now(&self, queued: &Deployment) -> Result<Deployment, ControlError> {
        let environment = &queued.environment;
        let members = self.members(&candidates_of(queued), environment).await?;
        let protection = self.environment(environment).await?;
        let plan = queued.plan.clone().asking(protection.consent())?;
        let begins = Deployment { members, plan, ..queued.clone() };
        self.fit(&begins).await?;
        self.may_wait(&begins).await?;
        Ok(begins)
    }

    async fn begin_in_turn(
        &self,
        before: &Deployed,
        begins: Deployment,
    ) -> Result<Turn, ControlError> {
        let first = begin_at(begins, self.now());
        let begun = first.deployment.clone();
        let changeset = self.changeset(&Intent::by(Actor::sternway()));
        let changeset = self.first_step(changeset, before, first).await?;
        match self.commit_with_point(changeset, &begun).await {
            Ok(()) => Ok(Turn::Came),
            Err(ControlError::Store(err)) if is_lost_race(&err) || is_unfit(&err) => Ok(Turn::Came),
            // By the time of the store nothing goes forward any more.
            Err(ControlError::Store(err)) if is_frozen(&err) => {
                Ok(Turn::Waits(Some(self.now().saturating_add(AGAIN))))
            }
            Err(err) => Err(err),
        }
    }

    /// Refuses candidates that are condemned.
    async fn fit(&self, deployment: &Deployment) -> Result<(), ControlError> {
        let environment = &deployment.environment;
        for member in &deployment.members {
            let artifact = &member.artifact;
            for version in member.candidates() {
                let digest = self.version(artifact, version).await?.content.digest;
                if let Some(found) = self.condemnation(artifact, environment, &digest).await? {
                    let (artifact, environment) = (artifact.clone(), environment.clone());
                    let reason = found.reason;
                    let condemned = Refusal::Condemned { artifact, version, environment, reason };
                    return Err(StoreError::from(condemned).into());
                }
            }
        }
        Ok(())
    }
}

/// Whether somebody else began or queued there meanwhile, so that one looks again.
fn is_taken(err: &ControlError) -> bool {
    let ControlError::Store(err) = err else { return false };
    let refused = matches!(err, StoreError::Refused(why)
        if matches!(**why, Refusal::BeingDeployed { .. } | Refusal::OutOfTurn { .. }));
    refused || is_lost_race(err)
}

/// Whether a candidate was condemned, or more people are to be asked, since it was looked at.
fn is_unfit(err: &StoreError) -> bool {
    matches!(err, StoreError::Refused(why)
        if matches!(**why, Refusal::Condemned { .. } | Refusal::NeedsApproval { .. }))
}

/// Why a deployment cannot begin at any time, if that is what an error says.
fn why_never(err: &ControlError) -> Option<Reason> {
    let never = matches!(
        err,
        ControlError::AlreadyLive { .. }
            | ControlError::NotLive { .. }
            | ControlError::NoDeployment { .. }
            | ControlError::WaitsInTurn { .. }
            | ControlError::Plan(_)
    );
    let mut text = if let ControlError::Store(StoreError::Refused(why)) = err {
        why.to_string()
    } else if never {
        err.to_string()
    } else {
        return None;
    };
    text.truncate(text.floor_char_boundary(Reason::LIMIT));
    Reason::new(text).ok()
}
