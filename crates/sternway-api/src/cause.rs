//! Why deployments end, as it is shown.

use serde::Serialize;
use sternway_types::{Actor, ArtifactId, Cause, DeploymentId, ProbeId, Reason, Timestamp};

/// Why a deployment went back, or ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CauseView {
    /// A candidate was found to be worse.
    Regressed {
        /// Whose candidate.
        artifact: ArtifactId,
    },
    /// Somebody asked for it.
    Aborted {
        /// Who.
        by: Actor,
        /// Why.
        reason: Reason,
    },
    /// What was asked for the health of the candidates said that they are not well.
    Unhealthy {
        /// What said so.
        probe: ProbeId,
        /// What it said.
        problem: Reason,
    },
    /// The requests were taken from the candidates at the routers while the store was away, and that was
    /// recorded later.
    Withdrawn {
        /// When.
        at: Timestamp,
        /// Who did so.
        by: Actor,
        /// Why.
        reason: Reason,
    },
    /// A step took longer than it may.
    Deadline,
    /// What is live was moved past it.
    Overtaken {
        /// Whose.
        artifact: ArtifactId,
    },
    /// Another deployment took its place.
    Replaced {
        /// Which.
        by: DeploymentId,
    },
    /// Its turn had come, and it could not begin any more.
    Unbegun {
        /// Why not.
        problem: Reason,
    },
    /// Somebody who was asked said no.
    Rejected {
        /// Who.
        by: Actor,
        /// Why.
        reason: Reason,
    },
}

impl From<&Cause> for CauseView {
    fn from(cause: &Cause) -> Self {
        match cause.clone() {
            Cause::Regressed { artifact } => Self::Regressed { artifact },
            Cause::Aborted { by, reason } => Self::Aborted { by, reason },
            Cause::Unhealthy { probe, problem } => Self::Unhealthy { probe, problem },
            Cause::Withdrawn { at, by, reason } => Self::Withdrawn { at, by, reason },
            Cause::Deadline => Self::Deadline,
            Cause::Overtaken { artifact } => Self::Overtaken { artifact },
            Cause::Replaced { by } => Self::Replaced { by },
            Cause::Unbegun { problem } => Self::Unbegun { problem },
            Cause::Rejected { by, reason } => Self::Rejected { by, reason },
        }
    }
}
