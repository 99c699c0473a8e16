//! Stability: how steady the versions of an artifact were where they were live.

use std::time::Duration;

use sternway_policy::Stability;
use sternway_types::{ArtifactId, At, EnvironmentId, Measure, Metric, VersionNumber};

use crate::{Control, ControlError, past::Past};

/// Of how many of its newest stays the outcomes of a version count.
const MAX_STAYS: usize = 32;

/// How steady one version was.
#[derive(Clone, Debug, PartialEq)]
pub struct StableVersion {
    /// Which version.
    pub version: VersionNumber,
    /// How often it was live: changes of shares beside it end no stay.
    pub stays: u64,
    /// How many of these stays a rollback ended.
    pub rollbacks: u64,
    /// How long it was live, all stays together.
    pub live_for: Duration,
    /// How many of its runs succeeded, of those whose end is known; of its newest 32 stays.
    pub success: Measure,
    /// That less the success rate of the version before it that was live here, both with runs.
    pub success_change: Option<f64>,
    /// All of that in one word.
    pub stability: Stability,
}

/// How steady the versions of an artifact were in an environment.
#[derive(Clone, Debug, PartialEq)]
pub struct StableArtifact {
    /// What is live, if anything is.
    pub live: Option<VersionNumber>,
    /// The newest version.
    pub latest: VersionNumber,
    /// How many stays there were.
    pub stays: u64,
    /// How many of them a rollback ended.
    pub rollbacks: u64,
    /// The newest versions that were live here, the highest number first.
    pub versions: Vec<StableVersion>,
    /// Whether older stays were left out: there are more than 1,000 moves, changes of shares among them.
    pub older_left_out: bool,
}

impl StableArtifact {
    /// How many of the stays that ended were ended by a rollback, from 0 to 1; nothing if none ended.
    #[must_use]
    pub fn rollback_rate(&self) -> Option<f64> {
        let ended = self.stays - u64::from(self.live.is_some() && self.stays > 0);
        #[expect(clippy::cast_precision_loss, reason = "at most a page of moves")]
        (ended > 0).then(|| self.rollbacks as f64 / ended as f64)
    }
}

impl Control {
    /// How steady the newest versions were that were live, `most` of them. Changes nothing.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoArtifact`] if there is none, and [`ControlError::Store`] if the store cannot
    /// be read.
    pub async fn stability(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        most: usize,
    ) -> Result<StableArtifact, ControlError> {
        let found = self.store.artifact(&self.namespace, artifact, At::Head).await?;
        let found = found.ok_or_else(|| ControlError::NoArtifact(artifact.clone()))?;
        let past = self.past(artifact, environment).await?;
        let mut numbers: Vec<_> = past.stays.iter().map(|stay| stay.version).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut versions = Vec::new();
        // One more than is shown: the oldest of them is compared with it.
        for number in numbers.into_iter().rev().take(most.saturating_add(1)) {
            versions.push(self.stable_version(artifact, environment, &past, number).await?);
        }
        note_changes(&mut versions);
        versions.truncate(most);
        let lasting = past.stays.first().filter(|stay| stay.until.is_none());
        Ok(StableArtifact {
            live: lasting.map(|stay| stay.version),
            latest: found.latest,
            stays: past.stays.len() as u64,
            rollbacks: past.stays.iter().filter(|stay| stay.rolled_back).count() as u64,
            versions,
            older_left_out: past.older_left_out,
        })
    }

    async fn stable_version(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        past: &Past,
        version: VersionNumber,
    ) -> Result<StableVersion, ControlError> {
        let (stays, now) = (past.of(version, usize::MAX).collect::<Vec<_>>(), self.now());
        let mut success = Measure::default();
        for stay in stays.iter().take(MAX_STAYS) {
            for tally in self.tallies_of(artifact, environment, stay).await? {
                success = success.plus(tally.measure(&Metric::SuccessRate, None));
            }
        }
        let rollbacks = stays.iter().filter(|stay| stay.rolled_back).count() as u64;
        Ok(StableVersion {
            version,
            stays: stays.len() as u64,
            rollbacks,
            live_for: stays.iter().map(|stay| stay.until.unwrap_or(now).since(stay.since)).sum(),
            success,
            success_change: None,
            stability: Stability::of(rollbacks, success),
        })
    }
}

/// Notes how the success rate changed from one version to the next, the highest number first.
fn note_changes(versions: &mut [StableVersion]) {
    let before: Vec<_> = versions.iter().skip(1).map(|before| before.success.mean()).collect();
    for (version, before) in versions.iter_mut().zip(before) {
        version.success_change =
            version.success.mean().zip(before).map(|(now, before)| now - before);
    }
}
