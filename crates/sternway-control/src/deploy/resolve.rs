//! Which version a run is to take.

use sternway_provider::Ids;
use sternway_store::Limit;
use sternway_types::{
    ArtifactId, Assigned, Bucket, DeploymentId, EnvironmentId, Generation, MoveCause, PointerName,
    Route, Subject, VersionNumber, Weight,
};

use super::Deployed;
use crate::{Control, ControlError};

/// Among how many of the newest moves a deployment that is over is looked for.
const LOOKED_THROUGH: usize = 1_000;

/// What is known of a run, by which it is given to a version: what it carries goes before its key, and its key
/// before chance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Targeting<'a> {
    /// Whose run it is, such as a user's name: the same key is given the same version. Nothing if it is drawn
    /// by chance.
    pub key: Option<&'a str>,
    /// What it carries, such as the headers of a request, with names in any case.
    pub attributes: &'a [(&'a str, &'a str)],
}

impl<'a> Targeting<'a> {
    /// A run of which a key is known, and nothing else.
    #[must_use]
    pub const fn by_key(key: &'a str) -> Self {
        Self { key: Some(key), attributes: &[] }
    }

    /// The bucket of the run, and how it came to that.
    fn bucket(&self, route: &Route, ids: &dyn Ids) -> (Bucket, Assigned) {
        match self.key.map(|key| route.bucket(key)) {
            Some(bucket) => (bucket, Assigned::Key(bucket)),
            // The hash of what nobody can foretell is as good as a draw.
            None => (route.bucket(&ids.outcome().to_string()), Assigned::Chance),
        }
    }
}

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
    /// Whether it was given the run for what that carries, and not for a share.
    pub matched: bool,
    /// The candidate that gets a copy of the run: it runs too, nobody sees what it answers, and its outcome
    /// names the same generation. Only what has no effects outside may be run twice.
    pub shadow: Option<VersionNumber>,
    /// The deployment that shares the runs out, if one does.
    pub deployment: Option<DeploymentId>,
    /// How the run came to the version, if a deployment shares the runs out: the outcome of the run says so.
    pub assigned: Option<Assigned>,
}

impl Resolved {
    /// What a route says of a run.
    pub(crate) fn of(route: &Route, run: &Targeting<'_>, ids: &dyn Ids) -> Self {
        let (generation, deployment) = (route.generation(), route.deployment());
        if let Some(version) = route.match_of(run.attributes) {
            let (weight, shadow) = (Weight::ZERO, None);
            let (candidate, matched) = (true, true);
            // Nothing was drawn: what it carries is what it was chosen by.
            let assigned = None;
            return Self {
                version,
                generation,
                candidate,
                weight,
                matched,
                shadow,
                deployment,
                assigned,
            };
        }
        let (bucket, assigned) = run.bucket(route, ids);
        let arm = route.arm_at(bucket);
        Self {
            version: arm.version,
            generation,
            candidate: arm.version != route.live().version,
            weight: arm.weight,
            matched: false,
            shadow: route.shadow_at(bucket),
            deployment,
            assigned: deployment.map(|_| assigned),
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
    /// share the runs. A run that carries what a header route asks for is given to the candidate. Else the same
    /// key, such as a user's name, is given the same version, and keeps a candidate while its share grows;
    /// without a key it is drawn by chance. Programs that run often ask
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
        run: &Targeting<'_>,
    ) -> Result<Resolved, ControlError> {
        let route = self.wanted_route(artifact, environment).await?;
        let route = route.ok_or_else(|| ControlError::NotLive {
            artifact: artifact.clone(),
            environment: environment.clone(),
        })?;
        Ok(Resolved::of(&route, run, self.ids()))
    }

    /// The deployment that is on its way for an artifact, or else the one that began last, also if it ended
    /// before it moved anything, as after a health check that failed.
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
        match self.newest_of(artifact, environment).await? {
            Some(newest) => self.deployment(environment, newest.id).await,
            None => Err(none_of(artifact, environment)),
        }
    }

    /// The deployment that is on its way for an artifact, or else the newest one that moved what is live: which
    /// one is to be taken back.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoDeployment`] if there is none, and [`ControlError::Store`] if the store cannot
    /// be read.
    pub async fn newest_deployment_that_moved(
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
            None => Err(none_of(artifact, environment)),
        }
    }
}

fn none_of(artifact: &ArtifactId, environment: &EnvironmentId) -> ControlError {
    ControlError::NoDeployment { environment: environment.clone(), what: format!("of {artifact}") }
}
