//! How entries are called: their number, what they are, and the digest of their bytes, such as
//! `00000017-content-41b7….txt`. So an entry that is missing, moved or changed is seen where it is.

use std::{fmt, str::FromStr};

use sternway_types::{Content, ContentKind, Digest, MAX_CONTENT, MediaType};

/// What the bytes of a content are known to be, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// Opaque bytes.
    Bytes,
    /// Text.
    Text,
    /// Strict JSON.
    Json,
    /// The listing of a tree.
    Tree,
}

impl Form {
    /// What a content of this kind is.
    #[must_use]
    pub const fn of(kind: &ContentKind) -> Self {
        match kind {
            ContentKind::Bytes { .. } => Self::Bytes,
            ContentKind::Text { .. } => Self::Text,
            ContentKind::Json => Self::Json,
            ContentKind::Tree => Self::Tree,
        }
    }

    /// These bytes, as what they are.
    pub(crate) fn content(self, bytes: Vec<u8>) -> Result<Content, String> {
        let kind = match self {
            Self::Bytes => ContentKind::Bytes { media_type: MediaType::opaque() },
            Self::Text => ContentKind::Text { language: None },
            Self::Json => ContentKind::Json,
            Self::Tree => ContentKind::Tree,
        };
        Content::new(kind, bytes).map_err(|err| format!("its bytes are no such content ({err})"))
    }
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Manifest,
    Content(Form),
    Commits,
    Outcomes,
    Head,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Manifest,
        Self::Content(Form::Bytes),
        Self::Content(Form::Text),
        Self::Content(Form::Json),
        Self::Content(Form::Tree),
        Self::Commits,
        Self::Outcomes,
        Self::Head,
    ];

    /// The word for it, and the end of its name.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Manifest => ("manifest", "json"),
            Self::Content(Form::Bytes) => ("content", "bin"),
            Self::Content(Form::Text) => ("content", "txt"),
            Self::Content(Form::Json) => ("content", "json"),
            Self::Content(Form::Tree) => ("content", "tree"),
            Self::Commits => ("commits", "jsonl"),
            Self::Outcomes => ("outcomes", "jsonl"),
            Self::Head => ("head", "json"),
        }
    }

    /// The most bytes that such an entry has.
    pub(crate) const fn limit(self) -> usize {
        match self {
            Self::Manifest | Self::Head => 64 * 1024,
            Self::Content(_) => MAX_CONTENT,
            Self::Commits | Self::Outcomes => crate::MAX_PART,
        }
    }
}

/// The name of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// From 1.
    pub(crate) number: u64,
    pub(crate) kind: Kind,
    /// Of its bytes.
    pub(crate) digest: Digest,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, end) = self.kind.words();
        write!(f, "{:08}-{word}-{}.{end}", self.number, self.digest.to_hex())
    }
}

impl FromStr for Name {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let parse = || {
            let (number, rest) = text.split_once('-')?;
            let (word, rest) = rest.split_once('-')?;
            let (hex, end) = rest.split_once('.')?;
            let kind = Kind::ALL.into_iter().find(|kind| kind.words() == (word, end))?;
            let digest = format!("sha256:{hex}").parse().ok()?;
            Some(Self { number: number.parse().ok()?, kind, digest })
        };
        // One way to write it alone is taken.
        parse().filter(|name| name.to_string() == text).ok_or(())
    }
}
