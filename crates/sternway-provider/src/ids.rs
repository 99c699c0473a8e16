//! New ids.

use std::fmt;

use sternway_types::{ChangesetId, OutcomeId};
use uuid::Uuid;

/// Draws new ids.
///
/// # Contract
///
/// - **Unique**: no id is ever drawn twice, by any process.
pub trait Ids: fmt::Debug + Send + Sync + 'static {
    /// An id for a changeset.
    fn changeset(&self) -> ChangesetId;

    /// An id for an outcome.
    fn outcome(&self) -> OutcomeId;
}

/// Random ids that sort by the time when they were drawn (`UUIDv7`).
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl RandomIds {
    fn draw() -> Uuid {
        #[expect(clippy::disallowed_methods, reason = "this is the port that others use instead")]
        Uuid::now_v7()
    }
}

impl Ids for RandomIds {
    fn changeset(&self) -> ChangesetId {
        ChangesetId::from_uuid(Self::draw())
    }

    fn outcome(&self) -> OutcomeId {
        OutcomeId::from_uuid(Self::draw())
    }
}
