//! Commits, as they are shown.

use serde::Serialize;
use sternway_types::{
    Actor, Applied, ChangesetId, Commit, Digest, EnvironmentId, Generation, NamespaceId, Record,
    RecordChange, Revision, Timestamp,
};

use crate::{
    AttestationView, BaselineView, ChannelView, CondemnationView, DeploymentView, EnvironmentView,
    LatchView, MoveView, OutboxView, PointView, PolicyView, RouteView, VersionView,
};

/// A record of any kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordView {
    /// Settings of the namespace.
    Namespace {
        /// Where an artifact's first version goes live by itself.
        default_environment: EnvironmentId,
    },
    /// An environment.
    Environment(EnvironmentView),
    /// A policy.
    Policy(PolicyView),
    /// A condemned content.
    Condemnation(CondemnationView),
    /// An attestation.
    Attestation(AttestationView),
    /// A latched verdict.
    Latch(Box<LatchView>),
    /// What a version is held against.
    Baseline(BaselineView),
    /// A deployment.
    Deployment(Box<DeploymentView>),
    /// Which candidates are beside what is live.
    Route(RouteView),
    /// A rollback point.
    Point(PointView),
    /// A place that is told what happens.
    Channel(ChannelView),
    /// How far it was told.
    Outbox(Box<OutboxView>),
}

impl From<&Record> for RecordView {
    fn from(record: &Record) -> Self {
        match record {
            Record::Namespace(settings) => {
                Self::Namespace { default_environment: settings.default_environment.clone() }
            }
            Record::Environment(environment) => Self::Environment(environment.into()),
            Record::Policy(policy) => {
                Self::Policy(PolicyView::new(Some(&policy.scope), &policy.setting))
            }
            Record::Condemnation(condemnation) => Self::Condemnation(condemnation.into()),
            Record::Attestation(attestation) => Self::Attestation(attestation.into()),
            Record::Latch(latch) => Self::Latch(Box::new(latch.as_ref().into())),
            Record::Baseline(baseline) => Self::Baseline(baseline.as_ref().into()),
            Record::Deployment(it) => Self::Deployment(Box::new(it.as_ref().into())),
            Record::Route(route) => Self::Route(route.as_ref().into()),
            Record::Point(point) => Self::Point(point.as_ref().into()),
            Record::Channel(channel) => Self::Channel(channel.as_ref().into()),
            Record::Outbox(outbox) => Self::Outbox(Box::new(outbox.as_ref().into())),
        }
    }
}

/// One change as it was applied.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChangeView {
    /// The namespace came to life.
    NamespaceCreated,
    /// A version was added.
    VersionAdded(Box<VersionView>),
    /// A pointer moved.
    PointerMoved(Box<MoveView>),
    /// A record was written or taken away.
    RecordChanged {
        /// Which kind of record.
        record: &'static str,
        /// Which one.
        name: String,
        /// What it was; nothing if it is new.
        before: Option<Box<RecordView>>,
        /// What it is since; nothing if it was taken away.
        after: Option<Box<RecordView>>,
        /// Its generation since.
        generation: Generation,
    },
}

impl From<&Applied> for ChangeView {
    fn from(applied: &Applied) -> Self {
        match applied {
            Applied::NamespaceCreated => Self::NamespaceCreated,
            Applied::VersionAdded(version) => Self::VersionAdded(Box::new(version.as_ref().into())),
            Applied::PointerMoved(moved) => Self::PointerMoved(Box::new(moved.as_ref().into())),
            Applied::RecordChanged(change) => record_changed(change),
        }
    }
}

fn record_changed(change: &RecordChange) -> ChangeView {
    let view = |record: &Option<Record>| record.as_ref().map(|record| Box::new(record.into()));
    ChangeView::RecordChanged {
        record: change.key.kind().as_str(),
        name: change.key.name().to_owned(),
        before: view(&change.before),
        after: view(&change.after),
        generation: change.generation,
    }
}

/// One revision of a namespace: who did what, when and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CommitView {
    /// Which namespace.
    pub namespace: NamespaceId,
    /// Its place in the feed.
    pub revision: Revision,
    /// When it was committed.
    pub at: Timestamp,
    /// The changeset it came from.
    pub changeset: ChangesetId,
    /// Who asked.
    pub actor: Actor,
    /// Why.
    pub reason: String,
    /// The revision that it took back, if it is an undo.
    pub undoes: Option<Revision>,
    /// What was applied, in order.
    pub changes: Vec<ChangeView>,
    /// The chain up to here.
    pub chain: Digest,
}

impl From<&Commit> for CommitView {
    fn from(commit: &Commit) -> Self {
        Self {
            namespace: commit.namespace.clone(),
            revision: commit.revision,
            at: commit.at,
            changeset: commit.changeset,
            actor: commit.actor.clone(),
            reason: commit.reason.to_string(),
            undoes: commit.undoes,
            changes: commit.applied.iter().map(Into::into).collect(),
            chain: commit.chain,
        }
    }
}
