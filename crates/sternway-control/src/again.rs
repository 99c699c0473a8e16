//! Publishing what is there already: no version is added, and its pointers go where they were asked
//! for.

use sternway_store::StoreError;
use sternway_types::{
    Change, Force, Generation, MoveCause, NewMove, PointerName, Precondition, Target, VersionNumber,
};

use crate::{
    Control, ControlError, Intent,
    publish::{Activate, Landing, Publish, Published},
};

impl Control {
    /// Makes the newest version, whose content is published again, live and labelled as asked, in
    /// one commit. Nothing if it is no longer the newest one, or somebody moved such a pointer.
    pub(crate) async fn publish_again(
        &self,
        publish: &Publish,
        version: VersionNumber,
        intent: &Intent,
    ) -> Result<Option<Published>, ControlError> {
        let artifact = &publish.artifact;
        let mut changeset = self
            .changeset(intent)
            .when(Precondition::LatestIs { artifact: artifact.clone(), version: Some(version) });
        let mut published = Published {
            artifact: artifact.clone(),
            number: version,
            content: publish.content.reference(),
            added: false,
            landing: Landing::Unchanged,
            generation: None,
            checks: Vec::new(),
            revision: None,
        };
        let mut moved = false;
        for name in asked(publish) {
            let pointer = self.pointer(artifact, &name).await?;
            if pointer.as_ref().is_some_and(|pointer| pointer.version == Some(version)) {
                continue;
            }
            moved = true;
            let cause = match &name {
                PointerName::Environment(environment) => {
                    published.landing = Landing::Live(environment.clone());
                    MoveCause::Promoted
                }
                PointerName::Label(_) => MoveCause::Labelled,
            };
            let generation = pointer.map_or(Generation::ZERO, |pointer| pointer.generation);
            let (artifact, to, force) = (artifact.clone(), Target::Version(version), Force::No);
            let at = Precondition::PointerAt {
                artifact: artifact.clone(),
                name: name.clone(),
                generation,
            };
            let change = NewMove { artifact, name, to, cause, force };
            changeset = changeset.when(at).then(Change::MovePointer(Box::new(change)));
        }
        if !moved {
            return Ok(Some(published));
        }
        match self.commit(&changeset).await {
            Ok(receipt) => {
                let environment = |(_, name, _): &&(_, PointerName, _)| {
                    matches!(name, PointerName::Environment(_))
                };
                published.generation =
                    receipt.pointers.iter().find(environment).map(|(.., generation)| *generation);
                published.revision = Some(receipt.revision);
                Ok(Some(published))
            }
            Err(StoreError::Conflict(_)) => Ok(None),
            Err(err) => Err(err.into()),
        }
    }
}

/// The pointers that are to name the version.
fn asked(publish: &Publish) -> Vec<PointerName> {
    let environment = match &publish.activate {
        Activate::ByPolicy => None,
        Activate::In(environment) => Some(PointerName::Environment(environment.clone())),
    };
    let labels = publish.labels.iter().cloned().map(PointerName::Label);
    environment.into_iter().chain(labels).collect()
}
