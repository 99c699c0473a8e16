//! Aging: what is live and gets worse, or is not needed any more.

use sternway_policy::aging::{Against, Finding, Known, Limits, findings};
use sternway_types::{ArtifactId, EnvironmentId, LatchAction, Subject, Timestamp, Version};

use crate::{Control, ControlError, past::Good};

/// What was found about what is live of an artifact.
#[derive(Clone, Debug, PartialEq)]
pub struct Aging {
    /// What is live.
    pub version: Version,
    /// Since when.
    pub live_since: Timestamp,
    /// When it last ran, by the runs' own times; nothing if it never did.
    pub used: Option<Timestamp>,
    /// What was found, the gravest first.
    pub findings: Vec<Finding>,
}

impl Control {
    /// Looks for signs that what is live gets worse or is not needed. Changes nothing.
    ///
    /// It reads one page of moves, and the tallies of at most eight stays of each good version among
    /// the newest ones.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotLive`] and its kin if nothing is live, and [`ControlError::Store`] if the
    /// store cannot be read.
    pub async fn aging(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        limits: &Limits,
    ) -> Result<Aging, ControlError> {
        let (pointer, version) = self.live_version(artifact, environment).await?;
        let subject = Subject {
            artifact: artifact.clone(),
            environment: environment.clone(),
            version: version.number,
            generation: pointer.generation,
        };
        let tallies = self.store.tallies(&self.namespace, &subject).await?.unwrap_or_default();
        let past = self.past(artifact, environment).await?;
        let good = self.good_before(&version, environment, &past, limits.drift_versions).await?;
        let good: Vec<_> = good.iter().map(Good::as_baseline).collect();
        let known = Known {
            published: version.at,
            live_since: pointer.at,
            against: self.against(&subject, &version).await?,
            tally: &tallies.tally,
            good: &good,
        };
        let findings = findings(&known, limits, self.now());
        let used = tallies.tally.newest();
        Ok(Aging { version, live_since: pointer.at, used, findings })
    }

    async fn against(&self, subject: &Subject, live: &Version) -> Result<Against, ControlError> {
        let latch = self.latch(subject).await?;
        if latch.is_some_and(|latch| latch.action == LatchAction::Halted) {
            return Ok(Against::Halted);
        }
        let condemned = self.condemnations(&live.artifact, &subject.environment).await?;
        let condemned = condemned.iter().any(|it| it.digest == live.content.digest);
        Ok(if condemned { Against::Condemned } else { Against::Nothing })
    }
}
