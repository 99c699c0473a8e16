//! Pointers of an artifact, and their moves.

use sternway_store::{Limit, StoreError};
use sternway_types::{ArtifactId, At, NamespaceId, Pointer, PointerMove, PointerName, Revision};

use super::{
    past::{Read, compacted},
    versions::page,
};
use crate::{
    convert::{name_columns, signed},
    database::Database,
    rows::{MoveRow, PointerRow, Row},
};

/// Pointers as they were: as their last moves of then left them.
pub(super) const THEN: &str = "SELECT m.ns, m.artifact, m.kind, m.name, m.to_version AS version,
        m.generation, m.at, m.revision, m.sum
    FROM {s}.pointer_move m
    WHERE m.ns = p.ns AND m.artifact = p.artifact AND m.kind = p.kind AND m.name = p.name
        AND m.revision <= {last}
    ORDER BY m.revision DESC LIMIT 1";

/// The move of a label that was in force at the floor.
const OLDEST: &str =
    "SELECT y.* FROM {s}.head f CROSS JOIN LATERAL (SELECT o.* FROM {s}.pointer_move o
        WHERE o.ns = f.ns AND o.artifact = $3 AND o.kind = $4 AND o.name = $5
            AND o.revision <= f.floor_revision
        ORDER BY o.revision DESC LIMIT 1) y
    WHERE f.ns = {ns}";

impl Database {
    pub(crate) async fn pointer(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        name: &PointerName,
        at: At,
    ) -> Result<Option<Pointer>, StoreError> {
        let key = "WHERE p.ns = {ns} AND p.artifact = $3 AND p.kind = $4 AND p.name = $5";
        let one = match at {
            At::Head => format!("SELECT p.* FROM {{s}}.pointer p {key}"),
            At::Revision(_) | At::Time(_) => {
                format!("SELECT x.* FROM {{s}}.pointer p CROSS JOIN LATERAL ({THEN}) x {key}")
            }
        };
        let (kind, name) = name_columns(name);
        let read = Read::new(ns, at).with(id.as_str()).with(kind).with(name);
        let found: Vec<Row<PointerRow>> = read.select(self, &one).await?;
        found.first().map(Row::pointer).transpose()
    }

    pub(crate) async fn pointers(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        at: At,
        after: Option<&PointerName>,
        limit: Limit,
    ) -> Result<Vec<Pointer>, StoreError> {
        let range = "p.ns = {ns} AND p.artifact = $3 AND (p.kind, p.name) > ($4, $5)";
        let list = match at {
            At::Head => format!(
                "SELECT p.* FROM {{s}}.pointer p WHERE {range} AND p.version IS NOT NULL
                ORDER BY p.kind, p.name LIMIT $6"
            ),
            At::Revision(_) | At::Time(_) => format!(
                "SELECT x.* FROM {{s}}.pointer p CROSS JOIN LATERAL ({THEN}) x
                WHERE {range} AND x.version IS NOT NULL ORDER BY p.kind, p.name LIMIT $6"
            ),
        };
        let (kind, name) = after.map_or(("", ""), name_columns);
        let read = Read::new(ns, at).with(id.as_str()).with(kind).with(name).with(page(limit));
        let found: Vec<Row<PointerRow>> = read.select(self, &list).await?;
        found.iter().map(Row::pointer).collect()
    }

    pub(crate) async fn moves(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        name: &PointerName,
        before: Option<Revision>,
        limit: Limit,
    ) -> Result<Vec<PointerMove>, StoreError> {
        // Every move of an environment is kept; of a label, those since the one in force at the floor.
        let list = format!(
            "SELECT m.* FROM {{s}}.pointer_move m
            WHERE m.ns = {{ns}} AND m.artifact = $3 AND m.kind = $4 AND m.name = $5
                AND m.revision < $6
                AND (m.kind = 'e' OR m.revision >= coalesce((SELECT o.revision FROM ({OLDEST}) o), 0))
            ORDER BY m.revision DESC LIMIT $7"
        );
        let (kind, text) = name_columns(name);
        let read = Read::new(ns, At::Head)
            .with(id.as_str())
            .with(kind)
            .with(text)
            .with(before.map_or(i64::MAX, |before| signed(before.get())))
            .with(page(limit));
        let found: Vec<Row<MoveRow>> = read.select(self, &list).await?;
        if let (true, "l", Some(before)) = (found.is_empty(), kind, before) {
            self.before_the_oldest(ns, id, name, before).await?;
        }
        found.iter().map(Row::moved).collect()
    }

    /// Refuses to show what was before the oldest move of a label that is kept, if something was.
    async fn before_the_oldest(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        name: &PointerName,
        before: Revision,
    ) -> Result<(), StoreError> {
        let (kind, name) = name_columns(name);
        let read = Read::new(ns, At::Head).with(id.as_str()).with(kind).with(name);
        let oldest: Vec<Row<MoveRow>> = read.select(self, OLDEST).await?;
        let oldest = oldest.first().map(Row::moved).transpose()?;
        let gone = |oldest: &PointerMove| before <= oldest.revision && oldest.generation.get() > 1;
        match self.floor(ns).await? {
            Some(floor) if oldest.as_ref().is_some_and(gone) => {
                let asked = Revision::new(before.get().saturating_sub(1));
                Err(compacted(At::Revision(asked), floor))
            }
            Some(_) | None => Ok(()),
        }
    }
}
