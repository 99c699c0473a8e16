//! Labels: names that people give to versions.

use sternway_types::{
    ArtifactId, Change, Force, LabelId, MoveCause, NewMove, PointerName, Revision, Target,
    VersionNumber,
};

use crate::{Control, ControlError, Intent};

impl Control {
    /// Names a version, or moves the name to it. Does nothing if it is there.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] with a refusal if the version does not exist, or if the store cannot
    /// write.
    pub async fn label(
        &self,
        artifact: &ArtifactId,
        version: VersionNumber,
        label: &LabelId,
        intent: &Intent,
    ) -> Result<Option<Revision>, ControlError> {
        let name = PointerName::Label(label.clone());
        let pointer = self.pointer(artifact, &name).await?;
        if pointer.is_some_and(|pointer| pointer.version == Some(version)) {
            return Ok(None);
        }
        self.move_label(artifact, name, Target::Version(version), intent).await.map(Some)
    }

    /// Takes a name away.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoLabel`] if there is none, and [`ControlError::Store`] if the store cannot
    /// write.
    pub async fn unlabel(
        &self,
        artifact: &ArtifactId,
        label: &LabelId,
        intent: &Intent,
    ) -> Result<Revision, ControlError> {
        let name = PointerName::Label(label.clone());
        let pointer = self.pointer(artifact, &name).await?;
        if pointer.is_none_or(|pointer| pointer.version.is_none()) {
            let (artifact, label) = (artifact.clone(), label.clone());
            return Err(ControlError::NoLabel { artifact, label });
        }
        self.move_label(artifact, name, Target::Nothing, intent).await
    }

    async fn move_label(
        &self,
        artifact: &ArtifactId,
        name: PointerName,
        to: Target,
        intent: &Intent,
    ) -> Result<Revision, ControlError> {
        let cause = if to == Target::Nothing { MoveCause::Unlabelled } else { MoveCause::Labelled };
        let artifact = artifact.clone();
        let moved = NewMove { artifact, name, to, cause, force: Force::No };
        let changeset = self.changeset(intent).then(Change::MovePointer(Box::new(moved)));
        Ok(self.commit(&changeset).await?.revision)
    }
}
