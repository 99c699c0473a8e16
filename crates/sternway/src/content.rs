//! What can be published.

use sternway_types::{Content, ContentError};

/// What can be published as it stands: a text, a JSON value, or a [`Content`] of any kind.
pub trait IntoContent {
    /// The content.
    ///
    /// # Errors
    ///
    /// [`ContentError`] if it is not taken.
    fn into_content(self) -> Result<Content, ContentError>;
}

impl IntoContent for Content {
    fn into_content(self) -> Result<Content, ContentError> {
        Ok(self)
    }
}

impl IntoContent for &str {
    fn into_content(self) -> Result<Content, ContentError> {
        Content::text(self, None)
    }
}

impl IntoContent for String {
    fn into_content(self) -> Result<Content, ContentError> {
        Content::text(self, None)
    }
}

impl IntoContent for &serde_json::Value {
    fn into_content(self) -> Result<Content, ContentError> {
        Content::json(self.to_string())
    }
}

impl IntoContent for serde_json::Value {
    fn into_content(self) -> Result<Content, ContentError> {
        (&self).into_content()
    }
}
