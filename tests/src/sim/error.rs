//! What a run of the simulation can come to, other than well.

use sternway::store::StoreError;

/// Why a run did not end well.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A promise was broken. This is what a run looks for.
    #[error("{0}")]
    Broken(String),
    /// The store failed where nothing was wrong.
    #[error("the store fails although nothing is wrong with the disk ({during})")]
    Store {
        /// What was done.
        during: &'static str,
        /// What the store answered.
        #[source]
        source: StoreError,
    },
    /// What the run is made of is wrong: no fault of the store.
    #[error("the run itself is wrong")]
    Harness(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Failure {
    /// The run itself is wrong.
    pub(super) fn harness(err: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Harness(err.into())
    }

    /// The store failed where nothing was wrong.
    pub(super) const fn store(during: &'static str) -> impl FnOnce(StoreError) -> Self {
        move |source| Self::Store { during, source }
    }
}
