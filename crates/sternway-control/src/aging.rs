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
        let condemned = self.condemned_digests(artifact, environment).await?;
        let most = limits.drift_versions;
        let good = self.good_before(&version, environment, &past, &condemned, most).await?;
        let good: Vec<_> = good.iter().map(Good::as_baseline).collect();
        let known = Known {
            published: version.at,
            live_since: pointer.at,
            against: self.against(&subject, condemned.contains(&version.content.digest)).await?,
            tally: &tallies.tally,
            good: &good,
        };
        let findings = findings(&known, limits, self.now());
        let used = tallies.tally.newest();
        Ok(Aging { version, live_since: pointer.at, used, findings })
    }

    async fn against(&self, subject: &Subject, condemned: bool) -> Result<Against, ControlError> {
        let latch = self.latch(subject).await?;
        Ok(match latch.map(|latch| latch.action) {
            Some(LatchAction::Halted | LatchAction::OverBudget) => Against::Halted,
            Some(_) | None if condemned => Against::Condemned,
            Some(_) | None => Against::Nothing,
        })
    }
}
