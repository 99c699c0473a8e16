//! Pointers of an artifact, and their moves.

use sternway_store::{Floor, Limit, StoreError};
use sternway_types::{ArtifactId, At, NamespaceId, Pointer, PointerMove, PointerName, Revision};

use super::compacted;
use crate::{
    convert::{name_columns, signed},
    database::{Args, Database},
    rows::{MoveRow, PointerRow, Row},
};

/// A pointer as its last move until a revision, the second value, left it.
pub(super) const THEN: &str = "SELECT m.ns, m.artifact, m.kind, m.name, m.to_version AS version,
        m.generation, m.at, m.revision, m.sum
    FROM {s}.pointer_move m
    WHERE m.ns = p.ns AND m.artifact = p.artifact AND m.kind = p.kind AND m.name = p.name
        AND m.revision <= $2
    ORDER BY m.revision DESC LIMIT 1";

impl Database {
    pub(crate) async fn pointer(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        name: &PointerName,
        at: At,
    ) -> Result<Option<Pointer>, StoreError> {
        let bound = self.bound(ns, at).await?;
        let found = self.pointer_until(ns, id, name, bound.revision).await?;
        self.still(ns, bound).await?;
        let found = self.listed(ns, found.into_iter().collect()).await?;
        Ok(found.into_iter().next())
    }

    async fn pointer_until(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        name: &PointerName,
        last: Option<Revision>,
    ) -> Result<Option<Pointer>, StoreError> {
        let (kind, name) = name_columns(name);
        let key = "p.artifact = $3 AND p.kind = $4 AND p.name = $5";
        let one = match last {
            None => format!(
                "SELECT row_to_json(p)::text FROM {{s}}.pointer p
                WHERE p.ns = {{ns}} AND p.revision <= $2 AND {key}"
            ),
            Some(_) => format!(
                "SELECT row_to_json(x)::text FROM {{s}}.pointer p CROSS JOIN LATERAL ({THEN}) x
                WHERE p.ns = {{ns}} AND {key}"
            ),
        };
        let args = Args::default()
            .with(ns.as_str())
            .with(last.map_or(i64::MAX, |last| signed(last.get())))
            .with(id.as_str())
            .with(kind)
            .with(name);
        let found: Vec<Row<PointerRow>> = self.read(&one, args).await?;
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
        let bound = self.bound(ns, at).await?;
        let (kind, name) = after.map_or(("", ""), name_columns);
        let range = "p.ns = {ns} AND p.artifact = $3 AND (p.kind, p.name) > ($4, $5)";
        let list = match bound.revision {
            None => format!(
                "SELECT row_to_json(p)::text FROM {{s}}.pointer p
                WHERE {range} AND p.revision <= $2 AND p.version IS NOT NULL
                ORDER BY p.kind, p.name LIMIT $6"
            ),
            Some(_) => format!(
                "SELECT row_to_json(x)::text FROM {{s}}.pointer p CROSS JOIN LATERAL ({THEN}) x
                WHERE {range} AND x.version IS NOT NULL ORDER BY p.kind, p.name LIMIT $6"
            ),
        };
        let args = Args::default()
            .with(ns.as_str())
            .with(bound.last())
            .with(id.as_str())
            .with(kind)
            .with(name)
            .with(signed(limit.get() as u64));
        let found: Vec<Row<PointerRow>> = self.read(&list, args).await?;
        self.still(ns, bound).await?;
        let found = self.listed(ns, found).await?;
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
        let found = self.all_moves(ns, id, name, before, limit).await?;
        let Some((floor, oldest)) = self.oldest_move(ns, id, name).await? else {
            return self.listed(ns, found).await;
        };
        let last = before.filter(|before| *before <= oldest.revision);
        if let Some(before) = last.filter(|_| oldest.generation.get() > 1) {
            let asked = Revision::new(before.get().saturating_sub(1));
            return Err(compacted(At::Revision(asked), floor));
        }
        let kept = found.into_iter().filter(|moved| moved.revision >= oldest.revision);
        self.listed(ns, kept.collect()).await
    }

    async fn all_moves(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        name: &PointerName,
        before: Option<Revision>,
        limit: Limit,
    ) -> Result<Vec<PointerMove>, StoreError> {
        let (kind, name) = name_columns(name);
        let list = "SELECT row_to_json(m)::text FROM {s}.pointer_move m
            WHERE m.ns = {ns} AND m.artifact = $2 AND m.kind = $3 AND m.name = $4
                AND m.revision < $5
            ORDER BY m.revision DESC LIMIT $6";
        let args = Args::default()
            .with(ns.as_str())
            .with(id.as_str())
            .with(kind)
            .with(name)
            .with(before.map_or(i64::MAX, |before| signed(before.get())))
            .with(signed(limit.get() as u64));
        let found: Vec<Row<MoveRow>> = self.read(list, args).await?;
        found.iter().map(Row::moved).collect()
    }

    /// The oldest move of a label that is kept: the one in force at the floor. Every move of an
    /// environment is.
    async fn oldest_move(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        name: &PointerName,
    ) -> Result<Option<(Floor, Pointer)>, StoreError> {
        let floor = match name {
            PointerName::Label(_) => self.floor(ns).await?,
            PointerName::Environment(_) => None,
        };
        let Some(floor) = floor else { return Ok(None) };
        let oldest = self.pointer_until(ns, id, name, Some(floor.revision)).await?;
        Ok(oldest.map(|oldest| (floor, oldest)))
    }
}
