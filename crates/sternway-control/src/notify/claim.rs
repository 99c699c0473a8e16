//! What is to be told next, and by whom.

use std::{sync::Arc, time::Duration};

use sternway_api::{Told, told};
use sternway_provider::Clock;
use sternway_store::{Limit, StoreError};
use sternway_types::{
    Actor, Applied, Channel, Commit, EventPlace, Generation, Jitter, Lease, Lost, Outbox,
    RecordKind, Revision, Timestamp,
};

use super::ToldChannel;
use crate::{Control, ControlError, Intent};

/// For how long whoever tells a channel keeps others from telling it too.
pub(super) const LEASE: Duration = Duration::from_mins(1);
/// The most events that are taken at once.
const BATCH: usize = 16;
/// How many commits are read for one batch; and after how many without an event for a channel its place is
/// written down, so that they are not read again.
const LOOK: usize = 256;

/// Events that a channel is to be told now, with a lease on it. Whoever drops it leaves the channel alone
/// until the lease ends.
#[derive(Debug)]
#[must_use = "nothing is told until it is sent"]
pub struct Batch {
    pub(super) channel: Channel,
    pub(super) outbox: Outbox,
    pub(super) generation: Generation,
    pub(super) notices: Vec<Told>,
    /// Up to where the channel was told everything, once it was told these.
    pub(super) passed: Option<Revision>,
    pub(super) until: Timestamp,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) jitter: Jitter,
}

/// What is next for a channel.
#[derive(Debug, Default)]
pub(super) struct Next {
    pub(super) notices: Vec<Told>,
    /// Up to where there is nothing else.
    passed: Option<Revision>,
    /// How many commits were read that were about more than what channels were told.
    seen: usize,
    /// Whether something cannot be told any more.
    lost: bool,
}

impl Control {
    /// Takes what channels are to be told now, each with a lease, so that nobody else tells them the
    /// same. What is only tried tells nothing.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read or written. Leases that were taken before end
    /// by themselves.
    pub async fn claim_notices(&self) -> Result<Vec<Batch>, ControlError> {
        let mut batches = Vec::new();
        if self.is_rehearsal() {
            return Ok(batches);
        }
        for told in self.channels().await? {
            batches.extend(self.claim(told).await?);
        }
        Ok(batches)
    }

    async fn claim(&self, told: ToldChannel) -> Result<Option<Batch>, ControlError> {
        let ToldChannel { channel, mut outbox, generation } = told;
        let now = self.now();
        if !outbox.is_due(now) || self.is_being_told(&outbox) {
            return Ok(None);
        }
        let next = self.next_notices(&channel, &mut outbox, BATCH).await?;
        let intent = Intent::by(Actor::sternway());
        if next.notices.is_empty() {
            if let Some(passed) = next.passed.filter(|_| next.lost || next.seen >= LOOK) {
                outbox.passed(passed);
            }
            if next.lost || next.seen >= LOOK {
                self.write_outbox(&outbox, generation, &intent).await?;
            }
            return Ok(None);
        }
        let until = now.saturating_add(LEASE);
        outbox.lease = Some(Lease { owner: self.driver().to_owned(), until });
        let Some((_, generation)) = self.write_outbox(&outbox, generation, &intent).await? else {
            return Ok(None);
        };
        let Next { notices, passed, .. } = next;
        let (clock, jitter) = (Arc::clone(&self.clock), Jitter::from(self.ids.changeset()));
        Ok(Some(Batch { channel, outbox, generation, notices, passed, until, clock, jitter }))
    }

    /// Whether somebody tells the channel now, who may be this control itself.
    fn is_being_told(&self, outbox: &Outbox) -> bool {
        let Some(lease) = &outbox.lease else { return false };
        // A clock that is far ahead of ours keeps nobody out for longer than a lease.
        let until = lease.until.min(self.now().saturating_add(LEASE));
        until > self.now()
    }

    /// The next events that a channel wants, and what of them cannot be told any more.
    pub(super) async fn next_notices(
        &self,
        channel: &Channel,
        outbox: &mut Outbox,
        most: usize,
    ) -> Result<Next, ControlError> {
        if !outbox.again.is_empty() {
            return self.once_more(outbox, most).await;
        }
        let mut next = Next::default();
        let mut after = outbox.next.before();
        let mut read = 0;
        while read < LOOK && next.notices.len() < most {
            let limit = Limit::new(64);
            let page = match self.store.feed(&self.namespace, after, limit).await {
                Err(StoreError::Compacted { oldest, .. }) => {
                    let resumed = Revision::new(oldest.get().saturating_sub(1));
                    outbox.give_up(self.lost_at(outbox.next, resumed));
                    outbox.passed(resumed);
                    (after, next.lost) = (resumed, true);
                    continue;
                }
                page => page?,
            };
            let Some(last) = page.last() else { break };
            (after, read) = (last.revision, read + page.len());
            for commit in &page {
                if !next.take(commit, channel, outbox.next, most) {
                    return Ok(next);
                }
            }
        }
        Ok(next)
    }

    /// What a person wants to be told once more.
    async fn once_more(&self, outbox: &mut Outbox, most: usize) -> Result<Next, ControlError> {
        let mut next = Next::default();
        for place in outbox.again.clone().into_iter().take(most) {
            let commit = match self.commit_at(place.revision).await {
                Err(ControlError::Store(StoreError::Compacted { .. })) => None,
                commit => commit?,
            };
            let index = usize::from(place.index);
            match commit.and_then(|commit| told(&commit).into_iter().nth(index)) {
                Some(notice) => next.notices.push(notice),
                // Those before it are told first, and it comes to its turn.
                None if !next.notices.is_empty() => break,
                None => {
                    outbox.give_up(self.lost_at(place, place.revision));
                    next.lost = true;
                }
            }
        }
        Ok(next)
    }

    fn lost_at(&self, place: EventPlace, last: Revision) -> Lost {
        let problem = format!(
            "r{} to r{last} were let go by a compaction before they were told",
            place.revision
        );
        Lost { place, event: None, at: self.now(), problem }
    }
}

impl Next {
    /// Takes what a channel wants of a commit, and says whether there is room for more.
    fn take(&mut self, commit: &Commit, channel: &Channel, from: EventPlace, most: usize) -> bool {
        self.seen += usize::from(!is_about_telling(commit));
        let wanted = |it: &Told| {
            it.place >= from && channel.wants(it.event(), it.cloud.data.environment.as_ref())
        };
        for notice in told(commit).into_iter().filter(wanted) {
            if self.notices.len() >= most {
                return false;
            }
            self.notices.push(notice);
        }
        self.passed = Some(commit.revision);
        true
    }
}

/// Whether a commit says no more than how far channels were told. Were it counted, channels would keep
/// each other busy.
fn is_about_telling(commit: &Commit) -> bool {
    commit.applied.iter().all(|applied| {
        matches!(applied, Applied::RecordChanged(it) if it.key.kind() == RecordKind::Outbox)
    })
}
