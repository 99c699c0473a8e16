//! Which version a run is to take.

use sternway_store::Limit;
use sternway_types::{
    ArtifactId, Assigned, Bucket, DeploymentId, EnvironmentId, Generation, MoveCause, PointerName,
    Route, Subject, VersionNumber, Weight,
};

use super::Deployed;
use crate::{Control, ControlError};

/// Among how many of the newest moves a deployment that is over is looked for.
const LOOKED_THROUGH: usize = 1_000;

/// Which version a run takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The version.
    pub version: VersionNumber,
    /// The generation of the pointer: the outcome of the run names it.
    pub generation: Generation,
    /// Whether it is a candidate, beside what is live.
    pub candidate: bool,
    /// Its share of the runs.
    pub weight: Weight,
    /// The candidate that gets a copy of the run: it runs too, nobody sees what it answers, and its outcome
    /// names the same generation. Only what has no effects outside may be run twice.
    pub shadow: Option<VersionNumber>,
    /// The deployment that shares the runs out, if one does.
    pub deployment: Option<DeploymentId>,
    /// How the run came to the version, if a deployment shares the runs out: the outcome of the run says so.
    pub assigned: Option<Assigned>,
}

impl Resolved {
    /// What a route says of the bucket of a key.
    pub(crate) fn of(route: &Route, bucket: Bucket) -> Self {
        let arm = route.arm_at(bucket);
        Self {
            version: arm.version,
            generation: route.generation(),
            candidate: arm.version != route.live().version,
            weight: arm.weight,
            shadow: route.shadow_at(bucket),
            deployment: route.deployment(),
            assigned: route.deployment().map(|_| Assigned::Key(bucket)),
        }
    }

    /// What the outcome of the run is about.
    #[must_use]
    pub const fn subject(&self, artifact: ArtifactId, environment: EnvironmentId) -> Subject {
        let Self { version, generation, .. } = *self;
        Subject { artifact, environment, version, generation }
    }
}

impl Control {
    /// Which version a run takes: what is live, or while a deployment is on its way one of those that
    /// share the runs. The same key, such as a user's name, is given the same version, and keeps a
    /// candidate while its share grows; without a key it is drawn by chance. Programs that run often ask
    /// [`LiveTable::resolve`](crate::live::LiveTable::resolve), which costs no I/O.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotLive`] if nothing is live, and [`ControlError::Store`] if the store cannot be
    /// read.
    pub async fn resolve_run(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        key: Option<&str>,
    ) -> Result<Resolved, ControlError> {
        let route = self.wanted_route(artifact, environment).await?;
        let route = route.ok_or_else(|| ControlError::NotLive {
            artifact: artifact.clone(),
            environment: environment.clone(),
        })?;
        if let Some(key) = key {
            return Ok(Resolved::of(&route, route.bucket(key)));
        }
        // The hash of what nobody can foretell is as good as a draw.
        let drawn = Resolved::of(&route, route.bucket(&self.ids.outcome().to_string()));
        Ok(Resolved { assigned: drawn.assigned.map(|_| Assigned::Chance), ..drawn })
    }

    /// The deployment that is on its way for an artifact, or the newest one that moved what is live.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoDeployment`] if there is none, and [`ControlError::Store`] if the store cannot
    /// be read.
    pub async fn newest_deployment_of(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Deployed, ControlError> {
        if let Some(deployed) = self.deployment_of(artifact, environment).await? {
            return Ok(deployed);
        }
        let name = PointerName::Environment(environment.clone());
        let limit = Limit::new(LOOKED_THROUGH);
        let moves = self.store.moves(&self.namespace, artifact, &name, None, limit).await?;
        let id = moves.iter().find_map(|moved| match &moved.cause {
            MoveCause::Shifted(shift) => Some(shift.deployment),
            MoveCause::Deployed(id) => Some(*id),
            MoveCause::Published
            | MoveCause::Promoted
            | MoveCause::RolledBack(_)
            | MoveCause::Labelled
            | MoveCause::Unlabelled
            | MoveCause::Undone(_)
            | MoveCause::Restored(_) => None,
        });
        match id {
            Some(id) => self.deployment(environment, id).await,
            None => Err(ControlError::NoDeployment {
                environment: environment.clone(),
                what: format!("of {artifact}"),
            }),
        }
    }
}
