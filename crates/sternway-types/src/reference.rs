//! How people name a version: `prompts/greeting`, `prompts/greeting@v3`, `tools/search@previous`.

use std::{fmt, str::FromStr};

use crate::{ArtifactId, DigestPrefix, IdError, LabelId, Timestamp, VersionNumber};

/// Which version of an artifact is meant. What is live depends on the environment asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selector {
    /// `live`, and what is meant when nothing is said: the version that is live.
    #[default]
    Live,
    /// `v3` or `3`: the version of this number.
    Number(VersionNumber),
    /// `latest`: the newest version, live or not.
    Latest,
    /// `live~2`: what was live this many stays before what is live now; `previous` is `live~1`.
    Before(u32),
    /// A label.
    Label(LabelId),
    /// `sha256:41b7a0`: the newest version whose digest begins like this, at least 6 digits.
    Digest(DigestPrefix),
    /// `2026-11-20T16:00:00Z`: the version that was live at that moment.
    At(Timestamp),
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Live => f.write_str("live"),
            Self::Number(number) => number.fmt(f),
            Self::Latest => f.write_str("latest"),
            Self::Before(1) => f.write_str("previous"),
            Self::Before(stays) => write!(f, "live~{stays}"),
            Self::Label(label) => label.fmt(f),
            Self::Digest(prefix) => prefix.fmt(f),
            Self::At(moment) => moment.fmt(f),
        }
    }
}

/// Why a text is not a reference to a version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// The artifact is not one.
    #[error(transparent)]
    Artifact(#[from] IdError),
    /// What follows the `@` selects nothing.
    #[error(
        "{given:?} does not select a version: expected v3, live, latest, previous, live~2, a label, \
         sha256: and 6 or more digits, or a time such as 2026-11-20T16:00:00Z"
    )]
    Selector {
        /// What was given.
        given: String,
    },
}

impl FromStr for Selector {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let plain = |stays: &&str| stays.bytes().all(|byte| byte.is_ascii_digit());
        let stays = text.strip_prefix("live~").filter(plain).and_then(|stays| stays.parse().ok());
        let selector = match (text, stays) {
            ("live", _) | (_, Some(0)) => Some(Self::Live),
            ("latest", _) => Some(Self::Latest),
            ("previous", _) => Some(Self::Before(1)),
            (_, Some(stays)) => Some(Self::Before(stays)),
            _ => None,
        };
        selector
            .or_else(|| text.parse().ok().map(Self::Number))
            .or_else(|| text.parse().ok().map(Self::Digest))
            .or_else(|| text.parse().ok().map(Self::Label))
            .or_else(|| text.parse().ok().map(Self::At))
            .ok_or_else(|| ReferenceError::Selector { given: text.chars().take(120).collect() })
    }
}

/// A version of an artifact as a person names it: `KEY` or `KEY@SELECTOR`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Which.
    pub selector: Selector,
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.artifact, self.selector)
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let (artifact, selector) = match text.split_once('@') {
            Some((artifact, selector)) => (artifact, selector.parse()?),
            None => (text, Selector::Live),
        };
        Ok(Self { artifact: artifact.parse()?, selector })
    }
}
