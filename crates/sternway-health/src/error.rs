//! Why a check makes no sense.

use sternway_http::BadAddress;

/// A check makes no sense, whatever is answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadCheck {
    /// The address is none that can be asked.
    #[error("it cannot be asked there")]
    Address(#[from] BadAddress),
    /// The address has a user or a password in it, which every message about it would show.
    #[error("an address holds no password: say it by a header, such as Authorization")]
    Password,
    /// A header has a name or a text that no request can have.
    #[error("{name:?} is no header, or has a text that no header can have")]
    Header {
        /// Its name.
        name: String,
    },
    /// The method is none.
    #[error("{given:?} is no method: expected one such as GET or POST")]
    Method {
        /// What was given.
        given: String,
    },
    /// A status is none.
    #[error("{given:?} is no status: expected one such as 204, or a range such as 200..=299")]
    Status {
        /// What was given.
        given: String,
    },
    /// Nothing lies within the bounds, or everything does.
    #[error("expected above = N, below = N, or both with room between them")]
    Bounds,
    /// There is nothing to ask.
    #[error("the query is empty")]
    NoQuery,
}
