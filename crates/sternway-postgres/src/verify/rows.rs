//! Every row by its sum, and what derives from rows.

use std::collections::HashMap;

use serde::{Deserialize, de::DeserializeOwned};
use sternway_store::{Floor, StoreError};
use sternway_types::NamespaceId;

use super::scan::{Scan, json};
use crate::{
    convert::{Authored, Created},
    rows::{
        HeadRow, Hex, Kept, MoveRow, NamespaceRow, PointerRow, RecordRow, Row, StoredCommit,
        VersionRow, seal,
    },
};

/// A namespace, and where it stands.
pub(super) struct Namespace {
    pub(super) id: NamespaceId,
    pub(super) head: HeadRow,
}

#[derive(Deserialize)]
struct Named {
    id: i32,
    name: String,
    sum: Hex,
}

/// The namespaces, by their numbers.
pub(super) async fn namespaces(scan: &mut Scan) -> Result<HashMap<i32, Namespace>, StoreError> {
    let mut found = HashMap::new();
    scan.open("heads", "SELECT row_to_json(h)::text FROM {s}.head h").await?;
    let mut heads = HashMap::new();
    loop {
        let rows = scan.page("heads").await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            let head: HeadRow = json(row)?;
            heads.insert(head.ns, head);
        }
    }
    scan.open("names", "SELECT row_to_json(n)::text FROM {s}.namespace n ORDER BY n.name").await?;
    loop {
        let rows = scan.page("names").await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            let named: Named = json(row)?;
            namespace(scan, named, &mut heads, &mut found)?;
        }
    }
    for ns in heads.into_keys() {
        scan.report.note(format!("the head of namespace number {ns}"), "it belongs to none");
    }
    Ok(found)
}

fn namespace(
    scan: &mut Scan,
    named: Named,
    heads: &mut HashMap<i32, HeadRow>,
    found: &mut HashMap<i32, Namespace>,
) -> Result<(), StoreError> {
    let Named { id, name, sum } = named;
    let place = format!("namespace {name}");
    let row = NamespaceRow { name };
    if seal(&row.sum(), id, [0; 3]) != sum.0 {
        scan.report.note(place.as_str(), "its sum does not match");
    }
    let (Ok(name), Some(head)) = (row.name.parse::<NamespaceId>(), heads.remove(&id)) else {
        scan.report.note(place, "it is not a name, or has no head");
        return Ok(());
    };
    scan.report.namespaces += 1;
    match head.floor() {
        Ok(Some(floor)) => begins(scan, &name, floor, head.swept),
        Ok(None) => (),
        Err(err) => scan.note(err)?,
    }
    found.insert(id, Namespace { id: name, head });
    Ok(())
}

fn begins(scan: &mut Scan, ns: &NamespaceId, floor: Floor, gone: i64) {
    let report = &mut scan.report;
    report.compacted = report.compacted.saturating_add(u64::try_from(gone).unwrap_or_default());
    if report.floors.len() < sternway_store::Report::MAX_FLOORS {
        report.floors.push((ns.clone(), floor));
    }
}

/// What a row was sealed with.
trait Sealed: DeserializeOwned {
    const TABLE: &'static str;

    fn ns(&self) -> i32;
    fn seal(&self) -> Vec<u8>;
    fn sum(&self) -> &[u8];
    fn place(&self) -> String;
    /// What it says, or what is wrong with that.
    fn sense(&self) -> Result<(), StoreError>;
}

impl Sealed for CreatedRow {
    const TABLE: &'static str = "artifact";

    fn ns(&self) -> i32 {
        self.ns
    }

    fn seal(&self) -> Vec<u8> {
        let Created { row, created_at, revision } = &self.created;
        seal(&row.sum(), self.ns, [*revision, *created_at, 0])
    }

    fn sum(&self) -> &[u8] {
        &self.sum.0
    }

    fn place(&self) -> String {
        format!("artifact {}", self.created.row.name)
    }

    fn sense(&self) -> Result<(), StoreError> {
        self.created.artifact().map(drop)
    }
}

#[derive(Deserialize)]
struct CreatedRow {
    ns: i32,
    #[serde(flatten)]
    created: Created,
    sum: Hex,
}

impl Sealed for Authored {
    const TABLE: &'static str = "version";

    fn ns(&self) -> i32 {
        self.row.ns
    }

    fn seal(&self) -> Vec<u8> {
        let Row { ns, row, at, revision, .. } = &self.row;
        seal(&VersionRow::sum(row), *ns, [*revision, *at, self.authored_at])
    }

    fn sum(&self) -> &[u8] {
        &self.row.sum.0
    }

    fn place(&self) -> String {
        format!("{}@v{}", self.row.row.artifact, self.row.row.number)
    }

    fn sense(&self) -> Result<(), StoreError> {
        self.version().map(drop)
    }
}

macro_rules! sealed {
    ($($row:ident($table:literal, $sense:ident, |$it:ident| $place:expr);)*) => {
        $(impl Sealed for Row<$row> {
            const TABLE: &'static str = $table;

            fn ns(&self) -> i32 {
                self.ns
            }

            fn seal(&self) -> Vec<u8> {
                seal(&self.row.sum(), self.ns, [self.revision, self.at, 0])
            }

            fn sum(&self) -> &[u8] {
                &self.sum.0
            }

            fn place(&self) -> String {
                let $it = &self.row;
                $place
            }

            fn sense(&self) -> Result<(), StoreError> {
                self.$sense().map(drop)
            }
        })*
    };
}

sealed! {
    PointerRow("pointer", pointer, |it| format!("pointer {} of {}", it.name, it.artifact));
    MoveRow("pointer_move", moved,
        |it| format!("move {} of pointer {} of {}", it.generation, it.name, it.artifact));
    RecordRow("record_entry", entry, |it| format!("record {} {}", it.kind, it.name));
}

/// Checks every row of a table, and says how many there are.
async fn table<T: Sealed>(
    scan: &mut Scan,
    name: &str,
    namespaces: &HashMap<i32, Namespace>,
) -> Result<u64, StoreError> {
    let mut count = 0;
    scan.open("rows", &format!("SELECT row_to_json(t)::text FROM {{s}}.{name} t")).await?;
    loop {
        let rows = scan.page("rows").await?;
        if rows.is_empty() {
            return Ok(count);
        }
        for row in &rows {
            count += 1;
            let row: T = match json(row) {
                Ok(row) => row,
                Err(err) => {
                    scan.report.note(format!("a row of {}", T::TABLE), err.to_string());
                    continue;
                }
            };
            if row.seal() != row.sum() {
                scan.report.note(row.place(), "its sum does not match");
            } else if !namespaces.contains_key(&row.ns()) {
                scan.report.note(row.place(), "it belongs to no namespace");
            } else if let Err(err) = row.sense() {
                scan.note(err)?;
            }
        }
    }
}

/// What derives from rows, and is not as they are.
const DERIVED: &[&str] = &[
    "SELECT 'artifact ' || a.name, 'it does not name its newest version' FROM {s}.artifact a
        LEFT JOIN LATERAL (SELECT v.number, v.revision FROM {s}.version v
            WHERE v.ns = a.ns AND v.artifact = a.name ORDER BY v.number DESC LIMIT 1) v ON true
        WHERE (a.latest, a.revision) IS DISTINCT FROM (v.number, v.revision)",
    "SELECT 'artifact ' || v.artifact, 'its versions are not numbered one after the other'
        FROM {s}.version v GROUP BY v.ns, v.artifact HAVING count(*) <> max(v.number)",
    "SELECT 'pointer ' || p.name || ' of ' || p.artifact, 'it is not where its last move left it'
        FROM {s}.pointer p LEFT JOIN LATERAL (SELECT m.* FROM {s}.pointer_move m
            WHERE m.ns = p.ns AND m.artifact = p.artifact AND m.kind = p.kind AND m.name = p.name
            ORDER BY m.revision DESC LIMIT 1) m ON true
        WHERE (p.version, p.generation, p.revision, p.at)
            IS DISTINCT FROM (m.to_version, m.generation, m.revision, m.at)",
    "SELECT 'pointer ' || m.name || ' of ' || m.artifact, 'a move of it is missing'
        FROM {s}.pointer_move m GROUP BY m.ns, m.artifact, m.kind, m.name
        HAVING count(*) <> max(m.generation) - min(m.generation) + 1
            OR (m.kind = 'e' AND min(m.generation) <> 1)",
    "(SELECT artifact || '@v' || number, 'what depends on it, or it on, is not noted' FROM (
        (SELECT v.ns, d AS needs, v.artifact, v.number FROM {s}.version v, unnest(v.depends_on) d
            EXCEPT SELECT ns, needs, artifact, number FROM {s}.dependency)
        UNION ALL
        (SELECT ns, needs, artifact, number FROM {s}.dependency
            EXCEPT SELECT v.ns, d, v.artifact, v.number FROM {s}.version v, unnest(v.depends_on) d)) x)",
    "SELECT 'record ' || r.kind || ' ' || r.name, 'a state of it is missing'
        FROM {s}.record_entry r LEFT JOIN {s}.record_past p ON p.ns = r.ns AND p.kind = r.kind AND p.name = r.name
        GROUP BY r.ns, r.kind, r.name, r.generation
        HAVING count(p.generation) > 0 AND (max(p.generation) <> r.generation - 1
            OR count(p.generation) <> max(p.generation) - min(p.generation) + 1)",
];

/// Every row but those of commits, contents and outcomes.
pub(super) async fn rows(
    scan: &mut Scan,
    namespaces: &HashMap<i32, Namespace>,
) -> Result<(), StoreError> {
    table::<CreatedRow>(scan, "artifact", namespaces).await?;
    scan.report.versions = table::<Authored>(scan, "version", namespaces).await?;
    table::<Row<PointerRow>>(scan, "pointer", namespaces).await?;
    table::<Row<MoveRow>>(scan, "pointer_move", namespaces).await?;
    table::<Row<RecordRow>>(scan, "record_entry", namespaces).await?;
    table::<Row<RecordRow>>(scan, "record_past", namespaces).await?;
    for derived in DERIVED {
        scan.note_all(derived).await?;
    }
    Ok(())
}

/// Whether the id of a commit is the one that it was written with.
pub(super) fn is_sealed(stored: &StoredCommit) -> bool {
    let row = crate::rows::CommitRow { id: stored.id };
    seal(&row.sum(), stored.ns, [stored.revision, 0, 0]) == stored.sum.0
}
