//! How far a channel was told: a place in the feed, which is the outbox itself.
//!
//! Nothing is queued anywhere. What there is to tell follows from the commits after the place, so that a
//! process that dies loses nothing; it may tell the last of them once more.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Actor, ChangesetId, ChannelId, Event, EventPlace, Lease, Revision, Timestamp};

/// How long after a try that failed the next one comes: the schedule of Standard Webhooks. The first is
/// made at once; the sum is 75 h 35 min and 5 s.
pub const RETRIES: [Duration; 10] = [
    Duration::ZERO,
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
    Duration::from_hours(24),
];

/// The longest that whoever is told may ask to be left alone.
const LONGEST_REST: Duration = Duration::from_hours(24);
/// The longest problem that is kept, in bytes.
const MAX_PROBLEM: usize = 300;

/// A share of the longest that a retry is put off, so that not everybody tries at the same moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Jitter(pub u16);

impl From<ChangesetId> for Jitter {
    /// By chance, from what an id is made of.
    fn from(drawn: ChangesetId) -> Self {
        let [.., high, low] = drawn.as_uuid().into_bytes();
        Self(u16::from_be_bytes([high, low]))
    }
}

impl Jitter {
    /// A part of a length of time, from nothing to all of it.
    #[must_use]
    pub fn within(self, length: Duration) -> Duration {
        length.saturating_mul(u32::from(self.0)) / u32::from(u16::MAX)
    }

    /// A length of time and up to a tenth more.
    #[must_use]
    pub fn spread(self, length: Duration) -> Duration {
        length.saturating_add((length / 10) * u32::from(self.0) / u32::from(u16::MAX))
    }
}

/// Why an event was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// What happened.
    pub problem: String,
    /// How long whoever is told wants to be left alone, if they said so.
    pub rest: Option<Duration>,
}

/// The tries of the event that is told next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    /// Which event.
    pub place: EventPlace,
    /// What it is.
    pub event: Event,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried again.
    pub next: Timestamp,
    /// What happened the last time.
    pub problem: String,
}

/// An event that was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// Which event.
    pub place: EventPlace,
    /// What it was.
    pub event: Event,
    /// When it was taken.
    pub at: Timestamp,
    /// How often it was tried before.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failures: u32,
    /// What was answered.
    pub answer: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// An event that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lost {
    /// Which event.
    pub place: EventPlace,
    /// What it was; nothing if the commit was let go by a compaction before it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Event>,
    /// When it was given up.
    pub at: Timestamp,
    /// What happened the last time.
    pub problem: String,
}

/// Why a channel is told nothing any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closed {
    /// Since when.
    pub at: Timestamp,
    /// What was answered.
    pub problem: String,
}

/// How far a channel was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outbox {
    /// Which channel.
    pub channel: ChannelId,
    /// Where it goes on: everything before was told, given up, or not wanted.
    pub next: EventPlace,
    /// What a person wants to be told once more, before that. At most [`Outbox::MOST_AGAIN`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub again: Vec<EventPlace>,
    /// The tries of what is told next, if one failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<Attempt>,
    /// Why it is told nothing any more, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
    /// Who tells it now, if somebody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// How many events it was told since it was added.
    pub told: u64,
    /// The last of them, the oldest first. At most [`Outbox::MOST_RECENT`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<Delivery>,
    /// The last that were given up, the oldest first. At most [`Outbox::MOST_LOST`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<Lost>,
}

impl Outbox {
    /// How many are told once more at most.
    pub const MOST_AGAIN: usize = 50;
    /// How many deliveries are remembered.
    pub const MOST_RECENT: usize = 10;
    /// How many that were given up are remembered.
    pub const MOST_LOST: usize = 50;

    /// A channel that is told what comes after a revision.
    #[must_use]
    pub const fn after(channel: ChannelId, revision: Revision) -> Self {
        Self {
            channel,
            next: EventPlace::first_of(revision.next()),
            again: Vec::new(),
            attempt: None,
            closed: None,
            lease: None,
            told: 0,
            recent: Vec::new(),
            lost: Vec::new(),
        }
    }

    /// Whether it may be told something now, if there is something.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.closed.is_none() && self.attempt.as_ref().is_none_or(|attempt| attempt.next <= now)
    }

    /// An event was taken.
    pub fn took(&mut self, (place, event): (EventPlace, Event), answer: &str, now: Timestamp) {
        let failures = self.tries_of(place);
        let answer = cut(answer);
        self.recent.push(Delivery { place, event, at: now, failures, answer });
        keep(&mut self.recent, Self::MOST_RECENT);
        self.told = self.told.saturating_add(1);
        self.done(place);
    }

    /// An event was not taken: it is tried again in a while, or was tried often enough and is given up, so
    /// that others come to their turn.
    pub fn failed(
        &mut self,
        (place, event): (EventPlace, Event),
        why: &Failed,
        jitter: Jitter,
        now: Timestamp,
    ) {
        let (tries, problem) = (self.tries_of(place).saturating_add(1), cut(&why.problem));
        let rest = usize::try_from(tries).ok().and_then(|tries| RETRIES.get(tries));
        let Some(rest) = rest else {
            return self.give_up(Lost { place, event: Some(event), at: now, problem });
        };
        let asked = why.rest.unwrap_or_default().min(LONGEST_REST);
        let next = now.saturating_add(jitter.spread(*rest).max(asked));
        self.attempt = Some(Attempt { place, event, tries, next, problem });
    }

    /// Whether an event that is not taken once more would be tried, by the schedule, for longer than this since it
    /// was tried first.
    #[must_use]
    pub fn is_tried_for(&self, place: EventPlace, longer_than: Duration) -> bool {
        let tries = usize::try_from(self.tries_of(place)).unwrap_or(usize::MAX);
        let waited = RETRIES.iter().take(tries.saturating_add(2));
        waited.fold(Duration::ZERO, |sum, rest| sum.saturating_add(*rest)) > longer_than
    }

    /// What is tried again and again is given up, since a person wants to wait for it no longer; answers with it.
    pub fn skip(&mut self, by: &Actor, now: Timestamp) -> Option<Lost> {
        let Attempt { place, event, problem, .. } = self.attempt.clone()?;
        let problem = format!("skipped by {by}: {problem}");
        self.open();
        self.give_up(Lost { place, event: Some(event), at: now, problem });
        self.lost.last().cloned()
    }

    /// What was to be told cannot be told any more.
    pub fn give_up(&mut self, mut lost: Lost) {
        let place = lost.place;
        lost.problem = cut(&lost.problem);
        self.lost.push(lost);
        keep(&mut self.lost, Self::MOST_LOST);
        self.done(place);
    }

    /// Whoever is told wants nothing any more. What was in hand stays.
    pub fn close(&mut self, problem: &str, now: Timestamp) {
        self.closed = Some(Closed { at: now, problem: cut(problem) });
    }

    /// Everything up to a revision was told, or nobody wanted it.
    pub fn passed(&mut self, revision: Revision) {
        self.next = self.next.max(EventPlace::first_of(revision.next()));
    }

    /// What waits is tried at once, also where nothing was wanted any more.
    pub fn open(&mut self) {
        (self.closed, self.attempt, self.lease) = (None, None, None);
    }

    /// Everything from a revision on is told once more.
    pub fn rewind(&mut self, revision: Revision) {
        self.open();
        self.again.clear();
        self.next = self.next.min(EventPlace::first_of(revision));
    }

    /// What was given up is told once more; answers how many those are. A commit that was let go has
    /// nothing to tell any more, and stays on the list.
    pub fn retry_lost(&mut self) -> usize {
        self.open();
        let room = Self::MOST_AGAIN.saturating_sub(self.again.len());
        let (mut again, stays): (Vec<_>, Vec<_>) =
            self.lost.drain(..).partition(|lost| lost.event.is_some());
        let late = again.split_off(again.len().min(room));
        self.again.extend(again.iter().map(|lost| lost.place));
        self.lost = stays.into_iter().chain(late).collect();
        again.len()
    }

    /// Why this cannot come after what was there before, if it cannot. Automation never goes back: what it
    /// told, it does not take for untold.
    #[must_use]
    pub fn refuses(&self, before: Option<&Self>, by_automation: bool) -> Option<&'static str> {
        if self.again.len() > Self::MOST_AGAIN
            || self.recent.len() > Self::MOST_RECENT
            || self.lost.len() > Self::MOST_LOST
        {
            return Some("remembers more than it may");
        }
        let goes_back = before.is_some_and(|before| self.next < before.next);
        (goes_back && by_automation).then_some("goes back, which only a person may ask for")
    }

    fn tries_of(&self, place: EventPlace) -> u32 {
        self.attempt.as_ref().filter(|it| it.place == place).map_or(0, |attempt| attempt.tries)
    }

    fn done(&mut self, place: EventPlace) {
        self.attempt = None;
        if self.again.first() == Some(&place) {
            self.again.remove(0);
        } else {
            self.next = self.next.max(place.next());
        }
    }
}

/// Lets go of the oldest that are too many.
fn keep<T>(list: &mut Vec<T>, most: usize) {
    list.drain(..list.len().saturating_sub(most));
}

/// A text without line breaks, and not longer than is kept.
fn cut(text: &str) -> String {
    let mut cut: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = (0..=MAX_PROBLEM.min(cut.len())).rev().find(|end| cut.is_char_boundary(*end));
    cut.truncate(end.unwrap_or_default());
    cut.replace('\0', "")
}
