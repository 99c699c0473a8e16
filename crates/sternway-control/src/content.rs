//! Contents: written before the commit that names them, near to what they resemble.

use sternway_types::{ArtifactId, At, Content, Digest};

use crate::{Control, ControlError};

impl Control {
    /// Writes a content of an artifact, near to that of its newest version, so that only what sets
    /// them apart is kept.
    pub(crate) async fn put(
        &self,
        artifact: &ArtifactId,
        content: &Content,
    ) -> Result<(), ControlError> {
        let near = self.newest_digest(artifact).await;
        Ok(self.store.put(content, near.as_ref()).await?)
    }

    /// What is near is only a hint: where it cannot be read, whoever commits next says why.
    async fn newest_digest(&self, artifact: &ArtifactId) -> Option<Digest> {
        let newest = self.store.artifact(&self.namespace, artifact, At::Head).await.ok()??;
        let version = self.store.version(&self.namespace, artifact, newest.latest).await.ok()??;
        Some(version.content.digest)
    }
}
