//! Which rollback point is meant: by its id, by what it names, or the newest.

use std::str::FromStr;

use sternway::{
    control::{Control, point::Pointed},
    types::{PointId, Revision},
};

use crate::{context::Context, error::CliError};

/// A rollback point as it is typed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    Newest,
    Of(Revision),
    Id(PointId),
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "newest" {
            return Ok(Self::Newest);
        }
        let revision = text.strip_prefix('r').and_then(|number| number.parse().ok());
        if let Some(revision) = revision {
            return Ok(Self::Of(Revision::new(revision)));
        }
        let id = text.parse().map(Self::Id);
        id.map_err(|err| format!("{err}, a revision such as r12, or newest"))
    }
}

impl Target {
    /// The point: of a revision the one that was taken last.
    pub(super) async fn find(
        self,
        context: &Context,
        control: &Control,
    ) -> Result<Pointed, CliError> {
        let environment = &context.environment;
        if let Self::Id(id) = self {
            return Ok(control.point(environment, id).await?);
        }
        let points = control.newest_points(environment).await?;
        let found = points.into_iter().find(|pointed| match self {
            Self::Newest => true,
            Self::Of(revision) => pointed.point.revision == revision,
            Self::Id(id) => pointed.point.id == id,
        });
        found.ok_or_else(|| {
            let asked = match self {
                Self::Of(revision) => format!(" of revision {revision}"),
                Self::Newest | Self::Id(_) => String::new(),
            };
            CliError::no_point(format!("there is no rollback point{asked} in {environment}"))
                .with_help(format!("sternway{} point list", context.flags()))
        })
    }
}
