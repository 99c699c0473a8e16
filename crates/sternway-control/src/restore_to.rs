//! Restore to a revision: every pointer goes back to where it was then, in one commit.
//!
//! Versions stay, and so do policies, condemnations and every other record. What is read is the feed
//! since then, so it costs what happened since, however large the rest is.

use std::collections::{BTreeMap, btree_map::Entry};

use sternway_store::{Limit, StoreError};
use sternway_types::{
    Applied, ArtifactId, At, Change, EnvironmentId, Force, Generation, MoveCause, NewMove,
    PointerMove, PointerName, Precondition, Revision, Target, VersionNumber,
};

use crate::{Control, ControlError, Intent};

/// A pointer that goes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WentBack {
    /// Whose pointer.
    pub artifact: ArtifactId,
    /// Which.
    pub name: PointerName,
    /// Where it was until now.
    pub from: Option<VersionNumber>,
    /// Where it is again; nothing if it is a label that was not there.
    pub to: Option<VersionNumber>,
}

/// What restoring to a revision led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoredTo {
    /// The revision that was restored.
    pub to: Revision,
    /// Every pointer that went back, by artifact and name.
    pub moved: Vec<WentBack>,
    /// What would go back to nothing and stays: an environment is never emptied.
    pub stays: Vec<WentBack>,
    /// The revision that moved them; nothing if all of them were there.
    pub revision: Option<Revision>,
}

/// A pointer that moved since.
struct Moved {
    then: Option<VersionNumber>,
    now: Option<VersionNumber>,
    generation: Generation,
}

type MovedSince = BTreeMap<(ArtifactId, PointerName), Moved>;

impl Control {
    /// Moves every pointer back to where it was right after a revision, in one commit: those of one
    /// environment, or all of them, labels too. Nothing is condemned, and nothing else changes.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoEnvironment`] if there is no such environment; and [`ControlError::Store`]
    /// if the revision does not exist yet, with a refusal if a version to go back to is condemned and
    /// not forced by a person or if more pointers moved since than one commit can carry, or if the
    /// store cannot write. Then nothing moved.
    pub async fn restore_to(
        &self,
        to: Revision,
        environment: Option<&EnvironmentId>,
        force: Force,
        intent: &Intent,
    ) -> Result<RestoredTo, ControlError> {
        if let Some(environment) = environment {
            self.known_environment(environment).await?;
        }
        let head = self.store.head(&self.namespace, At::Head).await?;
        let newest = head.map_or(Revision::ZERO, |head| head.revision);
        if to > newest {
            return Err(StoreError::NotYet { asked: to, newest }.into());
        }
        loop {
            let since = self.moved_since(to, environment).await?;
            let mut restored =
                RestoredTo { to, moved: Vec::new(), stays: Vec::new(), revision: None };
            let mut changeset = self.changeset(intent);
            for ((artifact, name), Moved { then, now, generation }) in since {
                if then == now {
                    continue;
                }
                let target = match (then, &name) {
                    (Some(version), _) => Target::Version(version),
                    (None, PointerName::Label(_)) => Target::Nothing,
                    (None, PointerName::Environment(_)) => {
                        restored.stays.push(WentBack { artifact, name, from: now, to: then });
                        continue;
                    }
                };
                changeset = changeset
                    .when(Precondition::PointerAt {
                        artifact: artifact.clone(),
                        name: name.clone(),
                        generation,
                    })
                    .then(Change::MovePointer(Box::new(NewMove {
                        artifact: artifact.clone(),
                        name: name.clone(),
                        to: target,
                        cause: MoveCause::Restored(to),
                        force,
                    })));
                restored.moved.push(WentBack { artifact, name, from: now, to: then });
            }
            if restored.moved.is_empty() {
                return Ok(restored);
            }
            match self.commit(&changeset).await {
                Ok(receipt) => {
                    restored.revision = Some(receipt.revision);
                    return Ok(restored);
                }
                // Somebody moved one of them just now: look again.
                Err(StoreError::Conflict(_)) => (),
                Err(err) => return Err(err.into()),
            }
        }
    }

    /// The pointers that moved after a revision: the first move says where one was, the last where it
    /// is.
    async fn moved_since(
        &self,
        revision: Revision,
        environment: Option<&EnvironmentId>,
    ) -> Result<MovedSince, ControlError> {
        let (mut moved, mut after) = (MovedSince::new(), revision);
        loop {
            let page = self.store.feed(&self.namespace, after, Limit::MAX).await?;
            let Some(last) = page.last() else { return Ok(moved) };
            after = last.revision;
            for applied in page.into_iter().flat_map(|commit| commit.applied) {
                if let Applied::PointerMoved(one) = applied
                    && environment.is_none_or(|wanted| is_of(&one.name, wanted))
                {
                    note(&mut moved, *one);
                }
            }
        }
    }
}

fn is_of(name: &PointerName, wanted: &EnvironmentId) -> bool {
    matches!(name, PointerName::Environment(environment) if environment == wanted)
}

fn note(moved: &mut MovedSince, one: PointerMove) {
    let PointerMove { artifact, name, from, to, generation, .. } = one;
    match moved.entry((artifact, name)) {
        Entry::Vacant(entry) => {
            entry.insert(Moved { then: from, now: to, generation });
        }
        Entry::Occupied(mut entry) => {
            let known = entry.get_mut();
            (known.now, known.generation) = (to, generation);
        }
    }
}
