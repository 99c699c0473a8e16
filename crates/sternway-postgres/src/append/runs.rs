//! Runs that are opened, as the database is told of them, and what it says of them.

use std::collections::{HashMap, hash_map::Entry};

use serde_json::Value;
use sternway_store::{Append, Opened, StoreError};
use sternway_types::OpenRun;
use uuid::Uuid;

use crate::{
    database::{Args, Database, column},
    rows::{Kept as _, OpenRunRow, to_hex},
};

/// A run, as it is told.
pub(super) fn document(run: &OpenRun) -> Value {
    let row = OpenRunRow::new(run);
    let mut value = serde_json::to_value(&row).unwrap_or_default();
    if let Value::Object(columns) = &mut value {
        columns.insert("sum".into(), to_hex(&row.sum()).into());
    }
    value
}

/// What became of a run, as the function `open_runs` says it.
pub(super) const fn opened(said: u8) -> Opened {
    match said {
        0 => Opened::Now,
        1 => Opened::Before,
        _ => Opened::Ended,
    }
}

/// What would become of the runs of an append, after its outcomes.
pub(super) async fn rehearse(db: &Database, append: &Append) -> Result<Vec<Opened>, StoreError> {
    if append.openings().is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = append.openings().iter().map(|run| run.id.as_uuid()).collect();
    let there = db
        .patiently(
            "SELECT id, true FROM {s}.outcome WHERE ns = {ns} AND id = ANY ($2)
            UNION ALL SELECT id, false FROM {s}.open_run WHERE ns = {ns} AND id = ANY ($2)",
            Args::default().with(append.namespace().as_str()).with(ids),
        )
        .await?;
    let mut state: HashMap<Uuid, Opened> = HashMap::new();
    for row in &there {
        let said = if column(row, 1)? { Opened::Ended } else { Opened::Before };
        let id = column(row, 0)?;
        if state.get(&id) != Some(&Opened::Ended) {
            state.insert(id, said);
        }
    }
    state.extend(append.outcomes().iter().map(|outcome| (outcome.id.as_uuid(), Opened::Ended)));
    let runs = append.openings().iter();
    // One that is named twice is open when it is named again.
    let opened = runs.map(|run| match state.entry(run.id.as_uuid()) {
        Entry::Occupied(known) => *known.get(),
        Entry::Vacant(new) => {
            new.insert(Opened::Before);
            Opened::Now
        }
    });
    Ok(opened.collect())
}
