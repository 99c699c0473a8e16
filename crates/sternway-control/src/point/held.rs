//! What a rollback point holds: what was live, the labels and the policies of that moment.

use std::collections::BTreeMap;

use sternway_store::{Limit, StoreError};
use sternway_types::{
    ArtifactId, At, EnvironmentId, Pointer, PointerName, PolicyScope, Record, RecordEntry,
    RecordKind, Revision, RollbackPoint, VersionNumber,
};

use crate::{Control, ControlError, restore_to::RestoredTo};

/// What an environment was at a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What was live.
    pub live: BTreeMap<ArtifactId, VersionNumber>,
    /// The labels of what was live, by artifact; nothing once a compaction let go of them.
    pub labels: Option<Vec<Pointer>>,
    /// The policies that were in force there, each with its generation; nothing once a compaction let go
    /// of them.
    pub policies: Option<Vec<RecordEntry>>,
    /// What restoring it now would move.
    pub restoring: RestoredTo,
}

impl Control {
    /// What a point holds, and what restoring it would move.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn held_by(&self, point: &RollbackPoint) -> Result<Held, ControlError> {
        let (environment, to) = (&point.environment, point.revision);
        let now = self.live_in(environment, At::Head).await?;
        let live = self.live_then(to, environment, &now).await?;
        let labels = unless_gone(self.labels_then(to, live.keys()).await)?;
        let policies = unless_gone(self.policies_then(to, environment, &live).await)?;
        let restoring = self.way_back(to, environment, &now).await?.into_restored(to, None);
        Ok(Held { live, labels, policies, restoring })
    }

    async fn labels_then(
        &self,
        to: Revision,
        of: impl Iterator<Item = &ArtifactId>,
    ) -> Result<Vec<Pointer>, ControlError> {
        let mut labels = Vec::new();
        for artifact in of {
            let mut after: Option<PointerName> = None;
            loop {
                let (store, ns, at) = (&self.store, &self.namespace, At::Revision(to));
                let page = store.pointers(ns, artifact, at, after.as_ref(), Limit::MAX).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.name.clone());
                labels.extend(page.into_iter().filter(is_label));
            }
        }
        Ok(labels)
    }

    async fn policies_then(
        &self,
        to: Revision,
        environment: &EnvironmentId,
        live: &BTreeMap<ArtifactId, VersionNumber>,
    ) -> Result<Vec<RecordEntry>, ControlError> {
        let (mut policies, mut after) = (Vec::new(), None::<String>);
        loop {
            let (store, ns, at) = (&self.store, &self.namespace, At::Revision(to));
            let page =
                store.records(ns, RecordKind::Policy, "", at, after.as_deref(), Limit::MAX).await?;
            let Some(last) = page.last() else { return Ok(policies) };
            after = Some(last.key.name().to_owned());
            policies.extend(page.into_iter().filter(|entry| applies(entry, environment, live)));
        }
    }
}

fn is_label(pointer: &Pointer) -> bool {
    matches!(pointer.name, PointerName::Label(_))
}

/// Whether a policy was in force for something that was live there.
fn applies(
    entry: &RecordEntry,
    environment: &EnvironmentId,
    live: &BTreeMap<ArtifactId, VersionNumber>,
) -> bool {
    let Some(Record::Policy(policy)) = &entry.record else { return false };
    match &policy.scope {
        PolicyScope::Namespace => true,
        PolicyScope::Environment(id) => id == environment,
        PolicyScope::Artifact(id) => live.contains_key(id),
        PolicyScope::Collection(id) => live.keys().any(|it| it.collection() == id.as_str()),
    }
}

/// What was read, unless a compaction let go of it.
fn unless_gone<T>(read: Result<T, ControlError>) -> Result<Option<T>, ControlError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(ControlError::Store(StoreError::Compacted { .. })) => Ok(None),
        Err(err) => Err(err),
    }
}
