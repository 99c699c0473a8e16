//! Runs that are open.

use sternway_store::{Limit, StoreError};
use sternway_types::{At, NamespaceId, OpenRun, OutcomeId, Timestamp};

use super::{past::Read, versions::page};
use crate::{database::Database, rows::OpenRunRow};

/// Open runs of a namespace: one whose outcome is counted is none. Asked run by run, or a plan may read
/// all outcomes for it.
const OPEN: &str =
    "SELECT r.id, r.artifact, r.environment, r.version, r.generation, r.opened, r.due, r.bucket
    FROM {s}.open_run r WHERE r.ns = {ns}
        AND (SELECT o.id FROM {s}.outcome o WHERE o.ns = r.ns AND o.id = r.id) IS NULL";

impl Database {
    pub(crate) async fn open_run(
        &self,
        ns: &NamespaceId,
        id: OutcomeId,
    ) -> Result<Option<OpenRun>, StoreError> {
        let read = Read::new(ns, At::Head).with(id.as_uuid());
        let found: Vec<OpenRunRow> = read.select(self, &format!("{OPEN} AND r.id = $3")).await?;
        found.first().map(OpenRunRow::open_run).transpose()
    }

    pub(crate) async fn open_runs(
        &self,
        ns: &NamespaceId,
        due_by: Timestamp,
        after: Option<&OpenRun>,
        limit: Limit,
    ) -> Result<Vec<OpenRun>, StoreError> {
        let list = format!(
            "{OPEN} AND r.due <= $3 AND (r.due, r.id) > ($4, $5) ORDER BY r.due, r.id LIMIT $6"
        );
        let read = Read::new(ns, At::Head)
            .with(due_by.as_micros())
            .with(after.map_or(i64::MIN, |it| it.due.as_micros()))
            .with(after.map_or_else(uuid::Uuid::nil, |it| it.id.as_uuid()))
            .with(page(limit));
        let found: Vec<OpenRunRow> = read.select(self, &list).await?;
        found.iter().map(OpenRunRow::open_run).collect()
    }
}
