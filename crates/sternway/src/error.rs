//! The one error of the facade.

use sternway_api::ProblemCode;
use sternway_control::ControlError;
use sternway_folder::FolderError;
use sternway_store::StoreError;
use sternway_types::{
    ActorError, ContentError, IdError, MetadataError, OutcomeError, ReferenceError, TextError,
};

/// Why something could not be done.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A driver or the store could not.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// A name is not one.
    #[error(transparent)]
    Id(#[from] IdError),
    /// A reference to a version is not one.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// A content is not taken.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// A text is too long or holds what it may not.
    #[error(transparent)]
    Text(#[from] TextError),
    /// Metadata is too large.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// An actor is not one.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// A part of an outcome is not taken.
    #[error(transparent)]
    Outcome(#[from] OutcomeError),
    /// The content is opaque bytes and not text.
    #[error("the content is not text: read its bytes")]
    NotText,
    /// There is no store here.
    #[error("there is no store in {0}")]
    NoStore(String),
}

impl From<StoreError> for Error {
    fn from(err: StoreError) -> Self {
        Self::Control(err.into())
    }
}

impl From<FolderError> for Error {
    fn from(err: FolderError) -> Self {
        Self::Control(err.into())
    }
}

impl Error {
    /// The code by which programs tell it from others.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::Control(err) => err.code(),
            Self::NoStore(_) => ProblemCode::StoreNotFound,
            Self::Id(_)
            | Self::Reference(_)
            | Self::Content(_)
            | Self::Text(_)
            | Self::Metadata(_)
            | Self::Actor(_)
            | Self::Outcome(_)
            | Self::NotText => ProblemCode::Invalid,
        }
    }
}
