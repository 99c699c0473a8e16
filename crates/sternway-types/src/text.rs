//! Texts that people write, with a limit.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why a text is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// It is longer than allowed.
    #[error("the {kind} has {found} bytes: the limit is {limit}")]
    TooLong {
        /// What the text is.
        kind: &'static str,
        /// Its length in bytes.
        found: usize,
        /// The longest that is taken, in bytes.
        limit: usize,
    },
    /// It holds a NUL character, which not every store and terminal can carry.
    #[error("the {kind} holds a NUL character: take it out")]
    Nul {
        /// What the text is.
        kind: &'static str,
    },
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $limit:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The longest text that is taken, in bytes.
            pub const LIMIT: usize = $limit;

            /// Takes a text.
            ///
            /// # Errors
            ///
            /// [`TextError`] if it is too long or holds a NUL.
            pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
                let text = text.into();
                if text.len() > $limit {
                    return Err(TextError::TooLong { kind: $kind, found: text.len(), limit: $limit });
                }
                if text.contains('\0') {
                    return Err(TextError::Nul { kind: $kind });
                }
                Ok(Self(text))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether nothing was written.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = TextError;

            fn try_from(text: String) -> Result<Self, TextError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    };
}

text! {
    /// Why something was done, in the words of who did it. Empty when nobody said.
    Reason, "reason", 8_192
}

text! {
    /// What changed in a version, for its readers. Empty when nobody said.
    Changelog, "changelog", 65_536
}
