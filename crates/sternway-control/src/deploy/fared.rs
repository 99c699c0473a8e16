//! How a deployment fared: how long each share lasted, and what the versions did under it.
//!
//! All of it is computed from what is stored anyway. It costs a few reads for each share that the deployment
//! had, however large the store is.

use sternway_store::{Limit, StoreError};
use sternway_types::{
    At, Deployment, EnvironmentId, Generation, Member, PointerMove, PointerName, Regime, Revision,
    Tally, Timestamp, VersionNumber,
};

use crate::{Control, ControlError};

/// A stretch of a deployment in which the shares of an artifact were the same.
#[derive(Clone, Debug)]
pub struct Stretch {
    /// The shares.
    pub regime: Regime,
    /// When they began; nothing if that is not known any more.
    pub since: Option<Timestamp>,
    /// When the next ones began, or the deployment ended; nothing while they last.
    pub until: Option<Timestamp>,
    /// What each version did under them, what was live before first. That of the last ones goes on for as long
    /// as nothing else moves what is live, also past the end of the deployment.
    pub arms: Vec<(VersionNumber, Tally)>,
}

impl Control {
    /// How an artifact of a deployment fared since it began, share by share, the oldest first. What ran before it
    /// began is left out.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn fared(
        &self,
        of: &Deployment,
        member: &Member,
    ) -> Result<Vec<Stretch>, ControlError> {
        let moves = self.moves_of(of, member).await?;
        let at = |generation: Generation| {
            moves.iter().find(|moved| moved.generation == generation).map(|moved| moved.at)
        };
        let ended = of.phase.is_over().then_some(of.since);
        // The first one is what was there before it began.
        let regimes = member.regimes.get(1..).unwrap_or_default();
        let mut stretches = Vec::with_capacity(regimes.len());
        for regime in regimes {
            // It lasts until the pointer moves on, whoever moves it.
            let until = match (at(regime.generation.next()), ended) {
                (Some(moved), Some(ended)) => Some(moved.min(ended)),
                (moved, ended) => moved.or(ended),
            };
            stretches.push(Stretch {
                regime: regime.clone(),
                since: at(regime.generation),
                until,
                arms: self.arms_under(&of.environment, member, regime).await?,
            });
        }
        Ok(stretches)
    }

    /// The moves that gave the shares of a member, and the one that ended the last of them.
    async fn moves_of(
        &self,
        of: &Deployment,
        member: &Member,
    ) -> Result<Vec<PointerMove>, ControlError> {
        let before = if of.phase.is_over() { self.revision_at(of.since).await? } else { None };
        let name = PointerName::Environment(of.environment.clone());
        let limit = Limit::new(member.regimes.len().saturating_add(1));
        let (ns, artifact) = (&self.namespace, &member.artifact);
        Ok(self.store.moves(ns, artifact, &name, before, limit).await?)
    }

    /// The first revision after a moment; nothing if that cannot be known any more.
    async fn revision_at(&self, at: Timestamp) -> Result<Option<Revision>, ControlError> {
        match self.store.head(&self.namespace, At::Time(at)).await {
            Ok(head) => Ok(head.map(|head| head.revision.next())),
            Err(StoreError::Compacted { .. }) => Ok(None),
            Err(err) => Err(err.into()),
        }
    }

    async fn arms_under(
        &self,
        environment: &EnvironmentId,
        member: &Member,
        regime: &Regime,
    ) -> Result<Vec<(VersionNumber, Tally)>, ControlError> {
        let mut arms = Vec::new();
        for version in std::iter::once(member.from).chain(member.candidates()) {
            let tally = self.of_arm(member, environment, version, regime.generation).await?;
            arms.push((version, tally));
        }
        Ok(arms)
    }
}
