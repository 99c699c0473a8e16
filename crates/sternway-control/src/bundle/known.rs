//! Which versions of a bundle were added before, and under which number.

use serde_json::json;
use sternway_store::{Limit, StoreError};
use sternway_types::{
    Applied, ArtifactId, At, ChangesetId, Commit, DigestPrefix, Version, VersionNumber,
};

use super::renumber::{NAME, Renumber};
use crate::ControlError;

impl Renumber<'_> {
    /// The number that a version was given when it was added before; nothing if it was not.
    pub(super) async fn known(
        &self,
        id: ChangesetId,
        commit: &Commit,
        version: &Version,
    ) -> Result<Option<VersionNumber>, ControlError> {
        let (store, here) = (&self.control.store, &self.control.namespace);
        match store.commit_of(here, id).await {
            Ok(known) => Ok(known.and_then(|known| number_of(&known, &version.artifact))),
            // The commit was let go, and the version says itself where it came from.
            Err(StoreError::Compacted { .. }) => self.imported_from(commit, version).await,
            Err(err) => Err(err.into()),
        }
    }

    async fn imported_from(
        &self,
        commit: &Commit,
        version: &Version,
    ) -> Result<Option<VersionNumber>, ControlError> {
        let (store, here) = (&self.control.store, &self.control.namespace);
        let (prefix, changeset) =
            (DigestPrefix::from(&version.content.digest), json!(commit.changeset));
        let mut after = None;
        loop {
            let page =
                store.with_digest(here, &prefix, At::Head, after.as_ref(), Limit::MAX).await?;
            let Some(last) = page.last() else { return Ok(None) };
            after = Some(last.clone());
            for hit in page.iter().filter(|hit| hit.artifact == version.artifact) {
                let found = self.control.version(&hit.artifact, hit.number).await?;
                let from = found.metadata.members().get(NAME);
                if from.and_then(|from| from.get("changeset")) == Some(&changeset) {
                    return Ok(Some(hit.number));
                }
            }
        }
    }
}

fn number_of(commit: &Commit, artifact: &ArtifactId) -> Option<VersionNumber> {
    commit.applied.iter().find_map(|applied| match applied {
        Applied::VersionAdded(version) if version.artifact == *artifact => Some(version.number),
        Applied::VersionAdded(_)
        | Applied::NamespaceCreated
        | Applied::PointerMoved(_)
        | Applied::RecordChanged(_) => None,
    })
}
