//! What a version is compared with: the last known good version, and how its runs went.

use sternway_policy::Baseline;
use sternway_types::{Policy, Subject, Tally, VersionNumber};

use crate::{Control, ControlError};

/// Of how many of the baseline's newest stays the outcomes count.
const MAX_STAYS: usize = 8;

/// The last known good version, and what its outcomes add up to, stay by stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownGood {
    version: VersionNumber,
    tallies: Vec<Tally>,
}

impl KnownGood {
    pub(crate) fn as_baseline(&self) -> Baseline<'_> {
        Baseline { version: self.version, tallies: &self.tallies }
    }
}

impl Control {
    /// What a subject is to be compared with: the version that a rollback would go back to. Nothing
    /// is read where no rule of the policy compares.
    pub(crate) async fn baseline(
        &self,
        policy: &Policy,
        subject: &Subject,
    ) -> Result<Option<KnownGood>, ControlError> {
        if !policy.needs_baseline() {
            return Ok(None);
        }
        let (artifact, environment) = (&subject.artifact, &subject.environment);
        let Some(good) = self.last_good_stays(subject, MAX_STAYS).await? else { return Ok(None) };
        let mut tallies = Vec::new();
        for generation in good.generations {
            let stay = Subject {
                artifact: artifact.clone(),
                environment: environment.clone(),
                version: good.version,
                generation,
            };
            let found = self.store.tallies(&self.namespace, &stay).await?;
            tallies.extend(found.map(|tallies| tallies.tally));
        }
        Ok(Some(KnownGood { version: good.version, tallies }))
    }
}
