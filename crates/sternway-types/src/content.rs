//! The bytes of a version, and what they are.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{Digest, JsonError, Tree, TreeError, check_json};

/// The largest content that is taken: 64 MiB.
pub const MAX_CONTENT: usize = 64 * 1024 * 1024;

/// Why bytes are not taken as a content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentError {
    /// There is nothing in it: most often a file whose writing failed.
    #[error("the content is empty: an empty file is most often one whose writing failed")]
    Empty,
    /// It is larger than [`MAX_CONTENT`].
    #[error("the content has {found} bytes: the limit is {MAX_CONTENT}")]
    TooLarge {
        /// Its size in bytes.
        found: usize,
    },
    /// It was given as text and is not UTF-8.
    #[error("byte {at} is not valid UTF-8: give the content as bytes with a media type")]
    NotText {
        /// The first byte that does not fit, from 0.
        at: usize,
    },
    /// It was given as text and holds a NUL character.
    #[error("byte {at} is a NUL character: give the content as bytes with a media type")]
    Nul {
        /// Where the first one is, from 0.
        at: usize,
    },
    /// It was given as JSON and is not, or not strictly.
    #[error("the content is not strict JSON")]
    Json(#[from] JsonError),
    /// It was given as a tree and is not the listing of one.
    #[error("the content is not a tree")]
    Tree(#[from] TreeError),
    /// The language or media type is not one.
    #[error("{given:?} is not {kind}: expected {expected}")]
    Label {
        /// What was expected.
        kind: &'static str,
        /// What was given.
        given: String,
        /// What would be taken.
        expected: &'static str,
    },
}

macro_rules! tag {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $expected:literal, |$text:ident| $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ContentError;

            fn from_str($text: &str) -> Result<Self, ContentError> {
                if $valid {
                    return Ok(Self($text.into()));
                }
                let given = $text.chars().take(80).collect();
                Err(ContentError::Label { kind: $kind, given, expected: $expected })
            }
        }

        impl TryFrom<String> for $name {
            type Error = ContentError;

            fn try_from(text: String) -> Result<Self, ContentError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(tag: $name) -> Self {
                tag.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

tag! {
    /// The language that a text is written in, such as `python` or `markdown`.
    Language, "a language", "1 to 40 of a-z, 0-9, `+`, `#`, `-`, such as python or c++",
    |text| (1..=40).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+#-".contains(&b))
}

tag! {
    /// What opaque bytes are, such as `image/png`.
    MediaType, "a media type", "type/subtype, such as image/png",
    |text| text.len() <= 127
        && text.split_once('/').is_some_and(|(kind, subtype)| {
            let token = |part: &str| {
                !part.is_empty()
                    && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
            };
            token(kind) && token(subtype)
        })
}

impl MediaType {
    /// That of bytes of which nobody says what they are: `application/octet-stream`.
    #[must_use]
    pub fn opaque() -> Self {
        Self("application/octet-stream".into())
    }
}

/// What a content is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum ContentKind {
    /// One JSON document, strict in the sense of [`check_json`].
    Json,
    /// UTF-8 text without NUL.
    Text {
        /// The language it is written in, if known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<Language>,
    },
    /// Opaque bytes.
    Bytes {
        /// What the bytes are.
        media_type: MediaType,
    },
    /// A folder: the one listing of a [`Tree`], whose files are contents of their own.
    Tree,
}

impl fmt::Display for ContentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json => f.pad("JSON"),
            Self::Text { .. } => f.pad("text"),
            Self::Bytes { media_type } => media_type.fmt(f),
            Self::Tree => f.pad("a folder"),
        }
    }
}

/// The bytes of a version as they were published. Cheap to clone; never printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    kind: ContentKind,
    // Invariant: 1 to MAX_CONTENT bytes, valid for the kind.
    bytes: Arc<Vec<u8>>,
    // Invariant: the digest of the bytes.
    digest: Digest,
}

impl Content {
    /// Takes bytes as the given kind.
    ///
    /// # Errors
    ///
    /// [`ContentError`] if they are empty, too large, or not valid for the kind.
    pub fn new(kind: ContentKind, bytes: impl Into<Vec<u8>>) -> Result<Self, ContentError> {
        let bytes = bytes.into();
        if bytes.is_empty() {
            return Err(ContentError::Empty);
        }
        if bytes.len() > MAX_CONTENT {
            return Err(ContentError::TooLarge { found: bytes.len() });
        }
        match &kind {
            ContentKind::Json => check_json(&bytes)?,
            ContentKind::Text { .. } => check_text(&bytes)?,
            ContentKind::Bytes { .. } => (),
            ContentKind::Tree => drop(Tree::parse(&bytes)?),
        }
        let digest = Digest::of(&bytes);
        Ok(Self { kind, bytes: Arc::new(bytes), digest })
    }

    /// A JSON document, kept byte for byte.
    ///
    /// # Errors
    ///
    /// [`ContentError`] if it is empty, too large, or not strict JSON.
    pub fn json(text: impl Into<String>) -> Result<Self, ContentError> {
        Self::new(ContentKind::Json, text.into().into_bytes())
    }

    /// A text, and its language if known.
    ///
    /// # Errors
    ///
    /// [`ContentError`] if it is empty, too large, or holds a NUL.
    pub fn text(text: impl Into<String>, language: Option<Language>) -> Result<Self, ContentError> {
        Self::new(ContentKind::Text { language }, text.into().into_bytes())
    }

    /// Opaque bytes of a media type.
    ///
    /// # Errors
    ///
    /// [`ContentError`] if they are empty or too large.
    pub fn bytes(bytes: Vec<u8>, media_type: MediaType) -> Result<Self, ContentError> {
        Self::new(ContentKind::Bytes { media_type }, bytes)
    }

    /// A folder. Its files are contents of their own, and written before it is published.
    ///
    /// # Errors
    ///
    /// [`ContentError`] if the listing is too large.
    pub fn tree(tree: &Tree) -> Result<Self, ContentError> {
        Self::new(ContentKind::Tree, tree.to_listing().into_bytes())
    }

    /// The folder that it is, if it is one.
    #[must_use]
    pub fn as_tree(&self) -> Option<Tree> {
        match self.kind {
            ContentKind::Tree => Tree::parse(&self.bytes).ok(),
            ContentKind::Json | ContentKind::Text { .. } | ContentKind::Bytes { .. } => None,
        }
    }

    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> &ContentKind {
        &self.kind
    }

    /// The bytes as published.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes, taken out: without a copy of them if nobody else has this content.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        Arc::unwrap_or_clone(self.bytes)
    }

    /// The bytes as text, unless they are opaque and not UTF-8.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        str::from_utf8(&self.bytes).ok()
    }

    /// The digest of the bytes.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// What a version says about it.
    #[must_use]
    pub fn reference(&self) -> ContentRef {
        ContentRef { digest: self.digest, kind: self.kind.clone(), len: self.bytes.len() as u64 }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content")
            .field("kind", &self.kind)
            .field("digest", &self.digest)
            .field("len", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

fn check_text(bytes: &[u8]) -> Result<(), ContentError> {
    if let Err(err) = str::from_utf8(bytes) {
        return Err(ContentError::NotText { at: err.valid_up_to() });
    }
    bytes.iter().position(|byte| *byte == 0).map_or(Ok(()), |at| Err(ContentError::Nul { at }))
}

/// What a version says about its content, without the bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ContentRef {
    /// The digest of the bytes.
    pub digest: Digest,
    /// What the bytes are.
    pub kind: ContentKind,
    /// How many bytes.
    pub len: u64,
}
