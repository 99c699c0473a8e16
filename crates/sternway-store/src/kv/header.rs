//! The header of a store: what the map holds, and in which layout.

use std::ops::ControlFlow;

use super::{
    codec, key,
    port::{Batch, Direction, Kv, Range},
    staging::Get as _,
    stored::StoredHeader,
};
use crate::StoreError;

/// Checks that a map is a store of a layout that is known here; makes an empty one a store.
pub(super) fn check(kv: &dyn Kv) -> Result<(), StoreError> {
    let snapshot = kv.snapshot()?;
    let key = key::store();
    let layout = StoredHeader::LAYOUT;
    if let Some(header) = snapshot.read::<StoredHeader>(&key)? {
        if header.magic != StoredHeader::MAGIC {
            return Err(StoreError::NotAStore { detail: "its header is another's".into() });
        }
        if header.layout > layout {
            let (place, found) = ("the store".into(), header.layout);
            return Err(StoreError::NewerFormat { place, found, newest: layout });
        }
        if header.layout < layout {
            let detail = "it was made before the first release, and is to be made anew".into();
            return Err(StoreError::NotAStore { detail });
        }
        return Ok(());
    }
    let everything = Range { from: vec![0], to: vec![u8::MAX; 2], direction: Direction::Forward };
    let mut empty = true;
    snapshot.scan(&everything, &mut |_, _| {
        empty = false;
        ControlFlow::Break(())
    })?;
    if !empty {
        return Err(StoreError::NotAStore { detail: "it holds data and has no header".into() });
    }
    let header = StoredHeader { magic: StoredHeader::MAGIC.into(), layout };
    let sealed = codec::write(&key, &header)?;
    Ok(kv.commit(&Batch::from([(key, Some(sealed))]))?)
}
