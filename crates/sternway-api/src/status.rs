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
}

/// How an environment stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EnvironmentStatusView {
    /// Its name.
    pub id: EnvironmentId,
    /// What it is for.
    pub description: String,
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
