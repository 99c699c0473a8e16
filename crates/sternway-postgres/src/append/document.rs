//! What the database is told of subjects, as JSON.

use serde_json::{Map, Value, json};
use sternway_store::{StoreError, encoding};
use sternway_types::{Subject, Tally};

use crate::{convert::signed, rows::to_hex};

pub(super) fn columns(subject: &Subject) -> Map<String, Value> {
    let value = json!({
        "artifact": subject.artifact,
        "environment": subject.environment,
        "version": signed(subject.version.get()),
        "generation": signed(subject.generation.get()),
    });
    if let Value::Object(columns) = value { columns } else { Map::new() }
}

/// The columns of a subject, and more.
pub(super) fn with(mut columns: Map<String, Value>, more: Value) -> Value {
    if let Value::Object(more) = more {
        columns.extend(more);
    }
    Value::Object(columns)
}

/// How far subjects were judged.
pub(super) fn written_marks(marks: &[&(Subject, Tally)]) -> Result<Vec<Value>, StoreError> {
    let written = marks.iter().map(|(subject, tally)| {
        let bytes = encoding::write_tally(tally)?;
        let more = json!({ "total": signed(tally.total()), "tally": to_hex(&bytes) });
        Ok(with(columns(subject), more))
    });
    written.collect()
}
