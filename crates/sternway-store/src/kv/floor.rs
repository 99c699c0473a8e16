//! Where a namespace begins: below its floor nothing can be asked for.

use sternway_types::{ArtifactId, At, NamespaceId, Pointer, PointerName, Revision};

use super::{key, staging::Get, stored::StoredFloor, view::View};
use crate::{Floor, StoreError};

/// The floor of a namespace; nothing if nothing of it was ever let go.
pub(super) fn of(
    from: &(impl Get + ?Sized),
    ns: &NamespaceId,
) -> Result<Option<Floor>, StoreError> {
    Ok(stored(from, ns)?.floor())
}

pub(super) fn stored(
    from: &(impl Get + ?Sized),
    ns: &NamespaceId,
) -> Result<StoredFloor, StoreError> {
    Ok(from.read(&key::floor(ns))?.unwrap_or_else(StoredFloor::none))
}

/// The error for what was let go.
pub(super) const fn compacted(asked: At, floor: Floor) -> StoreError {
    StoreError::Compacted { asked, oldest: floor.revision, oldest_at: floor.at }
}

/// Refuses a revision that was let go.
pub(super) fn is_kept(
    from: &(impl Get + ?Sized),
    ns: &NamespaceId,
    asked: Revision,
) -> Result<(), StoreError> {
    match of(from, ns)?.filter(|floor| asked < floor.revision) {
        Some(floor) => Err(compacted(At::Revision(asked), floor)),
        None => Ok(()),
    }
}

impl View {
    pub(super) fn floor(&self, ns: &NamespaceId) -> Result<Option<Floor>, StoreError> {
        self.found(ns, of(self.snapshot.as_ref(), ns)?)
    }

    /// The oldest move of a label that is kept: the one in force at the floor. Every move of an
    /// environment is.
    pub(super) fn oldest_move(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        name: &PointerName,
    ) -> Result<Option<(Floor, Pointer)>, StoreError> {
        let floor = match name {
            PointerName::Label(_) => of(self.snapshot.as_ref(), ns)?,
            PointerName::Environment(_) => None,
        };
        let Some(floor) = floor else { return Ok(None) };
        let oldest = self.pointer_as_of(ns, id, name, floor.revision)?;
        Ok(oldest.map(|oldest| (floor, oldest)))
    }

    /// Refuses a revision that was let go.
    pub(super) fn kept(&self, ns: &NamespaceId, asked: Revision) -> Result<(), StoreError> {
        is_kept(self.snapshot.as_ref(), ns, asked)
    }
}
