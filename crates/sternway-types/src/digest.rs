//! The digest of bytes exactly as they were published.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Why a text is not a digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a digest: expected sha256: and 64 lower-case hexadecimal digits")]
pub struct DigestError {
    given: String,
}

/// SHA-256 of some bytes, printed as `sha256:…`. It identifies a content.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of no bytes at all in no history: the start of every chain.
    pub const ZERO: Self = Self([0; 32]);

    /// The digest of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of these parts, one after the other.
    #[must_use]
    pub fn of_parts(parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// Takes 32 bytes that are a digest already.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The 64 hexadecimal digits, without the `sha256:`.
    #[must_use]
    pub fn to_hex(&self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        self.0
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|nibble| DIGITS.get(usize::from(nibble)).copied().map(char::from))
            .collect()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("sha256:{}", self.to_hex()))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The byte that two hexadecimal digits write.
fn byte_of(pair: &[u8]) -> Option<u8> {
    let [high, low] = pair else { return None };
    let digit = |hex: u8| char::from(hex).to_digit(16);
    u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let parse = || {
            let hex = text.strip_prefix("sha256:")?.as_bytes();
            let mut bytes = [0; 32];
            if hex.len() != 64 || hex.iter().any(u8::is_ascii_uppercase) {
                return None;
            }
            for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
                *byte = byte_of(pair)?;
            }
            Some(Self(bytes))
        };
        parse().ok_or_else(|| DigestError { given: text.chars().take(80).collect() })
    }
}

impl TryFrom<String> for Digest {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, DigestError> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

/// The beginning of a digest, as people type it: `sha256:` and 6 to 64 lower-case hexadecimal
/// digits. A whole digest is a prefix too.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DigestPrefix {
    // Invariant: 6 to 64 lower-case hexadecimal digits.
    hex: String,
}

impl DigestPrefix {
    /// The digits, without the `sha256:`.
    #[must_use]
    pub fn as_hex(&self) -> &str {
        &self.hex
    }

    /// The bytes that are given whole: half a byte at the end is left out.
    #[must_use]
    pub fn whole_bytes(&self) -> Vec<u8> {
        self.hex.as_bytes().chunks_exact(2).filter_map(byte_of).collect()
    }

    /// Whether a digest begins like this.
    #[must_use]
    pub fn matches(&self, digest: &Digest) -> bool {
        digest.to_hex().starts_with(&self.hex)
    }
}

impl From<&Digest> for DigestPrefix {
    fn from(digest: &Digest) -> Self {
        Self { hex: digest.to_hex() }
    }
}

impl FromStr for DigestPrefix {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let hex = text.strip_prefix("sha256:");
        let hex = hex.filter(|hex| (6..=64).contains(&hex.len()) && hex.bytes().all(digit));
        hex.map(|hex| Self { hex: hex.into() })
            .ok_or_else(|| DigestError { given: text.chars().take(80).collect() })
    }
}

impl fmt::Display for DigestPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex)
    }
}
