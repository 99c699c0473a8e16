//! Somebody who works in one namespace of a store.

use std::sync::Arc;

use sternway::{
    store::{Append, Store, StoreError},
    types::{
        ArtifactId, At, Change, Changeset, ChangesetId, Content, Environment, EnvironmentId, Force,
        MoveCause, NamespaceId, NamespaceSettings, NewMove, NewVersion, Outcome, OutcomeId,
        OutcomeStatus, PointerName, Record, Subject, Target, Timestamp,
    },
};

use super::Told;

/// When everything begins: 2026-01-01T00:00:00Z.
pub(super) const BEGIN: i64 = 1_767_225_600_000_000;

/// A store, and a namespace in it.
#[derive(Clone, Debug)]
pub struct Shop {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The namespace.
    pub ns: NamespaceId,
}

/// A moment, so many seconds after everything began.
pub(super) fn second(seconds: i64) -> Timestamp {
    Timestamp::from_micros(BEGIN.saturating_add(seconds.saturating_mul(1_000_000)))
}

impl Shop {
    /// The name of the changeset that founds the namespace.
    #[must_use]
    pub fn founding() -> ChangesetId {
        ChangesetId::from_name("found")
    }

    /// Enters the namespace, which is founded if need be.
    ///
    /// # Errors
    ///
    /// What the store answers.
    pub async fn enter(store: Arc<dyn Store>) -> Told<Self> {
        let shop = Self { store, ns: "shop".parse()? };
        let id = EnvironmentId::production();
        let environment = Environment::new(id.clone());
        let settings = NamespaceSettings { default_environment: id };
        let changeset =
            Changeset::new(Self::founding(), shop.ns.clone(), second(0), "alice".parse()?)
                .then(Change::CreateNamespace)
                .then(Change::PutRecord(Box::new(Record::Environment(environment))))
                .then(Change::PutRecord(Box::new(Record::Namespace(settings))));
        shop.store.commit(&changeset).await?;
        Ok(shop)
    }

    /// What publishes a text as a version and makes it live: its content, and the changeset of this
    /// name.
    ///
    /// # Errors
    ///
    /// If a name is not one.
    pub fn publish(&self, artifact: &str, name: &str, at: Timestamp) -> Told<(Content, Changeset)> {
        let artifact: ArtifactId = artifact.parse()?;
        let content = Content::text(format!("{artifact} of {name}"), None)?;
        let new = NewVersion::new(artifact.clone(), content.reference());
        let moved = NewMove {
            artifact,
            name: PointerName::Environment(EnvironmentId::production()),
            to: Target::Added,
            cause: MoveCause::Published,
            force: Force::No,
        };
        let id = ChangesetId::from_name(name);
        let changeset = Changeset::new(id, self.ns.clone(), at, "alice".parse()?)
            .then(Change::AddVersion(Box::new(new)))
            .then(Change::MovePointer(Box::new(moved)));
        Ok((content, changeset))
    }

    /// Publishes a text and makes it live, once.
    ///
    /// # Errors
    ///
    /// What the store answers.
    pub async fn publish_now(&self, artifact: &str, name: &str) -> Told<ChangesetId> {
        let (content, changeset) = self.publish(artifact, name, second(1))?;
        self.store.put(&content, None).await?;
        self.store.commit(&changeset).await?;
        Ok(changeset.id)
    }

    /// The present stay of what is live; nothing if nothing is.
    ///
    /// # Errors
    ///
    /// What the store answers.
    pub async fn subject(&self, artifact: &ArtifactId) -> Result<Option<Subject>, StoreError> {
        let environment = EnvironmentId::production();
        let name = PointerName::Environment(environment.clone());
        let live = self.store.pointer(&self.ns, artifact, &name, At::Head).await?;
        Ok(live.and_then(|live| {
            let (artifact, generation) = (artifact.clone(), live.generation);
            Some(Subject { artifact, environment, version: live.version?, generation })
        }))
    }

    /// An append of successes with these names.
    pub fn successes(&self, subject: &Subject, names: &[String], at: Timestamp) -> Append {
        let outcome = |name: &String| {
            let id = OutcomeId::from_name(name);
            Outcome::new(id, subject.clone(), at, OutcomeStatus::Succeeded)
        };
        Append::new(self.ns.clone(), at, names.iter().map(outcome).collect())
    }
}
