//! Telling channels, without the store; and writing down how far that came.

use std::{future::poll_fn, pin::Pin, task::Poll};

use sternway_api::Told;
use sternway_provider::{LONGEST_DELIVERY, Notice, Notifier, NotifyError};
use sternway_types::{
    Actor, Attempt, ChannelId, Closed, Event, EventPlace, Failed, Generation, Lost, Outbox,
    Timestamp,
};

use super::Batch;
use crate::{Control, ControlError, Intent};

/// What became of a batch.
#[derive(Debug)]
#[must_use = "what was told is told again unless it is settled"]
pub struct Sent {
    outbox: Outbox,
    generation: Generation,
    told: u64,
}

/// What a channel was told just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notified {
    /// Which channel.
    pub channel: ChannelId,
    /// How many events it took.
    pub told: u64,
    /// The tries of the next one, if it did not take that.
    pub attempt: Option<Attempt>,
    /// Why it is told nothing any more, if so.
    pub closed: Option<Closed>,
}

impl Batch {
    /// Whom it is for.
    #[must_use]
    pub const fn channel(&self) -> &ChannelId {
        self.channel.id()
    }

    /// Tells the channel one event after the other, until one is not taken or the lease comes to its end.
    pub async fn send(mut self, notifier: &dyn Notifier) -> Sent {
        let before = self.outbox.told;
        let mut all = true;
        for told in std::mem::take(&mut self.notices) {
            let now = self.clock.now();
            let out_of_time = now.saturating_add(LONGEST_DELIVERY) > self.until;
            if out_of_time || !self.tell(&told, notifier).await {
                all = false;
                break;
            }
        }
        if let Some(passed) = self.passed.filter(|_| all) {
            self.outbox.passed(passed);
        }
        let told = self.outbox.told.saturating_sub(before);
        Sent { outbox: self.outbox, generation: self.generation, told }
    }

    /// Tells it one event, and says whether the next may be told.
    async fn tell(&mut self, told: &Told, notifier: &dyn Notifier) -> bool {
        let what = (told.place, told.event());
        let answer = notifier.deliver(&self.channel, &notice(told), self.clock.now()).await;
        let now = self.clock.now();
        match answer {
            Ok(delivered) => self.outbox.took(what, &delivered.answer, now),
            Err(NotifyError::Gone { problem }) => self.outbox.close(&problem, now),
            Err(NotifyError::Failed { problem, rest }) => {
                self.was_not_taken(what, Failed { problem, rest }, now);
            }
            Err(err) => {
                let why = Failed { problem: err.to_string(), rest: None };
                self.was_not_taken(what, why, now);
            }
        }
        self.outbox.is_due(now)
    }

    /// It is tried again, unless the channel wants to wait no longer.
    fn was_not_taken(&mut self, what: (EventPlace, Event), why: Failed, now: Timestamp) {
        let (place, event) = what;
        let patience = self.channel.parts().give_up_after;
        if patience.is_some_and(|patience| self.outbox.is_tried_for(place, patience)) {
            let problem = why.problem;
            return self.outbox.give_up(Lost { place, event: Some(event), at: now, problem });
        }
        self.outbox.failed(what, &why, self.jitter, now);
    }
}

/// An event as a notifier gets it.
pub(super) fn notice(told: &Told) -> Notice {
    Notice {
        id: told.cloud.id.clone(),
        event: told.event(),
        summary: told.cloud.data.summary.clone(),
        // It can always be written.
        body: serde_json::to_string(&told.cloud).unwrap_or_default(),
    }
}

impl Control {
    /// Writes down how far a channel was told; nothing if somebody else wrote first: a person who wants
    /// something told again, or one who took over from a sender that seemed dead.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot write. What was told is told again.
    pub async fn settle_notices(&self, sent: &Sent) -> Result<Option<Notified>, ControlError> {
        let outbox = Outbox { lease: None, ..sent.outbox.clone() };
        let intent = Intent::by(Actor::sternway());
        let written = self.write_outbox(&outbox, sent.generation, &intent).await?;
        let told = sent.told;
        let Outbox { channel, attempt, closed, .. } = outbox;
        Ok(written.map(|_| Notified { channel, told, attempt, closed }))
    }

    /// Tells every channel what is due: one batch each, all of them at the same time, while this process
    /// has the store.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read or written.
    pub async fn notify(&self, notifier: &dyn Notifier) -> Result<Vec<Notified>, ControlError> {
        let batches = self.claim_notices().await?;
        let mut notified = Vec::new();
        for sent in send_all(batches, notifier).await {
            notified.extend(self.settle_notices(&sent).await?);
        }
        Ok(notified)
    }
}

/// Sends all of them at the same time, so that none waits for another.
pub async fn send_all(batches: Vec<Batch>, notifier: &dyn Notifier) -> Vec<Sent> {
    type Sending<'a> = Pin<Box<dyn Future<Output = Sent> + Send + 'a>>;
    let sending = batches.into_iter().map(|batch| Box::pin(batch.send(notifier)) as Sending<'_>);
    let (mut sending, mut sent): (Vec<_>, _) = (sending.collect(), Vec::new());
    poll_fn(|context| {
        sending.retain_mut(|one| match one.as_mut().poll(context) {
            Poll::Ready(done) => {
                sent.push(done);
                false
            }
            Poll::Pending => true,
        });
        if sending.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    sent
}
