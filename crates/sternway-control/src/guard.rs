//! Guard: make a new version live, look how it does, and take exactly that change back if it does
//! not.
//!
//! The change and its taking back are a commit each, so a version is live while it is looked at:
//! that is the point. Taking back asks for the pointer to be where the change left it. Whoever moved
//! it meanwhile, by hand or by policy, has decided about it, and nothing is taken back.
//!
//! Limits: a process that ends in between, or a caller that drops the call, leaves the version live
//! and without a verdict, as every promotion does; its outcomes judge it all the same. A caller that
//! may be canceled lets its check end with an error then. An artifact's first version has nothing
//! to go back to: it stays live, condemned, until a person acts, as a policy's rollback would halt.

use std::{
    any::Any,
    fmt::Display,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    time::Duration,
};

use sternway_store::{Refusal, StoreError};
use sternway_types::{
    EnvironmentId, Force, Reason, Revision, RollbackTrigger, Subject, VersionNumber,
};

use crate::{
    Control, ControlError, Intent,
    publish::{Activate, Landing, Publish, Published},
    rollback::Back,
};

/// What taking a change back led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenBack {
    /// What was live before is live again, and the content is condemned.
    RolledBack {
        /// What is live again.
        to: VersionNumber,
        /// The revision that did it.
        revision: Revision,
    },
    /// There was no good version to go back to: it stays live, condemned, and a person must act.
    Halted {
        /// The revision that condemned it.
        revision: Revision,
    },
    /// Somebody moved the pointer meanwhile: nothing was taken back.
    Overtaken {
        /// What is live instead, or again.
        live: Option<VersionNumber>,
    },
}

/// How a guarded change ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuardEnding {
    /// Nothing went live by it, so there was nothing to guard: the version was live already, its
    /// content is condemned, or it was only tried. The check was not run.
    NothingToGuard,
    /// The check passed.
    Kept,
    /// The check failed.
    Failed {
        /// What the check said.
        reason: Reason,
        /// What that led to.
        taken_back: TakenBack,
    },
}

/// What a guarded publish led to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "the change may have been taken back"]
pub struct Guarded {
    /// What was published.
    pub published: Published,
    /// How it ended.
    pub ending: GuardEnding,
}

impl Guarded {
    /// Whether what was published is live because of it.
    #[must_use]
    pub const fn is_kept(&self) -> bool {
        matches!(self.ending, GuardEnding::Kept)
    }
}

impl Published {
    /// The stay that began with it, if it went live by it: what is to be taken back.
    #[must_use]
    pub fn subject(&self) -> Option<Subject> {
        let Landing::Live(environment) = &self.landing else { return None };
        Some(Subject {
            artifact: self.artifact.clone(),
            environment: environment.clone(),
            version: self.number,
            generation: self.generation?,
        })
    }
}

impl Control {
    /// Publishes a version, makes it live in the environment, runs a check of the caller's, and takes
    /// exactly that change back if the check fails: if it answers with an error, panics, or takes
    /// longer than the limit.
    ///
    /// # Errors
    ///
    /// As [`Control::publish`], before the check is run, and [`ControlError::NotTakenBack`] if it
    /// failed and the store cannot write. A check that fails is no error.
    pub async fn publish_guarded<F, E>(
        &self,
        mut publish: Publish,
        environment: &EnvironmentId,
        limit: Option<Duration>,
        intent: &Intent,
        check: impl FnOnce(Published) -> F,
    ) -> Result<Guarded, ControlError>
    where
        F: Future<Output = Result<(), E>>,
        E: Display,
    {
        publish.activate = Activate::In(environment.clone());
        let published = self.publish(publish, intent).await?;
        let Some(subject) = published.subject().filter(|_| !self.is_rehearsal()) else {
            return Ok(Guarded { published, ending: GuardEnding::NothingToGuard });
        };
        let copy = published.clone();
        // The call itself may panic, too.
        let Err(said) = verdict(async { check(copy).await }, limit).await else {
            return Ok(Guarded { published, ending: GuardEnding::Kept });
        };
        let reason = reason(&said);
        let taken_back = self.take_back(&subject, &reason, intent).await?;
        Ok(Guarded { published, ending: GuardEnding::Failed { reason, taken_back } })
    }

    /// Takes back what made a version live, if that is how it still is: what was live before is live
    /// again, and the content is condemned for this reason.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotTakenBack`] if the store cannot be read or written.
    pub async fn take_back(
        &self,
        subject: &Subject,
        reason: &Reason,
        intent: &Intent,
    ) -> Result<TakenBack, ControlError> {
        let intent = Intent::by(intent.actor.clone()).because(reason.clone());
        self.try_take_back(subject, &intent).await.map_err(|cause| ControlError::NotTakenBack {
            artifact: subject.artifact.clone(),
            version: subject.version,
            environment: subject.environment.clone(),
            reason: reason.clone(),
            cause: Box::new(cause),
        })
    }

    async fn try_take_back(
        &self,
        subject: &Subject,
        intent: &Intent,
    ) -> Result<TakenBack, ControlError> {
        let Subject { artifact, environment, .. } = subject;
        loop {
            let (pointer, live) = match self.live_version(artifact, environment).await {
                Ok(live) => live,
                Err(ControlError::NotLive { .. }) => {
                    return Ok(TakenBack::Overtaken { live: None });
                }
                Err(err) => return Err(err),
            };
            if pointer.generation != subject.generation {
                return Ok(TakenBack::Overtaken { live: Some(live.number) });
            }
            let target = self.last_good(&live, environment).await?;
            let back = Back { pointer: &pointer, live: &live, environment };
            let changeset = self.changeset(intent);
            let changeset = match &target {
                Some(to) => back.move_to(changeset, to, RollbackTrigger::Manual, Force::No),
                None => changeset.when(back.is_live()),
            };
            let changeset = back.condemn(changeset, intent.reason.clone());
            match self.commit(&changeset).await {
                Ok(receipt) => {
                    let revision = receipt.revision;
                    return Ok(match target {
                        Some(to) => TakenBack::RolledBack { to: to.number, revision },
                        None => TakenBack::Halted { revision },
                    });
                }
                // Somebody moved the pointer: look again.
                Err(StoreError::Conflict(_)) => (),
                // Somebody condemned the target: look for another.
                Err(StoreError::Refused(why)) if matches!(*why, Refusal::Condemned { .. }) => (),
                Err(err) => return Err(err.into()),
            }
        }
    }
}

/// What a check comes to, and what it said if it failed.
async fn verdict<E: Display>(
    check: impl Future<Output = Result<(), E>>,
    limit: Option<Duration>,
) -> Result<(), String> {
    let mut check = pin!(check);
    // What the check leaves behind when it panics is its own: it is not polled again.
    let unwound =
        poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| check.as_mut().poll(context))) {
            Ok(poll) => poll.map_err(|err| err.to_string()),
            Err(panic) => std::task::Poll::Ready(Err(words(panic.as_ref()))),
        });
    match limit {
        None => unwound.await,
        Some(limit) => tokio::time::timeout(limit, unwound)
            .await
            .unwrap_or_else(|_| Err(format!("the check was not through after {limit:?}"))),
    }
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.map_or_else(|| "the check panicked".into(), |text| format!("the check panicked: {text}"))
}

/// A text as a reason, cut to what one can hold.
fn reason(said: &str) -> Reason {
    let mut said = said.replace('\0', "\u{fffd}");
    said.truncate(said.floor_char_boundary(Reason::LIMIT));
    Reason::new(said).unwrap_or_default()
}
