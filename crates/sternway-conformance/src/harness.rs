//! What a backend gives to the suite: places to keep stores in.

use std::sync::Arc;

use async_trait::async_trait;
use sternway_store::{Store, StoreError};

/// How the suite gets hold of a backend.
///
/// Every test asks for a place of its own, so that tests may run side by side.
#[async_trait]
pub trait Harness: Send + Sync + 'static {
    /// A new place with nothing in it, such as a temporary directory or a database schema. Whatever
    /// it takes is to be given back when the place is dropped.
    async fn place(&self) -> Arc<dyn Place>;

    /// How many random stories are told where nobody says it by `PROPTEST_CASES`: as many as take
    /// half a minute or less. [`STORIES`] is a good number for a store within the process; one across
    /// a network takes fewer.
    fn stories(&self) -> u64;
}

/// How many random stories are told to a store that is within the process.
pub const STORIES: u64 = 24;

/// Where one store is kept: it can be opened, ended and opened again, and what was written is still
/// there.
///
/// The suite holds at most one open store of a place at a time, and gives every clone of it back
/// before it opens the next.
#[async_trait]
pub trait Place: Send + Sync + 'static {
    /// Opens the store that is kept here, or makes one if the place is empty. What a store before
    /// has let go of, closed or not, must not be in the way.
    ///
    /// # Errors
    ///
    /// What the backend answers. The suite expects an error only after [`Place::damage`].
    async fn open(&self) -> Result<Arc<dyn Store>, StoreError>;

    /// Ends a store as the end of its process would, as far as that can be done from within: it is
    /// not closed, and what nobody was told to be written may be lost.
    async fn kill(&self, store: Arc<dyn Store>);

    /// Flips one bit of what is stored, while no store is open, and says in words which. Equal
    /// seeds choose equal bits of equal places, and many seeds reach every sort of value.
    async fn damage(&self, seed: u64) -> String;

    /// Takes back what the last [`Place::damage`] did.
    async fn mend(&self);
}
