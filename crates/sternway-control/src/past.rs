//! What was live of an artifact in an environment, as far as its newest moves tell.

use std::collections::HashSet;

use sternway_policy::Baseline;
use sternway_store::Limit;
use sternway_types::{
    ArtifactId, Digest, EnvironmentId, Generation, MoveCause, PointerMove, PointerName, Subject,
    Tally, Timestamp, Version, VersionNumber,
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

/// A stay of a version. However often shares changed during it, it is one.
pub(crate) struct PastStay {
    pub(crate) version: VersionNumber,
    /// Under which outcomes of it came, newest first: its own, and one for each change of shares.
    generations: Vec<Generation>,
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
    pub(crate) fn of(
        &self,
        version: VersionNumber,
        most: usize,
    ) -> impl Iterator<Item = &PastStay> {
        self.stays.iter().filter(move |stay| stay.version == version).take(most)
    }

    /// The stays that moves of a pointer began, both newest first. Of the oldest one nothing is known from before
    /// the oldest move.
    fn read(moves: Vec<PointerMove>) -> Vec<PastStay> {
        let mut stays: Vec<PastStay> = Vec::new();
        // Each stay ended when the next one began.
        let (mut until, mut rolled_back, mut undone) = (None, false, false);
        // Whether the move that was read last changed shares only, so that the stay began earlier.
        let mut goes_on = false;
        for PointerMove { to, generation, at, cause, .. } in moves {
            match stays.last_mut().filter(|_| goes_on) {
                Some(stay) => {
                    stay.generations.push(generation);
                    stay.since = at;
                }
                None => stays.extend(to.map(|version| PastStay {
                    version,
                    generations: vec![generation],
                    since: at,
                    until,
                    rolled_back,
                    undone,
                })),
            }
            goes_on = matches!(cause, MoveCause::Shifted(_));
            until = Some(at);
            rolled_back = matches!(cause, MoveCause::RolledBack(_));
            undone = takes_back(&cause, undone);
        }
        stays
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
        Ok(Past { stays: Past::read(moves), older_left_out })
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
                tallies.extend(self.tallies_of(&live.artifact, environment, stay).await?);
            }
            good.push(Good { version: stay.version, tallies });
        }
        Ok(good)
    }

    /// How the runs of a stay went, a tally for each share that there was beside it.
    pub(crate) async fn tallies_of(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        stay: &PastStay,
    ) -> Result<Vec<Tally>, ControlError> {
        let mut found = Vec::new();
        for generation in &stay.generations {
            let subject = Subject {
                artifact: artifact.clone(),
                environment: environment.clone(),
                version: stay.version,
                generation: *generation,
            };
            let tallies = self.store.tallies(&self.namespace, &subject).await?;
            found.extend(tallies.map(|tallies| tallies.tally));
        }
        Ok(found)
    }
}
