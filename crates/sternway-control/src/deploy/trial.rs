//! Judges a candidate that runs beside what is live, and takes it back.

use sternway_deploy::{Event, advance};
use sternway_policy::beside;
use sternway_types::{
    Action, Actor, Beside, Change, FrozenBaseline, Generation, Latch, LatchAction, Member, Policy,
    Precondition, Reason, Record, Regression, Route, Subject, Tally, VersionNumber,
};

use super::{UnderWay, found::baseline_of, is_lost_race};
use crate::{Control, ControlError, Intent, rollback::Reaction};

/// A candidate's part in a deployment, as it was when its outcomes came in.
#[derive(Clone, Debug)]
pub(crate) struct Trial {
    pub(super) member: Member,
    pub(super) route: Route,
    /// What it and the version beside it did, share by share; nothing where its runs were not drawn at random.
    shares: Option<Vec<Beside>>,
}

impl Trial {
    /// The version beside it.
    const fn live(&self) -> VersionNumber {
        self.member.from
    }

    /// What it is held against that is measured from before.
    pub(crate) fn baseline(&self) -> Option<&FrozenBaseline> {
        baseline_of(&self.member).and_then(|it| it.frozen)
    }

    /// Whether its runs were drawn at random, so that Test A can hold it against the version beside it. If not,
    /// it is held against what that one did before, as what is live is.
    pub(crate) const fn is_beside(&self) -> bool {
        self.shares.is_some()
    }

    /// What Test A finds when the candidate stands like this under its present share.
    pub(crate) fn look(&self, policy: &Policy, tally: &Tally) -> Option<Regression> {
        let mut shares = self.shares.clone()?;
        if let Some(now) = shares.last_mut() {
            (now.succeeded, now.failed) = (tally.succeeded, tally.failed);
        }
        let candidates = u8::try_from(self.member.candidates().count()).unwrap_or(u8::MAX);
        beside(policy, self.live(), &shares, tally, candidates)
    }
}

impl Control {
    /// The trial that a subject's outcomes belong to; nothing if it is no candidate.
    pub(crate) async fn trial(
        &self,
        under_way: &UnderWay,
        subject: &Subject,
    ) -> Result<Option<Trial>, ControlError> {
        let Some(member) = under_way.member_of(subject).cloned() else { return Ok(None) };
        let (of, at) = ((&member, subject.version), subject.generation);
        let matched = member.regimes.iter().any(|it| it.generation == at && it.matched);
        let shares =
            if matched { None } else { Some(self.beside(of, &subject.environment, at).await?) };
        Ok(Some(Trial { member, route: under_way.route.clone(), shares }))
    }

    /// Reacts to a regression of a candidate as its policy asks for.
    pub(crate) async fn react_to_trial(
        &self,
        subject: &Subject,
        policy: &Policy,
        trial: &Trial,
        regression: &Regression,
    ) -> Result<Reaction, ControlError> {
        match policy.action() {
            Action::RollBack => self.withdraw(subject, trial, regression).await,
            Action::Pause => match trial.route.deployment() {
                Some(id) => self.pause_deployment(subject, id, regression).await,
                None => self.notice_trial(subject, regression, LatchAction::Notified).await,
            },
            Action::Notify => self.notice_trial(subject, regression, LatchAction::Notified).await,
            Action::Shadow => self.notice_trial(subject, regression, LatchAction::Shadowed).await,
        }
    }

    /// Takes a candidate back that was found to be worse: once, however many find it.
    pub(crate) async fn withdraw(
        &self,
        subject: &Subject,
        trial: &Trial,
        regression: &Regression,
    ) -> Result<Reaction, ControlError> {
        let Some(id) = trial.route.deployment() else { return Ok(Reaction::Overtaken) };
        loop {
            let before = self.deployment(&subject.environment, id).await?;
            let (artifact, candidate) = (subject.artifact.clone(), subject.version);
            let regressed = Event::Regressed { artifact, candidate };
            let Some(next) = advance(&before.deployment, &regressed, self.now())? else {
                return Ok(Reaction::Overtaken);
            };
            let changeset = self.changeset(&Intent::by(Actor::sternway()));
            let changeset = changeset.because(reason_of(subject, regression)?);
            let latch = latched(subject, regression, LatchAction::Withdrawn { deployment: id });
            let first = Precondition::RecordAt { key: latch.key(), generation: Generation::ZERO };
            let changeset = self.deploying(changeset, &before, next).await?;
            let changeset = changeset.when(first).then(Change::PutRecord(Box::new(latch)));
            match self.commit(&changeset).await {
                Ok(receipt) => {
                    return Ok(Reaction::Withdrawn {
                        artifact: subject.artifact.clone(),
                        environment: subject.environment.clone(),
                        version: subject.version,
                        deployment: id,
                        revision: receipt.revision,
                    });
                }
                Err(err) if is_lost_race(&err) => (),
                Err(err) => return Err(err.into()),
            }
        }
    }

    /// Says that a candidate was found to be worse, and does nothing about it.
    async fn notice_trial(
        &self,
        subject: &Subject,
        regression: &Regression,
        action: LatchAction,
    ) -> Result<Reaction, ControlError> {
        let latch = latched(subject, regression, action);
        let first = Precondition::RecordAt { key: latch.key(), generation: Generation::ZERO };
        let changeset = self.changeset(&Intent::by(Actor::sternway()));
        let changeset = changeset.because(reason_of(subject, regression)?);
        let changeset = changeset.when(first).then(Change::PutRecord(Box::new(latch)));
        match self.commit(&changeset).await {
            Ok(receipt) => Ok(Reaction::Stays {
                artifact: subject.artifact.clone(),
                environment: subject.environment.clone(),
                version: subject.version,
                action,
                revision: receipt.revision,
            }),
            Err(err) if is_lost_race(&err) => Ok(Reaction::Overtaken),
            Err(err) => Err(err.into()),
        }
    }
}

pub(super) fn latched(subject: &Subject, regression: &Regression, action: LatchAction) -> Record {
    Record::Latch(Box::new(Latch {
        artifact: subject.artifact.clone(),
        environment: subject.environment.clone(),
        generation: subject.generation,
        version: subject.version,
        regression: regression.clone(),
        action,
        candidate: true,
        at: regression.evidence.newest,
    }))
}

pub(super) fn reason_of(
    subject: &Subject,
    regression: &Regression,
) -> Result<Reason, ControlError> {
    let mut reason = format!("{} regressed: {regression}", subject.version);
    reason.truncate(reason.floor_char_boundary(Reason::LIMIT));
    Ok(Reason::new(reason)?)
}
