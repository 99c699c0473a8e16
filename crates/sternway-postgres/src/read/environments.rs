//! What is live in an environment.

use sternway_store::{Limit, StoreError};
use sternway_types::{ArtifactId, At, EnvironmentId, NamespaceId, Pointer};

use super::pointers::THEN;
use crate::{
    convert::signed,
    database::{Args, Database},
    rows::{PointerRow, Row},
};

impl Database {
    pub(crate) async fn environment(
        &self,
        ns: &NamespaceId,
        environment: &EnvironmentId,
        at: At,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Pointer>, StoreError> {
        let bound = self.bound(ns, at).await?;
        let range = "p.ns = {ns} AND p.kind = 'e' AND p.name = $3 AND p.artifact > $4";
        let list = match bound.revision {
            None => format!(
                "SELECT row_to_json(p)::text FROM {{s}}.pointer p
                WHERE {range} AND p.revision <= $2 ORDER BY p.artifact LIMIT $5"
            ),
            Some(_) => format!(
                "SELECT row_to_json(x)::text FROM {{s}}.pointer p CROSS JOIN LATERAL ({THEN}) x
                WHERE {range} ORDER BY p.artifact LIMIT $5"
            ),
        };
        let args = Args::default()
            .with(ns.as_str())
            .with(bound.last())
            .with(environment.as_str())
            .with(after.map_or("", ArtifactId::as_str))
            .with(signed(limit.get() as u64));
        let found: Vec<Row<PointerRow>> = self.read(&list, args).await?;
        self.still(ns, bound).await?;
        let found = self.listed(ns, found).await?;
        found.iter().map(Row::pointer).collect()
    }
}
