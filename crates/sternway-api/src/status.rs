//! Everything that is live, or needs a person, as it is shown.

use serde::Serialize;
use sternway_types::{Actor, EnvironmentId, NamespaceId, Revision, Timestamp, VersionNumber};

use crate::{CondemnationView, DeploymentView, FloorView, LatchView, LiveView, MoveView};

/// What is live of an artifact in an environment, and what stands against it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LiveStatusView {
    /// What is live.
    #[serde(flatten)]
    pub live: LiveView,
    /// The number of the newest version.
    pub latest: VersionNumber,
    /// How many newer versions wait.
    pub staged: u64,
    /// The condemnation of what is live all the same.
    pub condemned: Option<CondemnationView>,
    /// The latched verdict that a person must act on.
    pub halted: Option<LatchView>,
    /// That it was found to be worse, by a policy that leaves it live.
    pub noticed: Option<LatchView>,
}

/// How well an environment is, by what is known of it. What nobody runs is healthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvironmentHealthView {
    /// Nothing is known against it.
    Healthy,
    /// What is live there, or a candidate that keeps its share, was found to be worse, and the policy leaves it
    /// there; or a deployment there goes back, waits for outcomes that do not come, takes too long, or has a
    /// router that does not follow.
    Degraded,
    /// Something is live there that is condemned, or regressed with nothing to go back to.
    Unhealthy,
}

impl EnvironmentHealthView {
    /// How well an environment is in which this is live, and these deployments are under way.
    #[must_use]
    pub fn of(live: &[LiveStatusView], deployments: &[&DeploymentView]) -> Self {
        let live = live.iter().map(|live| {
            if live.condemned.is_some() || live.halted.is_some() {
                Self::Unhealthy
            } else if live.noticed.is_some() {
                Self::Degraded
            } else {
                Self::Healthy
            }
        });
        let ails = |it: &&DeploymentView| {
            let mut pauses = it.pauses.iter();
            let ails = pauses.any(|pause| matches!(*pause, "regressed" | "deadline" | "unrouted"));
            if ails || it.starved || it.state == "rolling_back" {
                Self::Degraded
            } else {
                Self::Healthy
            }
        };
        let deployments = deployments.iter().map(ails);
        live.chain(deployments).max().unwrap_or(Self::Healthy)
    }

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Unhealthy => "unhealthy",
        }
    }
}

/// How an environment stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EnvironmentStatusView {
    /// Its name.
    pub id: EnvironmentId,
    /// What it is for.
    pub description: String,
    /// How well it is.
    pub health: EnvironmentHealthView,
    /// What is live in it, by artifact.
    pub live: Vec<LiveStatusView>,
}

/// A rollback, with who asked for it and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RollbackEventView {
    /// The move.
    #[serde(flatten)]
    pub moved: MoveView,
    /// Who asked for it.
    pub actor: Actor,
    /// Why.
    pub reason: String,
}

/// How a namespace stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StatusView {
    /// Which namespace.
    pub namespace: NamespaceId,
    /// Its newest revision.
    pub revision: Revision,
    /// When that was committed.
    pub at: Timestamp,
    /// The oldest moment that can be asked for; `null` if nothing was ever let go.
    pub floor: Option<FloorView>,
    /// Its environments.
    pub environments: Vec<EnvironmentStatusView>,
    /// The deployments that are under way.
    pub deployments: Vec<DeploymentView>,
    /// How many things need a person.
    pub attention: usize,
    /// The newest rollbacks among the newest revisions, newest first.
    pub recent_rollbacks: Vec<RollbackEventView>,
}
