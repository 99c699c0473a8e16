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

/// What the database said, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("the database says: {message} ({code}){}", advice(code))]
struct Said {
    message: String,
    code: String,
}

/// What to do about an error that is not the caller's, after a colon.
fn advice(code: &str) -> &'static str {
    match code {
        "28P01" | "28000" => ": mend the user or the password of the address",
        "3D000" => ": make the database first, or mend the address",
        "42501" => ": grant the role what it needs, or connect as another one",
        "25006" => ": this server only takes reads, so connect to the primary",
        "53300" => ": the server has too many sessions, so take a smaller pool",
        "53100" => ": free some room",
        _ => "",
    }
}

/// Why something came to no answer, in words.
fn cause(err: sqlx::Error) -> Cause {
    let said = err.as_database_error().map(|said| Said {
        message: said.message().to_owned(),
        code: said.code().map(Into::into).unwrap_or_default(),
    });
    said.map_or_else(|| Cause::new(err), Cause::new)
}

impl From<sqlx::Error> for Failure {
    fn from(err: sqlx::Error) -> Self {
        if matches!(err, sqlx::Error::PoolClosed) {
            return Self::Store(StoreError::Closed);
        }
        let Some(code) = code(&err) else {
            // What comes to no answer at all: the connection is gone, or never was there.
            let known = matches!(err, sqlx::Error::PoolTimedOut | sqlx::Error::Configuration(_));
            let err = StoreError::Unavailable(cause(err));
            return if known { Self::Store(err) } else { Self::Unknown(err) };
        };
        match code.as_str() {
            // Two wrote the same key at once; or they waited for each other; or one waited for long.
            "23505" | "40001" | "40P01" | "55P03" => {
                Self::Again(StoreError::Unavailable(cause(err)))
            }
            "53100" => Self::Store(StoreError::Full(cause(err))),
            "3F000" | "42P01" | "42883" | "42703" => {
                let detail = cause(err).to_string();
                Self::Store(StoreError::NotAStore { detail })
            }
            // The server ended the session, and with it what was under way; or it cannot write.
            "57P01" | "57P02" | "57P03" | "57014" | "25006" => {
                Self::Unknown(StoreError::Unavailable(cause(err)))
            }
            _ => Self::Store(StoreError::Unavailable(cause(err))),
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
