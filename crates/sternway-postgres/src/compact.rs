//! Lets go of the past of a namespace, step by step.
//!
//! The feed leads the way: each commit below the floor names what it moved or replaced, and what was
//! there before it only served states that can no longer be asked for. The first step raises the
//! floor, and each says how far it came, so that one that ended in the middle is gone on with.

use serde::Deserialize;
use serde_json::{Value, json};
use sternway_store::{Compaction, Floor, Shrunk, StoreError};
use sternway_types::{Applied, Commit, NamespaceId, PointerName, Revision, Timestamp};

use crate::{
    convert::{name_columns, signed},
    database::{Args, Database, column},
    error::Failure,
    read::head_row,
    rows::{HeadRow, StoredCommit},
};

/// The most commits of one step.
const MAX_COMMITS: i64 = 1_024;
/// How often a step is tried while others write.
const TRIES: u32 = 1_000;

/// Whether a step is taken, or only said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taking {
    Done,
    Rehearsed,
}

/// What a step let go, and where it left the namespace.
#[derive(Deserialize)]
struct Gone {
    commits: u64,
    moves: u64,
    records: u64,
    bytes: u64,
    floor_at: i64,
}

pub(crate) async fn compact(
    db: &Database,
    ns: &NamespaceId,
    before: Revision,
) -> Result<Compaction, StoreError> {
    let (mut gone, mut tries) = (Compaction::default(), 0);
    loop {
        let head = known_head(db, ns).await?;
        gone.floor = head.floor()?;
        let Some(step) = Step::next(db, ns, &head, before).await? else { return Ok(gone) };
        match step.take(db, Taking::Done).await {
            Ok(Some(done)) => step.add(&mut gone, &done),
            // Somebody else compacts: look again.
            Ok(None) | Err(Failure::Again(_) | Failure::Unknown(_)) if tries < TRIES => tries += 1,
            Ok(None) => return Err(StoreError::Busy),
            Err(failure) => return Err(failure.into_error()),
        }
    }
}

pub(crate) async fn rehearse(
    db: &Database,
    ns: &NamespaceId,
    before: Revision,
) -> Result<Compaction, StoreError> {
    let mut head = known_head(db, ns).await?;
    let mut gone = Compaction { floor: head.floor()?, ..Compaction::default() };
    while let Some(step) = Step::next(db, ns, &head, before).await? {
        let said = step.take(db, Taking::Rehearsed).await.map_err(Failure::into_error)?;
        let Some(said) = said else { return Err(StoreError::Busy) };
        step.add(&mut gone, &said);
        (head.floor_revision, head.floor_at) = (Some(step.floor), Some(said.floor_at));
        head.swept = step.to;
    }
    Ok(gone)
}

async fn known_head(db: &Database, ns: &NamespaceId) -> Result<HeadRow, StoreError> {
    head_row(db, ns).await?.ok_or_else(|| StoreError::NoNamespace(ns.clone()))
}

/// One step: from where the last one ended, to where this one does.
struct Step<'a> {
    ns: &'a NamespaceId,
    from: i64,
    to: i64,
    floor_was: Option<i64>,
    floor: i64,
    moves: Vec<Value>,
    records: Vec<Value>,
}

impl<'a> Step<'a> {
    /// The next step; nothing if the floor is reached and nothing is left below it.
    async fn next(
        db: &Database,
        ns: &'a NamespaceId,
        head: &HeadRow,
        before: Revision,
    ) -> Result<Option<Self>, StoreError> {
        let newest = head.head()?.revision;
        let floor = head.floor_revision.unwrap_or_default().max(signed(before.get()));
        if before > newest && Some(floor) != head.floor_revision {
            return Err(StoreError::NotYet { asked: before, newest });
        }
        let to = (floor - 1).min(head.swept + MAX_COMMITS).max(head.swept);
        if floor == head.floor_revision.unwrap_or_default() && to == head.swept {
            return Ok(None);
        }
        let (moves, records) = (Vec::new(), Vec::new());
        let (from, floor_was) = (head.swept, head.floor_revision);
        let mut step = Self { ns, from, to, floor_was, floor, moves, records };
        step.look(db).await?;
        Ok(Some(step))
    }

    /// Finds what served only what goes.
    async fn look(&mut self, db: &Database) -> Result<(), StoreError> {
        let list = "SELECT row_to_json(c)::text FROM {s}.commit c
            WHERE c.ns = {ns} AND c.revision > $2 AND c.revision <= $3 ORDER BY c.revision";
        let args = Args::default().with(self.ns.as_str()).with(self.from).with(self.to);
        let found: Vec<StoredCommit> = db.read(list, args).await?;
        for stored in found {
            if let Some(commit) = stored.commit(self.ns)? {
                self.replaced(&commit);
            }
        }
        Ok(())
    }

    /// Notes what was in force until a commit.
    fn replaced(&mut self, commit: &Commit) {
        for applied in &commit.applied {
            match applied {
                // Every move of an environment stays: a rollback may go back to any of them.
                Applied::PointerMoved(moved) if matches!(moved.name, PointerName::Label(_)) => {
                    let (kind, name) = name_columns(&moved.name);
                    let generation = signed(moved.generation.get()) - 1;
                    self.moves.push(json!({
                        "artifact": moved.artifact, "kind": kind, "name": name,
                        "generation": generation,
                    }));
                }
                Applied::RecordChanged(change) => {
                    let (kind, name) = (change.key.kind().as_str(), change.key.name());
                    let generation = signed(change.generation.get()) - 1;
                    self.records.push(json!({
                        "kind": kind, "name": name, "generation": generation,
                    }));
                }
                Applied::PointerMoved(_) | Applied::NamespaceCreated | Applied::VersionAdded(_) => {
                }
            }
        }
    }

    /// Nothing if somebody else went on from where it was to begin.
    async fn take(&self, db: &Database, taking: Taking) -> Result<Option<Gone>, Failure> {
        let step = json!({
            "namespace": self.ns,
            "from": self.from,
            "to": self.to,
            "floor_was": self.floor_was,
            "floor": self.floor,
            "moves": self.moves,
            "records": self.records,
            "take": taking == Taking::Done,
        });
        db.call_function("compact_step", &step.to_string()).await
    }

    fn add(&self, gone: &mut Compaction, more: &Gone) {
        let revision = Revision::new(u64::try_from(self.floor).unwrap_or_default());
        gone.floor = Some(Floor { revision, at: Timestamp::from_micros(more.floor_at) });
        gone.commits += more.commits;
        gone.moves += more.moves;
        gone.records += more.records;
        gone.bytes += more.bytes;
    }
}

/// Has the database use the room of what is gone again. That keeps nobody waiting, and gives no file
/// back but at its end.
pub(crate) async fn shrink(db: &Database) -> Result<Shrunk, StoreError> {
    let before = size(db).await?;
    let tables =
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relkind = 'r' ORDER BY 1";
    let rows = db.patiently(tables, Args::default().with(db.schema.clone())).await?;
    for row in &rows {
        let table: String = column(row, 0)?;
        let vacuum = format!("VACUUM {{s}}.{table}");
        db.rows(&vacuum, Args::default()).await.map_err(Failure::into_error)?;
    }
    Ok(Shrunk { before, after: size(db).await? })
}

async fn size(db: &Database) -> Result<u64, StoreError> {
    let size = "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relkind = 'r'";
    let rows = db.patiently(size, Args::default().with(db.schema.clone())).await?;
    let bytes = rows.first().map(|row| column::<i64>(row, 0)).transpose()?.unwrap_or_default();
    Ok(u64::try_from(bytes).unwrap_or_default())
}
