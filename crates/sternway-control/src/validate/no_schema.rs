//! What stands for checking by JSON Schema in a program that was built without it.

use std::sync::Arc;

use sternway_types::{Content, Violations};

use super::CheckTrouble;

/// Nobody knows.
pub(super) const fn compiles(_schema: &[u8]) -> Result<(), CheckTrouble> {
    Err(CheckTrouble::NoJsonSchema)
}

/// Nobody knows.
#[expect(clippy::unused_async, reason = "it stands for one that is")]
pub(super) async fn check(_: Arc<[u8]>, _: Content) -> Result<Violations, CheckTrouble> {
    Err(CheckTrouble::NoJsonSchema)
}
