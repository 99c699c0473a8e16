//! Environments: places where versions are live. They are created before they are used.

use sternway_store::{Limit, StoreError};
use sternway_types::{
    Change, Environment, EnvironmentId, Generation, Precondition, Record, RecordKey, RecordKind,
    Revision,
};

use crate::{Control, ControlError, Intent};

impl Control {
    /// Creates an environment.
    ///
    /// # Errors
    ///
    /// [`ControlError::EnvironmentExists`] if there is one of this name, and
    /// [`ControlError::Store`] if the store cannot write.
    pub async fn create_environment(
        &self,
        environment: Environment,
        intent: &Intent,
    ) -> Result<Revision, ControlError> {
        let id = environment.id.clone();
        let new = Precondition::RecordAt {
            key: RecordKey::environment(&id),
            generation: Generation::ZERO,
        };
        let record = Record::Environment(environment);
        let changeset = self.changeset(intent).when(new).then(Change::PutRecord(Box::new(record)));
        match self.commit(&changeset).await {
            Ok(receipt) => Ok(receipt.revision),
            Err(StoreError::Conflict(_)) => Err(ControlError::EnvironmentExists(id)),
            Err(err) => Err(err.into()),
        }
    }

    /// The environments after this one, by name.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn environments(
        &self,
        after: Option<&EnvironmentId>,
        limit: Limit,
    ) -> Result<Vec<Environment>, ControlError> {
        let after = after.map(EnvironmentId::as_str);
        self.records(RecordKind::Environment, Record::into_environment, after, limit).await
    }

    pub(crate) async fn known_environment(&self, id: &EnvironmentId) -> Result<(), ControlError> {
        let found = self.record_at(&RecordKey::environment(id), Record::into_environment).await?;
        found.map(drop).ok_or_else(|| ControlError::NoEnvironment(id.clone()))
    }
}
