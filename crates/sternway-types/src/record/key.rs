//! What records are kept under.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::RecordKind;
use crate::{
    ArtifactId, ChannelId, DeploymentId, Digest, EnvironmentId, Generation, LabelId, PointId,
    PolicyScope, VersionNumber,
};

/// The key of a record: its kind and a name made from what it is about, with `/` between the parts,
/// so that all records about one artifact stand together.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordKey {
    kind: RecordKind,
    name: String,
}

impl RecordKey {
    /// The settings of the namespace.
    #[must_use]
    pub fn namespace() -> Self {
        Self { kind: RecordKind::Namespace, name: "settings".into() }
    }

    /// An environment.
    #[must_use]
    pub fn environment(id: &EnvironmentId) -> Self {
        Self { kind: RecordKind::Environment, name: id.to_string() }
    }

    /// The policy of a scope.
    #[must_use]
    pub fn policy(scope: &PolicyScope) -> Self {
        Self { kind: RecordKind::Policy, name: scope.to_string() }
    }

    /// The condemnation of a content of an artifact in an environment.
    #[must_use]
    pub fn condemnation(artifact: &ArtifactId, at: &EnvironmentId, digest: &Digest) -> Self {
        let name = format!("{}{}", Self::condemned_in(artifact, at), digest.to_hex());
        Self { kind: RecordKind::Condemnation, name }
    }

    /// What the names of all condemnations of an artifact in an environment begin with.
    #[must_use]
    pub fn condemned_in(artifact: &ArtifactId, environment: &EnvironmentId) -> String {
        format!("{artifact}/{environment}/")
    }

    /// An attestation of a version.
    #[must_use]
    pub fn attestation(artifact: &ArtifactId, version: VersionNumber, name: &LabelId) -> Self {
        let name = format!("{}{name}", Self::attested_of(artifact, version));
        Self { kind: RecordKind::Attestation, name }
    }

    /// What the names of all attestations of a version begin with.
    #[must_use]
    pub fn attested_of(artifact: &ArtifactId, version: VersionNumber) -> String {
        format!("{artifact}/{version}/")
    }

    /// The latched verdict on a version's stay in an environment.
    #[must_use]
    pub fn latch(artifact: &ArtifactId, environment: &EnvironmentId, at: Generation) -> Self {
        Self { kind: RecordKind::Latch, name: stay(artifact, environment, at) }
    }

    /// What the names of all latched verdicts of an artifact in an environment begin with.
    #[must_use]
    pub fn latches_in(artifact: &ArtifactId, environment: &EnvironmentId) -> String {
        format!("{artifact}/{environment}/")
    }

    /// The latched verdict on a candidate beside what is live, in a generation of the pointer.
    #[must_use]
    pub fn latch_of_candidate(
        (artifact, environment, at): (&ArtifactId, &EnvironmentId, Generation),
        candidate: VersionNumber,
    ) -> Self {
        let name = format!("{}/{candidate}", stay(artifact, environment, at));
        Self { kind: RecordKind::Latch, name }
    }

    /// A deployment. Those of an environment stand together, in the order in which they began.
    #[must_use]
    pub fn deployment(environment: &EnvironmentId, id: DeploymentId) -> Self {
        let name = format!("{}{id}", Self::deployments_in(environment));
        Self { kind: RecordKind::Deployment, name }
    }

    /// What the names of all deployments in an environment begin with.
    #[must_use]
    pub fn deployments_in(environment: &EnvironmentId) -> String {
        format!("{environment}/")
    }

    /// What is beside the live version of an artifact in an environment.
    #[must_use]
    pub fn route(artifact: &ArtifactId, environment: &EnvironmentId) -> Self {
        Self { kind: RecordKind::Route, name: format!("{artifact}/{environment}") }
    }

    /// A rollback point.
    #[must_use]
    pub fn point(environment: &EnvironmentId, id: PointId) -> Self {
        Self { kind: RecordKind::Point, name: format!("{}{id}", Self::points_of(environment)) }
    }

    /// What the names of all rollback points of an environment begin with.
    #[must_use]
    pub fn points_of(environment: &EnvironmentId) -> String {
        format!("{environment}/")
    }

    /// A place that is told what happens.
    #[must_use]
    pub fn channel(id: &ChannelId) -> Self {
        Self { kind: RecordKind::Channel, name: id.to_string() }
    }

    /// How far a channel was told.
    #[must_use]
    pub fn outbox(channel: &ChannelId) -> Self {
        Self { kind: RecordKind::Outbox, name: channel.to_string() }
    }

    /// The latched verdict on a version's stay that nothing was done about. It is kept beside the one that
    /// something is done about, should the policy begin to act.
    #[must_use]
    pub fn notice(artifact: &ArtifactId, environment: &EnvironmentId, at: Generation) -> Self {
        let name = format!("{}/notice", stay(artifact, environment, at));
        Self { kind: RecordKind::Latch, name }
    }

    /// What a policy that does not act found about a candidate, in a generation of the pointer.
    #[must_use]
    pub fn notice_of_candidate(
        (artifact, environment, at): (&ArtifactId, &EnvironmentId, Generation),
        candidate: VersionNumber,
    ) -> Self {
        let name = format!("{}/notice/{candidate}", stay(artifact, environment, at));
        Self { kind: RecordKind::Latch, name }
    }

    /// What a version is held against during a stay in an environment.
    #[must_use]
    pub fn baseline(artifact: &ArtifactId, environment: &EnvironmentId, at: Generation) -> Self {
        Self { kind: RecordKind::Baseline, name: stay(artifact, environment, at) }
    }

    /// What kind of record it names.
    #[must_use]
    pub const fn kind(&self) -> RecordKind {
        self.kind
    }

    /// The name within the kind.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Names a stay: padded, so that the newest one comes last.
fn stay(artifact: &ArtifactId, environment: &EnvironmentId, at: Generation) -> String {
    format!("{artifact}/{environment}/{:020}", at.get())
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.as_str(), self.name)
    }
}
