//! Records.

use sternway_store::{Limit, StoreError};
use sternway_types::{At, NamespaceId, RecordEntry, RecordKey, RecordKind};

use super::{
    past::Read,
    versions::{page, plain},
};
use crate::{
    database::Database,
    rows::{RecordRow, Row},
};

/// Records as they were: as they are, if nobody wrote them since.
const THEN: &str = "SELECT x.* FROM {s}.record_entry r CROSS JOIN LATERAL (
    SELECT r.* WHERE r.revision <= {last}
    UNION ALL
    (SELECT p.* FROM {s}.record_past p
        WHERE p.ns = r.ns AND p.kind = r.kind AND p.name = r.name AND p.revision <= {last}
            AND r.revision > {last}
        ORDER BY p.revision DESC LIMIT 1)) x";

/// Records at a state.
const fn records(at: At) -> &'static str {
    match at {
        At::Head => "SELECT r.* FROM {s}.record_entry r",
        At::Revision(_) | At::Time(_) => THEN,
    }
}

impl Database {
    pub(crate) async fn record(
        &self,
        ns: &NamespaceId,
        key: &RecordKey,
        at: At,
    ) -> Result<Option<RecordEntry>, StoreError> {
        let one = format!("{} WHERE r.ns = {{ns}} AND r.kind = $3 AND r.name = $4", records(at));
        let read = Read::new(ns, at).with(key.kind().as_str()).with(key.name());
        let found: Vec<Row<RecordRow>> = read.select(self, &one).await?;
        found.first().map(Row::entry).transpose()
    }

    pub(crate) async fn records_of(
        &self,
        ns: &NamespaceId,
        keys: &[RecordKey],
        at: At,
    ) -> Result<Vec<Option<RecordEntry>>, StoreError> {
        let each = format!(
            "SELECT found.* FROM unnest($3::text[], $4::text[]) w (kind, name), LATERAL (
                {} WHERE r.ns = {{ns}} AND r.kind = w.kind AND r.name = w.name LIMIT 1) found",
            records(at)
        );
        let kinds: Vec<&str> = keys.iter().map(|key| key.kind().as_str()).collect();
        let names: Vec<&str> = keys.iter().map(RecordKey::name).collect();
        let read = Read::new(ns, at).with(kinds).with(names);
        let found: Vec<Row<RecordRow>> = read.select(self, &each).await?;
        let found = found.iter().map(Row::entry).collect::<Result<Vec<_>, _>>()?;
        let of = |key: &RecordKey| found.iter().find(|entry| entry.key == *key).cloned();
        Ok(keys.iter().map(of).collect())
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
        let body = if at == At::Head { "r.body" } else { "x.body" };
        let list = format!(
            "{} WHERE r.ns = {{ns}} AND r.kind = $3 AND r.name >= $4
                AND r.name < $4 || chr(1114111) AND r.name > $5 AND {body} IS NOT NULL
            ORDER BY r.name LIMIT $6",
            records(at)
        );
        let read = Read::new(ns, at)
            .with(kind.as_str())
            .with(plain(prefix))
            .with(plain(after.unwrap_or_default()))
            .with(page(limit));
        let found: Vec<Row<RecordRow>> = read.select(self, &list).await?;
        found.iter().map(Row::entry).collect()
    }
}
