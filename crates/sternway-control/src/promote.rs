//! Promote: make a version live.

use sternway_types::{
    ArtifactId, Change, EnvironmentId, Force, Generation, MoveCause, NewMove, PointerName,
    Precondition, Revision, Target, VersionNumber,
};

use crate::{Control, ControlError, Intent};

/// What promoting led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promoted {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Where it is live.
    pub environment: EnvironmentId,
    /// What was live before.
    pub from: Option<VersionNumber>,
    /// What is live now.
    pub to: VersionNumber,
    /// The generation of the pointer.
    pub generation: Generation,
    /// The revision that moved it; nothing if it was live already.
    pub revision: Option<Revision>,
}

impl Control {
    /// Makes a version live in an environment. Does nothing if it is.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotAPolicy`] if it is to be one and is none, and
    /// [`ControlError::Store`] with a conflict if somebody moved the pointer meanwhile, with a
    /// refusal if the version or the environment does not exist or the version is condemned there
    /// and not forced by a person, or if the store cannot write.
    pub async fn promote(
        &self,
        artifact: &ArtifactId,
        to: VersionNumber,
        environment: &EnvironmentId,
        force: Force,
        intent: &Intent,
    ) -> Result<Promoted, ControlError> {
        self.known_environment(environment).await?;
        let name = PointerName::Environment(environment.clone());
        let pointer = self.pointer(artifact, &name).await?;
        let from = pointer.as_ref().and_then(|pointer| pointer.version);
        let before = pointer.map_or(Generation::ZERO, |pointer| pointer.generation);
        let mut promoted = Promoted {
            artifact: artifact.clone(),
            environment: environment.clone(),
            from,
            to,
            generation: before,
            revision: None,
        };
        if from == Some(to) {
            return Ok(promoted);
        }
        let changeset = self
            .changeset(intent)
            .when(Precondition::PointerAt {
                artifact: artifact.clone(),
                name: name.clone(),
                generation: before,
            })
            .then(Change::MovePointer(Box::new(NewMove {
                artifact: artifact.clone(),
                name,
                to: Target::Version(to),
                cause: MoveCause::Promoted,
                force,
            })));
        self.may_go_live(artifact, to).await?;
        // A person looked at what was live and decided: a lost race is theirs to decide again.
        let receipt = self.commit(&changeset).await?;
        promoted.generation = before.next();
        promoted.revision = Some(receipt.revision);
        Ok(promoted)
    }
}
