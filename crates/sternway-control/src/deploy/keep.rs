//! Has routers do what the store wants whatever moved it, and also after they forgot.

use std::{collections::BTreeMap, sync::PoisonError};

use sternway_provider::RouterError;
use sternway_store::Limit;
use sternway_types::{ArtifactId, At, Change, Changeset, EnvironmentId, PointerName};

use super::routes::{Away, Told};
use crate::{Control, ControlError};

/// How many artifacts one call of [`Control::keep_routes`] looks at.
const LOOKS: usize = 64;

/// Moves that routers were not seen to follow, and why.
pub(crate) type Untold = BTreeMap<(EnvironmentId, ArtifactId), ControlError>;

/// What a router did not do as the store wants.
#[derive(Clone, Debug)]
pub struct Unrouted {
    /// Whose requests.
    pub artifact: ArtifactId,
    /// Where.
    pub environment: EnvironmentId,
    /// Why it does not do so now; nothing if it was told, and does so since.
    pub trouble: Option<ControlError>,
}

impl Unrouted {
    /// Whether requests were taken from candidates there while the store was away, and that is not written down yet:
    /// their deployment is to be driven.
    #[must_use]
    pub const fn is_withdrawn(&self) -> bool {
        matches!(self.trouble, Some(ControlError::Router(RouterError::Withdrawn { .. })))
    }
}

impl Control {
    /// Tells the routers of everything that a changeset moved. What was moved stays so whether or not they
    /// follow: a driver tells them again.
    pub(crate) async fn tell_routers(&self, changeset: &Changeset) {
        let mut away = Away::new();
        for change in &changeset.changes {
            let Change::MovePointer(moved) = change else { continue };
            let PointerName::Environment(environment) = &moved.name else { continue };
            match self.route_all(&moved.artifact, environment, &mut away).await {
                // Who came later has moved it further, and tells the routers of that.
                Ok(_) | Err(ControlError::Router(RouterError::Older { .. })) => {
                    self.is_told(&moved.artifact, environment);
                }
                Err(err) => {
                    let mut untold = self.untold.lock().unwrap_or_else(PoisonError::into_inner);
                    untold.insert((environment.clone(), moved.artifact.clone()), err);
                }
            }
        }
    }

    /// Routers do what the store wants, whatever was in the way before.
    pub(super) fn is_told(&self, artifact: &ArtifactId, environment: &EnvironmentId) {
        let mut untold = self.untold.lock().unwrap_or_else(PoisonError::into_inner);
        untold.remove(&(environment.clone(), artifact.clone()));
    }

    /// What this control moved and routers were not seen to follow, each once. What was moved stays so;
    /// [`Control::drive`] and [`Control::keep_routes`] have them follow.
    #[must_use]
    pub fn take_untold(&self) -> Vec<Unrouted> {
        let mut untold = self.untold.lock().unwrap_or_else(PoisonError::into_inner);
        let untold = std::mem::take(&mut *untold).into_iter();
        let unrouted = |((environment, artifact), trouble)| Unrouted {
            artifact,
            environment,
            trouble: Some(trouble),
        };
        untold.map(unrouted).collect()
    }

    /// Looks whether routers do what the store wants, and tells them where they do not, such as after they
    /// were started again. Answers with those that did not. One call looks at 64 artifacts, and goes on where
    /// the one before ended; a loss that is found buys as many looks again, since what lost one route
    /// lost all.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn keep_routes(
        &self,
        after: &mut Option<ArtifactId>,
    ) -> Result<Vec<Unrouted>, ControlError> {
        let (mut found, mut away) = (Vec::new(), Away::new());
        if self.routers.is_empty() {
            return Ok(found);
        }
        loop {
            let page = self.next_to_look_at(after.as_ref()).await?;
            let known = found.len();
            for artifact in &page {
                self.keep_routes_of(artifact, &mut away, &mut found).await?;
            }
            let is_last = page.len() < LOOKS;
            *after = page.into_iter().next_back().filter(|_| !is_last);
            if is_last || found.len() == known || !away.is_empty() {
                return Ok(found);
            }
        }
    }

    async fn next_to_look_at(
        &self,
        after: Option<&ArtifactId>,
    ) -> Result<Vec<ArtifactId>, ControlError> {
        if let Some(listed) = self.routers.listed() {
            let rest = listed.into_iter().filter(|it| after.is_none_or(|after| *it > after));
            return Ok(rest.take(LOOKS).cloned().collect());
        }
        let (ns, limit) = (&self.namespace, Limit::new(LOOKS));
        let page = self.store.artifacts(ns, "", At::Head, after, limit).await?;
        Ok(page.into_iter().map(|artifact| artifact.id).collect())
    }

    async fn keep_routes_of(
        &self,
        artifact: &ArtifactId,
        away: &mut Away,
        found: &mut Vec<Unrouted>,
    ) -> Result<(), ControlError> {
        for environment in self.routers.environments_of(artifact) {
            let trouble = match self.route_all(artifact, &environment, away).await {
                // A newer route than the one that was read: whoever moved it tells the routers.
                Ok(Told::Nothing) | Err(ControlError::Router(RouterError::Older { .. })) => {
                    continue;
                }
                Ok(Told::Route) => None,
                Err(err @ ControlError::Router(_)) => Some(err),
                Err(err) => return Err(err),
            };
            found.push(Unrouted { artifact: artifact.clone(), environment, trouble });
        }
        Ok(())
    }
}
