//! What is told to channels: the names of events, and which of them a channel wants.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Revision;

/// Why a text names no event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{given:?} names no event: expected one such as deployment.started, all of a kind such as \
     deployment.*, all (*), or one of started, completed, failed, rolled_back"
)]
pub struct EventError {
    given: String,
}

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// Something that happened, as channels are told. The words are stable.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
        )]
        #[serde(try_from = "String", into = "String")]
        pub enum Event {
            $($(#[$doc])* $name,)*
        }

        impl Event {
            /// Every event.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word for it: a kind, a dot, and what happened.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }
    };
}

events! {
    /// A deployment waits for its turn, behind others that came before.
    DeploymentQueued = "deployment.queued";
    /// A deployment began.
    DeploymentStarted = "deployment.started";
    /// The candidates of a deployment have another share of the runs.
    DeploymentAdvanced = "deployment.advanced";
    /// A deployment goes no further until somebody or something lets it.
    DeploymentPaused = "deployment.paused";
    /// A deployment waits for outcomes that do not come.
    DeploymentStarved = "deployment.starved";
    /// A deployment that was paused goes on.
    DeploymentResumed = "deployment.resumed";
    /// A deployment waits for people to agree.
    DeploymentApprovalNeeded = "deployment.approval_needed";
    /// Somebody agreed to a deployment.
    DeploymentApproved = "deployment.approved";
    /// A deployment failed, and is on its way back.
    DeploymentFailed = "deployment.failed";
    /// A deployment came back: what was live before is live alone.
    DeploymentRolledBack = "deployment.rolled_back";
    /// A deployment ended well.
    DeploymentCompleted = "deployment.completed";
    /// Somebody moved what is live past a deployment, or another took its place.
    DeploymentSuperseded = "deployment.superseded";
    /// Those who were asked said no to a deployment.
    DeploymentRejected = "deployment.rejected";
    /// Nobody could see that a deployment went back: a person must look.
    DeploymentHalted = "deployment.halted";
    /// A version went live, without a deployment.
    ArtifactPromoted = "artifact.promoted";
    /// An earlier version was made live again, by the policy or by hand.
    ArtifactRolledBack = "artifact.rolled_back";
    /// What is live was put back to what it was, by an undo or a restore.
    ArtifactRestored = "artifact.restored";
    /// A version was found to be worse, and the policy left it live: a person decides.
    ArtifactRegressed = "artifact.regressed";
    /// A version was published.
    VersionPublished = "version.published";
    /// A version was found unfit for an environment.
    VersionCondemned = "version.condemned";
    /// That was taken back.
    VersionPardoned = "version.pardoned";
    /// Nothing goes forward in an environment any more.
    EnvironmentFrozen = "environment.frozen";
    /// Something may go forward there again.
    EnvironmentUnfrozen = "environment.unfrozen";
    /// A window of the calendar opened: nothing goes forward there by that.
    EnvironmentWindowOpened = "environment.window_opened";
    /// A window of the calendar closed.
    EnvironmentWindowClosed = "environment.window_closed";
    /// An environment went back in an emergency.
    EnvironmentEmergency = "environment.emergency";
    /// A person wants to see whether a channel works.
    ChannelTest = "channel.test";
}

impl Event {
    /// What it is about: the part before the dot.
    #[must_use]
    pub fn kind(self) -> &'static str {
        self.as_str().split_once('.').map_or("", |(kind, _)| kind)
    }

    /// What happened: the part after the dot.
    #[must_use]
    pub fn verb(self) -> &'static str {
        self.as_str().split_once('.').map_or("", |(_, verb)| verb)
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Event {
    type Err = EventError;

    fn from_str(text: &str) -> Result<Self, EventError> {
        let found = Self::ALL.iter().find(|event| event.as_str() == text);
        found.copied().ok_or_else(|| EventError { given: text.chars().take(80).collect() })
    }
}

impl TryFrom<String> for Event {
    type Error = EventError;

    fn try_from(text: String) -> Result<Self, EventError> {
        text.parse()
    }
}

impl From<Event> for String {
    fn from(event: Event) -> Self {
        event.as_str().into()
    }
}

/// What older systems call some events, and what of ours each of the names means.
const ALIASES: [(&str, &[Event]); 4] = [
    ("started", &[Event::DeploymentStarted]),
    ("completed", &[Event::DeploymentCompleted]),
    ("failed", &[Event::DeploymentFailed, Event::DeploymentRejected, Event::DeploymentHalted]),
    ("rolled_back", &[Event::DeploymentRolledBack, Event::ArtifactRolledBack]),
];

/// Which events a channel wants: one (`deployment.started`), all of a kind (`deployment.*`), all (`*`), or
/// by the names of older systems (`started`, `completed`, `failed`, `rolled_back`).
///
/// ```
/// use sternway_types::{Event, EventFilter};
///
/// let failed: EventFilter = "failed".parse()?;
/// assert!(failed.takes(Event::DeploymentFailed) && !failed.takes(Event::DeploymentStarted));
/// assert!("deployment.began".parse::<EventFilter>().is_err());
/// # Ok::<(), sternway_types::EventError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventFilter(String);

impl EventFilter {
    /// Every event.
    #[must_use]
    pub fn all() -> Self {
        Self("*".into())
    }

    /// The filter as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it wants an event. Tests are for whoever asked for one, and pass every filter.
    #[must_use]
    pub fn takes(&self, event: Event) -> bool {
        let alias = || ALIASES.iter().find(|(name, _)| *name == self.0);
        match self.0.strip_suffix('*') {
            _ if event == Event::ChannelTest => true,
            Some("") => true,
            Some(kind) => kind.strip_suffix('.') == Some(event.kind()),
            None => {
                self.0 == event.as_str() || alias().is_some_and(|(_, means)| means.contains(&event))
            }
        }
    }
}

impl FromStr for EventFilter {
    type Err = EventError;

    fn from_str(text: &str) -> Result<Self, EventError> {
        let filter = Self(text.to_owned());
        let wants = |event: &&Event| **event != Event::ChannelTest && filter.takes(**event);
        match Event::ALL.iter().find(wants) {
            Some(_) => Ok(filter),
            None => Err(EventError { given: text.chars().take(80).collect() }),
        }
    }
}

impl TryFrom<String> for EventFilter {
    type Error = EventError;

    fn try_from(text: String) -> Result<Self, EventError> {
        text.parse()
    }
}

impl From<EventFilter> for String {
    fn from(filter: EventFilter) -> Self {
        filter.0
    }
}

impl fmt::Display for EventFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Where an event is in the feed: the commit, and its place among the events of that commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventPlace {
    /// The commit that it is part of.
    pub revision: Revision,
    /// Its place among the events of the commit, from 0.
    pub index: u16,
}

impl EventPlace {
    /// The first event of a commit.
    #[must_use]
    pub const fn first_of(revision: Revision) -> Self {
        Self { revision, index: 0 }
    }

    /// The place after this one, in the same commit.
    #[must_use]
    pub const fn next(self) -> Self {
        Self { revision: self.revision, index: self.index.saturating_add(1) }
    }

    /// The revision to read the feed after, to come to this place.
    #[must_use]
    pub const fn before(self) -> Revision {
        Revision::new(self.revision.get().saturating_sub(1))
    }
}

impl fmt::Display for EventPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "r{}.{}", self.revision, self.index)
    }
}
