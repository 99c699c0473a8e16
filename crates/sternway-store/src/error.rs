//! What a store answers when it cannot do what it was asked, named after what the caller can do.

use std::{error, fmt, sync::Arc};

use sternway_types::{
    Actor, ArtifactId, At, ChangesetId, Generation, NamespaceId, PointerName, RecordKey, Revision,
    Timestamp, VersionNumber,
};

use crate::Refusal;

/// Why a store could not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Somebody else wrote first. Read again and decide again.
    #[error("the write lost a race")]
    Conflict(#[source] Box<Conflict>),
    /// It would break an invariant. The same call can never succeed.
    #[error("the write was refused")]
    Refused(#[source] Box<Refusal>),
    /// There is no such namespace. Create it first.
    #[error("there is no namespace {0}")]
    NoNamespace(NamespaceId),
    /// The id was used for another changeset. Draw a new one.
    #[error("changeset {id} was committed before with another body, as revision {revision}")]
    ChangesetReused {
        /// The id.
        id: ChangesetId,
        /// What it was used for.
        revision: Revision,
    },
    /// The state that was asked for does not exist yet. Wait for it, or ask for an older one.
    #[error("revision {asked} was asked for, and the newest is {newest}")]
    NotYet {
        /// The revision that was asked for.
        asked: Revision,
        /// The newest revision.
        newest: Revision,
    },
    /// What was asked for was let go by a compaction. Ask for the oldest that is kept, or newer.
    #[error(
        "{} was let go by a compaction: the oldest that is kept is revision {oldest}, of {oldest_at}",
        asked_for(.asked)
    )]
    Compacted {
        /// What was asked for.
        asked: At,
        /// The oldest revision that is kept.
        oldest: Revision,
        /// When that was committed: the oldest moment that can be asked for.
        oldest_at: Timestamp,
    },
    /// The store is shown as it was, and nothing can be written to the past.
    #[error("nothing can be written to the past")]
    Past,
    /// A stored value is not what was written. `verify` names everything that is damaged.
    #[error("the store is damaged at {place}: {detail}")]
    Corrupt {
        /// Which value.
        place: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A stored value was written by a newer Sternway. Use that one.
    #[error(
        "{place} has format {found}, and this Sternway reads formats up to {newest}: use a newer one"
    )]
    NewerFormat {
        /// Which value.
        place: String,
        /// Its format.
        found: u8,
        /// The newest format that is read here.
        newest: u8,
    },
    /// The store was written by an older Sternway. Upgrade it, with `sternway upgrade` or
    /// [`upgrade`](crate::upgrade).
    #[error(
        "the store has layout {found}, and this Sternway works on layout {newest}: it is to be \
         upgraded first"
    )]
    OlderLayout {
        /// Its layout.
        found: u8,
        /// The layout that is worked on here.
        newest: u8,
    },
    /// Nothing is there yet. Make one, or name another place.
    #[error("there is no store in {place}")]
    NoStore {
        /// Where was looked.
        place: String,
    },
    /// What was opened is not a store. Name another, or an empty place.
    #[error("this is not a Sternway store: {detail}")]
    NotAStore {
        /// How that was seen.
        detail: String,
    },
    /// Another process holds the store. Wait, or ask that process.
    #[error("another process holds the store")]
    Busy,
    /// There is no room left. Free some; reading goes on.
    #[error("there is no room left for the store")]
    Full(#[source] Cause),
    /// The backend cannot answer now. The same call may succeed later; a changeset keeps its id.
    #[error("the storage backend is unavailable")]
    Unavailable(#[source] Cause),
    /// The store was closed. Open it again.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Busy | Self::Full(_) | Self::Unavailable(_))
    }
}

/// A place in the feed, in words.
fn asked_for(at: &At) -> String {
    match at {
        At::Head => "the newest state".into(),
        At::Revision(revision) => format!("revision {revision}"),
        At::Time(moment) => format!("the state of {moment}"),
    }
}

impl From<Conflict> for StoreError {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(Box::new(conflict))
    }
}

impl From<Refusal> for StoreError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

/// An error of the layer below, shared by all callers whose writes it hit.
#[derive(Clone, Debug)]
pub struct Cause(Arc<dyn error::Error + Send + Sync>);

impl Cause {
    /// Takes an error of the layer below.
    pub fn new(err: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        Self(Arc::from(err.into()))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl error::Error for Cause {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.0.source()
    }
}

/// The last write to what was contested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastWrite {
    /// Its revision.
    pub revision: Revision,
    /// Who wrote.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// What a precondition asked for, and what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contested {
    /// A pointer is at another generation.
    Pointer {
        /// Whose pointer.
        artifact: ArtifactId,
        /// Which.
        name: PointerName,
        /// The generation that was asked for.
        expected: Generation,
        /// The generation that it has.
        found: Generation,
        /// The version that it names.
        version: Option<VersionNumber>,
    },
    /// An artifact's newest version has another number.
    Latest {
        /// Which artifact.
        artifact: ArtifactId,
        /// The number that was asked for; nothing if the artifact was to be new.
        expected: Option<VersionNumber>,
        /// The number that it has.
        found: Option<VersionNumber>,
    },
    /// An artifact's newest version has the content that it was to differ from.
    SameContent {
        /// Which artifact.
        artifact: ArtifactId,
        /// Its newest version.
        version: VersionNumber,
    },
    /// A record is at another generation.
    Record {
        /// Which record.
        key: RecordKey,
        /// The generation that was asked for.
        expected: Generation,
        /// The generation that it has.
        found: Generation,
    },
}

/// A lost race: what was expected, what is there, who did it and when.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Conflict {
    /// What it was about.
    pub contested: Contested,
    /// Who wrote last, and when; nothing if nobody ever did, or if a compaction let go of who did.
    pub last: Option<LastWrite>,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.contested {
            Contested::Pointer { artifact, name, expected, found, version } => {
                write!(f, "the {name} of {artifact} is at generation {found}")?;
                if let Some(version) = version {
                    write!(f, " ({version})")?;
                }
                write!(f, ", expected {expected}")?;
            }
            Contested::Latest { artifact, expected, found } => {
                let show = |version: &Option<VersionNumber>| {
                    version.map_or_else(|| "no version".to_owned(), |version| version.to_string())
                };
                write!(f, "{artifact} is at {}, expected {}", show(found), show(expected))?;
            }
            Contested::SameContent { artifact, version } => {
                write!(f, "{artifact} has this content already, as {version}")?;
            }
            Contested::Record { key, expected, found } => {
                write!(f, "{key} is at generation {found}, expected {expected}")?;
            }
        }
        match &self.last {
            Some(last) => write!(f, "; {} wrote it at {}", last.by, last.at),
            None => Ok(()),
        }
    }
}
