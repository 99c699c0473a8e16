//! How long a policy waits after a rollback.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{PolicyError, window};

/// How long after an automatic rollback of one artifact in one environment there is no other: from 1 second to
/// 30 days. Written `6h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Cooldown(Duration);

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Written(#[serde(with = "window")] Duration);

impl Cooldown {
    /// The longest one.
    const MOST: Duration = Duration::from_secs(30 * 24 * 60 * 60);

    /// Takes a length of time.
    ///
    /// # Errors
    ///
    /// [`PolicyError::Cooldown`] if it is shorter than a second or longer than 30 days.
    pub fn new(length: Duration) -> Result<Self, PolicyError> {
        let fits = (Duration::from_secs(1)..=Self::MOST).contains(&length);
        if fits { Ok(Self(length)) } else { Err(PolicyError::Cooldown { found: length }) }
    }

    /// The length of time.
    #[must_use]
    pub const fn get(self) -> Duration {
        self.0
    }
}

impl TryFrom<Written> for Cooldown {
    type Error = PolicyError;

    fn try_from(Written(length): Written) -> Result<Self, PolicyError> {
        Self::new(length)
    }
}

impl From<Cooldown> for Written {
    fn from(Cooldown(length): Cooldown) -> Self {
        Self(length)
    }
}

impl fmt::Display for Cooldown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&window::show(&self.0))
    }
}
