//! Restore to a revision: every pointer goes back to where it was then, in one commit.
//!
//! Versions stay, and so do policies, condemnations and every other record. Of one environment what is
//! live is compared with what was live then: two reads of a page, whatever happened since. Of all of
//! them, and the labels, the feed since then is read, so it costs what happened since.

use std::collections::{BTreeMap, btree_map::Entry};

use sternway_store::{Limit, StoreError};
use sternway_types::{
    Applied, ArtifactId, At, Change, Changeset, EnvironmentId, Force, Generation, MoveCause,
    NewMove, Pointer, PointerMove, PointerName, Precondition, Revision, Target, VersionNumber,
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

/// What going back to a revision comes to.
#[derive(Debug, Default)]
pub(crate) struct WayBack {
    /// What moves, each with the generation that the pointer has before.
    moves: Vec<(WentBack, Generation)>,
    /// What would go back to nothing, and stays.
    pub(crate) stays: Vec<WentBack>,
}

impl WayBack {
    fn of(moved: MovedSince) -> Self {
        let mut way = Self::default();
        for ((artifact, name), Moved { then, now, generation }) in moved {
            if then == now {
                continue;
            }
            let empties = then.is_none() && matches!(name, PointerName::Environment(_));
            let back = WentBack { artifact, name, from: now, to: then };
            if empties { way.stays.push(back) } else { way.moves.push((back, generation)) }
        }
        way
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.moves.is_empty()
    }

    /// What moves.
    pub(crate) fn moved(&self) -> impl Iterator<Item = &WentBack> {
        self.moves.iter().map(|(back, _)| back)
    }

    /// The moves, if every pointer is still where it was.
    pub(crate) fn onto(&self, changeset: Changeset, to: Revision, force: Force) -> Changeset {
        self.moves.iter().fold(changeset, |changeset, (back, generation)| {
            let (artifact, name, generation) =
                (back.artifact.clone(), back.name.clone(), *generation);
            let target = back.to.map_or(Target::Nothing, Target::Version);
            let still = Precondition::PointerAt {
                artifact: artifact.clone(),
                name: name.clone(),
                generation,
            };
            let cause = MoveCause::Restored(to);
            let moved = NewMove { artifact, name, to: target, cause, force };
            changeset.when(still).then(Change::MovePointer(Box::new(moved)))
        })
    }

    pub(crate) fn into_restored(self, to: Revision, revision: Option<Revision>) -> RestoredTo {
        let moved = self.moves.into_iter().map(|(back, _)| back).collect();
        RestoredTo { to, moved, stays: self.stays, revision }
    }
}

impl Control {
    /// Moves every pointer back to where it was right after a revision, in one commit: those of one
    /// environment, or all of them, labels too. Nothing is condemned, and nothing else changes. What is
    /// left is no version that a later rollback would find by itself.
    ///
    /// One environment goes back past the floor of a compaction, too, since what was live is never let go.
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
        self.known_revision(to).await?;
        loop {
            let way = match environment {
                Some(environment) => {
                    let now = self.live_in(environment, At::Head).await?;
                    self.way_back(to, environment, &now).await?
                }
                None => WayBack::of(self.moved_since(to).await?),
            };
            if way.is_empty() {
                return Ok(way.into_restored(to, None));
            }
            match self.commit(&way.onto(self.changeset(intent), to, force)).await {
                Ok(receipt) => return Ok(way.into_restored(to, Some(receipt.revision))),
                // Somebody moved one of them just now: look again.
                Err(StoreError::Conflict(_)) => (),
                Err(err) => return Err(err.into()),
            }
        }
    }

    /// The revision is there.
    pub(crate) async fn known_revision(&self, asked: Revision) -> Result<(), ControlError> {
        let newest = self.newest_revision().await?;
        if asked > newest {
            return Err(StoreError::NotYet { asked, newest }.into());
        }
        Ok(())
    }

    pub(crate) async fn newest_revision(&self) -> Result<Revision, ControlError> {
        let head = self.store.head(&self.namespace, At::Head).await?;
        Ok(head.map_or(Revision::ZERO, |head| head.revision))
    }

    /// Everything that is live in an environment, page by page.
    pub(crate) async fn live_in(
        &self,
        environment: &EnvironmentId,
        at: At,
    ) -> Result<Vec<Pointer>, ControlError> {
        let (store, ns) = (&self.store, &self.namespace);
        let mut live: Vec<Pointer> = Vec::new();
        loop {
            let after = live.last().map(|pointer| &pointer.artifact);
            let page = store.environment(ns, environment, at, after, Limit::MAX).await?;
            if page.is_empty() {
                return Ok(live);
            }
            live.extend(page);
        }
    }

    /// What moves when an environment goes back from what is live to what was live at a revision.
    pub(crate) async fn way_back(
        &self,
        to: Revision,
        environment: &EnvironmentId,
        now: &[Pointer],
    ) -> Result<WayBack, ControlError> {
        if now.iter().all(|pointer| pointer.revision <= to) {
            return Ok(WayBack::default());
        }
        let then = self.live_then(to, environment, now).await?;
        let moved = now.iter().map(|pointer| {
            let (artifact, name) = (pointer.artifact.clone(), pointer.name.clone());
            let then = then.get(&artifact).copied();
            let moved = Moved { then, now: pointer.version, generation: pointer.generation };
            ((artifact, name), moved)
        });
        Ok(WayBack::of(moved.collect()))
    }

    /// What was live in an environment right after a revision, also where that was let go: the moves of an
    /// environment never are.
    pub(crate) async fn live_then(
        &self,
        to: Revision,
        environment: &EnvironmentId,
        now: &[Pointer],
    ) -> Result<BTreeMap<ArtifactId, VersionNumber>, ControlError> {
        let named = |pointer: Pointer| pointer.version.map(|version| (pointer.artifact, version));
        match self.live_in(environment, At::Revision(to)).await {
            Ok(then) => return Ok(then.into_iter().filter_map(named).collect()),
            Err(ControlError::Store(StoreError::Compacted { .. })) => (),
            Err(err) => return Err(err),
        }
        let mut then = BTreeMap::new();
        for pointer in now {
            let version = if pointer.revision <= to {
                pointer.version
            } else {
                let (artifact, name) = (&pointer.artifact, &pointer.name);
                let (before, one) = (Some(to.next()), Limit::new(1));
                let moves = self.store.moves(&self.namespace, artifact, name, before, one).await?;
                moves.first().and_then(|moved| moved.to)
            };
            then.extend(version.map(|version| (pointer.artifact.clone(), version)));
        }
        Ok(then)
    }

    /// The pointers that moved after a revision: the first move says where one was, the last where it
    /// is.
    async fn moved_since(&self, revision: Revision) -> Result<MovedSince, ControlError> {
        let (mut moved, mut after) = (MovedSince::new(), revision);
        loop {
            let page = self.store.feed(&self.namespace, after, Limit::MAX).await?;
            let Some(last) = page.last() else { return Ok(moved) };
            after = last.revision;
            for applied in page.into_iter().flat_map(|commit| commit.applied) {
                if let Applied::PointerMoved(one) = applied {
                    note(&mut moved, *one);
                }
            }
        }
    }
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
