//! Channels and what they were told, as they are shown.

use serde::Serialize;
use sternway_types::{
    Attempt, Channel, ChannelId, Delivery, EnvironmentId, Event, EventPlace, Lost, Outbox, Reach,
    Revision, Timestamp, Via,
};

/// A place that is told what happens. It holds no secret: it says where one is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChannelView {
    /// Its name.
    pub id: ChannelId,
    /// How it is told: `webhook`, `slack` or `email`.
    pub via: &'static str,
    /// Where to: an address, people, or where the address is kept.
    pub to: String,
    /// What it is told.
    pub on: Vec<String>,
    /// The environment that it is told about; nothing for all of them.
    pub environment: Option<EnvironmentId>,
    /// What it is told in, if not in the words that come with Sternway.
    pub template: Option<String>,
    /// Whether it may be at an address of this host and its networks.
    pub allow_private: bool,
    /// For how long an event is tried before the next one has its turn, in seconds, if not for as long as the
    /// schedule goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub give_up_after: Option<u64>,
}

impl From<&Channel> for ChannelView {
    fn from(channel: &Channel) -> Self {
        let parts = channel.parts();
        let to = match &parts.via {
            Via::Webhook { url, .. } => url.clone(),
            Via::Slack { url } => url.to_string(),
            Via::Email(mailbox) => mailbox.to.join(", "),
        };
        Self {
            id: parts.id.clone(),
            via: parts.via.as_str(),
            to,
            on: parts.on.iter().map(ToString::to_string).collect(),
            environment: parts.environment.clone(),
            template: parts.template.clone(),
            allow_private: parts.reach == Reach::Private,
            give_up_after: parts.give_up_after.map(|length| length.as_secs()),
        }
    }
}

/// How far a channel was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutboxView {
    /// The commit where it goes on.
    pub next: Revision,
    /// How many events a person asked to be told once more.
    pub again: usize,
    /// The tries of what is told next, if one failed.
    pub attempt: Option<AttemptView>,
    /// Why it is told nothing any more, if so.
    pub closed: Option<String>,
    /// How many events it was told since it was added.
    pub told: u64,
    /// The last of them, the newest first.
    pub recent: Vec<DeliveryView>,
    /// The last that were given up, the newest first.
    pub lost: Vec<LostView>,
}

impl From<&Outbox> for OutboxView {
    fn from(outbox: &Outbox) -> Self {
        Self {
            next: outbox.next.revision,
            again: outbox.again.len(),
            attempt: outbox.attempt.as_ref().map(Into::into),
            closed: outbox.closed.as_ref().map(|closed| closed.problem.clone()),
            told: outbox.told,
            recent: outbox.recent.iter().rev().map(Into::into).collect(),
            lost: outbox.lost.iter().rev().map(Into::into).collect(),
        }
    }
}

/// The tries of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AttemptView {
    /// Which event.
    pub place: String,
    /// What it is.
    pub event: Event,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried again.
    pub next: Timestamp,
    /// What happened the last time.
    pub problem: String,
}

impl From<&Attempt> for AttemptView {
    fn from(attempt: &Attempt) -> Self {
        Self {
            place: attempt.place.to_string(),
            event: attempt.event,
            tries: attempt.tries,
            next: attempt.next,
            problem: attempt.problem.clone(),
        }
    }
}

/// An event that was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeliveryView {
    /// Which event.
    pub place: String,
    /// What it was.
    pub event: Event,
    /// When it was taken.
    pub at: Timestamp,
    /// How often it was tried before.
    pub failures: u32,
    /// What was answered.
    pub answer: String,
}

impl From<&Delivery> for DeliveryView {
    fn from(delivery: &Delivery) -> Self {
        Self {
            place: delivery.place.to_string(),
            event: delivery.event,
            at: delivery.at,
            failures: delivery.failures,
            answer: delivery.answer.clone(),
        }
    }
}

/// An event that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LostView {
    /// Which event.
    pub place: String,
    /// What it was, if its commit is still there.
    pub event: Option<Event>,
    /// When it was given up.
    pub at: Timestamp,
    /// What happened the last time.
    pub problem: String,
}

impl From<&Lost> for LostView {
    fn from(lost: &Lost) -> Self {
        Self {
            place: lost.place.to_string(),
            event: lost.event,
            at: lost.at,
            problem: lost.problem.clone(),
        }
    }
}

/// A channel, and what it was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChannelDetailView {
    /// The channel.
    #[serde(flatten)]
    pub channel: ChannelView,
    /// How far it was told.
    pub outbox: OutboxView,
    /// What waits to be told, the next first; the first 20 among the next 256 commits.
    pub waiting: Vec<WaitingView>,
}

/// An event that waits to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WaitingView {
    /// Which event.
    pub place: String,
    /// What it is.
    pub event: Event,
    /// When it happened.
    pub at: Timestamp,
    /// In one line.
    pub summary: String,
}

impl WaitingView {
    /// An event at its place.
    #[must_use]
    pub fn new(place: EventPlace, event: &crate::EventView) -> Self {
        Self {
            place: place.to_string(),
            event: event.event,
            at: event.at,
            summary: event.summary.clone(),
        }
    }
}

/// What adding, changing or taking away a channel led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChannelChangedView {
    /// The channel.
    #[serde(flatten)]
    pub channel: ChannelView,
    /// The revision that did it.
    pub revision: Revision,
    /// How many events are told once more.
    pub again: usize,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}

/// What a channel goes on without.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChannelSkippedView {
    /// The channel.
    #[serde(flatten)]
    pub channel: ChannelView,
    /// The event that is told no more; nothing if none was tried again.
    pub skipped: Option<LostView>,
    /// The revision that did it, if there was one.
    pub revision: Option<Revision>,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}

/// What a channel answered to a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChannelTestedView {
    /// The channel.
    #[serde(flatten)]
    pub channel: ChannelView,
    /// The id of the event that was sent.
    pub event_id: String,
    /// What was answered.
    pub answer: String,
    /// Whether nothing was sent, but looked whether it could be.
    pub dry_run: bool,
}

/// What a channel was told just now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotifiedView {
    /// When.
    pub at: Timestamp,
    /// Which channel.
    pub channel: ChannelId,
    /// How many events it took.
    pub told: u64,
    /// The tries of the next one, if it did not take that.
    pub attempt: Option<AttemptView>,
    /// Why it is told nothing any more, if so.
    pub closed: Option<String>,
}
