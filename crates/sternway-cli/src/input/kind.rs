//! What a content is: as it is told, else by its file's extension, else by its bytes.

use std::path::Path;

use clap::{Args, ValueEnum};
use sternway::types::{Content, ContentError, ContentKind, Language, MediaType};

use crate::error::CliError;

/// What opaque bytes are when nobody says.
const OPAQUE: &str = "application/octet-stream";

/// What a content is, as far as it is told.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct KindArgs {
    /// What the content is. Default: by the file's extension, else by its bytes.
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    kind: Option<Kind>,

    /// The language of a text, such as python or markdown.
    #[arg(long = "lang", value_name = "LANGUAGE", conflicts_with = "media_type")]
    language: Option<Language>,

    /// The media type of bytes, such as image/png.
    #[arg(long, value_name = "TYPE/SUBTYPE")]
    media_type: Option<MediaType>,
}

/// The kinds of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    Json,
    Text,
    Bytes,
}

impl KindArgs {
    /// Whether anything is told.
    pub(crate) const fn is_given(&self) -> bool {
        self.kind.is_some() || self.language.is_some() || self.media_type.is_some()
    }

    /// The content that these bytes are.
    ///
    /// # Errors
    ///
    /// [`CliError`] if they are not what they are told to be, or are told to be two things.
    pub(crate) fn content(&self, bytes: Vec<u8>, path: Option<&Path>) -> Result<Content, CliError> {
        if self.language.is_some() && self.kind.is_some_and(|kind| kind != Kind::Text) {
            return Err(CliError::invalid(
                "--lang is for a text: leave it out, or say --type text",
            ));
        }
        if self.media_type.is_some() && self.kind.is_some_and(|kind| kind != Kind::Bytes) {
            let told = "--media-type is for bytes: leave it out, or say --type bytes";
            return Err(CliError::invalid(told));
        }
        Ok(Content::new(self.decide(&bytes, path)?, bytes)?)
    }

    fn decide(&self, bytes: &[u8], path: Option<&Path>) -> Result<ContentKind, ContentError> {
        let extension = path.and_then(Path::extension).and_then(|extension| extension.to_str());
        let extension = extension.unwrap_or_default().to_ascii_lowercase();
        let kind = match (self.kind, &self.language, &self.media_type) {
            (Some(kind), _, _) => kind,
            (None, Some(_), _) => Kind::Text,
            (None, None, None) if extension == "json" => Kind::Json,
            (None, None, None) if is_text(bytes) => Kind::Text,
            (None, None, Some(_) | None) => Kind::Bytes,
        };
        Ok(match kind {
            Kind::Json => ContentKind::Json,
            Kind::Text => {
                let guessed = || language_of(&extension).and_then(|name| name.parse().ok());
                ContentKind::Text { language: self.language.clone().or_else(guessed) }
            }
            Kind::Bytes => {
                let guessed = || media_type_of(&extension).parse();
                let media_type = self.media_type.clone().map_or_else(guessed, Ok)?;
                ContentKind::Bytes { media_type }
            }
        })
    }
}

/// An empty content is taken for text, so that it is refused as what it most likely is.
fn is_text(bytes: &[u8]) -> bool {
    str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0'))
}

pub(super) fn language_of(extension: &str) -> Option<&'static str> {
    Some(match extension {
        "py" | "pyi" => "python",
        "js" | "mjs" | "cjs" => "javascript",
        "ts" | "mts" | "cts" => "typescript",
        "jsx" => "jsx",
        "tsx" => "tsx",
        "rs" => "rust",
        "sh" => "shell",
        "bash" => "bash",
        "zsh" => "zsh",
        "ps1" => "powershell",
        "rb" => "ruby",
        "go" => "go",
        "java" => "java",
        "kt" => "kotlin",
        "swift" => "swift",
        "c" | "h" => "c",
        "cpp" | "cc" | "cxx" | "hpp" => "c++",
        "cs" => "c#",
        "php" => "php",
        "lua" => "lua",
        "r" => "r",
        "sql" => "sql",
        "md" | "markdown" => "markdown",
        "j2" | "jinja" | "jinja2" => "jinja",
        "toml" => "toml",
        "yaml" | "yml" => "yaml",
        "html" | "htm" => "html",
        "css" => "css",
        "xml" => "xml",
        _ => return None,
    })
}

fn media_type_of(extension: &str) -> &'static str {
    match extension {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "pdf" => "application/pdf",
        "wasm" => "application/wasm",
        "zip" => "application/zip",
        "gz" => "application/gzip",
        "tar" => "application/x-tar",
        "jar" => "application/java-archive",
        _ => OPAQUE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, bytes: &[u8], expected: &str) {
        let content = KindArgs::default().content(bytes.to_vec(), Some(Path::new(path))).unwrap();
        let kind = serde_json::to_string(content.kind()).unwrap();
        assert_eq!(kind, expected);
    }

    #[test]
    fn the_extension_says_the_language() {
        check("search.PY", b"import os\n", r#"{"type":"text","language":"python"}"#);
        check("greeting.txt", b"Hello", r#"{"type":"text"}"#);
        check("bot.json", b"{\"a\":1}", r#"{"type":"json"}"#);
    }

    #[test]
    fn what_is_no_text_is_bytes_whatever_it_is_called() {
        check("a.md", b"\xff\xfe", r#"{"type":"bytes","media_type":"application/octet-stream"}"#);
        check("logo.png", b"\x89PNG\0", r#"{"type":"bytes","media_type":"image/png"}"#);
        check("-", b"a\0b", r#"{"type":"bytes","media_type":"application/octet-stream"}"#);
    }

    #[test]
    fn a_json_file_that_is_none_is_refused() {
        let path = Some(Path::new("bot.json"));
        let refused = KindArgs::default().content(b"{\"a\":1,\"a\":2}".to_vec(), path);
        assert_eq!(refused.unwrap_err().code().as_str(), "invalid");
    }

    #[test]
    fn what_is_told_goes_before_what_is_seen() {
        let told = KindArgs { kind: Some(Kind::Text), ..KindArgs::default() };
        let content = told.content(b"{\"a\":1,\"a\":2}".to_vec(), Some(Path::new("bot.json")));
        assert!(matches!(content.unwrap().kind(), ContentKind::Text { .. }));
    }

    #[test]
    fn nothing_is_refused_as_empty() {
        let refused = KindArgs::default().content(Vec::new(), None);
        assert!(refused.unwrap_err().to_string().starts_with("the content is empty"));
    }

    #[test]
    fn nothing_is_told_to_be_two_things() {
        let language = "python".parse().ok();
        let told = KindArgs { kind: Some(Kind::Bytes), language, ..KindArgs::default() };
        assert!(told.content(b"a".to_vec(), None).is_err());
        let media_type = "image/png".parse().ok();
        let told = KindArgs { kind: Some(Kind::Json), media_type, ..KindArgs::default() };
        assert!(told.content(b"1".to_vec(), None).is_err());
    }
}
