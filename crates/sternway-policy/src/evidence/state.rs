//! Why numbers that were kept cannot be gone on with.

/// A number of a state that was kept elsewhere is none that the test leads to.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{0} is not a number that this test leads to")]
pub struct StateError(pub(super) f64);
