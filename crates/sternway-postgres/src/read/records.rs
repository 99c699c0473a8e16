//! Records.

use sternway_store::{Limit, StoreError};
use sternway_types::{At, NamespaceId, RecordEntry, RecordKey, RecordKind};

use crate::{
    convert::signed,
    database::{Args, Database},
    rows::{RecordRow, Row},
};

/// A record as it was at a revision, the second value: as it is, if nobody wrote it since.
const THEN: &str = "SELECT p.ns, p.kind, p.name, p.body, p.generation, p.at, p.revision, p.sum
    FROM {s}.record_past p
    WHERE p.ns = r.ns AND p.kind = r.kind AND p.name = r.name AND p.revision <= $2
        AND r.revision > $2
    ORDER BY p.revision DESC LIMIT 1";

/// Records with what they were at a revision.
fn select() -> String {
    format!(
        "SELECT row_to_json(x)::text FROM {{s}}.record_entry r CROSS JOIN LATERAL (
            SELECT r.ns, r.kind, r.name, r.body, r.generation, r.at, r.revision, r.sum
                WHERE r.revision <= $2
            UNION ALL ({THEN})) x"
    )
}

impl Database {
    pub(crate) async fn record(
        &self,
        ns: &NamespaceId,
        key: &RecordKey,
        at: At,
    ) -> Result<Option<RecordEntry>, StoreError> {
        let bound = self.bound(ns, at).await?;
        let one = format!("{} WHERE r.ns = {{ns}} AND r.kind = $3 AND r.name = $4", select());
        let args = Args::default()
            .with(ns.as_str())
            .with(bound.last())
            .with(key.kind().as_str())
            .with(key.name());
        let found: Vec<Row<RecordRow>> = self.read(&one, args).await?;
        self.still(ns, bound).await?;
        let found = self.listed(ns, found).await?;
        found.first().map(Row::entry).transpose()
    }

    pub(crate) async fn records(
        &self,
        ns: &NamespaceId,
        kind: RecordKind,
        prefix: &str,
        at: At,
        after: Option<&str>,
        limit: Limit,
    ) -> Result<Vec<RecordEntry>, StoreError> {
        // No name has a NUL.
        if prefix.contains('\0') || after.is_some_and(|after| after.contains('\0')) {
            return self.listed(ns, Vec::new()).await;
        }
        let bound = self.bound(ns, at).await?;
        let list = format!(
            "{} WHERE r.ns = {{ns}} AND r.kind = $3 AND r.name >= $4
                AND r.name < $4 || chr(1114111) AND r.name > $5 AND x.body IS NOT NULL
            ORDER BY r.name LIMIT $6",
            select()
        );
        let args = Args::default()
            .with(ns.as_str())
            .with(bound.last())
            .with(kind.as_str())
            .with(prefix)
            .with(after.unwrap_or_default())
            .with(signed(limit.get() as u64));
        let found: Vec<Row<RecordRow>> = self.read(&list, args).await?;
        self.still(ns, bound).await?;
        let found = self.listed(ns, found).await?;
        found.iter().map(Row::entry).collect()
    }
}
