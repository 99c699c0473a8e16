//! What a channel and how far it was told must be answered with.

use sternway_store::Refusal;
use sternway_types::{Commit, Outbox, Record, RecordKey};

use super::history::History;

pub(super) fn outbox(history: History<'_>, making: &Commit, after: &Outbox) -> Vec<Refusal> {
    let channel = &after.channel;
    let mut problems = Vec::new();
    if history.record(&RecordKey::channel(channel)).is_none() {
        problems.push(Refusal::NoChannel(channel.clone()));
    }
    let before = history.record(&RecordKey::outbox(channel)).and_then(Record::into_outbox);
    let refused = |problem| Refusal::Outbox { channel: channel.clone(), problem };
    if after.next.revision > making.revision {
        problems.push(refused("is ahead of the feed"));
    }
    let automation = making.actor.is_automation();
    problems.extend(after.refuses(before.as_deref(), automation).map(refused));
    problems
}

pub(super) fn no_channel(history: History<'_>, key: &RecordKey) -> Option<Refusal> {
    let channel = key.name().parse().ok()?;
    history.record(&RecordKey::outbox(&channel))?;
    Some(Refusal::Outbox { channel, problem: "is there: take it away first" })
}
