//! Telling a channel something once more, or not at all, or for a test.

use sternway_api::Told;
use sternway_provider::{Delivered, Notice, Notifier};
use sternway_store::StoreError;
use sternway_types::{ChannelId, Lost, Outbox, Revision};

use super::{ToldChannel, send::notice};
use crate::{Control, ControlError, Intent};

/// How often a person's wish is written anew, while somebody tells the channel.
const TRIES: u8 = 16;

/// What is to be told once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    /// What waits, at once; also where the channel wanted nothing any more.
    Waiting,
    /// What was given up.
    Lost,
    /// Everything from this revision on.
    From(Revision),
}

impl Control {
    /// Has a channel told something once more, under the ids that it had. It is told by whoever tells
    /// channels. Answers with the revision, and how many were given up and are told again.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoChannel`] if there is none, and [`ControlError::Store`] if the store cannot be
    /// read or written, or with a refusal if automation wants to go back.
    pub async fn replay_notices(
        &self,
        id: &ChannelId,
        what: Replay,
        intent: &Intent,
    ) -> Result<(ToldChannel, Revision, usize), ControlError> {
        let change = |outbox: &mut Outbox| match what {
            Replay::Waiting => {
                outbox.open();
                Some(0)
            }
            Replay::Lost => Some(outbox.retry_lost()),
            Replay::From(revision) => {
                outbox.rewind(revision);
                Some(0)
            }
        };
        let (told, revision, again) = self.change_outbox(id, change, intent).await?;
        // There is always something to write.
        Ok((told, revision.unwrap_or(Revision::ZERO), again.unwrap_or_default()))
    }

    /// Has a channel go on without what it did not take: that is on the list of what was given up since, from where it
    /// can be told once more. Answers with it and the revision; with neither if nothing is tried again.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoChannel`] if there is none, and [`ControlError::Store`] if the store cannot be read or
    /// written.
    pub async fn skip_notice(
        &self,
        id: &ChannelId,
        intent: &Intent,
    ) -> Result<(ToldChannel, Option<Revision>, Option<Lost>), ControlError> {
        let change = |outbox: &mut Outbox| outbox.skip(&intent.actor, self.now());
        self.change_outbox(id, change, intent).await
    }

    /// Writes what a person wants of a channel, unless that changes nothing.
    async fn change_outbox<T>(
        &self,
        id: &ChannelId,
        change: impl Fn(&mut Outbox) -> Option<T>,
        intent: &Intent,
    ) -> Result<(ToldChannel, Option<Revision>, Option<T>), ControlError> {
        let mut tries = 0;
        loop {
            let ToldChannel { channel, mut outbox, generation } = self.channel(id).await?;
            let Some(changed) = change(&mut outbox) else {
                return Ok((ToldChannel { channel, outbox, generation }, None, None));
            };
            match self.try_write_outbox(&outbox, generation, intent).await {
                Ok(revision) => {
                    let told = ToldChannel { channel, outbox, generation: generation.next() };
                    return Ok((told, Some(revision), Some(changed)));
                }
                // Whoever tells the channel was faster.
                Err(StoreError::Conflict(_)) if tries < TRIES => tries += 1,
                Err(err) => return Err(err.into()),
            }
        }
    }

    /// A test event for a channel, ready to be sent.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoChannel`] if there is none, and [`ControlError::Store`] if the store cannot be
    /// read.
    pub async fn test_notice(
        &self,
        id: &ChannelId,
        intent: &Intent,
    ) -> Result<(ToldChannel, Notice), ControlError> {
        let told = self.channel(id).await?;
        let drawn = self.ids.changeset().to_string();
        let test = Told::test(&self.namespace, &drawn, (&intent.actor, self.now()));
        Ok((told, notice(&test)))
    }

    /// Sends a test event to a channel, and says what was answered. Nothing is written.
    ///
    /// # Errors
    ///
    /// [`ControlError::Notify`] if it was not taken, and as [`Control::test_notice`].
    pub async fn test_channel(
        &self,
        id: &ChannelId,
        notifier: &dyn Notifier,
        intent: &Intent,
    ) -> Result<Delivered, ControlError> {
        let (told, notice) = self.test_notice(id, intent).await?;
        Ok(notifier.deliver(&told.channel, &notice, self.now()).await?)
    }
}
