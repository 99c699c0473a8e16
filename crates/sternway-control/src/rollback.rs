//! Roll back: make an earlier version live again, by hand or by policy.

use std::time::Duration;

use sternway_store::{Limit, Refusal, StoreError};
use sternway_types::{
    Action, Against, ArtifactId, Change, Changeset, Condemnation, DeploymentId, EnvironmentId,
    Evidence, Force, Generation, Latch, LatchAction, MoveCause, NewMove, Pointer, PointerName,
    Policy, Precondition, Reason, Record, Regression, Revision, RollbackTrigger, Subject, Target,
    Version, VersionNumber,
};

use crate::{
    Control, ControlError, Intent,
    publish::move_to_added,
    restore::{again, rolled_back},
};

/// Over how long the automatic rollbacks of a budget are counted.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How an earlier version comes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RollbackMode {
    /// The pointer moves to it: its outcomes stay with it.
    #[default]
    Move,
    /// Its content is published again, as a new version: numbers only grow.
    Restore,
}

/// What a rollback led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolledBack {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Where.
    pub environment: EnvironmentId,
    /// What was live, and is condemned there now.
    pub from: VersionNumber,
    /// What is live again.
    pub to: VersionNumber,
    /// Whose content that is, if it was published again as a new version.
    pub restored: Option<VersionNumber>,
    /// The generation of the pointer.
    pub generation: Generation,
    /// The revision that moved it.
    pub revision: Revision,
}

/// What a regression led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// The pointer went back.
    RolledBack(RolledBack),
    /// The version keeps its runs: no good version was left, the budget is used up, or the policy leaves it
    /// to a person.
    Stays {
        /// Whose version.
        artifact: ArtifactId,
        /// Where.
        environment: EnvironmentId,
        /// What has runs all the same.
        version: VersionNumber,
        /// Why it stays: never [`LatchAction::RolledBack`].
        action: LatchAction,
        /// The revision that says so.
        revision: Revision,
    },
    /// It was a candidate beside what is live, and gets no more runs.
    Withdrawn {
        /// Whose version.
        artifact: ArtifactId,
        /// Where.
        environment: EnvironmentId,
        /// The candidate.
        version: VersionNumber,
        /// The deployment that goes back.
        deployment: DeploymentId,
        /// The revision that says so.
        revision: Revision,
    },
    /// The version is no longer live as the outcomes say, or somebody reacted before.
    Overtaken,
}

impl Control {
    /// Makes an earlier version live again: the named one, or the last good one. What was live is
    /// condemned in the environment, so that no automation brings it back.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotLive`], [`ControlError::NoGoodVersion`], [`ControlError::AlreadyLive`] or
    /// [`ControlError::NotABackwardStep`] if there is nothing to go back from or to, and
    /// [`ControlError::Store`] with a conflict if somebody moved the pointer meanwhile, or with a
    /// refusal if the version is condemned and not forced by a person.
    pub async fn roll_back(
        &self,
        artifact: &ArtifactId,
        to: Option<VersionNumber>,
        mode: RollbackMode,
        environment: &EnvironmentId,
        force: Force,
        intent: &Intent,
    ) -> Result<RolledBack, ControlError> {
        let (pointer, live) = self.live_version(artifact, environment).await?;
        let target = match to {
            Some(number) => self.backward_step(&live, number, environment).await?,
            None => {
                self.last_good(&live, environment).await?.ok_or(ControlError::NoGoodVersion {
                    artifact: artifact.clone(),
                    environment: environment.clone(),
                    live: live.number,
                })?
            }
        };
        let back = Back { pointer: &pointer, live: &live, environment };
        let changeset = self.changeset(intent);
        let mut changeset = match mode {
            RollbackMode::Move => back.move_to(changeset, &target, RollbackTrigger::Manual, force),
            RollbackMode::Restore => changeset
                .when(back.is_live())
                .then(Change::AddVersion(Box::new(again(
                    &target,
                    Some(live.number),
                    &intent.reason,
                ))))
                .then(move_to_added(artifact, back.name(), rolled_back(), force)),
        };
        // The same content again cannot be unfit in one version and good in the other.
        if target.content.digest != live.content.digest {
            changeset = back.condemn(changeset, intent.reason.clone());
        }
        let receipt = self.commit(&changeset).await?;
        let mut done = back.done(&target, receipt.revision);
        if let Some(added) = receipt.version_of(artifact) {
            (done.to, done.restored) = (added, Some(target.number));
        }
        Ok(done)
    }

    /// A version that a person may go back to by name: any older one, and any that was live.
    async fn backward_step(
        &self,
        live: &Version,
        number: VersionNumber,
        environment: &EnvironmentId,
    ) -> Result<Version, ControlError> {
        let (artifact, environment) = (live.artifact.clone(), environment.clone());
        let version = number;
        if number == live.number {
            return Err(ControlError::AlreadyLive { artifact, environment, version });
        }
        let target = self.version(&artifact, number).await?;
        if number > live.number && !self.was_live(&artifact, number, &environment).await? {
            return Err(ControlError::NotABackwardStep { artifact, environment, version });
        }
        Ok(target)
    }

    async fn was_live(
        &self,
        artifact: &ArtifactId,
        number: VersionNumber,
        environment: &EnvironmentId,
    ) -> Result<bool, ControlError> {
        let mut stays = self.stays(artifact, environment);
        while let Some(stay) = stays.next().await? {
            if stay.version == number {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reacts to a regression of a version in its present stay as its policy asks for: the pointer goes
    /// back once, however many ask.
    pub(crate) async fn react(
        &self,
        subject: &Subject,
        policy: &Policy,
        regression: &Regression,
    ) -> Result<Reaction, ControlError> {
        let action = policy.action_of(&regression.rule);
        if action == Action::Pause
            && let Some(id) = self.baked_by(subject).await?
        {
            return self.pause_deployment(subject, id, regression).await;
        }
        loop {
            let (pointer, live) =
                match self.live_version(&subject.artifact, &subject.environment).await {
                    Ok(live) => live,
                    Err(ControlError::NotLive { .. }) => return Ok(Reaction::Overtaken),
                    Err(err) => return Err(err),
                };
            if pointer.generation != subject.generation || live.number != subject.version {
                return Ok(Reaction::Overtaken);
            }
            let done = self.latch(subject).await?.is_some();
            let acts = action == Action::RollBack;
            if done || (!acts && self.notice(subject).await?.is_some()) {
                return Ok(Reaction::Overtaken);
            }
            let back = Back { pointer: &pointer, live: &live, environment: &subject.environment };
            let plan = self.way_out(&back, policy, action).await?;
            let changeset = self.plan_reaction(&back, &plan, regression)?;
            match self.commit(&changeset).await {
                Ok(receipt) => return Ok(back.reacted(&plan, receipt.revision)),
                // Somebody moved the pointer or latched the verdict: look again.
                Err(StoreError::Conflict(_)) => (),
                // Somebody condemned the target: look for another.
                Err(StoreError::Refused(why)) if matches!(*why, Refusal::Condemned { .. }) => (),
                Err(err) => return Err(err.into()),
            }
        }
    }

    /// What is to be done about a version that regressed.
    async fn way_out(
        &self,
        back: &Back<'_>,
        policy: &Policy,
        action: Action,
    ) -> Result<Plan, ControlError> {
        match action {
            // There is no deployment that could pause.
            Action::Pause | Action::Notify => return Ok(Plan::Stay(LatchAction::Notified)),
            Action::Shadow => return Ok(Plan::Stay(LatchAction::Shadowed)),
            Action::RollBack => (),
        }
        let Some(target) = self.last_good(back.live, back.environment).await? else {
            return Ok(Plan::Stay(LatchAction::Halted));
        };
        if self.is_spent(back, policy).await? {
            return Ok(Plan::Stay(LatchAction::OverBudget));
        }
        Ok(Plan::GoTo(Box::new(target)))
    }

    /// Whether the policy allows no other automatic rollback here for now: it took as many versions back in
    /// the last 24 hours as it may, or made a rollback so lately that it waits. The newest moves tell.
    async fn is_spent(&self, back: &Back<'_>, policy: &Policy) -> Result<bool, ControlError> {
        let (artifact, name) = (&back.live.artifact, back.name());
        let moves = self.store.moves(&self.namespace, artifact, &name, None, Limit::MAX).await?;
        let since = |length| self.now().saturating_sub(length);
        let by_policy = moves.iter().filter(|moved| {
            matches!(&moved.cause, MoveCause::RolledBack(RollbackTrigger::Policy(_)))
        });
        let lately = moves.iter().take_while(|moved| moved.at > since(DAY));
        let withdrawn = self.withdrawn_among(lately, back.environment).await?;
        let of_a_day = by_policy.clone().filter(|moved| moved.at > since(DAY)).count();
        let budget = usize::try_from(policy.rollbacks_per_day()).unwrap_or(usize::MAX);
        let newest = by_policy.map(|moved| moved.at).next();
        let waits = policy.cooldown().is_some_and(|length| newest > Some(since(length.get())));
        Ok(of_a_day.saturating_add(withdrawn) >= budget || waits)
    }

    fn plan_reaction(
        &self,
        back: &Back<'_>,
        plan: &Plan,
        regression: &Regression,
    ) -> Result<Changeset, ControlError> {
        let intent = Intent::by(sternway_types::Actor::sternway());
        let mut reason = format!("{} regressed: {regression}", back.live.number);
        // A rule may name more classes than a reason can hold.
        reason.truncate(reason.floor_char_boundary(Reason::LIMIT));
        let reason = Reason::new(reason)?;
        let mut changeset = self.changeset(&intent).because(reason.clone());
        let action = match plan {
            Plan::GoTo(target) => {
                let trigger = RollbackTrigger::Policy(Box::new(regression.clone()));
                changeset = back.move_to(changeset, target, trigger, Force::No);
                LatchAction::RolledBack { to: target.number }
            }
            Plan::Stay(action) => {
                changeset = changeset.when(back.is_live());
                *action
            }
        };
        let latch = Record::Latch(Box::new(Latch {
            artifact: back.live.artifact.clone(),
            environment: back.environment.clone(),
            generation: back.pointer.generation,
            version: back.live.number,
            regression: regression.clone(),
            action,
            candidate: false,
            at: regression.evidence.newest,
        }));
        let unlatched = Precondition::RecordAt { key: latch.key(), generation: Generation::ZERO };
        if condemns(action, regression) {
            changeset = back.condemn(changeset, reason);
        }
        Ok(changeset.when(unlatched).then(Change::PutRecord(Box::new(latch))))
    }
}

/// What is done about a version that regressed.
enum Plan {
    /// This one comes back.
    GoTo(Box<Version>),
    /// It stays live, for this reason.
    Stay(LatchAction),
}

/// Whether what regressed is unfit.
///
/// What is held against an expectation, and has nothing before it to go back to, may be as good as such
/// versions get: it is unfit only if most of its runs failed. Otherwise no later version would ever have one
/// to be compared with.
fn condemns(action: LatchAction, regression: &Regression) -> bool {
    let Evidence { succeeded, failed, test, .. } = &regression.evidence;
    let expected =
        test.as_ref().is_some_and(|test| matches!(test.against, Against::Expected { .. }));
    let only_expected = expected && action == LatchAction::Halted && failed <= succeeded;
    !action.is_notice() && !only_expected
}

/// A version that is live, and is to go.
pub(crate) struct Back<'a> {
    pub(crate) pointer: &'a Pointer,
    pub(crate) live: &'a Version,
    pub(crate) environment: &'a EnvironmentId,
}

impl Back<'_> {
    fn name(&self) -> PointerName {
        PointerName::Environment(self.environment.clone())
    }

    /// Nobody moved the pointer meanwhile.
    pub(crate) fn is_live(&self) -> Precondition {
        Precondition::PointerAt {
            artifact: self.live.artifact.clone(),
            name: self.name(),
            generation: self.pointer.generation,
        }
    }

    pub(crate) fn move_to(
        &self,
        changeset: Changeset,
        target: &Version,
        trigger: RollbackTrigger,
        force: Force,
    ) -> Changeset {
        changeset.when(self.is_live()).then(Change::MovePointer(Box::new(NewMove {
            artifact: self.live.artifact.clone(),
            name: self.name(),
            to: Target::Version(target.number),
            cause: MoveCause::RolledBack(trigger),
            force,
        })))
    }

    pub(crate) fn condemn(&self, changeset: Changeset, reason: Reason) -> Changeset {
        changeset.then(Change::PutRecord(Box::new(Record::Condemnation(Condemnation {
            artifact: self.live.artifact.clone(),
            environment: self.environment.clone(),
            digest: self.live.content.digest,
            version: self.live.number,
            reason,
        }))))
    }

    pub(crate) fn done(&self, target: &Version, revision: Revision) -> RolledBack {
        RolledBack {
            artifact: self.live.artifact.clone(),
            environment: self.environment.clone(),
            from: self.live.number,
            to: target.number,
            restored: None,
            generation: self.pointer.generation.next(),
            revision,
        }
    }

    fn reacted(&self, plan: &Plan, revision: Revision) -> Reaction {
        match plan {
            Plan::GoTo(target) => Reaction::RolledBack(self.done(target, revision)),
            Plan::Stay(action) => Reaction::Stays {
                artifact: self.live.artifact.clone(),
                environment: self.environment.clone(),
                version: self.live.number,
                action: *action,
                revision,
            },
        }
    }
}
