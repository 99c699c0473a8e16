//! What was live of an artifact in an environment, as far as its newest moves tell.

use std::collections::HashSet;

use sternway_policy::Baseline;
use sternway_store::Limit;
use sternway_types::{
    ArtifactId, Digest, EnvironmentId, Generation, MoveCause, PointerName, Subject, Tally,
    Timestamp, Version, VersionNumber,
};

use crate::{Control, ControlError, stays::takes_back};

/// Of how many of its newest stays the outcomes of a version count.
const MAX_STAYS: usize = 8;

/// The newest stays of versions, the one that lasts first.
pub(crate) struct Past {
    pub(crate) stays: Vec<PastStay>,
    /// Whether there are older ones that were not read.
    pub(crate) older_left_out: bool,
}

/// A stay of a version.
#[derive(Clone, Copy)]
pub(crate) struct PastStay {
    pub(crate) version: VersionNumber,
    pub(crate) generation: Generation,
    pub(crate) since: Timestamp,
    /// When it ended; nothing while it lasts.
    pub(crate) until: Option<Timestamp>,
    /// Whether a rollback ended it.
    pub(crate) rolled_back: bool,
    /// Whether somebody undid what had begun it, or restored what was before.
    pub(crate) undone: bool,
}

/// A good version, and how the runs of its newest stays went.
pub(crate) struct Good {
    version: VersionNumber,
    tallies: Vec<Tally>,
}

impl Good {
    pub(crate) fn as_baseline(&self) -> Baseline<'_> {
        Baseline { version: self.version, tallies: &self.tallies, frozen: None }
    }
}

impl Past {
    /// The newest stays of a version, so many at the most.
    pub(crate) fn of(&self, version: VersionNumber, most: usize) -> Vec<PastStay> {
        let stays = self.stays.iter().filter(|stay| stay.version == version);
        stays.take(most).copied().collect()
    }
}

impl Control {
    /// The newest stays: one page of moves.
    pub(crate) async fn past(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Past, ControlError> {
        let name = PointerName::Environment(environment.clone());
        let moves = self.store.moves(&self.namespace, artifact, &name, None, Limit::MAX).await?;
        let older_left_out = moves.len() == Limit::MAX.get();
        let mut stays = Vec::new();
        // Each stay ended when the next one began.
        let (mut until, mut rolled_back, mut undone) = (None, false, false);
        for moved in moves {
            let stay = moved.to.map(|version| PastStay {
                version,
                generation: moved.generation,
                since: moved.at,
                until,
                rolled_back,
                undone,
            });
            stays.extend(stay);
            until = Some(moved.at);
            rolled_back = matches!(moved.cause, MoveCause::RolledBack(_));
            undone = takes_back(&moved.cause, undone);
        }
        Ok(Past { stays, older_left_out })
    }

    /// The good versions before what is live, the last one first, so many at the most: those that a
    /// rollback could go back to.
    pub(crate) async fn good_before(
        &self,
        live: &Version,
        environment: &EnvironmentId,
        past: &Past,
        condemned: &HashSet<Digest>,
        most: usize,
    ) -> Result<Vec<Good>, ControlError> {
        let mut seen = HashSet::from([live.number]);
        let mut good = Vec::new();
        for stay in past.stays.iter().skip(1).filter(|stay| !stay.undone) {
            if good.len() == most {
                break;
            }
            if !seen.insert(stay.version) {
                continue;
            }
            let version = self.version(&live.artifact, stay.version).await?;
            let digest = version.content.digest;
            if digest == live.content.digest || condemned.contains(&digest) {
                continue;
            }
            let mut tallies = Vec::new();
            for stay in past.of(stay.version, MAX_STAYS) {
                tallies.extend(self.tally_of(&live.artifact, environment, stay).await?);
            }
            good.push(Good { version: stay.version, tallies });
        }
        Ok(good)
    }

    /// How the runs of a stay went.
    pub(crate) async fn tally_of(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        stay: PastStay,
    ) -> Result<Option<Tally>, ControlError> {
        let subject = Subject {
            artifact: artifact.clone(),
            environment: environment.clone(),
            version: stay.version,
            generation: stay.generation,
        };
        let tallies = self.store.tallies(&self.namespace, &subject).await?;
        Ok(tallies.map(|tallies| tallies.tally))
    }
}
