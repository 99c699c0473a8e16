//! Whether what a deployment moves can be read. That is proven before it begins: a way back that leads to
//! damaged bytes is none.

use sternway_store::StoreError;
use sternway_types::{Deployment, TreeEntry, Version};

use crate::{Control, ControlError};

impl Control {
    /// Reads what would come back and every candidate, as whoever runs them does, file by file if it is a
    /// folder. All of it is checked against its digest.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] that says which version cannot be read, and what it is there for.
    pub(super) async fn are_loadable(&self, of: &Deployment) -> Result<(), ControlError> {
        for member in &of.members {
            let back = self.version(&member.artifact, member.from).await?;
            self.is_loadable(&back).await.map_err(|err| named(err, &back, "would come back"))?;
            for candidate in member.candidates() {
                let candidate = self.version(&member.artifact, candidate).await?;
                let read = self.is_loadable(&candidate).await;
                read.map_err(|err| named(err, &candidate, "is to be deployed"))?;
                self.may_go_live(&candidate.artifact, candidate.number).await?;
            }
        }
        Ok(())
    }

    async fn is_loadable(&self, version: &Version) -> Result<(), ControlError> {
        let Some(tree) = self.content(version).await?.as_tree() else { return Ok(()) };
        for (_, entry) in tree.entries() {
            if let TreeEntry::File(file) = entry {
                self.file(file).await?;
            }
        }
        Ok(())
    }
}

/// The same error, with what the version is there for.
fn named(err: ControlError, version: &Version, role: &str) -> ControlError {
    let ControlError::Store(StoreError::Corrupt { detail, .. }) = err else { return err };
    let place = format!("the content of {}@{}, which {role}", version.artifact, version.number);
    StoreError::Corrupt { place, detail }.into()
}
