//! Which version an environment or a label names, and how it came to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Actor, Arm, ArtifactId, DeploymentId, EnvironmentId, Generation, LabelId, Reason, Regression,
    Revision, Timestamp, VersionNumber, Weight, route::share_of,
};

/// The name of a pointer of an artifact.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PointerName {
    /// What is live in an environment.
    Environment(EnvironmentId),
    /// A version that a person named.
    Label(LabelId),
}

impl fmt::Display for PointerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(environment) => write!(f, "environment {environment}"),
            Self::Label(label) => write!(f, "label {label}"),
        }
    }
}

/// A named reference of an artifact to one version, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    /// Whose pointer it is.
    pub artifact: ArtifactId,
    /// Its name.
    pub name: PointerName,
    /// The version it names; nothing after it was deleted.
    pub version: Option<VersionNumber>,
    /// How often it moved. It only grows, also when the pointer goes back to an older version.
    pub generation: Generation,
    /// The revision of its last move.
    pub revision: Revision,
    /// When it last moved.
    pub at: Timestamp,
}

/// What set a rollback off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RollbackTrigger {
    /// A person or a program asked for it.
    Manual,
    /// The policy found a regression.
    Policy(Box<Regression>),
}

/// A change of the share that a deployment's candidate has, while what is live stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// Whose step it is.
    pub deployment: DeploymentId,
    /// The candidate, of an experiment the first.
    pub candidate: VersionNumber,
    /// Its share since; of an experiment that of all candidates together.
    pub weight: Weight,
    /// The share of each candidate of an experiment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arms: Vec<Arm>,
}

impl Shift {
    /// The share of a version as a candidate.
    #[must_use]
    pub fn share_of(&self, version: VersionNumber) -> Weight {
        share_of(version, (self.candidate, self.weight), &self.arms)
    }
}

/// Why a pointer moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveCause {
    /// The version went live as it was published.
    Published,
    /// Somebody made it live.
    Promoted,
    /// An earlier version was made live again.
    RolledBack(RollbackTrigger),
    /// A label was set or moved.
    Labelled,
    /// A label was taken away.
    Unlabelled,
    /// What this revision did was undone.
    Undone(Revision),
    /// It went back to where it was at this revision, with all that moved since.
    Restored(Revision),
    /// The pointer names the same version, and a candidate beside it has another share: a new generation,
    /// since outcomes say under which shares they came.
    Shifted(Shift),
    /// A deployment made its candidate live.
    Deployed(DeploymentId),
}

/// One move of a pointer, as it was committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointerMove {
    /// Whose pointer it is.
    pub artifact: ArtifactId,
    /// Its name.
    pub name: PointerName,
    /// The version it named before.
    pub from: Option<VersionNumber>,
    /// The version it names since.
    pub to: Option<VersionNumber>,
    /// Its generation since.
    pub generation: Generation,
    /// What made it move, with the evidence if that was a policy.
    pub cause: MoveCause,
    /// Who moved it.
    pub by: Actor,
    /// Why, in their words.
    pub reason: Reason,
    /// Whether a condemnation was overridden.
    pub forced: bool,
    /// The revision that moved it.
    pub revision: Revision,
    /// When.
    pub at: Timestamp,
}

impl From<&PointerMove> for Pointer {
    /// The pointer as it is after a move.
    fn from(moved: &PointerMove) -> Self {
        Self {
            artifact: moved.artifact.clone(),
            name: moved.name.clone(),
            version: moved.to,
            generation: moved.generation,
            revision: moved.revision,
            at: moved.at,
        }
    }
}
