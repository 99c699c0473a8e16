//! The tables of a store: the first letter of every key.

/// The tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Table {
    Store = b's',
    Head = b'h',
    Floor = b'f',
    Commit = b'c',
    Changeset = b'i',
    Artifact = b'a',
    Version = b'v',
    Digest = b'd',
    Dependent = b'n',
    Pointer = b'p',
    Environment = b'e',
    Move = b'm',
    Record = b'r',
    PastRecord = b'w',
    Blob = b'b',
    Based = b'x',
    Content = b'y',
    Chunk = b'z',
    Pack = b'q',
    Outcomes = b'o',
    Noted = b'l',
    OutcomeId = b'k',
    OpenRun = b'j',
    DueOf = b'g',
    Tallies = b't',
    Unjudged = b'u',
}

impl Table {
    pub(super) const ALL: [Self; 26] = [
        Self::Store,
        Self::Head,
        Self::Floor,
        Self::Commit,
        Self::Changeset,
        Self::Artifact,
        Self::Version,
        Self::Digest,
        Self::Dependent,
        Self::Pointer,
        Self::Environment,
        Self::Move,
        Self::Record,
        Self::PastRecord,
        Self::Blob,
        Self::Based,
        Self::Content,
        Self::Chunk,
        Self::Pack,
        Self::Outcomes,
        Self::Noted,
        Self::OutcomeId,
        Self::OpenRun,
        Self::DueOf,
        Self::Tallies,
        Self::Unjudged,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Store => "the store's header",
            Self::Head => "the head of a namespace",
            Self::Floor => "the floor of a namespace",
            Self::Commit => "a revision",
            Self::Changeset => "a changeset id",
            Self::Artifact => "an artifact",
            Self::Version => "a version",
            Self::Digest => "a version by digest",
            Self::Dependent => "a version by what it depends on",
            Self::Pointer => "a pointer",
            Self::Environment => "a pointer of an environment",
            Self::Move => "a pointer move",
            Self::Record => "a record",
            Self::PastRecord => "a record that was replaced",
            Self::Blob => "a content",
            Self::Based => "a delta under its base",
            Self::Content => "the head of a content",
            Self::Chunk => "a chunk",
            Self::Pack => "a pack",
            Self::Outcomes => "a block of outcomes",
            Self::Noted => "what was noted with a failure",
            Self::OutcomeId => "an outcome id",
            Self::OpenRun => "an open run",
            Self::DueOf => "when an open run is due",
            Self::Tallies => "the tallies of a subject",
            Self::Unjudged => "a mark of unjudged outcomes",
        }
    }

    pub(super) fn of(key: &[u8]) -> Option<Self> {
        let letter = *key.first()?;
        Self::ALL.into_iter().find(|table| *table as u8 == letter)
    }
}
