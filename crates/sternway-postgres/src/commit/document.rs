//! What a group comes to, as the function `commit_group` of the schema takes it: what it rests on,
//! the commits, and their rows. Rows say which commit of the group wrote them; the database knows
//! which revision that is.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};
use sternway_store::{Head, StoreError};
use sternway_types::{ArtifactId, Commit, NamespaceId, RecordEntry, Revision};

use super::{ledger::Ledger, template::pieces};
use crate::{
    convert::{name_columns, signed},
    rows::{
        ArtifactRow, CommitRow, Kept, MoveRow, NamespaceRow, PointerRow, RecordRow, VersionRow,
        to_hex,
    },
};

/// A commit of the group, and the artifacts whose versions were written when it was committed.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) commit: Commit,
    pub(super) floating: BTreeSet<ArtifactId>,
}

/// A row, with its sum and the place in the group of the commit that wrote it, from 1.
#[derive(Serialize)]
struct Placed<R> {
    #[serde(flatten)]
    row: R,
    sum: String,
    place: Option<u64>,
    #[serde(flatten)]
    given: Value,
}

impl<R: Kept> Placed<R> {
    fn new(row: R, place: Option<u64>, given: Value) -> Self {
        Self { sum: to_hex(&row.sum()), row, place, given }
    }
}

/// Whether a group must find the namespace at the very revision that it was decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// It must: what is replayed has its revisions already.
    Exact,
    /// It takes the next ones.
    Any,
}

/// The whole of it.
pub(super) fn document(
    ns: &NamespaceId,
    ledger: &Ledger,
    made: &[Made],
    base: Base,
) -> Result<Value, StoreError> {
    let head = ledger.loaded.head.as_ref();
    let begin = head.map_or(Revision::ZERO, |head| head.revision);
    let mut document = json!({
        "namespace": ns,
        "create": head.is_none(),
        "revision": (base == Base::Exact).then_some(signed(begin.get())),
        "sum": to_hex(&NamespaceRow { name: ns.to_string() }.sum()),
        "changesets": made.iter().map(changeset).collect::<Result<Vec<_>, _>>()?,
    });
    if let Value::Object(members) = &mut document {
        members.extend(seen(ledger, head));
        let rows = [
            ("artifacts", artifacts(ledger, begin)),
            ("versions", versions(ledger, begin, made)),
            ("pointers", pointers(ledger, begin)),
            ("moves", moves(ledger, begin)),
            ("records", records(ledger, begin)),
            ("past", past(ledger, begin)),
        ];
        let some =
            rows.into_iter().filter(|(_, rows)| rows.as_array().is_some_and(|it| !it.is_empty()));
        members.extend(some.map(|(name, rows)| (name.to_owned(), rows)));
    }
    Ok(document)
}

fn changeset(made: &Made) -> Result<Value, StoreError> {
    let commit = &made.commit;
    let id = commit.changeset.as_uuid();
    Ok(json!({
        "id": id,
        "at": commit.at.as_micros(),
        "actor": commit.actor,
        "reason": commit.reason,
        "record": pieces(commit, &made.floating)?,
        "sum": to_hex(&CommitRow { id }.sum()),
    }))
}

/// What was found, and must still be so.
fn seen(ledger: &Ledger, head: Option<&Head>) -> Vec<(String, Value)> {
    let loaded = &ledger.loaded;
    if head.is_none() {
        let nothing = ["seen_artifacts", "seen_pointers", "seen_records"];
        return nothing.into_iter().map(|name| (name.to_owned(), json!([]))).collect();
    }
    let artifacts = loaded.artifacts.iter().map(|(id, found)| {
        let latest = found.as_ref().map(|artifact| signed(artifact.latest.get()));
        json!({ "name": id, "latest": latest })
    });
    let pointers = loaded.pointers.iter().map(|((artifact, name), found)| {
        let (kind, name) = name_columns(name);
        let generation = found.as_ref().map(|(pointer, _)| signed(pointer.generation.get()));
        json!({ "artifact": artifact, "kind": kind, "name": name, "generation": generation })
    });
    let records = loaded.records.iter().map(|(key, found)| {
        let generation = found.as_ref().map(|entry| signed(entry.generation.get()));
        json!({ "kind": key.kind().as_str(), "name": key.name(), "generation": generation })
    });
    vec![
        ("seen_artifacts".into(), artifacts.collect()),
        ("seen_pointers".into(), pointers.collect()),
        ("seen_records".into(), records.collect()),
    ]
}

/// The place in the group of the commit that is to have this revision; nothing if it was there.
fn place(begin: Revision, revision: Revision) -> Option<u64> {
    revision.get().checked_sub(begin.get()).filter(|place| *place > 0)
}

fn list<R: Serialize>(rows: impl Iterator<Item = R>) -> Value {
    // Rows are names, numbers and texts.
    rows.map(|row| serde_json::to_value(row).unwrap_or_default()).collect()
}

fn artifacts(ledger: &Ledger, begin: Revision) -> Value {
    list(ledger.decided.artifacts.values().flatten().map(|artifact| {
        let row = ArtifactRow {
            name: artifact.id.to_string(),
            latest: signed(artifact.latest.get()),
            created_by: artifact.created_by.to_string(),
        };
        let was_there = matches!(ledger.loaded.artifacts.get(&artifact.id), Some(Some(_)));
        let first = (artifact.id.clone(), sternway_types::VersionNumber::FIRST);
        let first = ledger.decided.versions.get(&first).and_then(Option::as_ref);
        let given = json!({
            "created_at": was_there.then_some(artifact.created_at.as_micros()),
            "created_in": first.and_then(|first| place(begin, first.revision)),
        });
        Placed::new(row, place(begin, artifact.revision), given)
    }))
}

fn versions(ledger: &Ledger, begin: Revision, made: &[Made]) -> Value {
    list(ledger.decided.versions.values().flatten().map(|version| {
        let place = place(begin, version.revision);
        let made = place.and_then(|place| made.get(usize::try_from(place - 1).ok()?));
        let floats = made.is_some_and(|made| made.floating.contains(&version.artifact));
        let given = json!({ "authored_at": (!floats).then_some(version.authored_at.as_micros()) });
        Placed::new(VersionRow::new(version), place, given)
    }))
}

fn pointers(ledger: &Ledger, begin: Revision) -> Value {
    list(ledger.decided.pointers.values().flatten().map(|(pointer, _)| {
        Placed::new(PointerRow::new(pointer), place(begin, pointer.revision), json!({}))
    }))
}

fn moves(ledger: &Ledger, begin: Revision) -> Value {
    list(
        ledger
            .decided
            .moves
            .iter()
            .map(|moved| Placed::new(MoveRow::new(moved), place(begin, moved.revision), json!({}))),
    )
}

fn record(entry: &RecordEntry, begin: Revision) -> Placed<RecordRow> {
    let place = place(begin, entry.revision);
    let given = match place {
        Some(_) => json!({}),
        None => json!({
            "revision": signed(entry.revision.get()),
            "at": entry.at.as_micros(),
        }),
    };
    Placed::new(RecordRow::new(entry), place, given)
}

fn records(ledger: &Ledger, begin: Revision) -> Value {
    list(ledger.decided.records.values().flatten().map(|entry| record(entry, begin)))
}

fn past(ledger: &Ledger, begin: Revision) -> Value {
    list(ledger.decided.past.iter().map(|entry| record(entry, begin)))
}
