//! The header of a store: what the map holds, and in which layout.

use std::ops::ControlFlow;

use super::{
    codec, key,
    port::{Batch, Direction, Kv, Range, Snapshot},
    staging::Get as _,
    stored::StoredHeader,
};
use crate::StoreError;

/// Checks that a map is a store of the layout that is written here; makes an empty one a store.
pub(super) fn check(kv: &dyn Kv) -> Result<(), StoreError> {
    let newest = StoredHeader::LAYOUT;
    match layout(kv.snapshot()?.as_ref())? {
        Some(found) if found < newest => Err(StoreError::OlderLayout { found, newest }),
        Some(_) => Ok(()),
        None => write(kv),
    }
}

/// The layout of the store in a map, at most the one that is written here; nothing if the map is
/// empty.
pub(super) fn layout(snapshot: &dyn Snapshot) -> Result<Option<u8>, StoreError> {
    let newest = StoredHeader::LAYOUT;
    let Some(header) = snapshot.read::<StoredHeader>(&key::store())? else {
        return if is_empty(snapshot)? {
            Ok(None)
        } else {
            Err(StoreError::NotAStore { detail: "it holds data and has no header".into() })
        };
    };
    if header.magic != StoredHeader::MAGIC {
        return Err(StoreError::NotAStore { detail: "its header is another's".into() });
    }
    if header.layout > newest {
        let (place, found) = ("the store".into(), header.layout);
        return Err(StoreError::NewerFormat { place, found, newest });
    }
    if header.layout < StoredHeader::OLDEST {
        let detail = "it was made before the first release, and is to be made anew".into();
        return Err(StoreError::NotAStore { detail });
    }
    Ok(Some(header.layout))
}

fn is_empty(snapshot: &dyn Snapshot) -> Result<bool, StoreError> {
    let everything = Range { from: vec![0], to: vec![u8::MAX; 2], direction: Direction::Forward };
    let mut empty = true;
    snapshot.scan(&everything, &mut |_, _| {
        empty = false;
        ControlFlow::Break(())
    })?;
    Ok(empty)
}

/// Says that a map is a store of the layout that is written here.
pub(super) fn write(kv: &dyn Kv) -> Result<(), StoreError> {
    let key = key::store();
    let (magic, layout) = (StoredHeader::MAGIC.into(), StoredHeader::LAYOUT);
    let sealed = codec::write(&key, &StoredHeader { magic, layout })?;
    Ok(kv.commit(&Batch::from([(key, Some(sealed))]))?)
}
