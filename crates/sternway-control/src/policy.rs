//! Policies: what is set where, and what holds for an artifact in an environment.

use sternway_store::Limit;
use sternway_types::{
    Activation, ArtifactId, At, Change, CollectionId, EnvironmentId, Policy, PolicyRecord,
    PolicyScope, PolicySetting, Record, RecordKey, RecordKind, Revision,
};

use crate::{Control, ControlError, Intent};

/// The policy that holds for an artifact in an environment, and where it was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectivePolicy {
    /// The policy, or that there is none.
    pub setting: PolicySetting,
    /// Where it was set; nothing for the built-in one.
    pub scope: Option<PolicyScope>,
}

impl EffectivePolicy {
    /// The rules to judge by, unless it is off.
    #[must_use]
    pub const fn policy(&self) -> Option<&Policy> {
        match &self.setting {
            PolicySetting::On(policy) => Some(policy),
            PolicySetting::Off => None,
        }
    }

    /// What a publish leads to. A policy that is off activates nothing by itself.
    #[must_use]
    pub fn activation(&self) -> Activation {
        self.policy().map_or(Activation::Staged, Policy::activation)
    }
}

impl Control {
    /// Sets the policy of a scope, or turns it off there.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoCheck`] if a check of it has a schema that is not there or does not compile,
    /// and [`ControlError::Store`] with a refusal if the scope's environment does not exist, or if the
    /// store cannot write.
    pub async fn set_policy(
        &self,
        scope: PolicyScope,
        setting: PolicySetting,
        intent: &Intent,
    ) -> Result<Revision, ControlError> {
        if let PolicySetting::On(policy) = &setting {
            self.known_checks(policy.checks()).await?;
        }
        let record = Record::Policy(PolicyRecord { scope, setting });
        let changeset = self.changeset(intent).then(Change::PutRecord(Box::new(record)));
        Ok(self.commit(&changeset).await?.revision)
    }

    /// Takes the policy of a scope away, so that what holds around it holds there again.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] with a refusal if none was set, or if the store cannot write.
    pub async fn unset_policy(
        &self,
        scope: &PolicyScope,
        intent: &Intent,
    ) -> Result<Revision, ControlError> {
        let changeset = self.changeset(intent).then(Change::DeleteRecord(RecordKey::policy(scope)));
        Ok(self.commit(&changeset).await?.revision)
    }

    /// The policies that were set, after this scope, in order of their names.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn policies(
        &self,
        after: Option<&PolicyScope>,
        limit: Limit,
    ) -> Result<Vec<PolicyRecord>, ControlError> {
        let after = after.map(ToString::to_string);
        self.records(RecordKind::Policy, Record::into_policy, after.as_deref(), limit).await
    }

    /// The policy that holds for an artifact in an environment: of the environment, else of the
    /// artifact, else of its collection, else of the namespace, else the built-in one.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn effective_policy(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<EffectivePolicy, ControlError> {
        let set = self.policies_around(artifact, environment).await?;
        let Some(PolicyRecord { scope, setting }) = set.into_iter().next() else {
            let setting = PolicySetting::On(Policy::default());
            return Ok(EffectivePolicy { setting, scope: None });
        };
        Ok(EffectivePolicy { setting, scope: Some(scope) })
    }

    /// The policies that are set for an artifact in an environment, the narrowest scope's first: of the
    /// environment, the artifact, its collection and the namespace.
    pub(crate) async fn policies_around(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Vec<PolicyRecord>, ControlError> {
        let collection = artifact.collection().parse::<CollectionId>().ok();
        let scopes = [
            Some(PolicyScope::Environment(environment.clone())),
            Some(PolicyScope::Artifact(artifact.clone())),
            collection.map(PolicyScope::Collection),
            Some(PolicyScope::Namespace),
        ];
        let keys: Vec<_> = scopes.iter().flatten().map(RecordKey::policy).collect();
        let found = self.store.records_of(&self.namespace, &keys, At::Head).await?;
        let records = found.into_iter().flatten().filter_map(|entry| entry.record);
        Ok(records.filter_map(Record::into_policy).collect())
    }
}
