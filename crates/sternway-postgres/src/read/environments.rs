//! What is live in an environment.

use sternway_store::{Limit, StoreError};
use sternway_types::{ArtifactId, At, EnvironmentId, NamespaceId, Pointer};

use super::{past::Read, pointers::THEN, versions::page};
use crate::{
    database::Database,
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
        let list = match at {
            At::Head => "SELECT p.* FROM {s}.pointer p".to_owned(),
            At::Revision(_) | At::Time(_) => {
                format!("SELECT x.* FROM {{s}}.pointer p CROSS JOIN LATERAL ({THEN}) x")
            }
        };
        let list = format!(
            "{list} WHERE p.ns = {{ns}} AND p.kind = 'e' AND p.name = $3 AND p.artifact > $4
            ORDER BY p.artifact LIMIT $5"
        );
        let read = Read::new(ns, at)
            .with(environment.as_str())
            .with(after.map_or("", ArtifactId::as_str))
            .with(page(limit));
        let found: Vec<Row<PointerRow>> = read.select(self, &list).await?;
        found.iter().map(Row::pointer).collect()
    }
}
