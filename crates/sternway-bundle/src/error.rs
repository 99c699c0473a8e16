//! Why a bundle is not taken, or cannot be written.

use std::{io, sync::Arc};

/// Why a bundle is not taken, or cannot be written.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// The file cannot be read or written.
    #[error("the bundle cannot be read or written")]
    Io(#[source] Arc<io::Error>),
    /// The file is something else.
    #[error("this is not a bundle of Sternway: {detail}")]
    NotABundle {
        /// How that was seen.
        detail: String,
    },
    /// It was written by a newer Sternway. Use that one.
    #[error(
        "the bundle has format {found}, and this Sternway reads format {newest}: use a newer one"
    )]
    NewerFormat {
        /// Its format.
        found: u64,
        /// The newest format that is read here.
        newest: u64,
    },
    /// Its end is missing. Copy it again.
    #[error("the bundle is cut off in {place}")]
    CutOff {
        /// Where it ends.
        place: String,
    },
    /// It is not what was written. Copy it again, or export it again.
    #[error("the bundle is damaged at {place}: {detail}")]
    Damaged {
        /// Which entry.
        place: String,
        /// What is wrong there.
        detail: String,
    },
    /// What is to be written is larger than a bundle can hold.
    #[error("{what} has {found} bytes as JSON: a bundle holds {limit}")]
    TooLarge {
        /// What.
        what: String,
        /// How many bytes it has.
        found: usize,
        /// How many are taken.
        limit: usize,
    },
    /// Whoever was given the entries wanted no more of them.
    #[error("reading the bundle was given up")]
    GivenUp,
}

impl From<io::Error> for BundleError {
    fn from(err: io::Error) -> Self {
        Self::Io(Arc::new(err))
    }
}

impl BundleError {
    /// What a failure to read means: the system's own errors are no fault of the bundle.
    pub(crate) fn reading(err: io::Error, place: impl Into<String>) -> Self {
        if err.raw_os_error().is_some() {
            return err.into();
        }
        let place = place.into();
        if err.kind() == io::ErrorKind::UnexpectedEof {
            return Self::CutOff { place };
        }
        Self::Damaged { place, detail: format!("it cannot be unpacked ({err})") }
    }

    pub(crate) fn damaged(place: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Damaged { place: place.into(), detail: detail.into() }
    }
}
