//! A content, as it is shown.

use serde::Serialize;
use sternway_types::{ContentKind, ContentRef, Digest};

/// What a version says about its content, without the bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContentView {
    /// The digest of the bytes.
    pub digest: Digest,
    /// `json`, `text`, `bytes`, or `tree` for a folder.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The language of a text, if known.
    pub language: Option<String>,
    /// The media type of bytes.
    pub media_type: Option<String>,
    /// How many bytes; of a folder, those of its listing.
    pub size: u64,
}

impl From<&ContentRef> for ContentView {
    fn from(content: &ContentRef) -> Self {
        let (kind, language, media_type) = match &content.kind {
            ContentKind::Json => ("json", None, None),
            ContentKind::Text { language } => ("text", language.as_ref().map(text), None),
            ContentKind::Bytes { media_type } => ("bytes", None, Some(text(media_type))),
            ContentKind::Tree => ("tree", None, None),
        };
        Self { digest: content.digest, kind, language, media_type, size: content.len }
    }
}

fn text(tag: &impl ToString) -> String {
    tag.to_string()
}

/// The bytes of a content, for who asked for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "encoding", rename_all = "snake_case")]
#[non_exhaustive]
pub enum BodyView {
    /// They are UTF-8.
    #[serde(rename = "utf-8")]
    Text {
        /// The bytes as text.
        text: String,
    },
    /// They are not.
    Base64 {
        /// The bytes in base64 (RFC 4648 §4).
        base64: String,
    },
}
