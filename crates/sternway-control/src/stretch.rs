//! Which stretch of a stay outcomes belong to: each change of shares beside what is live begins another one.

use sternway_types::{Generation, Policy, Subject};

use crate::{Control, ControlError};

impl Control {
    /// A policy as it judges a subject: with what is left of its error rates for that stretch of the stay.
    pub(crate) async fn in_stretch(
        &self,
        policy: Option<&Policy>,
        subject: &Subject,
    ) -> Result<Option<Policy>, ControlError> {
        let Some(policy) = policy else { return Ok(None) };
        Ok(Some(policy.clone().in_stretch(self.stretch(subject).await?)))
    }

    /// Which stretch of its stay a subject is, counted from 1. It is the first of what runs beside what is live.
    pub(crate) async fn stretch(&self, subject: &Subject) -> Result<u32, ControlError> {
        // Shares change only beside what went live before.
        if subject.generation <= Generation::new(1) {
            return Ok(1);
        }
        if let Some(known) = self.stretches.of(subject) {
            return Ok(known);
        }
        let mut stretch = 0;
        let mut stays = self.stays(&subject.artifact, &subject.environment);
        while let Some(stay) = stays.next().await? {
            if stay.generation > subject.generation {
                continue;
            }
            if stay.version != subject.version {
                break;
            }
            stretch += 1;
            if !stay.goes_on {
                break;
            }
        }
        let stretch = stretch.max(1);
        if !self.is_rehearsal() {
            self.stretches.remember(subject, stretch);
        }
        Ok(stretch)
    }
}
