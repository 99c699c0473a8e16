//! Deploy: versions reach an environment step by step, are judged on what they do, and go back by
//! themselves.
//!
//! What comes next is decided by `sternway-deploy`, from the deployment as the store has it. A driver
//! ([`Control::drive`]) commits that first, and then does what it asks for: it tells the routers, and
//! sees that they follow. Everything that it needs to go on is in the store, so that any process may take
//! over from one that died.

mod amid;
mod ask;
mod awaited;
mod back;
mod bell;
mod calendar;
mod drive;
mod driver;
mod fared;
mod found;
mod frozen;
mod health;
mod keep;
mod line;
mod loadable;
mod others;
mod pause;
mod resolve;
mod routes;
mod start;
mod trial;
mod turn;
mod withdraw;
mod write;

use sternway_store::{Limit, StoreError};
use sternway_types::{
    ArtifactId, At, Deployment, DeploymentId, EnvironmentId, Generation, Record, RecordKey,
    RecordKind, Route,
};

pub(crate) use self::{
    amid::Amid,
    bell::UnderWay,
    drive::is_condemned,
    keep::Untold,
    line::Lines,
    others::{Notes, Others},
    trial::Trial,
    withdraw::Unsaid,
};
pub use self::{
    back::{DeploymentBack, NoWayBack},
    drive::Driven,
    driver::Driver,
    fared::Stretch,
    health::{HealthChecks, Probes, Probing},
    keep::Unrouted,
    resolve::{Resolved, Targeting},
    routes::Routers,
    start::{NewDeployment, OnSupersede},
    withdraw::TakenAway,
};
use crate::{Control, ControlError};

/// A deployment as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployed {
    /// The deployment.
    pub deployment: Deployment,
    /// How often it was written: the optimistic lock.
    pub generation: Generation,
}

impl Control {
    /// One deployment.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoDeployment`] if there is none of that name in the environment, and
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn deployment(
        &self,
        environment: &EnvironmentId,
        id: DeploymentId,
    ) -> Result<Deployed, ControlError> {
        let key = RecordKey::deployment(environment, id);
        let entry = self.store.record(&self.namespace, &key, At::Head).await?;
        let generation = entry.as_ref().map_or(Generation::ZERO, |entry| entry.generation);
        let record = entry.and_then(|entry| entry.record).and_then(Record::into_deployment);
        let deployment = record.map(|it| *it).ok_or_else(|| ControlError::NoDeployment {
            environment: environment.clone(),
            what: id.to_string(),
        })?;
        Ok(Deployed { deployment, generation })
    }

    /// A page of the deployments in an environment, the oldest first.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn deployments(
        &self,
        environment: &EnvironmentId,
        after: Option<DeploymentId>,
        limit: Limit,
    ) -> Result<Vec<Deployment>, ControlError> {
        let prefix = RecordKey::deployments_in(environment);
        let after = after.map(|id| RecordKey::deployment(environment, id).name().to_owned());
        let (store, ns, kind) = (&self.store, &self.namespace, RecordKind::Deployment);
        let page = store.records(ns, kind, &prefix, At::Head, after.as_deref(), limit).await?;
        let records = page.into_iter().filter_map(|entry| entry.record);
        Ok(records.filter_map(Record::into_deployment).map(|it| *it).collect())
    }

    /// What is beside the live version of an artifact, if a deployment is on its way.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn route(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Option<Route>, ControlError> {
        let key = RecordKey::route(artifact, environment);
        Ok(self.record_at(&key, Record::into_route).await?.map(|route| *route))
    }

    /// The deployment that is on its way for an artifact, or has its turn there.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn deployment_of(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Option<Deployed>, ControlError> {
        let route = self.route(artifact, environment).await?;
        match route.and_then(|route| route.deployment()) {
            Some(id) => self.deployment(environment, id).await.map(Some),
            None => Ok(None),
        }
    }

    /// Every deployment that is on its way, wherever, or has its turn with an artifact.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn deployments_under_way(
        &self,
    ) -> Result<Vec<(EnvironmentId, DeploymentId)>, ControlError> {
        let routes = self.all_records(RecordKind::Route, Record::into_route, "").await?;
        let mut found: Vec<_> = routes
            .iter()
            .filter_map(|route| Some((route.environment().clone(), route.deployment()?)))
            .collect();
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}

/// Whether somebody was faster, so that one looks again.
const fn is_lost_race(err: &StoreError) -> bool {
    matches!(err, StoreError::Conflict(_))
}
