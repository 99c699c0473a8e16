//! Attest: say what was found out about a version.

use sternway_types::{
    ArtifactId, Attestation, Change, Finding, LabelId, Record, RecordKey, RecordKind, Revision,
    VersionNumber,
};

use crate::{Control, ControlError, Intent};

impl Control {
    /// Keeps a finding beside a version, in place of an earlier one of the same name.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] with a refusal if the version does not exist, or if the store cannot
    /// write.
    pub async fn attest(
        &self,
        artifact: &ArtifactId,
        version: VersionNumber,
        name: LabelId,
        finding: Finding,
        intent: &Intent,
    ) -> Result<Revision, ControlError> {
        let record = Record::Attestation(Attestation {
            artifact: artifact.clone(),
            version,
            name,
            finding,
            by: intent.actor.clone(),
            at: self.now(),
        });
        let changeset = self.changeset(intent).then(Change::PutRecord(Box::new(record)));
        Ok(self.commit(&changeset).await?.revision)
    }

    /// What was found out about a version, by name.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn attestations(
        &self,
        artifact: &ArtifactId,
        version: VersionNumber,
    ) -> Result<Vec<Attestation>, ControlError> {
        let prefix = RecordKey::attested_of(artifact, version);
        self.all_records(RecordKind::Attestation, Record::into_attestation, &prefix).await
    }
}
