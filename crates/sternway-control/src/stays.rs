//! What was live before: the stays of versions in an environment, newest first.

use std::collections::{HashSet, VecDeque};

use sternway_store::Limit;
use sternway_types::{
    ArtifactId, Condemnation, Digest, EnvironmentId, MoveCause, PointerMove, PointerName, Record,
    RecordKey, RecordKind, Revision, Version, VersionNumber,
};

use crate::{Control, ControlError};

/// How many stays are looked through for a version to go back to.
const MAX_STAYS: usize = 10_000;

/// The versions that were live, the one that is live first, read page by page.
pub(crate) struct Stays<'a> {
    control: &'a Control,
    artifact: &'a ArtifactId,
    name: PointerName,
    page: VecDeque<PointerMove>,
    before: Option<Revision>,
    left: usize,
    /// Whether the move that was read last undid what was before it.
    undone: bool,
}

/// A stay of a version.
pub(crate) struct Stay {
    pub(crate) version: VersionNumber,
    /// Whether somebody undid what had begun it.
    pub(crate) undone: bool,
}

impl Stays<'_> {
    /// The stay before; nothing when there is none, or none that anybody would look for.
    pub(crate) async fn next(&mut self) -> Result<Option<Stay>, ControlError> {
        if self.page.is_empty() && self.left > 0 {
            let (store, namespace) = (&self.control.store, &self.control.namespace);
            let limit = Limit::new(self.left);
            let moves =
                store.moves(namespace, self.artifact, &self.name, self.before, limit).await?;
            self.left = if moves.is_empty() { 0 } else { self.left - moves.len() };
            self.before = moves.last().map(|moved| moved.revision);
            self.page.extend(moves);
        }
        let Some(moved) = self.page.pop_front() else { return Ok(None) };
        let undoes = matches!(moved.cause, MoveCause::Undone(_));
        let undone = std::mem::replace(&mut self.undone, undoes);
        // What is live in an environment is only ever replaced.
        Ok(moved.to.map(|version| Stay { version, undone }))
    }
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
        while let Some(Stay { version: number, undone }) = stays.next().await? {
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

    async fn condemned_digests(
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
