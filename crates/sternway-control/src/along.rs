//! What rules go on from that follow the order of a log: found where it was left, or made again from the log.

use sternway_policy::Judge;
use sternway_store::{Limit, Tallies};
use sternway_types::{Subject, Tally};

use crate::{Control, ControlError};

impl Control {
    /// A tally with all that the rules of a judge go on from, as of where it stands. Reads the log from its
    /// beginning if they have nothing there: they were set later, or came from elsewhere.
    pub(crate) async fn brought_along(
        &self,
        judge: &Judge<'_>,
        subject: &Subject,
        tally: Tally,
    ) -> Result<Tally, ControlError> {
        if !judge.is_behind(&tally) {
            return Ok(tally);
        }
        self.read_along(judge, subject, Tally::default(), tally.total()).await
    }

    /// What a subject's outcomes add up to, with all that the rules of a judge go on from.
    pub(crate) async fn whole_tally(
        &self,
        judge: &Judge<'_>,
        subject: &Subject,
        tallies: Tallies,
    ) -> Result<Tally, ControlError> {
        let Tallies { mut tally, judged } = tallies;
        if judge.follows_the_order() {
            let judged = self.brought_along(judge, subject, judged).await?;
            let end = tally.total();
            let read = self.read_along(judge, subject, judged, end).await?;
            *tally.carried_mut() = read.carried().to_vec();
        }
        Ok(tally)
    }

    /// Goes on along a log, up to so many outcomes.
    async fn read_along(
        &self,
        judge: &Judge<'_>,
        subject: &Subject,
        mut tally: Tally,
        end: u64,
    ) -> Result<Tally, ControlError> {
        while tally.total() < end {
            let (ns, place) = (&self.namespace, tally.total());
            let page = self.store.outcomes(ns, subject, place, Limit::MAX).await?;
            if page.is_empty() {
                break;
            }
            let left = usize::try_from(end - place).unwrap_or(usize::MAX);
            for outcome in page.iter().take(left) {
                tally.add(outcome);
                judge.take_along(&mut tally, outcome);
            }
        }
        Ok(tally)
    }
}
