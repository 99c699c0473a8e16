//! What a decision needs to know, and how it is asked for.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use sternway_types::{
    ArtifactId, Change, Changeset, ChangesetId, Commit, Deployment, Digest, EnvironmentId,
    MoveCause, NewMove, PointerName, PolicySetting, Precondition, Record, RecordKey, RecordKind,
    Revision, Route, Subject, Target, VersionNumber,
};

use crate::{
    convert::{name_columns, signed},
    rows::to_hex,
};

/// Names of rows. What is asked for twice is loaded once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Needs {
    pub(super) artifacts: BTreeSet<ArtifactId>,
    /// Artifacts whose newest version is needed.
    pub(super) latest: BTreeSet<ArtifactId>,
    pub(super) versions: BTreeSet<(ArtifactId, VersionNumber)>,
    /// Versions of which it is needed whether their content is condemned in an environment.
    pub(super) judged: BTreeSet<(ArtifactId, VersionNumber, EnvironmentId)>,
    pub(super) pointers: BTreeSet<(ArtifactId, PointerName)>,
    pub(super) records: BTreeSet<RecordKey>,
    pub(super) ids: BTreeSet<ChangesetId>,
    pub(super) commits: BTreeSet<Revision>,
    /// What contents are known to be.
    pub(super) contents: BTreeSet<Digest>,
    /// Contents whose bytes are needed.
    pub(super) trees: BTreeSet<Digest>,
}

impl Needs {
    /// Asks for all of this as well.
    pub(crate) fn add(&mut self, more: Self) {
        self.artifacts.extend(more.artifacts);
        self.latest.extend(more.latest);
        self.versions.extend(more.versions);
        self.judged.extend(more.judged);
        self.pointers.extend(more.pointers);
        self.records.extend(more.records);
        self.ids.extend(more.ids);
        self.commits.extend(more.commits);
        self.contents.extend(more.contents);
        self.trees.extend(more.trees);
    }

    /// What a changeset will probably be decided on. What turns out to be needed beside is asked for
    /// when it is missed.
    pub(crate) fn of_changeset(&mut self, changeset: &Changeset) {
        self.ids.insert(changeset.id);
        for precondition in &changeset.preconditions {
            self.of_precondition(precondition);
        }
        for change in &changeset.changes {
            self.of_change(change);
        }
        self.of_added(changeset);
    }

    /// Whether what is added is condemned where it goes live.
    fn of_added(&mut self, changeset: &Changeset) {
        for change in &changeset.changes {
            let Change::AddVersion(new) = change else { continue };
            for change in &changeset.changes {
                if let Change::MovePointer(moved) = change
                    && moved.artifact == new.artifact
                    && let PointerName::Environment(environment) = &moved.name
                {
                    let digest = &new.content.digest;
                    let key = RecordKey::condemnation(&new.artifact, environment, digest);
                    self.records.insert(key);
                }
            }
        }
    }

    /// What commits from elsewhere will probably be decided on.
    pub(crate) fn of_replay(&mut self, commits: &[Commit]) {
        for commit in commits {
            self.of_changeset(&commit.replay());
            self.commits.insert(commit.revision);
        }
    }

    /// What a subject of outcomes is decided on.
    pub(crate) fn of_subject(&mut self, subject: &Subject) {
        let artifact = &subject.artifact;
        let name = PointerName::Environment(subject.environment.clone());
        self.artifacts.insert(artifact.clone());
        self.pointers.insert((artifact.clone(), name));
        self.records.insert(RecordKey::environment(&subject.environment));
        self.records.insert(RecordKey::route(artifact, &subject.environment));
    }

    fn of_precondition(&mut self, precondition: &Precondition) {
        match precondition {
            Precondition::PointerAt { artifact, name, .. } => {
                self.pointers.insert((artifact.clone(), name.clone()));
            }
            Precondition::LatestIs { artifact, .. } => {
                self.artifacts.insert(artifact.clone());
            }
            Precondition::LatestDiffers { artifact, .. } => {
                self.artifacts.insert(artifact.clone());
                self.latest.insert(artifact.clone());
            }
            Precondition::RecordAt { key, .. } => {
                self.records.insert(key.clone());
            }
        }
    }

    fn of_change(&mut self, change: &Change) {
        match change {
            Change::CreateNamespace => (),
            Change::AddVersion(new) => {
                self.artifacts.insert(new.artifact.clone());
                self.artifacts.extend(new.depends_on.iter().cloned());
                self.contents.insert(new.content.digest);
            }
            Change::MovePointer(moved) => self.of_move(moved),
            Change::PutRecord(record) => self.of_record(record),
            Change::DeleteRecord(key) => {
                // What a channel was told goes before it.
                let channel = (key.kind() == RecordKind::Channel).then(|| key.name().parse().ok());
                self.records.extend(channel.flatten().map(|id| RecordKey::outbox(&id)));
                self.records.insert(key.clone());
            }
        }
    }

    fn of_move(&mut self, moved: &NewMove) {
        self.artifacts.insert(moved.artifact.clone());
        self.pointers.insert((moved.artifact.clone(), moved.name.clone()));
        if let Target::Version(number) = moved.to {
            self.versions.insert((moved.artifact.clone(), number));
        }
        if let PointerName::Environment(environment) = &moved.name {
            self.records.insert(RecordKey::environment(environment));
            if let MoveCause::Deployed(id) = &moved.cause {
                self.records.insert(RecordKey::deployment(environment, *id));
            }
            if let Target::Version(number) = moved.to {
                self.judged.insert((moved.artifact.clone(), number, environment.clone()));
            }
        }
    }

    fn of_record(&mut self, record: &Record) {
        let key = record.key();
        let about = match record {
            Record::Condemnation(it) => Some((&it.artifact, it.version, Some(&it.environment))),
            Record::Attestation(it) => Some((&it.artifact, it.version, None)),
            Record::Latch(it) => Some((&it.artifact, it.version, Some(&it.environment))),
            Record::Baseline(it) => {
                self.versions.insert((it.artifact.clone(), it.candidate));
                Some((&it.artifact, it.version, Some(&it.environment)))
            }
            Record::Deployment(it) => {
                self.of_deployment(it);
                None
            }
            Record::Route(it) => {
                self.of_route(it);
                None
            }
            Record::Point(it) => {
                self.records.insert(RecordKey::environment(&it.environment));
                None
            }
            Record::Channel(it) => {
                self.records.extend(it.parts().environment.iter().map(RecordKey::environment));
                None
            }
            Record::Outbox(it) => {
                self.records.insert(RecordKey::channel(&it.channel));
                None
            }
            Record::Policy(it) => {
                if let PolicySetting::From(artifact) = &it.setting {
                    self.artifacts.insert(artifact.clone());
                }
                None
            }
            Record::Namespace(_) | Record::Environment(_) => None,
        };
        if let Some((artifact, version, environment)) = about {
            self.artifacts.insert(artifact.clone());
            self.versions.insert((artifact.clone(), version));
            self.records.extend(environment.map(RecordKey::environment));
        }
        self.records.insert(key);
    }

    fn of_deployment(&mut self, deployment: &Deployment) {
        self.records.insert(RecordKey::environment(&deployment.environment));
        for member in &deployment.members {
            self.artifacts.insert(member.artifact.clone());
            let versions = std::iter::once(member.from).chain(member.candidates());
            self.versions.extend(versions.map(|number| (member.artifact.clone(), number)));
        }
    }

    fn of_route(&mut self, route: &Route) {
        let (artifact, environment) = (route.artifact(), route.environment());
        self.artifacts.insert(artifact.clone());
        self.pointers.insert((artifact.clone(), PointerName::Environment(environment.clone())));
        self.records.extend(route.line().map(|id| RecordKey::deployment(environment, id)));
        for arm in route.candidates() {
            self.versions.insert((artifact.clone(), arm.version));
            self.judged.insert((artifact.clone(), arm.version, environment.clone()));
        }
    }

    /// The same, as the function `load` of the schema takes it. What is not asked for is left out.
    pub(crate) fn to_json(&self) -> Value {
        let mut needs = Map::new();
        let mut ask = |name: &str, values: Vec<Value>| {
            if !values.is_empty() {
                needs.insert(name.into(), Value::Array(values));
            }
        };
        ask("artifacts", self.artifacts.iter().map(|id| json!(id)).collect());
        let version = |(artifact, number): &(ArtifactId, VersionNumber)| json!({ "artifact": artifact, "number": signed(number.get()) });
        ask("versions", self.versions.iter().map(version).collect());
        ask("latest", self.latest.iter().map(|id| json!(id)).collect());
        let judged =
            |(artifact, number, environment): &(ArtifactId, VersionNumber, EnvironmentId)| {
                let begins = RecordKey::condemned_in(artifact, environment);
                json!({ "artifact": artifact, "number": signed(number.get()), "begins": begins })
            };
        ask("judged", self.judged.iter().map(judged).collect());
        let pointer = |(artifact, name): &(ArtifactId, PointerName)| {
            let (kind, name) = name_columns(name);
            json!({ "artifact": artifact, "kind": kind, "name": name })
        };
        ask("pointers", self.pointers.iter().map(pointer).collect());
        let record = |key: &RecordKey| json!({ "kind": key.kind().as_str(), "name": key.name() });
        ask("records", self.records.iter().map(record).collect());
        ask("ids", self.ids.iter().map(|id| json!(id.as_uuid())).collect());
        ask("commits", self.commits.iter().map(|it| json!(it.get().to_string())).collect());
        ask("contents", self.contents.iter().map(|it| json!(to_hex(it.as_bytes()))).collect());
        ask("trees", self.trees.iter().map(|it| json!(to_hex(it.as_bytes()))).collect());
        Value::Object(needs)
    }
}
