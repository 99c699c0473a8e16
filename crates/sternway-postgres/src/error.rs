//! What the database answers, in the words of the port.

use sqlx::postgres::PgDatabaseError;
use sternway_store::{Cause, StoreError};

/// What a caller of the database can do about its error.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It is final.
    Store(StoreError),
    /// Nothing was written, and the same call may succeed at once: somebody else was in the way.
    Again(StoreError),
    /// Whether it was written is not known.
    Unknown(StoreError),
}

impl Failure {
    /// The error for who does not try again.
    pub(crate) fn into_error(self) -> StoreError {
        match self {
            Self::Store(err) | Self::Again(err) | Self::Unknown(err) => err,
        }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(err: sqlx::Error) -> Self {
        if matches!(err, sqlx::Error::PoolClosed) {
            return Self::Store(StoreError::Closed);
        }
        let Some(code) = code(&err) else {
            // What comes to no answer at all: the connection is gone, or never was there.
            let known = matches!(err, sqlx::Error::PoolTimedOut | sqlx::Error::Configuration(_));
            let err = StoreError::Unavailable(Cause::new(err));
            return if known { Self::Store(err) } else { Self::Unknown(err) };
        };
        match code.as_str() {
            // Two wrote the same key at once; or they waited for each other; or one waited for long.
            "23505" | "40001" | "40P01" | "55P03" => {
                Self::Again(StoreError::Unavailable(Cause::new(err)))
            }
            "53100" => Self::Store(StoreError::Full(Cause::new(err))),
            "3F000" | "42P01" | "42883" | "42703" => {
                Self::Store(StoreError::NotAStore { detail: err.to_string() })
            }
            // The server ended the session, and with it what was under way; or it cannot write.
            "57P01" | "57P02" | "57P03" | "57014" | "25006" => {
                Self::Unknown(StoreError::Unavailable(Cause::new(err)))
            }
            _ => Self::Store(StoreError::Unavailable(Cause::new(err))),
        }
    }
}

fn code(err: &sqlx::Error) -> Option<String> {
    let found = err.as_database_error()?;
    Some(found.try_downcast_ref::<PgDatabaseError>()?.code().to_owned())
}

/// The error of a row that is not what was written.
pub(crate) fn corrupt(place: impl Into<String>, detail: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt { place: place.into(), detail: format!("{detail}") }
}
