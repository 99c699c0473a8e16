//! What a namespace keeps beside versions and pointers: small records, each under a key of its own
//! with a generation, so that they are read, written and guarded alike.

mod key;

use serde::{Deserialize, Serialize};

pub use self::key::RecordKey;
use crate::{
    ArtifactId, Attestation, Channel, Deployment, Digest, Environment, EnvironmentId,
    FrozenBaseline, Generation, Latch, LatchAction, Outbox, PolicyScope, PolicySetting, Reason,
    Revision, RollbackPoint, Route, Timestamp, VersionNumber,
};

/// Settings of a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamespaceSettings {
    /// Where an artifact's first version goes live by itself.
    pub default_environment: EnvironmentId,
}

/// A policy where it was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyRecord {
    /// What it is for.
    pub scope: PolicyScope,
    /// The policy, or that there is none.
    pub setting: PolicySetting,
}

/// A content that is unfit for an environment: automation may not make it live there again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condemnation {
    /// Whose content.
    pub artifact: ArtifactId,
    /// Where it is unfit.
    pub environment: EnvironmentId,
    /// The content.
    pub digest: Digest,
    /// The version that it was condemned as.
    pub version: VersionNumber,
    /// Why.
    pub reason: Reason,
}

/// The kinds of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// The settings of the namespace; there is one.
    Namespace,
    /// Environments.
    Environment,
    /// Policies, one per scope.
    Policy,
    /// Condemned contents, one per artifact, environment and digest.
    Condemnation,
    /// Attestations, one per version and name.
    Attestation,
    /// Latched verdicts, one per artifact, environment and generation.
    Latch,
    /// What versions are held against, one per artifact, environment and generation.
    Baseline,
    /// Deployments.
    Deployment,
    /// Which candidates are beside what is live, one per artifact and environment.
    Route,
    /// Rollback points of environments.
    Point,
    /// Places that are told what happens.
    Channel,
    /// How far each of them was told, one per channel.
    Outbox,
}

impl RecordKind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::Namespace,
        Self::Environment,
        Self::Policy,
        Self::Condemnation,
        Self::Attestation,
        Self::Latch,
        Self::Baseline,
        Self::Deployment,
        Self::Route,
        Self::Channel,
        Self::Outbox,
        Self::Point,
    ];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Namespace => "namespace",
            Self::Environment => "environment",
            Self::Policy => "policy",
            Self::Condemnation => "condemnation",
            Self::Attestation => "attestation",
            Self::Latch => "latch",
            Self::Baseline => "baseline",
            Self::Deployment => "deployment",
            Self::Route => "route",
            Self::Point => "point",
            Self::Channel => "channel",
            Self::Outbox => "outbox",
        }
    }
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// Settings of the namespace.
    Namespace(NamespaceSettings),
    /// An environment.
    Environment(Environment),
    /// A policy.
    Policy(PolicyRecord),
    /// A condemned content.
    Condemnation(Condemnation),
    /// An attestation.
    Attestation(Attestation),
    /// A latched verdict.
    Latch(Box<Latch>),
    /// What a version is held against.
    Baseline(Box<FrozenBaseline>),
    /// A deployment.
    Deployment(Box<Deployment>),
    /// Which candidates are beside what is live. It is there from a deployment's first commit to its
    /// last, so that there is one at a time.
    Route(Box<Route>),
    /// A rollback point.
    Point(Box<RollbackPoint>),
    /// A place that is told what happens.
    Channel(Box<Channel>),
    /// How far it was told.
    Outbox(Box<Outbox>),
}

impl Record {
    /// The largest record that is taken, in bytes, written as JSON.
    pub const MAX_BYTES: usize = 256 * 1024;

    /// The key that it is kept under.
    #[must_use]
    pub fn key(&self) -> RecordKey {
        match self {
            Self::Namespace(_) => RecordKey::namespace(),
            Self::Environment(environment) => RecordKey::environment(&environment.id),
            Self::Policy(policy) => RecordKey::policy(&policy.scope),
            Self::Condemnation(it) => {
                RecordKey::condemnation(&it.artifact, &it.environment, &it.digest)
            }
            Self::Attestation(it) => RecordKey::attestation(&it.artifact, it.version, &it.name),
            Self::Latch(it) if it.action.is_notice() && it.candidate => {
                let stay = (&it.artifact, &it.environment, it.generation);
                RecordKey::notice_of_candidate(stay, it.version)
            }
            Self::Latch(it) if it.action.is_notice() => {
                RecordKey::notice(&it.artifact, &it.environment, it.generation)
            }
            Self::Latch(it) if matches!(it.action, LatchAction::Withdrawn { .. }) => {
                let stay = (&it.artifact, &it.environment, it.generation);
                RecordKey::latch_of_candidate(stay, it.version)
            }
            Self::Latch(it) => RecordKey::latch(&it.artifact, &it.environment, it.generation),
            Self::Baseline(it) => RecordKey::baseline(&it.artifact, &it.environment, it.generation),
            Self::Deployment(it) => RecordKey::deployment(&it.environment, it.id),
            Self::Route(it) => RecordKey::route(it.artifact(), it.environment()),
            Self::Point(it) => RecordKey::point(&it.environment, it.id),
            Self::Channel(it) => RecordKey::channel(it.id()),
            Self::Outbox(it) => RecordKey::outbox(&it.channel),
        }
    }
}

macro_rules! into_kind {
    ($($(#[$doc:meta])* $name:ident, $variant:ident, $kind:ty;)*) => {
        impl Record {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $name(self) -> Option<$kind> {
                    if let Self::$variant(record) = self { Some(record) } else { None }
                }
            )*
        }
    };
}

into_kind! {
    /// The settings of the namespace, if it is that.
    into_namespace, Namespace, NamespaceSettings;
    /// The environment, if it is one.
    into_environment, Environment, Environment;
    /// The policy, if it is one.
    into_policy, Policy, PolicyRecord;
    /// The condemnation, if it is one.
    into_condemnation, Condemnation, Condemnation;
    /// The attestation, if it is one.
    into_attestation, Attestation, Attestation;
    /// The latched verdict, if it is one.
    into_latch, Latch, Box<Latch>;
    /// What a version is held against, if it is that.
    into_baseline, Baseline, Box<FrozenBaseline>;
    /// The deployment, if it is one.
    into_deployment, Deployment, Box<Deployment>;
    /// The route, if it is one.
    into_route, Route, Box<Route>;
    /// The rollback point, if it is one.
    into_point, Point, Box<RollbackPoint>;
    /// The channel, if it is one.
    into_channel, Channel, Box<Channel>;
    /// How far a channel was told, if it is that.
    into_outbox, Outbox, Box<Outbox>;
}

/// A record as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordEntry {
    /// Its key.
    pub key: RecordKey,
    /// The record; nothing after it was taken away.
    pub record: Option<Record>,
    /// How often it was written or taken away.
    pub generation: Generation,
    /// The revision that did so last.
    pub revision: Revision,
    /// When.
    pub at: Timestamp,
}
