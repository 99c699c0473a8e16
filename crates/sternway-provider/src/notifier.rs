//! Notifiers: what the host has to tell channels what happened.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use sternway_types::{Channel, Event, Timestamp};

/// One event, ready to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The same for the same event, however often it is told.
    pub id: String,
    /// What happened.
    pub event: Event,
    /// In one line, for people.
    pub summary: String,
    /// The event as programs get it: a `CloudEvent` in JSON, at most [`Notice::MAX_BODY`] long.
    pub body: String,
}

impl Notice {
    /// The longest body, in bytes: ids and not contents.
    pub const MAX_BODY: usize = 20_000;
}

/// What was answered by whoever took an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// In one line: a status, say.
    pub answer: String,
}

/// Why an event was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotifyError {
    /// It was not taken, or nobody knows. It is tried again.
    #[error("{problem}")]
    Failed {
        /// What happened, and what to do about it.
        problem: String,
        /// How long whoever is told wants to be left alone, if they said so.
        rest: Option<Duration>,
    },
    /// Whoever is told wants nothing any more. Nothing is tried again by itself.
    #[error("{problem}")]
    Gone {
        /// What was answered.
        problem: String,
    },
    /// The channel makes no sense to this notifier: its template, its address.
    #[error("{problem}")]
    Unfit {
        /// What is wrong with it.
        problem: String,
    },
}

/// Tells channels what happened.
///
/// # Contract
///
/// - **Taken or not**: it answers with [`Delivered`] only if whoever was told said that they have it.
/// - **The same id**: an event that is told again has the id that it had, so that who gets it twice can
///   see that.
/// - **Nowhere else**: what is sent goes to the channel and to nobody whom it points to, and not to an
///   address that the channel may not be at.
/// - **Ends**: every call answers within [`LONGEST_DELIVERY`], however much is answered to it.
/// - **Free to drop**: a call that is dropped told, or not, and can be made again.
#[async_trait]
pub trait Notifier: fmt::Debug + Send + Sync + 'static {
    /// Whether a channel could be told, as far as can be seen without telling it anything.
    ///
    /// # Errors
    ///
    /// [`NotifyError::Unfit`] with what is wrong with it.
    fn check(&self, channel: &Channel) -> Result<(), NotifyError>;

    /// Tells a channel of an event. The time is that of the sending.
    ///
    /// # Errors
    ///
    /// [`NotifyError`] if it was not taken, or if nobody knows.
    async fn deliver(
        &self,
        channel: &Channel,
        notice: &Notice,
        now: Timestamp,
    ) -> Result<Delivered, NotifyError>;
}

/// The longest that telling one event takes.
pub const LONGEST_DELIVERY: Duration = Duration::from_secs(15);
