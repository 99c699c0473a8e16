//! Notify: channels are told what happens, at least once, in order, whatever dies in between.
//!
//! The feed is the outbox: what there is to tell follows from its commits alone, and of each channel the
//! store knows a place in it. Whoever tells takes the next events with a lease
//! ([`Control::claim_notices`]), sends them without the store ([`Batch::send`]), and writes down how far
//! that came ([`Control::settle_notices`]). Who dies in between has told something that is told once more, under
//! the same id. A channel that does not answer waits for itself, and keeps up neither another one nor
//! anything else: nobody waits for a notifier.

mod claim;
mod replay;
mod send;

use sternway_api::Told;
use sternway_provider::Notifier;
use sternway_store::{Refusal, StoreError};
use sternway_types::{
    At, Change, Channel, ChannelId, Generation, Outbox, Precondition, Record, RecordKey,
    RecordKind, Revision,
};

pub use self::{
    claim::Batch,
    replay::Replay,
    send::{Notified, Sent, send_all},
};
use crate::{Control, ControlError, Intent};

/// A channel as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldChannel {
    /// The channel.
    pub channel: Channel,
    /// How far it was told.
    pub outbox: Outbox,
    /// How often that was written: the optimistic lock.
    pub generation: Generation,
}

/// What to do about a channel that is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IfThere {
    /// Leave it as it is.
    #[default]
    Refuse,
    /// Change it. It goes on where it was.
    Replace,
}

impl Control {
    /// Adds a channel, which is told what happens from now on; or changes one. A notifier says whether it
    /// could be told.
    ///
    /// # Errors
    ///
    /// [`ControlError::Notify`] if it could not, [`ControlError::ChannelExists`] if it is there and is to
    /// stay, and [`ControlError::Store`] with a refusal if its environment does not exist, or if the
    /// store cannot write.
    pub async fn add_channel(
        &self,
        channel: Channel,
        if_there: IfThere,
        notifier: &dyn Notifier,
        intent: &Intent,
    ) -> Result<Revision, ControlError> {
        notifier.check(&channel)?;
        let id = channel.id().clone();
        let key = RecordKey::channel(&id);
        let entry = self.store.record(&self.namespace, &key, At::Head).await?;
        let is_there = entry.as_ref().is_some_and(|entry| entry.record.is_some());
        if is_there && if_there == IfThere::Refuse {
            return Err(ControlError::ChannelExists(id));
        }
        let generation = entry.map_or(Generation::ZERO, |entry| entry.generation);
        let record = Record::Channel(Box::new(channel));
        let mut changeset = self
            .changeset(intent)
            .when(Precondition::RecordAt { key, generation })
            .then(Change::PutRecord(Box::new(record)));
        if !is_there {
            let head = self.store.head(&self.namespace, At::Head).await?;
            let head = head.map_or(Revision::ZERO, |head| head.revision);
            changeset = changeset.then(put(Outbox::after(id, head)));
        }
        Ok(self.commit(&changeset).await?.revision)
    }

    /// Takes a channel away. What it was not told yet, it is never told.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoChannel`] if there is none, and [`ControlError::Store`] if the store cannot be
    /// read or written.
    pub async fn remove_channel(
        &self,
        id: &ChannelId,
        intent: &Intent,
    ) -> Result<(Channel, Revision), ControlError> {
        let ToldChannel { channel, generation, .. } = self.channel(id).await?;
        let mut changeset = self.changeset(intent);
        if generation > Generation::ZERO {
            changeset = changeset.then(Change::DeleteRecord(RecordKey::outbox(id)));
        }
        let changeset = changeset.then(Change::DeleteRecord(RecordKey::channel(id)));
        Ok((channel, self.commit(&changeset).await?.revision))
    }

    /// Every channel, in the order of their names.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn channels(&self) -> Result<Vec<ToldChannel>, ControlError> {
        let channels = self.all_records(RecordKind::Channel, Record::into_channel, "").await?;
        let mut told = Vec::with_capacity(channels.len());
        for channel in channels {
            told.push(self.with_outbox(*channel).await?);
        }
        Ok(told)
    }

    /// One channel.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoChannel`] if there is none, and [`ControlError::Store`] if the store cannot be
    /// read.
    pub async fn channel(&self, id: &ChannelId) -> Result<ToldChannel, ControlError> {
        let channel = self.record_at(&RecordKey::channel(id), Record::into_channel).await?;
        let channel = channel.ok_or_else(|| ControlError::NoChannel(id.clone()))?;
        self.with_outbox(*channel).await
    }

    /// What a channel waits to be told, the next first: of so many at most, and of the next 256 commits.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn waiting(
        &self,
        told: &ToldChannel,
        most: usize,
    ) -> Result<Vec<Told>, ControlError> {
        let mut outbox = told.outbox.clone();
        Ok(self.next_notices(&told.channel, &mut outbox, most).await?.notices)
    }

    async fn with_outbox(&self, channel: Channel) -> Result<ToldChannel, ControlError> {
        let key = RecordKey::outbox(channel.id());
        let entry = self.store.record(&self.namespace, &key, At::Head).await?;
        let generation = entry.as_ref().map_or(Generation::ZERO, |entry| entry.generation);
        let outbox = entry.and_then(|entry| entry.record).and_then(Record::into_outbox);
        // A channel that was written without a place begins where the feed ends.
        let outbox = match outbox {
            Some(outbox) => *outbox,
            None => {
                let head = self.store.head(&self.namespace, At::Head).await?;
                let head = head.map_or(Revision::ZERO, |head| head.revision);
                Outbox::after(channel.id().clone(), head)
            }
        };
        Ok(ToldChannel { channel, outbox, generation })
    }

    /// Writes how far a channel was told, unless somebody else did since; answers whether it was written.
    async fn write_outbox(
        &self,
        outbox: &Outbox,
        generation: Generation,
        intent: &Intent,
    ) -> Result<Option<(Revision, Generation)>, ControlError> {
        match self.try_write_outbox(outbox, generation, intent).await {
            Ok(revision) => Ok(Some((revision, generation.next()))),
            Err(err) if is_overtaken(&err) => Ok(None),
            Err(err) => Err(err.into()),
        }
    }

    async fn try_write_outbox(
        &self,
        outbox: &Outbox,
        generation: Generation,
        intent: &Intent,
    ) -> Result<Revision, StoreError> {
        let key = RecordKey::outbox(&outbox.channel);
        let changeset = self
            .changeset(intent)
            .when(Precondition::RecordAt { key, generation })
            .then(put(outbox.clone()));
        Ok(self.commit(&changeset).await?.revision)
    }
}

fn put(outbox: Outbox) -> Change {
    Change::PutRecord(Box::new(Record::Outbox(Box::new(outbox))))
}

/// Whether somebody else wrote first, or took the channel away.
fn is_overtaken(err: &StoreError) -> bool {
    let is_gone = |why: &Refusal| matches!(why, Refusal::NoChannel(_));
    matches!(err, StoreError::Conflict(_))
        || matches!(err, StoreError::Refused(why) if is_gone(why))
}
