//! What every new version goes through.

use sternway_types::{
    ArtifactId, At, Attestation, Change, Changeset, Condemnation, Content, EnvironmentId, Finding,
    Precondition, Record, VersionNumber,
};

use super::{CheckPlan, CheckReport, Checked};
use crate::{
    Control, ControlError,
    publish::{Activate, Publish},
};

/// The checks of one content, done at most once however often a race is lost.
#[derive(Debug)]
pub(crate) struct Gate {
    plan: CheckPlan,
    report: Option<CheckReport>,
}

/// What the newest version is, as far as a gate wants to know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Latest {
    pub(crate) number: Option<VersionNumber>,
    /// Whether it has the content already, so that nothing is to be checked.
    pub(crate) is_same: bool,
}

impl Gate {
    /// Whether there is nothing to check.
    pub(crate) const fn is_open(&self) -> bool {
        self.plan.is_empty()
    }

    /// What the newest version is.
    pub(crate) async fn latest(
        &self,
        control: &Control,
        artifact: &ArtifactId,
        content: &Content,
    ) -> Result<Latest, ControlError> {
        let latest = control.store.artifact(&control.namespace, artifact, At::Head).await?;
        let number = latest.map(|artifact| artifact.latest);
        let is_same = match number {
            Some(number) if !self.is_open() => {
                control.version(artifact, number).await?.content == content.reference()
            }
            _ => false,
        };
        Ok(Latest { number, is_same })
    }

    /// What the checks find, if there are any.
    pub(crate) async fn check(
        &mut self,
        control: &Control,
        content: &Content,
        earlier: Option<&CheckReport>,
    ) -> Result<Option<&CheckReport>, ControlError> {
        if self.is_open() {
            return Ok(None);
        }
        let report = match self.report.take() {
            Some(report) => report,
            None => self.plan.run(&control.validators, content, earlier).await?,
        };
        Ok(Some(self.report.insert(report)))
    }

    /// The same, where a content that is to be refused is an error.
    pub(crate) async fn admit(
        &mut self,
        control: &Control,
        content: &Content,
        earlier: Option<&CheckReport>,
    ) -> Result<Option<&CheckReport>, ControlError> {
        let report = self.check(control, content, earlier).await?;
        match report {
            Some(report) if report.is_refused() => {
                Err(ControlError::ChecksFailed(report.failures().collect()))
            }
            report => Ok(report),
        }
    }

    /// What was found so far.
    pub(crate) fn findings(&self) -> Vec<Checked> {
        self.report.as_ref().map(|report| report.checks.clone()).unwrap_or_default()
    }
}

impl Control {
    /// The checks of what is to be added.
    pub(crate) async fn gate(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Gate, ControlError> {
        Ok(Gate { plan: self.plan_checks(artifact, environment).await?, report: None })
    }

    /// The checks that publishing this would do; nothing if there are none, or the content is there
    /// already. Who runs them first holds no store while they take their time, and gives what they
    /// found to the publish.
    ///
    /// # Errors
    ///
    /// As [`Control::plan_checks`].
    pub async fn checks_of(&self, publish: &Publish) -> Result<Option<CheckPlan>, ControlError> {
        let gate = self.gate(&publish.artifact, &self.destination(publish).await?).await?;
        let latest = gate.latest(self, &publish.artifact, &publish.content).await?;
        Ok(Some(gate.plan).filter(|plan| !plan.is_empty() && !latest.is_same))
    }

    /// Where what is published goes live, or would.
    pub(crate) async fn destination(
        &self,
        publish: &Publish,
    ) -> Result<EnvironmentId, ControlError> {
        match &publish.activate {
            Activate::In(environment) => Ok(environment.clone()),
            Activate::ByPolicy => self.default_environment().await,
        }
    }

    /// Says in the changeset what was found about the version that it adds, and condemns its
    /// content if that is what it comes to. The version is the next after the newest one.
    pub(crate) async fn attest_added(
        &self,
        changeset: &mut Changeset,
        report: &CheckReport,
        latest: Option<VersionNumber>,
    ) -> Result<(), ControlError> {
        let artifact = &report.artifact;
        let version = latest.map_or(VersionNumber::FIRST, VersionNumber::next);
        let newest = Precondition::LatestIs { artifact: artifact.clone(), version: latest };
        changeset.preconditions.push(newest);
        let (by, at) = (changeset.actor.clone(), changeset.at);
        let record = |check: &Checked| {
            Record::Attestation(Attestation {
                artifact: artifact.clone(),
                version,
                name: check.name.clone(),
                finding: Finding::Check(Box::new(check.result.clone())),
                by: by.clone(),
                at,
            })
        };
        let mut records: Vec<Record> = report.checks.iter().map(record).collect();
        let (environment, digest) = (&report.environment, report.digest);
        // What somebody said against it before stays said.
        if report.is_condemned()
            && self.condemnation(artifact, environment, &digest).await?.is_none()
        {
            records.push(Record::Condemnation(Condemnation {
                artifact: artifact.clone(),
                environment: environment.clone(),
                digest,
                version,
                reason: report.verdict(),
            }));
        }
        let puts = records.into_iter().map(|record| Change::PutRecord(Box::new(record)));
        changeset.changes.extend(puts);
        Ok(())
    }
}
