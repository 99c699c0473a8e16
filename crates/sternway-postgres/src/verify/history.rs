//! The commits of each namespace along the chain, and the rows that each of them made.

use std::collections::HashMap;

use serde_json::{Value, json};
use sternway_store::{StoreError, encoding};
use sternway_types::{
    Applied, Commit, Digest, NamespaceId, PointerMove, RecordChange, Revision, Version,
};

use super::{
    rows::{Namespace, is_sealed},
    scan::{Scan, json as decode},
};
use crate::{
    convert::{Authored, digest, name_columns, signed},
    database::Args,
    rows::{MoveRow, RecordRow, Row, StoredCommit},
};

/// How much of each commit is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// Its place in the chain.
    Chain,
    /// Also the rows that it made.
    Rows,
}

/// How far a namespace was followed.
struct Followed {
    revision: i64,
    chain: Digest,
    at: i64,
}

pub(super) async fn history(
    scan: &mut Scan,
    namespaces: &HashMap<i32, Namespace>,
    depth: Depth,
) -> Result<(), StoreError> {
    let mut followed = HashMap::new();
    for (ns, namespace) in namespaces {
        let place = || format!("the floor of namespace {}", namespace.id);
        let chain = digest(&place, &namespace.head.swept_chain)?;
        followed.insert(*ns, Followed { revision: 0, chain, at: i64::MIN });
    }
    scan.open("log", "SELECT row_to_json(c)::text FROM {s}.commit c ORDER BY c.ns, c.revision")
        .await?;
    loop {
        let rows = scan.page("log").await?;
        if rows.is_empty() {
            break;
        }
        let mut made = Made::default();
        for row in &rows {
            let stored: StoredCommit = match decode(row) {
                Ok(stored) => stored,
                Err(err) => {
                    scan.report.note("a revision", err.to_string());
                    continue;
                }
            };
            let known = namespaces.get(&stored.ns).zip(followed.get_mut(&stored.ns));
            let Some((namespace, follows)) = known else {
                scan.report.note("a revision", "it belongs to no namespace");
                continue;
            };
            if let Err(err) = follow(scan, namespace, follows, &stored, &mut made) {
                scan.note(err)?;
            }
        }
        if depth == Depth::Rows {
            made.compare(scan).await?;
        }
    }
    for (ns, follows) in followed {
        if let Some(namespace) = namespaces.get(&ns) {
            ends(scan, namespace, &follows);
        }
    }
    Ok(())
}

/// Follows the chain by one commit.
fn follow(
    scan: &mut Scan,
    namespace: &Namespace,
    follows: &mut Followed,
    stored: &StoredCommit,
    made: &mut Made,
) -> Result<(), StoreError> {
    let ns = &namespace.id;
    let place = stored.place(ns);
    if !is_sealed(stored) {
        scan.report.note(place.as_str(), "its id is not the one that it was written with");
    }
    if stored.revision != follows.revision + 1 {
        let next = follows.revision + 1;
        scan.report.note(place.as_str(), format!("it follows where revision {next} is missing"));
    }
    follows.revision = stored.revision;
    let kept = stored.record.as_ref().zip(stored.chain.as_ref());
    let was_let_go = stored.revision <= namespace.head.swept;
    let Some((record, chain)) = kept.filter(|_| !was_let_go) else {
        if !was_let_go || kept.is_some() {
            scan.report
                .note(place, "it was let go where it should be kept, or the other way round");
        }
        return Ok(());
    };
    scan.report.revisions += 1;
    let chain = digest(&|| place.clone(), chain)?;
    let revision = stored.revision();
    let links = encoding::link(&follows.chain, revision, &record.0) == chain;
    follows.chain = chain;
    if !links {
        scan.report.note(place, "it does not follow the chain");
        return Ok(());
    }
    let commit = encoding::commit(ns, revision, chain, &record.0)?;
    let said = (stored.id, stored.at, stored.actor.as_deref(), stored.reason.as_deref());
    let (actor, reason) = (commit.actor.to_string(), commit.reason.to_string());
    let id = commit.changeset.as_uuid();
    let at = commit.at.as_micros();
    if said != (id, Some(at), Some(actor.as_str()), Some(reason.as_str())) || at < follows.at {
        scan.report.note(place, "its columns do not say what it says");
    }
    follows.at = at;
    let floor = namespace.head.floor_revision == Some(stored.revision);
    if floor && namespace.head.floor_at != Some(at) {
        let place = format!("the floor of namespace {ns}");
        scan.report.note(place, "it is not of the moment of its revision");
    }
    made.add(stored.ns, commit);
    Ok(())
}

/// The head is where the chain ends.
fn ends(scan: &mut Scan, namespace: &Namespace, follows: &Followed) {
    let head = &namespace.head;
    let place = || format!("the head of namespace {}", namespace.id);
    let chain = digest(&place, &head.chain).ok();
    let is_there =
        (head.revision, chain, head.at) == (follows.revision, Some(follows.chain), follows.at);
    if !is_there {
        scan.report.note(place(), "it is not where the chain ends");
    }
    let swept_to_floor = head.swept < head.floor_revision.unwrap_or(1);
    if !swept_to_floor {
        scan.report.note(place(), "more was let go than is below the floor");
    }
}

/// What the commits of a page made, by the keys of its rows.
#[derive(Default)]
struct Made {
    versions: Vec<(i32, Box<Version>)>,
    moves: Vec<(i32, Box<PointerMove>)>,
    records: Vec<(i32, Revision, Box<RecordChange>)>,
    namespaces: HashMap<i32, NamespaceId>,
}

impl Made {
    fn add(&mut self, ns: i32, commit: Commit) {
        self.namespaces.entry(ns).or_insert(commit.namespace);
        for applied in commit.applied {
            match applied {
                Applied::NamespaceCreated => (),
                Applied::VersionAdded(version) => self.versions.push((ns, version)),
                Applied::PointerMoved(moved) => self.moves.push((ns, moved)),
                Applied::RecordChanged(change) => {
                    self.records.push((ns, commit.revision, change));
                }
            }
        }
    }

    /// Compares it with the rows that are there.
    async fn compare(self, scan: &mut Scan) -> Result<(), StoreError> {
        self.compare_versions(scan).await?;
        self.compare_moves(scan).await?;
        self.compare_records(scan).await
    }

    async fn compare_versions(&self, scan: &mut Scan) -> Result<(), StoreError> {
        let keys = self.versions.iter().map(|(ns, version)| {
            let number = signed(version.number.get());
            json!({ "ns": ns, "artifact": version.artifact, "number": number })
        });
        let select = "SELECT row_to_json(v)::text
            FROM jsonb_to_recordset($1::jsonb) w (ns integer, artifact text, number bigint)
            JOIN {s}.version v ON v.ns = w.ns AND v.artifact = w.artifact AND v.number = w.number";
        let rows: Vec<Authored> = scan.read(select, list(keys)).await?;
        let found = rows.iter().map(|row| {
            let key = (row.row.ns, row.row.row.artifact.clone(), row.row.row.number);
            (key, row.version().ok())
        });
        let found: HashMap<_, _> = found.collect();
        for (ns, version) in &self.versions {
            let key = (*ns, version.artifact.to_string(), signed(version.number.get()));
            if found.get(&key).and_then(Option::as_ref) != Some(version.as_ref()) {
                let place = format!("{}@{}", version.artifact, version.number);
                scan.report.note(place, "it is not as it was committed");
            }
        }
        Ok(())
    }

    async fn compare_moves(&self, scan: &mut Scan) -> Result<(), StoreError> {
        let keys = self.moves.iter().map(|(ns, moved)| {
            let (kind, name) = name_columns(&moved.name);
            let revision = signed(moved.revision.get());
            let artifact = &moved.artifact;
            json!({
                "ns": ns, "artifact": artifact, "kind": kind, "name": name, "revision": revision,
            })
        });
        let select = "SELECT row_to_json(m)::text
            FROM jsonb_to_recordset($1::jsonb)
                w (ns integer, artifact text, kind text, name text, revision bigint)
            JOIN {s}.pointer_move m ON m.ns = w.ns AND m.artifact = w.artifact AND m.kind = w.kind
                AND m.name = w.name AND m.revision = w.revision";
        let rows: Vec<Row<MoveRow>> = scan.read(select, list(keys)).await?;
        let found = rows.iter().filter_map(|row| Some((row.ns, row.moved().ok()?)));
        let key = |ns: i32, moved: &PointerMove| {
            (ns, moved.artifact.clone(), moved.name.clone(), moved.revision)
        };
        let found: HashMap<_, _> = found.map(|(ns, moved)| (key(ns, &moved), moved)).collect();
        for (ns, moved) in &self.moves {
            if found.get(&key(*ns, moved)) != Some(moved.as_ref()) {
                let place = format!("the {} of {}", moved.name, moved.artifact);
                let what = format!("its move {} is not as it was committed", moved.generation);
                scan.report.note(place, what);
            }
        }
        Ok(())
    }

    async fn compare_records(&self, scan: &mut Scan) -> Result<(), StoreError> {
        let keys = self.records.iter().map(|(ns, revision, change)| {
            let (kind, name) = (change.key.kind().as_str(), change.key.name());
            json!({ "ns": ns, "kind": kind, "name": name, "revision": signed(revision.get()) })
        });
        let select = "SELECT row_to_json(x)::text
            FROM jsonb_to_recordset($1::jsonb) w (ns integer, kind text, name text, revision bigint)
            CROSS JOIN LATERAL (
                SELECT r.* FROM {s}.record_entry r WHERE r.ns = w.ns AND r.kind = w.kind
                    AND r.name = w.name AND r.revision = w.revision
                UNION ALL
                SELECT r.* FROM {s}.record_past r WHERE r.ns = w.ns AND r.kind = w.kind
                    AND r.name = w.name AND r.revision = w.revision) x";
        let rows: Vec<Row<RecordRow>> = scan.read(select, list(keys)).await?;
        let found = rows.iter().filter_map(|row| Some((row.ns, row.entry().ok()?)));
        let found: HashMap<_, _> =
            found.map(|(ns, entry)| ((ns, entry.key.clone(), entry.revision), entry)).collect();
        for (ns, revision, change) in &self.records {
            let entry = found.get(&(*ns, change.key.clone(), *revision));
            let same = entry.is_some_and(|entry| {
                (&entry.record, entry.generation) == (&change.after, change.generation)
            });
            if !same {
                scan.report.note(change.key.to_string(), "it is not as it was committed");
            }
        }
        Ok(())
    }
}

fn list(keys: impl Iterator<Item = Value>) -> Args {
    Args::default().with(keys.collect::<Value>().to_string())
}
