//! Telling a channel something once more, or for a test.

use sternway_api::Told;
use sternway_provider::{Delivered, Notice, Notifier};
use sternway_store::StoreError;
use sternway_types::{ChannelId, Revision};

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
        let mut tries = 0;
        loop {
            let ToldChannel { channel, mut outbox, generation } = self.channel(id).await?;
            let again = match what {
                Replay::Waiting => {
                    outbox.open();
                    0
                }
                Replay::Lost => outbox.retry_lost(),
                Replay::From(revision) => {
                    outbox.rewind(revision);
                    0
                }
            };
            match self.try_write_outbox(&outbox, generation, intent).await {
                Ok(revision) => {
                    let generation = generation.next();
                    return Ok((ToldChannel { channel, outbox, generation }, revision, again));
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
