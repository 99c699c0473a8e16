//! What a candidate was taken back by is what its log says, and what was noted with the failure that decided: whoever
//! judged it, and however late.

use sternway::{
    store::{Limit, Noted},
    types::{
        Against, At, Beside, Latch, LatchAction, Outcome, Record, RecordKind, Subject, Tally,
        VersionNumber,
    },
};

use super::{play::Play, stage::now};
use crate::sim::Failure;

impl Play<'_> {
    /// Compares every verdict on a candidate with what the logs add up to.
    pub(super) fn verdicts_follow_from_the_logs(&mut self) -> Result<(), Failure> {
        let (ns, limit) = (self.sound.namespace(), Limit::MAX);
        let latches = self.sound.store().records(ns, RecordKind::Latch, "", At::Head, None, limit);
        let latches = now(latches).map_err(Failure::store("reading verdicts"))?;
        let latches = latches.into_iter().filter_map(|it| it.record).filter_map(Record::into_latch);
        for latch in latches {
            let withdrawn = matches!(latch.action, LatchAction::Withdrawn { .. });
            let test = latch.regression.evidence.test.as_ref().filter(|_| withdrawn);
            if let Some(Against::Beside { version, shares }) = test.map(|test| &test.against) {
                self.agrees_with_the_logs(&latch, *version, shares)?;
                self.course.verdicts += 1;
            }
        }
        Ok(())
    }

    fn agrees_with_the_logs(
        &self,
        latch: &Latch,
        live: VersionNumber,
        shares: &[Beside],
    ) -> Result<(), Failure> {
        let subject = Subject {
            artifact: latch.artifact.clone(),
            environment: latch.environment.clone(),
            version: latch.version,
            generation: latch.generation,
        };
        let broken = |words: String| Failure::Broken(format!("the verdict on {subject} {words}"));
        let present = shares.last().ok_or_else(|| broken("says nothing".into()))?;
        let place = present.succeeded + present.failed;
        let log = self.log(&subject)?;
        let own = prefix(&log, place);
        let decides = usize::try_from(place).ok().and_then(|place| log.get(place.checked_sub(1)?));
        if (own.succeeded, own.failed) != (present.succeeded, present.failed)
            || !decides.is_some_and(Outcome::is_failure)
        {
            return Err(broken(format!("is on {present:?}, and the log adds up to {own:?}")));
        }
        let noted = now(self.sound.store().noted(
            self.sound.namespace(),
            &subject,
            place - 1,
            Limit::new(1),
        ));
        let noted = noted.map_err(Failure::store("reading what was noted"))?;
        let noted = noted.first().filter(|it| it.place == place);
        let noted =
            noted.ok_or_else(|| broken("is on a failure with which nothing was noted".into()))?;
        let stood = self.stood(&subject, live, noted)?;
        let said: Vec<_> = shares.iter().map(counts).collect();
        let (now, before) = stood.split_last().ok_or_else(|| broken("has no shares".into()))?;
        let now = [own.succeeded, own.failed, now[2], now[3]];
        let stood: Vec<_> = before.iter().copied().chain([now]).collect();
        if said != stood {
            return Err(broken(format!("is on {said:?}, and it stood {stood:?}")));
        }
        Ok(())
    }

    /// What both versions had done by what was noted, share by share.
    fn stood(
        &self,
        subject: &Subject,
        live: VersionNumber,
        noted: &Noted,
    ) -> Result<Vec<[u64; 4]>, Failure> {
        let mut stood = Vec::new();
        let mut own = [0; 2];
        for other in &noted.others {
            let (version, generation) = (other.version, other.generation);
            let log = self.log(&Subject { version, generation, ..subject.clone() })?;
            let Tally { succeeded, failed, .. } = prefix(&log, other.total);
            // The candidate's own log of a share stands before that of the version beside it.
            if version == live {
                stood.push([own[0], own[1], succeeded, failed]);
                own = [0; 2];
            } else {
                own = [succeeded, failed];
            }
        }
        Ok(stood)
    }

    fn log(&self, subject: &Subject) -> Result<Vec<Outcome>, Failure> {
        let log = now(self.sound.store().outcomes(self.sound.namespace(), subject, 0, Limit::MAX));
        log.map_err(Failure::store("reading a log"))
    }
}

const fn counts(share: &Beside) -> [u64; 4] {
    let Beside { succeeded, failed, baseline_succeeded, baseline_failed, .. } = *share;
    [succeeded, failed, baseline_succeeded, baseline_failed]
}

fn prefix(log: &[Outcome], total: u64) -> Tally {
    let mut tally = Tally::default();
    log.iter().take(usize::try_from(total).unwrap_or(usize::MAX)).for_each(|it| tally.add(it));
    tally
}
