//! Checking by JSON Schema, for a limited time.

use std::{sync::Arc, thread, time::Duration};

use sternway_types::{Content, Violations};
use sternway_validate::Schema;
use tokio::{sync::oneshot, time::timeout};

use super::CheckTrouble;

/// How long a schema may take with a content.
const LIMIT: Duration = Duration::from_secs(20);

/// Whether bytes are a schema.
pub(super) fn compiles(schema: &[u8]) -> Result<(), CheckTrouble> {
    compile(schema).map(drop)
}

fn compile(schema: &[u8]) -> Result<Schema, CheckTrouble> {
    Schema::parse(schema).map_err(|err| CheckTrouble::Schema(err.to_string()))
}

/// What a content does not hold to. The thread of one that takes too long is left to itself: it can
/// touch nothing, and ends with the process.
pub(super) async fn check(schema: Arc<[u8]>, content: Content) -> Result<Violations, CheckTrouble> {
    let (answer, answered) = oneshot::channel();
    let check = move || {
        let found = compile(&schema).map(|schema| schema.check(content.as_bytes()));
        // Nobody waits any more if it took too long.
        drop(answer.send(found));
    };
    let begun = thread::Builder::new().name("check".into()).spawn(check);
    drop(begun.map_err(|_| CheckTrouble::Ended)?);
    match timeout(LIMIT, answered).await {
        Ok(Ok(found)) => found,
        Ok(Err(_)) => Err(CheckTrouble::Ended),
        Err(_) => Err(CheckTrouble::TooSlow(LIMIT)),
    }
}
