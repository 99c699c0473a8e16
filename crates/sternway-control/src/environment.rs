//! Environments: places where versions are live. They are created before they are used.

use sternway_store::{Limit, StoreError};
use sternway_types::{
    At, Change, Environment, EnvironmentError, EnvironmentId, Freeze, Generation, Precondition,
    Record, RecordKey, RecordKind, Revision, Timestamp,
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

    /// One environment, and what protects it.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoEnvironment`] if there is none of this name, and [`ControlError::Store`] if the
    /// store cannot be read.
    pub async fn environment(&self, id: &EnvironmentId) -> Result<Environment, ControlError> {
        let found = self.record_at(&RecordKey::environment(id), Record::into_environment).await?;
        found.ok_or_else(|| ControlError::NoEnvironment(id.clone()))
    }

    /// Changes what an environment is for, or what protects it: the change is made to what is there.
    /// Answers with the environment as it is then, and with the revision; without one if nothing changed.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoEnvironment`] if there is none of this name, [`ControlError::Environment`] if that is
    /// what the change comes to, and [`ControlError::Store`] with a refusal if automation would have it protected less, or if the store cannot write.
    pub async fn change_environment(
        &self,
        id: &EnvironmentId,
        change: impl Fn(&mut Environment) -> Result<(), EnvironmentError>,
        intent: &Intent,
    ) -> Result<(Environment, Option<Revision>), ControlError> {
        let key = RecordKey::environment(id);
        loop {
            let entry = self.store.record(&self.namespace, &key, At::Head).await?;
            let generation = entry.as_ref().map_or(Generation::ZERO, |entry| entry.generation);
            let before = entry.and_then(|entry| entry.record).and_then(Record::into_environment);
            let before = before.ok_or_else(|| ControlError::NoEnvironment(id.clone()))?;
            let mut after = before.clone();
            change(&mut after)?;
            if after == before {
                return Ok((after, None));
            }
            let record = Record::Environment(after.clone());
            let changeset = self
                .changeset(intent)
                .when(Precondition::RecordAt { key: key.clone(), generation })
                .then(Change::PutRecord(Box::new(record)));
            match self.commit(&changeset).await {
                Ok(receipt) => return Ok((after, Some(receipt.revision))),
                // Somebody changed it just now: make the change to what is there then.
                Err(StoreError::Conflict(_)) if intent.id.is_none() => (),
                Err(err) => return Err(err.into()),
            }
        }
    }

    /// Has nothing go forward in an environment, until that is ended or a moment comes. What is on its way
    /// keeps the runs that it has; going back is never stopped.
    ///
    /// # Errors
    ///
    /// Those of [`Control::change_environment`].
    pub async fn freeze(
        &self,
        id: &EnvironmentId,
        until: Option<Timestamp>,
        intent: &Intent,
    ) -> Result<(Environment, Option<Revision>), ControlError> {
        let (by, reason, at) = (intent.actor.clone(), intent.reason.clone(), self.now());
        let freeze = Freeze { by, reason, at, until, window: None };
        let change = |it: &mut Environment| {
            it.frozen = Some(freeze.clone());
            Ok(())
        };
        self.change_environment(id, change, intent).await
    }

    /// Ends a freeze.
    ///
    /// # Errors
    ///
    /// Those of [`Control::change_environment`].
    pub async fn unfreeze(
        &self,
        id: &EnvironmentId,
        intent: &Intent,
    ) -> Result<(Environment, Option<Revision>), ControlError> {
        let change = |it: &mut Environment| {
            it.frozen = None;
            Ok(())
        };
        self.change_environment(id, change, intent).await
    }

    pub(crate) async fn known_environment(&self, id: &EnvironmentId) -> Result<(), ControlError> {
        self.environment(id).await.map(drop)
    }
}
