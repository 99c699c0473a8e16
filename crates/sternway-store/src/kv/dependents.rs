//! What depends on an artifact: the artifacts whose newest version says so.
//!
//! There is a row for each version that depends on another artifact. From one dependent to the next
//! it is one step, however many versions it has.

use sternway_types::{Artifact, ArtifactId, At, NamespaceId};

use super::{
    codec,
    key::{self, KeyReader},
    port::{Direction, Range},
    read,
    staging::Get as _,
    view::View,
};
use crate::{Limit, StoreError};

impl View {
    pub(super) fn dependents(
        &self,
        ns: &NamespaceId,
        on: &ArtifactId,
        at: At,
        last: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Artifact>, StoreError> {
        let bound = self.bound(ns, at)?;
        let mut range = key::dependents(ns, on).all(Direction::Forward);
        if let Some(last) = last {
            range.from = key::dependents_of(ns, on, last).all(Direction::Forward).to;
        }
        let mut found = Vec::new();
        while found.len() < limit.get() {
            let Some(id) = self.first_dependent(&range)? else { break };
            range.from = key::dependents_of(ns, on, &id).all(Direction::Forward).to;
            let Some(artifact) = read::artifact(self.snapshot.as_ref(), ns, &id)? else { continue };
            let Some(artifact) = self.artifact_until(ns, artifact, bound)? else { continue };
            let newest = key::dependent(ns, on, &id, artifact.latest);
            if let Some(value) = self.snapshot.as_ref().sealed(&newest)? {
                codec::open(&newest, &value)?;
                found.push(artifact);
            }
        }
        self.listed(ns, found)
    }

    fn first_dependent(&self, range: &Range) -> Result<Option<ArtifactId>, StoreError> {
        let first = self.page(range, Limit::new(1), |key, _| {
            let id = KeyReader::new(key).and_then(|mut parts| {
                parts.name::<NamespaceId>()?;
                parts.name::<ArtifactId>()?;
                parts.name::<ArtifactId>()
            });
            id.map(Some).ok_or_else(|| codec::corrupt(key, "its key names no artifact"))
        })?;
        Ok(first.into_iter().next())
    }
}
