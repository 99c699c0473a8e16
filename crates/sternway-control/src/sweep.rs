//! Sweep: judge what was appended and never judged, and close what nobody reported.
//!
//! A process that appends outcomes judges them; when it dies in between, they wait here. The store
//! knows which subjects have such outcomes, so that a sweep costs nothing when there are none.

use sternway_store::Limit;
use sternway_types::Subject;

use crate::{Control, ControlError, record::Judged};

/// What a sweep judged, and what it could not.
#[derive(Clone, Debug, Default)]
#[must_use = "a sweep may have rolled versions back, or have been unable to judge"]
pub struct Swept {
    /// Every subject that was judged.
    pub judged: Vec<Judged>,
    /// How many runs were open beyond their deadline: each of them failed.
    pub missed: u64,
    /// Every subject that could not be, and why. The next sweep tries again.
    pub failed: Vec<(Subject, ControlError)>,
}

impl Control {
    /// Judges every outcome that nobody judged, records of every run whose deadline is over that it failed, and
    /// takes back what regressed. A subject that cannot be judged, or counted, such as since its outcomes are
    /// damaged, keeps no other from being so.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot tell which subjects those are; what was judged
    /// before stays judged.
    pub async fn sweep(&self) -> Result<Swept, ControlError> {
        let mut swept = Swept::default();
        let mut after = None;
        loop {
            let page = self.store.unjudged(&self.namespace, after.as_ref(), Limit::MAX).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.clone());
            for subject in page {
                match self.sweep_one(&subject).await {
                    Ok(judged) => swept.judged.extend(judged),
                    Err(err) => swept.failed.push((subject, err)),
                }
            }
        }
        self.close_due(&mut swept).await?;
        Ok(swept)
    }

    /// Judges what is left of one subject's outcomes.
    pub(crate) async fn sweep_one(
        &self,
        subject: &Subject,
    ) -> Result<Option<Judged>, ControlError> {
        let Some(mut tallies) = self.store.tallies(&self.namespace, subject).await? else {
            return Ok(None);
        };
        // What this process judged counts, also where the store has not noted it yet.
        if let Some(mark) = self.mark_of(subject)
            && mark.total() > tallies.judged.total()
        {
            tallies.judged = mark;
        }
        if tallies.judged.total() >= tallies.tally.total() {
            return Ok(None);
        }
        // Boxed, or who sweeps holds all that judging may need.
        Box::pin(self.judge_rest(subject.clone(), tallies)).await.map(Some)
    }
}
