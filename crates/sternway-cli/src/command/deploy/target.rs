//! Which deployment is meant: by its name, or by that of an artifact.

use std::str::FromStr;

use sternway::{
    control::{Control, deploy::Deployed},
    types::{ArtifactId, DeploymentId},
};

use crate::{context::Context, error::CliError};

/// A deployment as it is typed.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Of(ArtifactId),
    Id(DeploymentId),
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        let artifact = text.parse().map(Self::Of);
        artifact.map_err(|err| format!("{err}, or the id of a deployment"))
    }
}

impl Target {
    /// The deployment: of an artifact the one under way, or the newest.
    pub(super) async fn find(
        &self,
        context: &Context,
        control: &Control,
    ) -> Result<Deployed, CliError> {
        let environment = &context.environment;
        Ok(match self {
            Self::Id(id) => control.deployment(environment, *id).await?,
            Self::Of(artifact) => control.newest_deployment_of(artifact, environment).await?,
        })
    }

    /// The deployment that is to be taken back: of an artifact the one under way, or the newest that moved what
    /// is live.
    pub(super) async fn find_moved(
        &self,
        context: &Context,
        control: &Control,
    ) -> Result<Deployed, CliError> {
        let environment = &context.environment;
        Ok(match self {
            Self::Id(id) => control.deployment(environment, *id).await?,
            Self::Of(artifact) => {
                control.newest_deployment_that_moved(artifact, environment).await?
            }
        })
    }
}
