//! Takes the requests from candidates at the routers where the store cannot be told that a deployment goes back, and
//! writes that down later.
//!
//! Going back does not wait for the store. What a router was told stands in its route, and outlives every process;
//! whoever drives next sees it there, reasserts nothing, and has the deployment go back.

use std::{collections::BTreeMap, sync::PoisonError};

use sternway_deploy::{Event, Next, advance, withdrawal};
use sternway_provider::{FromRoute, RouterError, Withdrew, withdraw};
use sternway_store::StoreError;
use sternway_types::{ArtifactId, Deployment, EnvironmentId, Phase, Route, Timestamp, Withdrawal};

use super::routes::{Away, Routers, unreachable};
use crate::{Control, ControlError};

/// What was done at routers without the store, and was not said yet.
pub(crate) type Unsaid = BTreeMap<(EnvironmentId, ArtifactId), TakenAway>;

/// What became of the requests of candidates whose deployment goes back, while the store could not be told.
#[derive(Clone, Debug)]
pub struct TakenAway {
    /// Whose requests.
    pub artifact: ArtifactId,
    /// Where.
    pub environment: EnvironmentId,
    /// What its router did, or why nobody knows whether it did.
    pub withdrew: Result<Withdrew, RouterError>,
}

impl Routers {
    /// Takes the requests from the candidates of a deployment at every router of its artifacts, as it was known last:
    /// what was live before gets all of them. A router that has another step by now is left alone. Doing so
    /// again is harmless.
    pub async fn withdraw(&self, of: &Deployment, withdrawal: &Withdrawal) -> Vec<TakenAway> {
        let (mut done, mut away) = (Vec::new(), Away::new());
        for member in &of.members {
            let (artifact, environment) = (&member.artifact, &of.environment);
            for (place, router) in self.of(artifact, environment) {
                let from = FromRoute::Of(member.generation());
                let withdrew = if away.contains(&place) {
                    Err(unreachable("it did not answer a moment ago"))
                } else {
                    let whose = (artifact, environment);
                    withdraw(router.as_ref(), whose, from, Some(member.from), withdrawal).await
                };
                if matches!(withdrew, Err(RouterError::Unreachable { .. })) {
                    away.insert(place);
                }
                let (artifact, environment) = (artifact.clone(), environment.clone());
                done.push(TakenAway { artifact, environment, withdrew });
            }
        }
        done
    }

    /// The same for what is found out about a deployment by somebody who cannot reach the store at all: nothing if it
    /// would not go back by it.
    pub(super) async fn withdraw_by(
        &self,
        of: &Deployment,
        event: &Event,
        now: Timestamp,
    ) -> Vec<TakenAway> {
        let next = advance(of, event, now).ok().flatten();
        match next.and_then(|next| withdrawal(of, &next, now)) {
            Some(withdrawal) => self.withdraw(of, &withdrawal).await,
            None => Vec::new(),
        }
    }
}

impl Control {
    /// What the routers are to be told of a next state, if it cannot be committed.
    pub(super) fn owed(&self, before: &Deployment, next: &Next) -> Option<Withdrawal> {
        let owed = withdrawal(before, next, self.now());
        owed.filter(|_| !self.routers.is_empty())
    }

    /// Tells the routers what is owed, unless it was committed, or may not be.
    pub(super) async fn tell_owed<T>(
        &self,
        of: &Deployment,
        owed: Option<Withdrawal>,
        committed: &Result<T, ControlError>,
    ) {
        if let (Some(owed), Err(ControlError::Store(err))) = (owed, committed)
            && cannot_be_told(err)
        {
            // Boxed, or whoever commits holds all that this may need.
            self.note_taken(Box::pin(self.routers.withdraw(of, &owed)).await);
        }
    }

    /// Tells the routers of what is found out about a deployment and could not be said to the store, as far as the
    /// deployment is known here.
    pub(super) async fn tell_of(&self, of: &Deployment, event: &Event, err: &ControlError) {
        if matches!(err, ControlError::Store(err) if cannot_be_told(err)) {
            self.note_taken(self.routers.withdraw_by(of, event, self.now()).await);
        }
    }

    fn note_taken(&self, taken: Vec<TakenAway>) {
        let mut unsaid = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        for taken in taken.into_iter().filter(|it| it.is_news()) {
            let whose = (taken.environment.clone(), taken.artifact.clone());
            // Of several routers the one that is in trouble is of interest.
            if unsaid.get(&whose).is_none_or(|it| it.withdrew.is_ok()) {
                unsaid.insert(whose, taken);
            }
        }
    }

    /// Whose requests this control took from candidates while the store was away, or could not take, each once.
    #[must_use]
    pub fn take_taken(&self) -> Vec<TakenAway> {
        let mut unsaid = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *unsaid).into_values().collect()
    }

    /// What a router says was done without the store about a deployment on its way forward. One that does not answer
    /// refuses what comes next, if there is anything.
    pub(super) async fn withdrawn(&self, of: &Deployment) -> Option<Event> {
        if of.phase != Phase::Running {
            return None;
        }
        for member in &of.members {
            for (_, router) in self.routers.of(&member.artifact, &of.environment) {
                let found = router.observe(&member.artifact, &of.environment).await;
                let found = found.ok().flatten().filter(|it| it.deployment() == Some(of.id));
                if let Some(withdrawal) = found.as_ref().and_then(Route::withdrawal) {
                    return Some(Event::Withdrawn(withdrawal.clone()));
                }
            }
        }
        None
    }
}

impl TakenAway {
    /// Whether there is something to tell: requests were taken, or somebody does not know.
    #[must_use]
    pub const fn is_news(&self) -> bool {
        match &self.withdrew {
            Ok(Withdrew::Now(_)) | Err(_) => true,
            Ok(Withdrew::Before(_) | Withdrew::NothingToTake(_) | Withdrew::MovedOn(_)) => false,
        }
    }
}

/// Whether it is for the store that something is not written, and not for what was to be written.
fn cannot_be_told(err: &StoreError) -> bool {
    err.is_temporary() || matches!(err, StoreError::Corrupt { .. })
}
