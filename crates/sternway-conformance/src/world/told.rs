//! Channels, and how far they were told.

use sternway_types::{
    Change, Channel, ChannelId, ChannelParts, EnvironmentId, EventFilter, Outbox, Reach, Record,
    Via,
};

use crate::must::{parsed, there};

pub(crate) fn channel(number: u8) -> ChannelId {
    parsed(&format!("channel-{number}"))
}

pub(crate) fn put_channel(id: &ChannelId, environment: Option<EnvironmentId>) -> Change {
    let url = "https://example.com/told".to_owned();
    let channel = Channel::new(ChannelParts {
        id: id.clone(),
        via: Via::Webhook { url, secret: parsed("env:TOLD") },
        on: vec![EventFilter::all()],
        environment,
        template: None,
        reach: Reach::Public,
        give_up_after: None,
    });
    Change::PutRecord(Box::new(Record::Channel(Box::new(there(channel.ok(), "channel")))))
}

pub(crate) fn put_outbox(outbox: &Outbox) -> Change {
    Change::PutRecord(Box::new(Record::Outbox(Box::new(outbox.clone()))))
}
