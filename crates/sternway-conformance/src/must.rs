//! What stops a case when the store cannot do what it must.

use std::{
    error::Error,
    fmt::{self, Display},
    str::FromStr,
};

use sternway_store::{Conflict, Refusal, StoreError};

/// An error and what caused it, in one line.
pub(crate) struct Chain<'a>(pub(crate) &'a dyn Error);

impl Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

/// What must succeed, or fail in one way only.
pub(crate) trait Must<T> {
    /// The value. An error ends the case.
    fn must(self, what: impl Display) -> T;

    /// The conflict. Anything else ends the case.
    fn must_conflict(self, what: impl Display) -> Conflict;

    /// The refusal. Anything else ends the case.
    fn must_refuse(self, what: impl Display) -> Refusal;
}

impl<T: fmt::Debug> Must<T> for Result<T, StoreError> {
    #[track_caller]
    fn must(self, what: impl Display) -> T {
        match self {
            Ok(value) => value,
            Err(err) => panic!("the store could not {what}: {}", Chain(&err)),
        }
    }

    #[track_caller]
    fn must_conflict(self, what: impl Display) -> Conflict {
        match self {
            Err(StoreError::Conflict(conflict)) => *conflict,
            Err(err) => panic!("expected a conflict: {what}: {}", Chain(&err)),
            Ok(answer) => panic!("expected a conflict: {what}: {answer:?}"),
        }
    }

    #[track_caller]
    fn must_refuse(self, what: impl Display) -> Refusal {
        match self {
            Err(StoreError::Refused(refusal)) => *refusal,
            Err(err) => panic!("expected a refusal: {what}: {}", Chain(&err)),
            Ok(answer) => panic!("expected a refusal: {what}: {answer:?}"),
        }
    }
}

/// The value that must be there.
#[track_caller]
pub(crate) fn there<T>(value: Option<T>, what: impl Display) -> T {
    match value {
        Some(value) => value,
        None => panic!("there is no {what}"),
    }
}

/// What a literal of the suite names.
#[track_caller]
pub(crate) fn parsed<T: FromStr<Err: Display>>(text: &str) -> T {
    match text.parse() {
        Ok(value) => value,
        Err(err) => panic!("the suite uses {text:?}: {err}"),
    }
}
