//! Sweep: judge what was appended and never judged.
//!
//! A process that appends outcomes judges them; when it dies in between, they wait here. The store
//! knows which subjects have such outcomes, so that a sweep costs nothing when there are none.

use sternway_store::Limit;

use crate::{Control, ControlError, record::Judged};

impl Control {
    /// Judges every outcome that nobody judged, and takes back what regressed.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read or a rollback cannot be written; what
    /// was judged before stays judged.
    pub async fn sweep(&self) -> Result<Vec<Judged>, ControlError> {
        let mut swept = Vec::new();
        let mut after = None;
        loop {
            let page = self.store.unjudged(&self.namespace, after.as_ref(), Limit::MAX).await?;
            let Some(last) = page.last() else { return Ok(swept) };
            after = Some(last.clone());
            for subject in page {
                let tallies = self.store.tallies(&self.namespace, &subject).await?;
                if let Some(tallies) = tallies {
                    swept.push(self.judge_rest(subject, tallies).await?);
                }
            }
        }
    }
}
