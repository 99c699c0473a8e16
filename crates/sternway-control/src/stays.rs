//! What was live before: the stays of versions in an environment, newest first.

use std::collections::{HashSet, VecDeque};

use sternway_store::Limit;
use sternway_types::{
    ArtifactId, Condemnation, Digest, EnvironmentId, Generation, MoveCause, PointerMove,
    PointerName, Record, RecordKey, RecordKind, Revision, Subject, Version, VersionNumber,
};

use crate::{Control, ControlError};

/// How many stays are looked through for a version to go back to.
const MAX_STAYS: usize = 10_000;
/// Of how many shares the outcomes of a version are read at most.
const MAX_SHARES: usize = 64;
/// How many moves are read first: what is looked for is nearly always among the newest.
const FIRST_PAGE: usize = 16;

/// The versions that were live, the one that is live first, read page by page.
pub(crate) struct Stays<'a> {
    control: &'a Control,
    artifact: &'a ArtifactId,
    name: PointerName,
    page: VecDeque<PointerMove>,
    before: Option<Revision>,
    left: usize,
    /// How many moves are read next.
    next_page: usize,
    /// Whether the move that was read last took back what was before it.
    undone: bool,
}

/// A stay of a version.
pub(crate) struct Stay {
    pub(crate) version: VersionNumber,
    /// Which stay it is.
    pub(crate) generation: Generation,
    /// Whether somebody undid what had begun it, or restored what was before.
    pub(crate) undone: bool,
    /// Whether it goes on from the one before, and only shares changed: outcomes say under which they came.
    pub(crate) goes_on: bool,
}

/// The generations of the newest stays of a version. However often shares changed during one, it is one.
pub(crate) struct Newest {
    left: usize,
    pub(crate) generations: Vec<Generation>,
}

impl Newest {
    /// Those of so many stays at most.
    pub(crate) const fn of(stays: usize) -> Self {
        Self { left: stays, generations: Vec::new() }
    }

    pub(crate) const fn wants_more(&self) -> bool {
        self.left > 0 && self.generations.len() < MAX_SHARES
    }

    pub(crate) fn take(&mut self, stay: &Stay) {
        self.generations.push(stay.generation);
        self.left -= usize::from(!stay.goes_on);
    }
}

impl Stays<'_> {
    /// The stay before; nothing when there is none, or none that anybody would look for.
    pub(crate) async fn next(&mut self) -> Result<Option<Stay>, ControlError> {
        if self.page.is_empty() && self.left > 0 {
            let (store, namespace) = (&self.control.store, &self.control.namespace);
            let limit = Limit::new(self.left.min(self.next_page));
            self.next_page = self.next_page.saturating_mul(8);
            let moves =
                store.moves(namespace, self.artifact, &self.name, self.before, limit).await?;
            self.left = if moves.is_empty() { 0 } else { self.left - moves.len() };
            self.before = moves.last().map(|moved| moved.revision);
            self.page.extend(moves);
        }
        Ok(self.read())
    }

    /// The stay before, of those that were read already.
    fn read(&mut self) -> Option<Stay> {
        let moved = self.page.pop_front()?;
        let undoes = takes_back(&moved.cause, self.undone);
        let undone = std::mem::replace(&mut self.undone, undoes);
        // What is live in an environment is only ever replaced.
        let goes_on = matches!(moved.cause, MoveCause::Shifted(_));
        let generation = moved.generation;
        moved.to.map(|version| Stay { version, generation, undone, goes_on })
    }
}

/// Whether a move took back what was before it, rather than replaced it. A change of shares belongs to
/// the stay that goes on beside it, and ends as that does.
pub(crate) const fn takes_back(cause: &MoveCause, stay_was_taken_back: bool) -> bool {
    match cause {
        MoveCause::Undone(_) | MoveCause::Restored(_) => true,
        MoveCause::Shifted(_) => stay_was_taken_back,
        MoveCause::Published
        | MoveCause::Promoted
        | MoveCause::RolledBack(_)
        | MoveCause::Labelled
        | MoveCause::Unlabelled
        | MoveCause::Deployed(_) => false,
    }
}

/// A good version, and its stays, newest first.
pub(crate) struct GoodStays {
    pub(crate) version: VersionNumber,
    pub(crate) generations: Vec<Generation>,
}

impl Control {
    pub(crate) fn stays<'a>(
        &'a self,
        artifact: &'a ArtifactId,
        environment: &EnvironmentId,
    ) -> Stays<'a> {
        Stays {
            control: self,
            artifact,
            name: PointerName::Environment(environment.clone()),
            page: VecDeque::new(),
            before: None,
            left: MAX_STAYS,
            next_page: FIRST_PAGE,
            undone: false,
        }
    }

    /// The version that was live before what is live, and is not condemned: the one to go back to.
    pub(crate) async fn last_good(
        &self,
        live: &Version,
        environment: &EnvironmentId,
    ) -> Result<Option<Version>, ControlError> {
        let condemned = self.condemned_digests(&live.artifact, environment).await?;
        let mut looked_at = HashSet::from([live.number]);
        let mut stays = self.stays(&live.artifact, environment);
        while let Some(Stay { version: number, undone, .. }) = stays.next().await? {
            // A promotion that somebody undid is none to go back to.
            if undone || !looked_at.insert(number) {
                continue;
            }
            let version = self.version(&live.artifact, number).await?;
            let digest = version.content.digest;
            if digest != live.content.digest && !condemned.contains(&digest) {
                return Ok(Some(version));
            }
        }
        Ok(None)
    }

    /// The version that a subject would go back to, and its newest stays: as many as a page of moves
    /// shows, at most `most`. Nothing if there is no good version before the subject's stay.
    pub(crate) async fn last_good_stays(
        &self,
        subject: &Subject,
        most: usize,
    ) -> Result<Option<GoodStays>, ControlError> {
        let (artifact, environment) = (&subject.artifact, &subject.environment);
        let live = self.version(artifact, subject.version).await?;
        let mut looked_at = HashSet::from([subject.version]);
        let mut stays = self.stays(artifact, environment);
        while let Some(stay) = stays.next().await? {
            let later = stay.generation >= subject.generation;
            if later || stay.undone || !looked_at.insert(stay.version) {
                continue;
            }
            let digest = self.version(artifact, stay.version).await?.content.digest;
            let key = RecordKey::condemnation(artifact, environment, &digest);
            let condemned = self.record_at(&key, Record::into_condemnation).await?;
            if digest == live.content.digest || condemned.is_some() {
                continue;
            }
            let version = stay.version;
            let mut newest = Newest::of(most);
            newest.take(&stay);
            while newest.wants_more()
                && let Some(earlier) = stays.read()
            {
                if earlier.version == version && !earlier.undone {
                    newest.take(&earlier);
                }
            }
            return Ok(Some(GoodStays { version, generations: newest.generations }));
        }
        Ok(None)
    }

    pub(crate) async fn condemned_digests(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<HashSet<Digest>, ControlError> {
        let condemned = self.condemnations(artifact, environment).await?;
        Ok(condemned.into_iter().map(|condemnation| condemnation.digest).collect())
    }

    /// Every condemnation of an artifact's contents in an environment.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn condemnations(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Vec<Condemnation>, ControlError> {
        let prefix = RecordKey::condemned_in(artifact, environment);
        self.all_records(RecordKind::Condemnation, Record::into_condemnation, &prefix).await
    }
}
