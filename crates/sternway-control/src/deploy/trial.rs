//! Judges a candidate that runs beside what is live, and takes it back.

use std::collections::BTreeSet;

use sternway_deploy::{Event, advance};
use sternway_policy::{Standing, Stretch, beside_standing, counted_until, shares};
use sternway_types::{
    Action, Actor, ArtifactId, Cause, Change, EnvironmentId, FrozenBaseline, Generation, Latch,
    LatchAction, Member, MoveCause, PointerMove, Policy, Precondition, Reason, Record, RecordKey,
    Regression, Route, Subject, Tally, VersionNumber,
};

use super::{UnderWay, found::baseline_of, is_lost_race};
use crate::{Control, ControlError, Intent, rollback::Reaction};

/// A candidate's part in a deployment, as it was when its outcomes came in.
#[derive(Clone, Debug)]
pub(crate) struct Trial {
    pub(super) member: Member,
    pub(super) route: Route,
    /// What it and the version beside it did, share by share; nothing where its runs were not drawn at random.
    stretches: Option<Vec<Stretch>>,
}

impl Trial {
    /// The version beside it.
    pub(super) const fn live(&self) -> VersionNumber {
        self.member.from
    }

    /// What it is held against that is measured from before.
    pub(crate) fn baseline(&self) -> Option<&FrozenBaseline> {
        baseline_of(&self.member).and_then(|it| it.frozen)
    }

    /// Whether its runs were drawn at random, so that Test A can hold it against the version beside it. If not,
    /// it is held against what that one did before, as what is live is.
    pub(crate) const fn is_beside(&self) -> bool {
        self.stretches.is_some()
    }

    /// What it and the version beside it did, share by share.
    pub(super) fn stretches(&self) -> Option<&[Stretch]> {
        self.stretches.as_deref()
    }

    /// How near Test A or Test P is to taking it back, when it stands like this under its present share.
    pub(crate) fn standing(&self, policy: &Policy, tally: &Tally) -> Option<Standing> {
        let shares =
            shares(self.stretches()?, tally, counted_until(policy, self.baseline(), tally));
        beside_standing(policy, self.live(), &shares, self.candidates())
    }

    /// How the rules of a policy stand: of a candidate, that on the success rate as it is judged beside what is
    /// live.
    pub(crate) fn beside_what_is_live(
        trial: Option<&Self>,
        mut standings: Vec<Standing>,
        policy: &Policy,
        tally: &Tally,
    ) -> Vec<Standing> {
        let beside = trial.and_then(|trial| trial.standing(policy, tally));
        if let Some(beside) = beside
            && let Some(own) = standings.iter_mut().find(|own| own.rule == beside.rule)
        {
            *own = beside;
        }
        standings
    }

    pub(super) fn candidates(&self) -> u8 {
        u8::try_from(self.member.candidates().count()).unwrap_or(u8::MAX)
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
        let stretches =
            if matched { None } else { Some(self.beside(of, &subject.environment, at).await?) };
        Ok(Some(Trial { member, route: under_way.route.clone(), stretches }))
    }

    /// The trial that a subject is part of now.
    pub(crate) async fn trial_of(&self, subject: &Subject) -> Result<Option<Trial>, ControlError> {
        match self.under_way(subject).await? {
            Some(under_way) => self.trial(&under_way, subject).await,
            None => Ok(None),
        }
    }

    /// The verdict by which a candidate was taken back, if one was.
    pub(crate) async fn withdrawal(
        &self,
        subject: &Subject,
    ) -> Result<Option<Latch>, ControlError> {
        let stay = (&subject.artifact, &subject.environment, subject.generation);
        let key = RecordKey::latch_of_candidate(stay, subject.version);
        Ok(self.record_at(&key, Record::into_latch).await?.map(|latch| *latch))
    }

    /// How near each candidate beside a live version is to being taken back by what both do.
    pub(crate) async fn candidates_beside(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        policy: &Policy,
    ) -> Result<Vec<(VersionNumber, Standing)>, ControlError> {
        let route = self.route(artifact, environment).await?;
        let mut found = Vec::new();
        for arm in route.iter().flat_map(Route::candidates) {
            let subject = self.subject(artifact, arm.version, environment).await?;
            let Some(trial) = self.trial_of(&subject).await? else { continue };
            let tallies = self.store.tallies(&self.namespace, &subject).await?.unwrap_or_default();
            found.extend(trial.standing(policy, &tallies.tally).map(|it| (arm.version, it)));
        }
        Ok(found)
    }

    /// Reacts to a regression of a candidate as its policy asks for.
    pub(crate) async fn react_to_trial(
        &self,
        subject: &Subject,
        policy: &Policy,
        trial: &Trial,
        regression: &Regression,
    ) -> Result<Reaction, ControlError> {
        match policy.action_of(&regression.rule) {
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
        let mut lost = false;
        loop {
            let before = self.deployment(&subject.environment, id).await?;
            // What is live may have been moved by hand: then no arm goes back alone, but all of it.
            if lost && self.heard_moves(&before).await? {
                lost = false;
                continue;
            }
            let (artifact, candidate) = (subject.artifact.clone(), subject.version);
            let regressed = Event::Regressed { artifact, candidate };
            let Some(next) = advance(&before.deployment, &regressed, self.now())? else {
                return Ok(Reaction::Overtaken);
            };
            let changeset = self.changeset(&Intent::by(Actor::sternway()));
            let changeset = changeset.because(reason_of(subject, regression)?);
            let latch = latched(subject, regression, LatchAction::Withdrawn { deployment: id });
            let first = Precondition::RecordAt { key: latch.key(), generation: Generation::ZERO };
            let owed = self.owed(&before.deployment, &next);
            let committed = async {
                let changeset = self.deploying(changeset, &before, next).await?;
                let latched = changeset.when(first).then(Change::PutRecord(Box::new(latch)));
                Ok(self.commit(&latched).await?)
            };
            let committed = committed.await;
            self.tell_owed(&before.deployment, owed, &committed).await;
            match committed {
                Ok(receipt) => {
                    return Ok(Reaction::Withdrawn {
                        artifact: subject.artifact.clone(),
                        environment: subject.environment.clone(),
                        version: subject.version,
                        deployment: id,
                        revision: receipt.revision,
                    });
                }
                // What is only tried would be lost for ever.
                Err(ControlError::Store(err)) if is_lost_race(&err) && self.is_rehearsal() => {
                    return Ok(Reaction::Overtaken);
                }
                Err(ControlError::Store(err)) if is_lost_race(&err) => lost = true,
                Err(err) => return Err(err),
            }
        }
    }

    /// How many deployments went back by themselves with these moves, before their candidates were live. One
    /// that was live is another matter: then what was before it came back.
    pub(crate) async fn withdrawn_among(
        &self,
        moves: impl Iterator<Item = &PointerMove>,
        environment: &EnvironmentId,
    ) -> Result<usize, ControlError> {
        let (mut stopped, mut live) = (BTreeSet::new(), BTreeSet::new());
        for moved in moves {
            match &moved.cause {
                MoveCause::Shifted(shift) if shift.weight.is_zero() => {
                    stopped.insert(shift.deployment);
                }
                MoveCause::Deployed(id) => drop(live.insert(*id)),
                MoveCause::Published
                | MoveCause::Promoted
                | MoveCause::RolledBack(_)
                | MoveCause::Labelled
                | MoveCause::Unlabelled
                | MoveCause::Undone(_)
                | MoveCause::Restored(_)
                | MoveCause::Shifted(_) => (),
            }
        }
        let mut withdrawn = 0;
        for id in stopped.difference(&live) {
            let key = RecordKey::deployment(environment, *id);
            let deployment = self.record_at(&key, Record::into_deployment).await?;
            let cause = deployment.and_then(|it| it.cause);
            withdrawn += usize::from(matches!(cause, Some(Cause::Regressed { .. })));
        }
        Ok(withdrawn)
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
