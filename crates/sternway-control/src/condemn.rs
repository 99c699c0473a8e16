//! Condemn and pardon: say that a content is unfit for an environment, or fit again.

use sternway_types::{
    ArtifactId, Change, Condemnation, Digest, EnvironmentId, Record, RecordKey, Revision,
    VersionNumber,
};

use crate::{Control, ControlError, Intent};

impl Control {
    /// Marks a version's content unfit for an environment: automation may not make it live there.
    /// What is live stays live until somebody rolls it back.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] with a refusal if the version or the environment does not exist, or
    /// if the store cannot write.
    pub async fn condemn(
        &self,
        artifact: &ArtifactId,
        version: VersionNumber,
        environment: &EnvironmentId,
        intent: &Intent,
    ) -> Result<Revision, ControlError> {
        self.known_environment(environment).await?;
        let condemned = self.version(artifact, version).await?;
        let record = Record::Condemnation(Condemnation {
            artifact: artifact.clone(),
            environment: environment.clone(),
            digest: condemned.content.digest,
            version,
            reason: intent.reason.clone(),
        });
        let changeset = self.changeset(intent).then(Change::PutRecord(Box::new(record)));
        Ok(self.commit(&changeset).await?.revision)
    }

    /// Takes the mark away.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotCondemned`] if there is none, and [`ControlError::Store`] if the version
    /// does not exist or the store cannot write.
    pub async fn pardon(
        &self,
        artifact: &ArtifactId,
        version: VersionNumber,
        environment: &EnvironmentId,
        intent: &Intent,
    ) -> Result<Revision, ControlError> {
        self.known_environment(environment).await?;
        let digest = self.version(artifact, version).await?.content.digest;
        if self.condemnation(artifact, environment, &digest).await?.is_none() {
            let (artifact, environment) = (artifact.clone(), environment.clone());
            return Err(ControlError::NotCondemned { artifact, environment, version });
        }
        let key = RecordKey::condemnation(artifact, environment, &digest);
        let changeset = self.changeset(intent).then(Change::DeleteRecord(key));
        Ok(self.commit(&changeset).await?.revision)
    }

    /// The condemnation of a content in an environment, if there is one.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn condemnation(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        digest: &Digest,
    ) -> Result<Option<Condemnation>, ControlError> {
        let key = RecordKey::condemnation(artifact, environment, digest);
        self.record_at(&key, Record::into_condemnation).await
    }
}
