//! Pointers and their moves, as they are shown.

use serde::Serialize;
use sternway_types::{
    Actor, ArtifactId, Commit, EnvironmentId, Generation, MoveCause, Pointer, PointerMove,
    PointerName, Reason, Revision, RollbackTrigger, Timestamp, VersionNumber,
};

use crate::RegressionView;

/// What kind of pointer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PointerKind {
    /// What is live in an environment.
    Environment,
    /// A version that a person named.
    Label,
}

pub(crate) fn parts(name: &PointerName) -> (PointerKind, String) {
    match name {
        PointerName::Environment(environment) => {
            (PointerKind::Environment, environment.to_string())
        }
        PointerName::Label(label) => (PointerKind::Label, label.to_string()),
    }
}

/// A pointer as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PointerView {
    /// Whose pointer.
    pub artifact: ArtifactId,
    /// What kind of pointer it is.
    pub kind: PointerKind,
    /// The name of the environment or label.
    pub name: String,
    /// The version it names; nothing after it was taken away.
    pub version: Option<VersionNumber>,
    /// How often it moved.
    pub generation: Generation,
    /// The revision of its last move.
    pub revision: Revision,
    /// When it last moved.
    pub at: Timestamp,
}

impl From<&Pointer> for PointerView {
    fn from(pointer: &Pointer) -> Self {
        let (kind, name) = parts(&pointer.name);
        Self {
            artifact: pointer.artifact.clone(),
            kind,
            name,
            version: pointer.version,
            generation: pointer.generation,
            revision: pointer.revision,
            at: pointer.at,
        }
    }
}

/// What is live of an artifact in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LiveView {
    /// Of which artifact.
    pub artifact: ArtifactId,
    /// Where.
    pub environment: EnvironmentId,
    /// Which version.
    pub version: VersionNumber,
    /// The generation of the pointer: outcomes of this version name it.
    pub generation: Generation,
    /// Since when.
    pub since: Timestamp,
    /// The revision that made it live.
    pub revision: Revision,
}

impl LiveView {
    /// What a pointer says is live; nothing if it is a label, or names nothing.
    #[must_use]
    pub fn of(pointer: &Pointer) -> Option<Self> {
        let PointerName::Environment(environment) = &pointer.name else { return None };
        Some(Self {
            artifact: pointer.artifact.clone(),
            environment: environment.clone(),
            version: pointer.version?,
            generation: pointer.generation,
            since: pointer.at,
            revision: pointer.revision,
        })
    }
}

/// What set a rollback off.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum TriggerView {
    /// A person or a program asked for it.
    Manual,
    /// The policy found a regression.
    Policy(Box<RegressionView>),
}

impl From<&RollbackTrigger> for TriggerView {
    fn from(trigger: &RollbackTrigger) -> Self {
        match trigger {
            RollbackTrigger::Manual => Self::Manual,
            RollbackTrigger::Policy(regression) => {
                Self::Policy(Box::new(regression.as_ref().into()))
            }
        }
    }
}

/// One move of a pointer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MoveView {
    /// Whose pointer.
    pub artifact: ArtifactId,
    /// What kind of pointer it is.
    pub kind: PointerKind,
    /// The name of the environment or label.
    pub name: String,
    /// The version it named before.
    pub from: Option<VersionNumber>,
    /// The version it names since.
    pub to: Option<VersionNumber>,
    /// Its generation since.
    pub generation: Generation,
    /// `published`, `promoted`, `rolled_back`, `labelled`, `unlabelled`, `undone`, `restored`,
    /// `shifted` (a candidate beside it has another share), `matched` (a candidate beside it gets the runs that
    /// carry something) or `deployed`.
    pub cause: &'static str,
    /// What such runs carry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matched: Option<String>,
    /// Who moved it.
    pub by: Actor,
    /// Why, in their words.
    pub reason: Reason,
    /// What set it off, if it is a rollback.
    pub trigger: Option<TriggerView>,
    /// Whether a condemnation was overridden.
    pub forced: bool,
    /// The revision that moved it.
    pub revision: Revision,
    /// When.
    pub at: Timestamp,
}

impl From<&PointerMove> for MoveView {
    fn from(moved: &PointerMove) -> Self {
        let (kind, name) = parts(&moved.name);
        let (cause, trigger) = match &moved.cause {
            MoveCause::Published => ("published", None),
            MoveCause::Promoted => ("promoted", None),
            MoveCause::RolledBack(trigger) => ("rolled_back", Some(trigger.into())),
            MoveCause::Labelled => ("labelled", None),
            MoveCause::Unlabelled => ("unlabelled", None),
            MoveCause::Undone(_) => ("undone", None),
            MoveCause::Restored(_) => ("restored", None),
            MoveCause::Shifted(_) => ("shifted", None),
            MoveCause::Deployed(_) => ("deployed", None),
        };
        Self {
            artifact: moved.artifact.clone(),
            kind,
            name,
            from: moved.from,
            to: moved.to,
            generation: moved.generation,
            cause,
            matched: None,
            by: moved.by.clone(),
            reason: moved.reason.clone(),
            trigger,
            forced: moved.forced,
            revision: moved.revision,
            at: moved.at,
        }
    }
}

impl MoveView {
    /// The same of a move whose commit is known, which says what a candidate beside it gets.
    #[must_use]
    pub fn within(moved: &PointerMove, commit: &Commit) -> Self {
        let view = Self::from(moved);
        let MoveCause::Shifted(shift) = &moved.cause else { return view };
        let deployment = commit.deployment(shift.deployment);
        match deployment.and_then(|deployment| deployment.matched.as_ref()) {
            Some(by) => Self { cause: "matched", matched: Some(by.to_string()), ..view },
            None => view,
        }
    }
}
