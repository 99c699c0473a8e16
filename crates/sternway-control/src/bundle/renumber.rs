//! A bundle's versions added to the artifacts that are here, each of them once.
//!
//! Nothing goes live by it, not even the first version of an artifact: what was good elsewhere was
//! judged by what ran elsewhere, and the first version of a history is not the one that was live.
//! Somebody promotes what they want. Condemnations, attestations and outcomes stay where they are.
//! What is checked here is checked as imported history is: a failing version is condemned.

use std::{
    collections::{BTreeMap, HashMap},
    io::{Read, Seek},
};

use serde_json::json;
use sternway_bundle::Entry;
use sternway_store::{Append, StoreError};
use sternway_types::{
    Applied, ArtifactId, At, Change, Changeset, ChangesetId, Commit, Content, EnvironmentId, Force,
    Generation, LabelId, Metadata, MoveCause, NamespaceId, NewMove, NewVersion, Parents,
    PointerName, PolicyRecord, PolicyScope, PolicySetting, Precondition, Record, RecordKey,
    RecordKind, Target, Version, VersionNumber,
};

use super::{
    COMMIT, Progress, Reading, Watcher,
    import::{Imported, Trial, whole},
    verify::Verified,
};
use crate::{Control, ControlError, Intent, validate::CheckReport};

/// Whether policies come along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policies {
    /// They stay where they are.
    #[default]
    Leave,
    /// Each comes along, where there is none of its scope.
    Take,
}

/// The fact of a version that says where it came from.
pub(super) const NAME: &str = "imported_from";

/// What the second reading makes of an entry.
enum Piece {
    Content(Content),
    Commits(Vec<Commit>),
}

/// A bundle on its way into a namespace that has a history of its own.
pub(super) struct Renumber<'a> {
    pub(super) control: &'a Control,
    intent: &'a Intent,
    trial: Trial,
    /// Where it comes from.
    namespace: NamespaceId,
    /// Whether this namespace was there.
    founded: bool,
    imported: Imported,
    /// The numbers here, in the order of the numbers there.
    numbers: HashMap<ArtifactId, Vec<VersionNumber>>,
    labels: BTreeMap<(ArtifactId, LabelId), VersionNumber>,
    policies: BTreeMap<RecordKey, PolicyRecord>,
}

impl Control {
    pub(super) async fn renumber<R: Read + Seek + Send + 'static>(
        &self,
        from: R,
        verified: Verified,
        (policies, trial): (Policies, Trial),
        intent: &Intent,
        watcher: Watcher<'_>,
    ) -> Result<Imported, ControlError> {
        if trial == Trial::No {
            self.create_namespace().await?;
        }
        let founded = self.store.head(&self.namespace, At::Head).await?.is_some();
        let namespace = verified.manifest.namespace.clone();
        let imported = Imported::nothing(verified.manifest, verified.closing);
        let whole = whole(&imported.manifest);
        let mut progress = Progress { part: whole / 2, whole, commits: 0 };
        let mut renumber = Renumber {
            control: self,
            intent,
            trial,
            namespace,
            founded,
            imported,
            numbers: HashMap::new(),
            labels: BTreeMap::new(),
            policies: BTreeMap::new(),
        };
        let mut reading = Reading::start(from, |entry, _| match entry {
            Entry::Content(content) => Some(Piece::Content(content)),
            Entry::Commits(commits) => Some(Piece::Commits(commits)),
            Entry::Manifest(_) | Entry::Outcomes(_) | Entry::Head(_) => None,
        });
        while let Some(piece) = reading.next().await {
            match piece {
                Piece::Content(content) => {
                    progress.part += content.as_bytes().len() as u64;
                    if trial == Trial::No {
                        self.store.put(&content, None).await?;
                    }
                    reading.take_back(content);
                }
                Piece::Commits(commits) => {
                    progress.commits += commits.len() as u64;
                    progress.part += commits.len() as u64 * COMMIT;
                    for commit in &commits {
                        renumber.commit(commit).await?;
                    }
                }
            }
            watcher(progress);
        }
        reading.end().await?;
        renumber.end(policies).await
    }
}

impl Renumber<'_> {
    async fn commit(&mut self, commit: &Commit) -> Result<(), ControlError> {
        for applied in &commit.applied {
            match applied {
                Applied::VersionAdded(version) => self.version(commit, version).await?,
                Applied::PointerMoved(moved) => {
                    if let PointerName::Label(label) = &moved.name {
                        let key = (moved.artifact.clone(), label.clone());
                        match moved.to {
                            Some(number) => drop(self.labels.insert(key, number)),
                            None => drop(self.labels.remove(&key)),
                        }
                    }
                }
                Applied::RecordChanged(change) if change.key.kind() == RecordKind::Policy => {
                    let after = change.after.clone().and_then(Record::into_policy);
                    match after {
                        Some(policy) => drop(self.policies.insert(change.key.clone(), policy)),
                        None => drop(self.policies.remove(&change.key)),
                    }
                }
                Applied::RecordChanged(_) | Applied::NamespaceCreated => (),
            }
        }
        Ok(())
    }

    /// Adds a version, unless it was added before.
    async fn version(&mut self, commit: &Commit, version: &Version) -> Result<(), ControlError> {
        let here = &self.control.namespace;
        let artifact = &version.artifact;
        // None of the names can hold a zero byte.
        let name = format!("bundle\0{here}\0{}\0{artifact}", commit.changeset);
        let id = ChangesetId::from_name(&name);
        let known = if self.founded { self.known(id, commit, version).await? } else { None };
        let number = match known {
            Some(number) => {
                self.imported.known_versions += 1;
                number
            }
            None => {
                self.imported.versions += 1;
                self.imported.commits += 1;
                self.add(id, commit, version).await?
            }
        };
        self.numbers.entry(artifact.clone()).or_default().push(number);
        Ok(())
    }

    async fn add(
        &self,
        id: ChangesetId,
        commit: &Commit,
        version: &Version,
    ) -> Result<VersionNumber, ControlError> {
        if self.trial == Trial::Yes {
            return Ok(version.number);
        }
        let artifact = &version.artifact;
        let parents = version.parents.iter();
        let parents = parents.filter_map(|parent| self.number(artifact, *parent)).collect();
        let new = NewVersion {
            artifact: artifact.clone(),
            content: version.content.clone(),
            parents: Parents::Exactly(parents),
            author: Some(version.author.clone()),
            authored_at: Some(version.authored_at),
            changelog: version.changelog.clone(),
            semver: version.semver.clone(),
            metadata: self.metadata(commit, version),
            depends_on: version.depends_on.clone(),
        };
        let control = self.control;
        let mut gate = control.gate(artifact, &control.default_environment().await?).await?;
        loop {
            let mut changeset = control
                .changeset(self.intent)
                .because(version.reason.clone())
                .then(Change::AddVersion(Box::new(new.clone())));
            changeset.id = id;
            if !gate.is_open() {
                let latest = control.store.artifact(&control.namespace, artifact, At::Head).await?;
                let content = self.content(version).await?;
                let checked = gate.check(control, &content, None).await?;
                if let Some(report) = checked.map(CheckReport::as_history) {
                    let latest = latest.map(|artifact| artifact.latest);
                    control.attest_added(&mut changeset, &report, latest).await?;
                }
            }
            match control.commit(&changeset).await {
                Ok(receipt) => {
                    return Ok(receipt.version_of(artifact).unwrap_or(VersionNumber::FIRST));
                }
                // Somebody else imports the same, and was first.
                Err(StoreError::ChangesetReused { .. }) => {
                    let known = self.known(id, commit, version).await?;
                    return Ok(known.unwrap_or(VersionNumber::FIRST));
                }
                // Somebody published in between: what was found is about the next number.
                Err(StoreError::Conflict(_)) => (),
                Err(err) => return Err(err.into()),
            }
        }
    }

    /// The content of a version that is to be added.
    async fn content(&self, version: &Version) -> Result<Content, ControlError> {
        let (control, here) = (self.control, &self.control.namespace);
        if let Some(content) = control.store.content(&version.content).await? {
            return Ok(content);
        }
        // It was put and waits for a write: an append of nothing is one.
        let nothing = Append::new(here.clone(), control.now(), Vec::new());
        drop(control.store.append(&nothing).await?);
        control.content(version).await
    }

    /// The facts about a version and where it came from; that is left out where there is no room.
    fn metadata(&self, commit: &Commit, version: &Version) -> Metadata {
        let mut members = version.metadata.members().clone();
        let before = members.remove(NAME);
        let from = json!({
            "namespace": self.namespace,
            "version": version.number,
            "revision": commit.revision.get(),
            "changeset": commit.changeset,
            "before": before,
        });
        members.insert(NAME.into(), from);
        Metadata::new(members).unwrap_or_else(|_| version.metadata.clone())
    }

    /// The number here of a version there.
    fn number(&self, artifact: &ArtifactId, there: VersionNumber) -> Option<VersionNumber> {
        let place = usize::try_from(there.get() - 1).ok()?;
        self.numbers.get(artifact)?.get(place).copied()
    }

    async fn end(mut self, policies: Policies) -> Result<Imported, ControlError> {
        for ((artifact, label), there) in std::mem::take(&mut self.labels) {
            let Some(number) = self.number(&artifact, there) else { continue };
            if self.label(artifact, label, number).await? {
                self.imported.labels += 1;
                self.imported.commits += 1;
            } else {
                self.imported.kept_labels += 1;
            }
        }
        let taken =
            if policies == Policies::Take { self.policies.clone() } else { BTreeMap::new() };
        for policy in taken.into_values() {
            if self.policy(policy).await? {
                self.imported.policies += 1;
                self.imported.commits += 1;
            } else {
                self.imported.kept_policies += 1;
            }
        }
        Ok(self.imported)
    }

    /// Sets a label that is free; answers whether it was.
    async fn label(
        &self,
        artifact: ArtifactId,
        label: LabelId,
        to: VersionNumber,
    ) -> Result<bool, ControlError> {
        if !self.founded {
            return Ok(true);
        }
        let name = PointerName::Label(label);
        let pointer = self.control.pointer(&artifact, &name).await?;
        if pointer.as_ref().is_some_and(|pointer| pointer.version.is_some()) {
            return Ok(false);
        }
        let generation = pointer.map_or(Generation::ZERO, |pointer| pointer.generation);
        let at =
            Precondition::PointerAt { artifact: artifact.clone(), name: name.clone(), generation };
        let (to, cause, force) = (Target::Version(to), MoveCause::Labelled, Force::No);
        let moved = NewMove { artifact, name, to, cause, force };
        self.commit_if(at, Change::MovePointer(Box::new(moved))).await
    }

    /// Sets a policy where there is none, and which is there and whose checks can be done here; answers whether it was
    /// set.
    async fn policy(&self, policy: PolicyRecord) -> Result<bool, ControlError> {
        if let PolicyScope::Environment(environment) = &policy.scope
            && !self.has_environment(environment).await?
        {
            return Ok(false);
        }
        if !self.founded {
            return Ok(true);
        }
        // One whose checks could not be done here would keep everybody from publishing.
        let known = match &policy.setting {
            PolicySetting::Off => Ok(()),
            PolicySetting::On(policy) => self.control.known_checks(policy.checks()).await,
            PolicySetting::From(artifact) => self.is_there(artifact).await,
        };
        match known {
            Err(ControlError::NoCheck { .. } | ControlError::NoArtifact(_)) => return Ok(false),
            known => known?,
        }
        let key = RecordKey::policy(&policy.scope);
        let (store, here) = (&self.control.store, &self.control.namespace);
        let entry = store.record(here, &key, At::Head).await?;
        if entry.as_ref().is_some_and(|entry| entry.record.is_some()) {
            return Ok(false);
        }
        let generation = entry.map_or(Generation::ZERO, |entry| entry.generation);
        let put = Change::PutRecord(Box::new(Record::Policy(policy)));
        self.commit_if(Precondition::RecordAt { key, generation }, put).await
    }

    /// Whether the artifact exists, or came with the bundle.
    async fn is_there(&self, artifact: &ArtifactId) -> Result<(), ControlError> {
        if self.numbers.contains_key(artifact) {
            return Ok(());
        }
        let (store, here) = (&self.control.store, &self.control.namespace);
        let there = store.artifact(here, artifact, At::Head).await?;
        there.map(drop).ok_or_else(|| ControlError::NoArtifact(artifact.clone()))
    }

    async fn has_environment(&self, environment: &EnvironmentId) -> Result<bool, ControlError> {
        if !self.founded {
            return Ok(*environment == EnvironmentId::production());
        }
        let key = RecordKey::environment(environment);
        let (store, here) = (&self.control.store, &self.control.namespace);
        Ok(store.record(here, &key, At::Head).await?.is_some())
    }

    /// Makes a change; answers whether nobody was faster.
    async fn commit_if(&self, when: Precondition, change: Change) -> Result<bool, ControlError> {
        if self.trial == Trial::Yes {
            return Ok(true);
        }
        let changeset: Changeset = self.control.changeset(self.intent).when(when).then(change);
        match self.control.commit(&changeset).await {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict(_)) => Ok(false),
            Err(err) => Err(err.into()),
        }
    }
}
