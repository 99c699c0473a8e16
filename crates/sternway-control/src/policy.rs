//! Policies: what is set where, and what holds for an artifact in an environment.

mod released;

use std::fmt;

use sternway_store::Limit;
use sternway_types::{
    Activation, ArtifactId, At, Change, CollectionId, EnvironmentId, Policy, PolicyRecord,
    PolicyScope, PolicySetting, PolicyVersion, Record, RecordKey, RecordKind, Regression, Revision,
    Verdict,
};

pub use self::released::Unreleased;
pub(crate) use self::released::{Released, Set};
use crate::{Control, ControlError, Intent};

/// The policy that holds for an artifact in an environment, and where it was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectivePolicy {
    /// The policy, or that there is none: what is live of an artifact stands here itself.
    pub setting: PolicySetting,
    /// Where it was set; nothing for the built-in one.
    pub scope: Option<PolicyScope>,
    /// The version that it is, if it is what is live of an artifact.
    pub from: Option<PolicyVersion>,
    /// What was set nearer and does not hold, the nearest first.
    pub passed_over: Vec<PassedOver>,
}

/// A setting that names an artifact and does not hold, so that what was set around it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// Where it was set.
    pub scope: PolicyScope,
    /// Which artifact it names.
    pub artifact: ArtifactId,
    /// Why it does not hold.
    pub why: Passed,
}

impl fmt::Display for PassedOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scope, artifact, why } = self;
        match why {
            Passed::NotLive => {
                write!(f, "{artifact} is the policy of {scope}, and nothing of it is live here")
            }
            Passed::OfPolicies => {
                write!(f, "{artifact} is the policy of {scope}, and holds for no policy")
            }
        }
    }
}

/// Why a setting that names an artifact does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// Nothing of the artifact is live there.
    NotLive,
    /// It would hold for a policy, and no policy that is an artifact does.
    OfPolicies,
}

/// What a setting comes to for an artifact in an environment.
pub(crate) struct Holding {
    scope: PolicyScope,
    pub(crate) what: What,
}

/// The same, without where it was set.
pub(crate) enum What {
    Off,
    On(Policy, Option<PolicyVersion>),
    PassedOver(ArtifactId, Passed),
}

/// How far one looks outwards for what holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum UpTo {
    /// The nearest policy that holds.
    TheNearest,
    /// The widest scope.
    TheWidest,
}

impl EffectivePolicy {
    /// The rules to judge by, unless it is off.
    #[must_use]
    pub const fn policy(&self) -> Option<&Policy> {
        match &self.setting {
            PolicySetting::On(policy) => Some(policy),
            PolicySetting::Off | PolicySetting::From(_) => None,
        }
    }

    /// The same verdict, which says by which version of a policy it was reached.
    pub(crate) fn judged(&self, verdict: Verdict) -> Verdict {
        match verdict {
            Verdict::Undecided => Verdict::Undecided,
            Verdict::Regressed(found) => {
                Verdict::Regressed(Box::new(Regression { policy: self.from.clone(), ..*found }))
            }
        }
    }

    /// What a publish leads to. A policy that is off activates nothing by itself.
    #[must_use]
    pub fn activation(&self) -> Activation {
        self.policy().map_or(Activation::Staged, Policy::activation)
    }
}

impl Control {
    /// Sets the policy of a scope, says which artifact it is, or turns it off there.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoCheck`] if a check of it has a schema that is not there or does not compile;
    /// of an artifact [`ControlError::NotInPolicies`], [`ControlError::NoArtifact`] if it does not exist, and
    /// [`ControlError::NotAPolicy`] if what is live of it in the scope is none; and [`ControlError::Store`] with a
    /// refusal if the scope's environment does not exist, or if the store cannot write.
    pub async fn set_policy(
        &self,
        scope: PolicyScope,
        setting: PolicySetting,
        intent: &Intent,
    ) -> Result<Revision, ControlError> {
        match &setting {
            PolicySetting::Off => (),
            PolicySetting::On(policy) => self.known_checks(policy.checks()).await?,
            PolicySetting::From(artifact) => self.known_policy(&scope, artifact).await?,
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
    /// artifact, else of its collection, else of the namespace, else the built-in one. A setting that names an
    /// artifact of which nothing is live there is passed over, and so is every such setting for a policy that is
    /// an artifact itself.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotAPolicy`] if what is live of an artifact that holds is none, and
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn effective_policy(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<EffectivePolicy, ControlError> {
        let mut passed_over = Vec::new();
        for Holding { scope, what } in
            self.holdings(artifact, environment, UpTo::TheNearest).await?
        {
            let (setting, from) = match what {
                What::Off => (PolicySetting::Off, None),
                What::On(policy, from) => (PolicySetting::On(policy), from),
                What::PassedOver(artifact, why) => {
                    passed_over.push(PassedOver { scope, artifact, why });
                    continue;
                }
            };
            return Ok(EffectivePolicy { setting, scope: Some(scope), from, passed_over });
        }
        let setting = PolicySetting::On(Policy::default());
        Ok(EffectivePolicy { setting, scope: None, from: None, passed_over })
    }

    /// What the policies come to that are set for an artifact in an environment, the narrowest scope's first. All
    /// of them stood so at one moment.
    pub(crate) async fn holdings(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        up_to: UpTo,
    ) -> Result<Vec<Holding>, ControlError> {
        'again: loop {
            let mut holdings = Vec::new();
            for set in self.policies_around(artifact, environment).await? {
                let Some(holding) = self.holding(set, artifact, environment).await? else {
                    continue 'again;
                };
                let holds = !matches!(holding.what, What::PassedOver(..));
                holdings.push(holding);
                if holds && up_to == UpTo::TheNearest {
                    break;
                }
            }
            return Ok(holdings);
        }
    }

    /// The policies that are set for an artifact in an environment, the narrowest scope's first: of the
    /// environment, the artifact, its collection and the namespace.
    async fn policies_around(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Vec<Set>, ControlError> {
        let collection = artifact.collection().parse::<CollectionId>().ok();
        let scopes = [
            Some(PolicyScope::Environment(environment.clone())),
            Some(PolicyScope::Artifact(artifact.clone())),
            collection.map(PolicyScope::Collection),
            Some(PolicyScope::Namespace),
        ];
        let keys: Vec<_> = scopes.iter().flatten().map(RecordKey::policy).collect();
        let found = self.store.records_of(&self.namespace, &keys, At::Head).await?;
        let set = found.into_iter().flatten().filter_map(|entry| {
            let revision = entry.revision;
            Some(Set { record: entry.record.and_then(Record::into_policy)?, revision })
        });
        Ok(set.collect())
    }
}
