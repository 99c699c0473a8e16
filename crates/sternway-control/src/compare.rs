//! Compare: what was measured of versions, side by side.

use std::{collections::BTreeMap, time::Duration};

use sternway_policy::compare::{Comparison, Options, Side, Value, compare, measured};
use sternway_types::{
    ArtifactId, EnvironmentId, Finding, Generation, Metric, Ratio, Subject, Tally, VersionNumber,
};

use crate::{Control, ControlError};

/// Of how many of its newest stays the outcomes of a version count.
const MAX_STAYS: usize = 64;
/// How many stays of all versions are looked through for them.
const MAX_LOOKED_AT: usize = 1_000;

/// What is known of one version in an environment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measurements {
    /// What the outcomes of its stays add up to, the newest stay first, and last of those that ran
    /// without its being live.
    pub tallies: Vec<Tally>,
    /// How it was rated, by metric.
    pub ratings: BTreeMap<String, Ratio>,
    /// Whether older stays were left out: there are more than 64, or they lie further back than
    /// 1,000 stays of any version.
    pub older_left_out: bool,
}

impl Measurements {
    /// As a side of a comparison.
    #[must_use]
    pub fn side(&self) -> Side<'_> {
        Side { tallies: &self.tallies, ratings: &self.ratings }
    }

    /// The metrics, over all of it or a window that reaches back from the newest outcome.
    #[must_use]
    pub fn metrics(&self, window: Option<Duration>) -> BTreeMap<Metric, Value> {
        measured(self.side(), window)
    }

    /// How many runs there are, how many of them succeeded and failed, and of how many nobody knows
    /// how they ended.
    #[must_use]
    pub fn runs(&self) -> [u64; 4] {
        self.tallies.iter().fold([0; 4], |[total, succeeded, failed, unknown], tally| {
            [
                total + tally.total(),
                succeeded + tally.succeeded,
                failed + tally.failed,
                unknown + tally.unknown,
            ]
        })
    }

    /// How many measurements are in no metric: there are more scores than are kept, or numbers are
    /// too large.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.tallies.iter().map(|tally| tally.measurements().left_out).sum()
    }
}

/// Two versions side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// What is known of the first.
    pub from: Measurements,
    /// What is known of the second.
    pub to: Measurements,
    /// Metric by metric.
    pub metrics: Vec<Comparison>,
}

impl Control {
    /// Compares two versions of an artifact by what was measured of them in an environment.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoVersion`] if there is no such version, and [`ControlError::Store`] if the
    /// store cannot be read.
    pub async fn compare(
        &self,
        artifact: &ArtifactId,
        [from, to]: [VersionNumber; 2],
        environment: &EnvironmentId,
        options: &Options,
    ) -> Result<Compared, ControlError> {
        let from = self.measurements(artifact, from, environment).await?;
        let to = self.measurements(artifact, to, environment).await?;
        let metrics = compare(from.side(), to.side(), options);
        Ok(Compared { from, to, metrics })
    }

    /// What is known of a version in an environment: what the outcomes of its stays add up to, and
    /// how it was rated.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoVersion`] if there is no such version, and [`ControlError::Store`] if the
    /// store cannot be read.
    pub async fn measurements(
        &self,
        artifact: &ArtifactId,
        version: VersionNumber,
        environment: &EnvironmentId,
    ) -> Result<Measurements, ControlError> {
        self.version(artifact, version).await?;
        let mut known = Measurements::default();
        let mut generations = Vec::new();
        let mut stays = self.stays(artifact, environment);
        let mut looked_at = 0;
        while let Some(stay) = stays.next().await? {
            looked_at += 1;
            if generations.len() == MAX_STAYS || looked_at > MAX_LOOKED_AT {
                known.older_left_out = true;
                break;
            }
            if stay.version == version {
                generations.push(stay.generation);
            }
        }
        // It may also have run without being live.
        generations.push(Generation::ZERO);
        for generation in generations {
            let subject = Subject {
                artifact: artifact.clone(),
                environment: environment.clone(),
                version,
                generation,
            };
            let found = self.store.tallies(&self.namespace, &subject).await?;
            known.tallies.extend(found.map(|tallies| tallies.tally));
        }
        known.ratings = self.ratings(artifact, version).await?;
        Ok(known)
    }

    /// The ratings of a version, by the metric that each is: that of `security` is
    /// `security_rating`.
    async fn ratings(
        &self,
        artifact: &ArtifactId,
        version: VersionNumber,
    ) -> Result<BTreeMap<String, Ratio>, ControlError> {
        let attested = self.attestations(artifact, version).await?.into_iter();
        let ratings = attested.filter_map(|attestation| {
            let name = attestation.name.as_str();
            let Finding::Rating(rating) = attestation.finding else { return None };
            let named = name == "rating" || name.ends_with("_rating");
            Some((if named { name.to_owned() } else { format!("{name}_rating") }, rating))
        });
        Ok(ratings.collect())
    }
}
