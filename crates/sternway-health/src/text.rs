//! A text that is written down, or is a secret and kept elsewhere.

use std::fmt;

use sternway_http::{chain, secret};
use sternway_provider::Unprobed;
use sternway_types::SecretRef;

/// A text of a check.
#[derive(Clone, PartialEq, Eq)]
pub enum Text {
    /// This one.
    Written(String),
    /// The one that is kept there when the check is made.
    Kept(SecretRef),
}

impl Text {
    /// What it is now.
    pub(crate) fn read(&self) -> Result<String, Unprobed> {
        match self {
            Self::Written(text) => Ok(text.clone()),
            Self::Kept(place) => secret(place).map_err(|err| Unprobed::new(chain(&err))),
        }
    }
}

impl fmt::Debug for Text {
    /// Without what is written, which may be a secret all the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written(_) => f.write_str("Written(…)"),
            Self::Kept(place) => write!(f, "Kept({place})"),
        }
    }
}
