//! Policies as people write them, in TOML or in JSON, read with the place of what is at fault.

mod culprit;

use std::fmt;

use sternway_types::{Content, ContentKind, Policy, check_json};

use self::culprit::Document;

/// How large a policy may be that is a content, in bytes: as large as a record.
const MAX_BYTES: usize = sternway_types::Record::MAX_BYTES;

/// Why a text is no policy, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct NoPolicy {
    /// The line and the column of what is at fault, from 1; nothing if it is the whole.
    pub place: Option<(usize, usize)>,
    /// What is wrong.
    pub why: String,
}

impl NoPolicy {
    fn whole(why: impl Into<String>) -> Self {
        Self { place: None, why: why.into() }
    }

    fn at(text: &str, byte: usize, why: impl Into<String>) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { place: Some((line, column)), why: why.into() }
    }
}

impl fmt::Display for NoPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some((line, column)) => write!(f, "line {line}, column {column}: {}", self.why),
            None => f.write_str(&self.why),
        }
    }
}

/// In which language a policy is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// TOML.
    Toml,
    /// JSON.
    Json,
}

impl Written {
    /// That of a text of which nobody says it. What begins with a brace is JSON, as no TOML does.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if text.trim_start().starts_with('{') { Self::Json } else { Self::Toml }
    }

    /// Reads a policy that somebody writes today.
    ///
    /// # Errors
    ///
    /// [`NoPolicy`] with the place of what is at fault, also where numbers do not go together, and where a rule
    /// could never hold.
    pub fn read(self, text: &str) -> Result<Policy, NoPolicy> {
        let document = self.document(text)?;
        document.policy().map_err(|why| {
            let place = document.culprit(&why).and_then(|it| document.place(text, &it));
            match place {
                Some(byte) => NoPolicy::at(text, byte, why),
                None => NoPolicy::whole(why),
            }
        })
    }

    fn document(self, text: &str) -> Result<Document, NoPolicy> {
        match self {
            Self::Toml => toml::from_str(text).map(Document::Toml).map_err(|err| {
                let start = err.span().map_or(0, |span| span.start);
                NoPolicy::at(text, start, err.message())
            }),
            Self::Json => {
                check_json(text.as_bytes()).map_err(|err| NoPolicy {
                    place: Some((err.line, err.column)),
                    why: err.to_string(),
                })?;
                serde_json::from_str(text).map(Document::Json).map_err(|err| {
                    let message = err.to_string();
                    let end = message.rfind(" at line ").unwrap_or(message.len());
                    let why = message.get(..end).unwrap_or(&message).to_owned();
                    NoPolicy { place: Some((err.line(), err.column())), why }
                })
            }
        }
    }
}

/// Reads a content that is to be a version of a policy.
///
/// # Errors
///
/// [`NoPolicy`] as of [`Written::read`], and if it is no text, or larger than 256 KiB.
pub fn read(content: &Content) -> Result<Policy, NoPolicy> {
    let text = text_of(content)?;
    Written::of(text).read(text)
}

/// Reads a content that was taken as a version of a policy, as what it was taken for: what is asked of a policy
/// since then is not asked of it.
///
/// # Errors
///
/// [`NoPolicy`] if it is none.
pub fn read_kept(content: &Content) -> Result<Policy, NoPolicy> {
    let text = text_of(content)?;
    Written::of(text).document(text)?.kept().map_err(NoPolicy::whole)
}

fn text_of(content: &Content) -> Result<&str, NoPolicy> {
    let found = content.as_bytes().len();
    if found > MAX_BYTES {
        let why = format!("it has {found} bytes: the limit of a policy is {MAX_BYTES}");
        return Err(NoPolicy::whole(why));
    }
    match (content.kind(), content.as_text()) {
        (ContentKind::Tree, _) => Err(NoPolicy::whole("it is a folder: give TOML or JSON")),
        (ContentKind::Json | ContentKind::Text { .. } | ContentKind::Bytes { .. }, Some(text)) => {
            Ok(text)
        }
        (_, None) => Err(NoPolicy::whole("it is no text: give TOML or JSON")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Content {
        Content::text(text, None).unwrap()
    }

    #[test]
    fn toml_and_json_are_told_apart_by_how_they_begin() {
        let toml = read(&text("# strict\npreset = \"tiers\"\n")).unwrap();
        assert_eq!(read(&text(" {\"preset\": \"tiers\"}")).unwrap(), toml);
        assert_eq!(read_kept(&text("preset = \"tiers\"")).unwrap(), toml);
    }

    #[test]
    fn what_is_at_fault_has_a_place() {
        let said = |content: &str| read(&text(content)).unwrap_err().to_string();
        assert!(said("preset = \"sound\"\ncooldown = \"0s\"").starts_with("line 2, column 12: "));
        assert!(said("{\"rules\":\n []}").starts_with("line 2, column 2: the policy has no rules"));
        assert!(said("Be polite.").starts_with("line 1, column 4: "));
    }

    #[test]
    fn what_was_taken_once_is_read_for_ever() {
        let never = text("[[rules]]\nrule = \"failure_rate\"\nthreshold = 1\n");
        assert!(read(&never).unwrap_err().why.contains("the rule could never hold"));
        assert!(read_kept(&never).is_ok());
    }

    #[test]
    fn only_texts_of_some_length_are_policies() {
        let bytes = Content::bytes(vec![0xff], sternway_types::MediaType::opaque()).unwrap();
        assert_eq!(read(&bytes).unwrap_err().to_string(), "it is no text: give TOML or JSON");
        let long = text(&format!("#{}", "x".repeat(MAX_BYTES)));
        assert_eq!(
            read(&long).unwrap_err().to_string(),
            "it has 262145 bytes: the limit of a policy is 262144"
        );
    }
}
