//! Reading the past: which revisions a read may see, and what a pointer named then.

use sternway_types::{ArtifactId, At, NamespaceId, Pointer, PointerName, Revision, Timestamp};

use super::{
    codec, key,
    port::Direction,
    read::{self, decode_move},
    view::View,
};
use crate::{Limit, StoreError};

impl View {
    /// The last revision that a read may see; nothing for the newest state.
    pub(super) fn bound(&self, ns: &NamespaceId, at: At) -> Result<Option<Revision>, StoreError> {
        match at {
            At::Head => Ok(None),
            At::Revision(asked) => {
                let newest = self.known_head(ns)?.revision;
                let known = (asked <= newest).then_some(Some(asked));
                known.ok_or(StoreError::NotYet { asked, newest })
            }
            At::Time(time) => {
                let head = self.known_head(ns)?;
                let past = time < head.at;
                past.then(|| self.last_until(ns, time, head.revision)).transpose()
            }
        }
    }

    /// The last revision committed at or before a moment. Commit times never go backwards, so the
    /// log itself is the index.
    fn last_until(
        &self,
        ns: &NamespaceId,
        time: Timestamp,
        newest: Revision,
    ) -> Result<Revision, StoreError> {
        let (mut low, mut high) = (0, newest.get());
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            let key = key::commit(ns, Revision::new(middle));
            let found = read::commit(self.snapshot.as_ref(), ns, Revision::new(middle))?
                .ok_or_else(|| codec::corrupt(&key, "it is missing"))?;
            if found.at <= time {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        Ok(Revision::new(low))
    }

    pub(super) fn pointer_as_of(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        name: &PointerName,
        revision: Revision,
    ) -> Result<Option<Pointer>, StoreError> {
        let mut range = key::moves(ns, id, name).all(Direction::Backward);
        range.to = key::moved(ns, id, name, revision.next());
        let last =
            self.page(&range, Limit::new(1), |key, value| decode_move(key, value).map(Some))?;
        Ok(last.into_iter().next().map(|moved| Pointer {
            artifact: moved.artifact,
            name: moved.name,
            version: moved.to,
            generation: moved.generation,
            revision: moved.revision,
            at: moved.at,
        }))
    }
}
