//! Which versions an emergency does not bring back.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
};

use sternway_types::{
    ArtifactId, Condemnation, DeploymentId, Digest, EnvironmentId, LatchAction, Reason, Record,
    RecordKey, RecordKind, VersionNumber,
};

use crate::{Control, ControlError, deploy::Deployed};

/// Why a version is not brought back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unhealthy {
    /// Its content is condemned there.
    Condemned {
        /// Whose version.
        artifact: ArtifactId,
        /// Which.
        version: VersionNumber,
        /// Why.
        reason: Reason,
    },
    /// A policy found that it regressed there, and did nothing about it.
    Regressed {
        /// Whose version.
        artifact: ArtifactId,
        /// Which.
        version: VersionNumber,
    },
    /// It is the candidate of a deployment that is taken back with everything else.
    BeingDeployed {
        /// Whose version.
        artifact: ArtifactId,
        /// Which.
        version: VersionNumber,
        /// By which deployment.
        by: DeploymentId,
    },
}

impl fmt::Display for Unhealthy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Condemned { artifact, version, reason } if reason.is_empty() => {
                write!(f, "{artifact}@{version} is condemned")
            }
            Self::Condemned { artifact, version, reason } => {
                write!(f, "{artifact}@{version} is condemned: {reason}")
            }
            Self::Regressed { artifact, version } => {
                write!(f, "{artifact}@{version} regressed there")
            }
            Self::BeingDeployed { artifact, version, by } => {
                write!(f, "{artifact}@{version} is the candidate of deployment {by}")
            }
        }
    }
}

/// The candidate of a deployment that is to be taken back.
pub(super) struct Candidate {
    pub(super) version: VersionNumber,
    digest: Digest,
    by: DeploymentId,
}

impl Candidate {
    pub(super) fn unhealthy(&self, artifact: &ArtifactId, version: VersionNumber) -> Unhealthy {
        Unhealthy::BeingDeployed { artifact: artifact.clone(), version, by: self.by }
    }
}

/// What is known of the versions of an environment. What was read once is not read again for the next
/// point.
pub(super) struct Health<'a> {
    control: &'a Control,
    environment: &'a EnvironmentId,
    pub(super) candidates: BTreeMap<ArtifactId, Candidate>,
    condemned: HashMap<ArtifactId, Vec<Condemnation>>,
    /// The versions that a verdict speaks against, of the artifacts that were asked about.
    regressed: HashMap<ArtifactId, HashSet<VersionNumber>>,
}

impl<'a> Health<'a> {
    pub(super) async fn of(
        control: &'a Control,
        environment: &'a EnvironmentId,
        taken_back: &[Deployed],
    ) -> Result<Self, ControlError> {
        let mut candidates = BTreeMap::new();
        for Deployed { deployment, .. } in taken_back {
            for member in &deployment.members {
                let version = deployment.candidate_of(member);
                let digest = control.version(&member.artifact, version).await?.content.digest;
                let candidate = Candidate { version, digest, by: deployment.id };
                candidates.insert(member.artifact.clone(), candidate);
            }
        }
        let mut condemned: HashMap<_, Vec<_>> = HashMap::new();
        // All at once, since they are few: one read, and not one for each artifact.
        let (kind, of) = (RecordKind::Condemnation, Record::into_condemnation);
        for it in control.all_records(kind, of, "").await? {
            if it.environment == *environment {
                condemned.entry(it.artifact.clone()).or_default().push(it);
            }
        }
        Ok(Self { control, environment, candidates, condemned, regressed: HashMap::new() })
    }

    /// Why a version is not to come back, if it is not.
    pub(super) async fn problem(
        &mut self,
        artifact: &ArtifactId,
        version: VersionNumber,
    ) -> Result<Option<Unhealthy>, ControlError> {
        if !self.regressed.contains_key(artifact) {
            let found = self.control.spoken_against(artifact, self.environment).await?;
            self.regressed.insert(artifact.clone(), found);
        }
        if self.regressed.get(artifact).is_some_and(|found| found.contains(&version)) {
            let artifact = artifact.clone();
            return Ok(Some(Unhealthy::Regressed { artifact, version }));
        }
        self.unfit(artifact, version).await
    }

    /// Why a version had better not be live, if that is known of its content.
    pub(super) async fn unfit(
        &self,
        artifact: &ArtifactId,
        version: VersionNumber,
    ) -> Result<Option<Unhealthy>, ControlError> {
        let (condemned, candidate) = (self.condemned.get(artifact), self.candidates.get(artifact));
        if condemned.is_none() && candidate.is_none() {
            return Ok(None);
        }
        let digest = self.control.version(artifact, version).await?.content.digest;
        let mut condemned = condemned.into_iter().flatten();
        if let Some(found) = condemned.find(|it| it.digest == digest) {
            let (artifact, reason) = (artifact.clone(), found.reason.clone());
            return Ok(Some(Unhealthy::Condemned { artifact, version, reason }));
        }
        let of_candidate = candidate.filter(|candidate| candidate.digest == digest);
        Ok(of_candidate.map(|candidate| candidate.unhealthy(artifact, version)))
    }
}

impl Control {
    /// The versions of an artifact that a verdict speaks against by itself.
    async fn spoken_against(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<HashSet<VersionNumber>, ControlError> {
        let prefix = RecordKey::latches_in(artifact, environment);
        let latches = self.all_records(RecordKind::Latch, Record::into_latch, &prefix).await?;
        let against = latches.iter().filter(|latch| counts(latch.action));
        Ok(against.map(|latch| latch.version).collect())
    }
}

/// Whether a verdict speaks against a version by itself. Where something was done about it the content is
/// condemned, until a person pardons it; and a policy on trial says nothing.
const fn counts(action: LatchAction) -> bool {
    match action {
        LatchAction::Paused { .. } | LatchAction::Notified | LatchAction::Halted => true,
        LatchAction::RolledBack { .. }
        | LatchAction::OverBudget
        | LatchAction::Withdrawn { .. }
        | LatchAction::Shadowed => false,
    }
}
