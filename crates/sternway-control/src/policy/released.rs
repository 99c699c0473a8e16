//! Policies that are artifacts: what is live of one, and what it says.
//!
//! A version of such an artifact was held to be a policy when it was published, so that reading it again asks
//! for no more than a kept policy does. What is live is asked of the store each time; what a version says
//! never changes, and is read once.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use sternway_policy::written::{self, NoPolicy};
use sternway_store::Limit;
use sternway_types::{
    ArtifactId, At, Content, EnvironmentId, Pointer, PointerName, Policy, PolicyRecord,
    PolicyScope, PolicySetting, PolicyVersion, Record, RecordKey, RecordKind, Revision,
    VersionNumber,
};

use super::{Holding, Passed, What};
use crate::{Control, ControlError};

/// Of how many versions it is remembered what they say. Each has at most 256 KiB.
const REMEMBERED: usize = 64;
/// Of how many settings it is remembered beside which moves they held.
const MET: usize = 4_096;

/// A policy that is set, and the revision that set it.
pub(crate) struct Set {
    pub(super) record: PolicyRecord,
    pub(super) revision: Revision,
}

/// A version, and the policy that it is.
#[derive(Debug)]
struct Said {
    version: PolicyVersion,
    policy: Policy,
}

/// A setting that held while a pointer stood where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Met {
    scope: PolicyScope,
    set: Revision,
    environment: EnvironmentId,
    moved: Revision,
}

/// What this control knows of policies that are artifacts.
#[derive(Debug, Default)]
pub(crate) struct Released(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    said: HashMap<(ArtifactId, VersionNumber), Arc<Said>>,
    met: HashSet<Met>,
}

impl Released {
    fn with<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn said(&self, artifact: &ArtifactId, number: VersionNumber) -> Option<Arc<Said>> {
        self.with(|known| known.said.get(&(artifact.clone(), number)).cloned())
    }

    fn remember(&self, said: &Arc<Said>) {
        let key = (said.version.artifact.clone(), said.version.version);
        self.with(|known| {
            if known.said.len() >= REMEMBERED {
                known.said.clear();
            }
            known.said.insert(key, Arc::clone(said));
        });
    }

    fn has_met(&self, met: &Met) -> bool {
        self.with(|known| known.met.contains(met))
    }

    fn have_met(&self, met: Met) {
        self.with(|known| {
            if known.met.len() >= MET {
                known.met.clear();
            }
            known.met.insert(met);
        });
    }
}

/// A setting that names an artifact of which no policy is live somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreleased {
    /// Where it is set.
    pub scope: PolicyScope,
    /// Which artifact it names.
    pub artifact: ArtifactId,
    /// Where none is live.
    pub environment: EnvironmentId,
    /// What is live instead, and why that is no policy; nothing if nothing is.
    pub instead: Option<(VersionNumber, NoPolicy)>,
}

impl Control {
    /// What a setting comes to for an artifact in an environment; nothing if it was changed meanwhile, so that
    /// whoever asks begins again.
    pub(super) async fn holding(
        &self,
        set: Set,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Option<Holding>, ControlError> {
        let Set { record: PolicyRecord { scope, setting }, revision } = set;
        let from = match setting {
            PolicySetting::Off => return Ok(Some(Holding { scope, what: What::Off })),
            PolicySetting::On(policy) => {
                return Ok(Some(Holding { scope, what: What::On(policy, None) }));
            }
            PolicySetting::From(from) => from,
        };
        // A policy that held for itself could keep its own mending from being published.
        if artifact.is_policy() {
            let what = What::PassedOver(from, Passed::OfPolicies);
            return Ok(Some(Holding { scope, what }));
        }
        let name = PointerName::Environment(environment.clone());
        let pointer = self.pointer(&from, &name).await?;
        if !self.is_of_one_moment(&scope, revision, environment, pointer.as_ref()).await? {
            return Ok(None);
        }
        let what = match pointer.and_then(|pointer| pointer.version) {
            Some(number) => {
                let said = self.said(&from, number).await?;
                What::On(said.policy.clone(), Some(said.version.clone()))
            }
            None => What::PassedOver(from, Passed::NotLive),
        };
        Ok(Some(Holding { scope, what }))
    }

    /// Whether a setting still held when a pointer was read after it. Of two that did so once it is known for
    /// ever, since neither comes back under the same revision: so it is read twice only once.
    async fn is_of_one_moment(
        &self,
        scope: &PolicyScope,
        set: Revision,
        environment: &EnvironmentId,
        pointer: Option<&Pointer>,
    ) -> Result<bool, ControlError> {
        let moved = pointer.map_or(Revision::ZERO, |pointer| pointer.revision);
        let met = Met { scope: scope.clone(), set, environment: environment.clone(), moved };
        if self.released.has_met(&met) {
            return Ok(true);
        }
        let key = RecordKey::policy(scope);
        let now = self.store.record(&self.namespace, &key, At::Head).await?;
        let held = now.is_some_and(|entry| entry.revision == set);
        // What is only tried has revisions that others will have.
        if held && moved != Revision::ZERO && !self.is_rehearsal() {
            self.released.have_met(met);
        }
        Ok(held)
    }

    /// What a version says as a policy.
    async fn said(
        &self,
        artifact: &ArtifactId,
        number: VersionNumber,
    ) -> Result<Arc<Said>, ControlError> {
        if let Some(said) = self.released.said(artifact, number) {
            return Ok(said);
        }
        let version = self.version(artifact, number).await?;
        let policy = written::read_kept(&self.content(&version).await?)
            .map_err(|problem| no_policy(artifact, Some(number), problem))?;
        let digest = version.content.digest;
        let version = PolicyVersion { artifact: artifact.clone(), version: number, digest };
        let said = Arc::new(Said { version, policy });
        if !self.is_rehearsal() {
            self.released.remember(&said);
        }
        Ok(said)
    }

    /// Refuses a content that is to be a version of a policy and is none, or whose checks could never be done.
    /// Of other artifacts nothing is asked.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotAPolicy`] with its place, and [`ControlError::NoCheck`].
    pub async fn fits_as_policy(
        &self,
        artifact: &ArtifactId,
        content: &Content,
    ) -> Result<(), ControlError> {
        if !artifact.is_policy() {
            return Ok(());
        }
        let read = written::read(content);
        let policy = read.map_err(|problem| no_policy(artifact, None, problem))?;
        self.known_checks(policy.checks()).await
    }

    /// Refuses a version that is to go live as a policy and is none, such as one that was imported. What goes
    /// back is never held up.
    pub(crate) async fn may_go_live(
        &self,
        artifact: &ArtifactId,
        number: VersionNumber,
    ) -> Result<(), ControlError> {
        if artifact.is_policy() { self.said(artifact, number).await.map(drop) } else { Ok(()) }
    }

    /// Refuses an artifact that is to be the policy of a scope, of which something is live in it that is no
    /// policy. That nothing is live yet is no reason.
    pub(super) async fn known_policy(
        &self,
        scope: &PolicyScope,
        artifact: &ArtifactId,
    ) -> Result<(), ControlError> {
        if !artifact.is_policy() {
            return Err(ControlError::NotInPolicies(artifact.clone()));
        }
        if self.store.artifact(&self.namespace, artifact, At::Head).await?.is_none() {
            return Err(ControlError::NoArtifact(artifact.clone()));
        }
        let live = self.live_of(artifact).await?.into_iter();
        let live = live.filter(|(environment, _)| is_about(scope, environment));
        let there: BTreeSet<_> = live.map(|(_, number)| number).collect();
        for number in there {
            let said = self.said(artifact, number).await?;
            self.known_checks(said.policy.checks()).await?;
        }
        Ok(())
    }

    /// What is live of an artifact, wherever something is.
    async fn live_of(
        &self,
        artifact: &ArtifactId,
    ) -> Result<HashMap<EnvironmentId, VersionNumber>, ControlError> {
        let (mut live, mut after) = (HashMap::new(), None);
        loop {
            let (ns, last) = (&self.namespace, after.as_ref());
            let page = self.store.pointers(ns, artifact, At::Head, last, Limit::MAX).await?;
            after = page.last().map(|pointer| pointer.name.clone());
            // Environments come before labels.
            let ends = !matches!(after, Some(PointerName::Environment(_)));
            live.extend(page.into_iter().filter_map(|pointer| match pointer.name {
                PointerName::Environment(environment) => Some((environment, pointer.version?)),
                PointerName::Label(_) => None,
            }));
            if ends {
                return Ok(live);
            }
        }
    }

    /// The settings that name an artifact of which no policy is live, for each environment that they are about:
    /// what holds around them holds there, or nothing is judged.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn unreleased_policies(&self) -> Result<Vec<Unreleased>, ControlError> {
        let set = self.all_records(RecordKind::Policy, Record::into_policy, "").await?;
        let mut by_artifact: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for set in set {
            if let PolicySetting::From(artifact) = set.setting {
                by_artifact.entry(artifact).or_default().push(set.scope);
            }
        }
        let mut unreleased = Vec::new();
        for (artifact, scopes) in by_artifact {
            unreleased.extend(self.unreleased(&artifact, &scopes).await?);
        }
        Ok(unreleased)
    }

    /// Where no policy is live of an artifact that is to be the policy of these scopes.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn unreleased(
        &self,
        artifact: &ArtifactId,
        scopes: &[PolicyScope],
    ) -> Result<Vec<Unreleased>, ControlError> {
        let live = self.live_of(artifact).await?;
        let all = self.all_records(RecordKind::Environment, Record::into_environment, "").await?;
        let mut unreleased = Vec::new();
        for environment in all.into_iter().map(|it| it.id) {
            let instead = match live.get(&environment) {
                Some(number) => match self.said(artifact, *number).await {
                    Ok(_) => continue,
                    Err(ControlError::NotAPolicy { problem, .. }) => Some((*number, *problem)),
                    Err(err) => return Err(err),
                },
                None => None,
            };
            unreleased.extend(scopes.iter().filter(|it| is_about(it, &environment)).map(|scope| {
                let (scope, artifact) = (scope.clone(), artifact.clone());
                Unreleased {
                    scope,
                    artifact,
                    environment: environment.clone(),
                    instead: instead.clone(),
                }
            }));
        }
        Ok(unreleased)
    }
}

/// Whether what is live in an environment may be judged by what is set in a scope.
fn is_about(scope: &PolicyScope, environment: &EnvironmentId) -> bool {
    match scope {
        PolicyScope::Environment(only) => only == environment,
        PolicyScope::Namespace | PolicyScope::Collection(_) | PolicyScope::Artifact(_) => true,
    }
}

fn no_policy(
    artifact: &ArtifactId,
    version: Option<VersionNumber>,
    problem: NoPolicy,
) -> ControlError {
    ControlError::NotAPolicy { artifact: artifact.clone(), version, problem: Box::new(problem) }
}
