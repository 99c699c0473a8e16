//! Channels and how far they were told: a channel has a place in the feed as long as it is there, and no
//! automation loses it.

use sternway_types::{Channel, Outbox, Record, RecordKey};

use super::{State, changeset::Making, recorded::known_environment};
use crate::{Refusal, StoreError};

/// What a channel is told about exists.
pub(super) fn channel<S: State>(
    making: &Making<'_, S>,
    channel: &Channel,
) -> Result<(), StoreError> {
    channel.parts().environment.iter().try_for_each(|id| known_environment(making, id).map(drop))
}

/// Refuses a place that is of no channel, ahead of the feed, or behind what automation told.
pub(super) fn outbox<S: State>(
    making: &Making<'_, S>,
    after: &Outbox,
    before: Option<&Record>,
) -> Result<(), StoreError> {
    let channel = &after.channel;
    let entry = making.state.record(making.ns(), &RecordKey::channel(channel))?;
    if entry.is_none_or(|entry| entry.record.is_none()) {
        return Err(Refusal::NoChannel(channel.clone()).into());
    }
    let before = match before {
        Some(Record::Outbox(before)) => Some(before.as_ref()),
        _ => None,
    };
    let ahead = (after.next.revision > making.revision).then_some("is ahead of the feed");
    let refused = || after.refuses(before, making.changeset.actor.is_automation());
    match ahead.or_else(refused) {
        Some(problem) => Err(Refusal::Outbox { channel: channel.clone(), problem }.into()),
        None => Ok(()),
    }
}

/// Refuses to take a channel away and leave its place behind, where the next one of its name would go on.
pub(super) fn no_channel<S: State>(
    making: &Making<'_, S>,
    key: &RecordKey,
) -> Result<(), StoreError> {
    let Ok(channel) = key.name().parse() else { return Ok(()) };
    let entry = making.state.record(making.ns(), &RecordKey::outbox(&channel))?;
    if entry.is_some_and(|entry| entry.record.is_some()) {
        let problem = "is there: take it away first";
        return Err(Refusal::Outbox { channel, problem }.into());
    }
    Ok(())
}
