//! The cases of an ordered map: one file per clause of the contract of [`Kv`], one function per
//! promise in it, each named in the list of [`list`](mod@crate::list).

pub(crate) mod any_bytes;
pub(crate) mod atomic;
pub(crate) mod durable;
pub(crate) mod isolated;
pub(crate) mod ordered;

use std::ops::ControlFlow;

use sternway_store::{Batch, Direction, Kv, Range, Snapshot, StoreError};

use crate::{
    kv_harness::OpenKv,
    must::{Chain, Must},
};

type Entry = (Vec<u8>, Vec<u8>);

fn open(place: &OpenKv) -> std::sync::Arc<dyn Kv> {
    place().must("open the map")
}

fn snapshot(kv: &dyn Kv) -> Box<dyn Snapshot> {
    match kv.snapshot() {
        Ok(snapshot) => snapshot,
        Err(err) => panic!("the map could not take a snapshot: {}", Chain(&err)),
    }
}

fn commit(kv: &dyn Kv, batch: &Batch) {
    kv.commit(batch).map_err(StoreError::from).must("commit");
}

fn get(snapshot: &dyn Snapshot, key: &[u8]) -> Option<Vec<u8>> {
    snapshot.get(key).map_err(StoreError::from).must("get")
}

fn range(from: &[u8], to: &[u8], direction: Direction) -> Range {
    Range { from: from.to_vec(), to: to.to_vec(), direction }
}

/// The entries of a range, at most so many.
fn scan(snapshot: &dyn Snapshot, range: &Range, most: usize) -> Vec<Entry> {
    let mut entries = Vec::new();
    let scanned = snapshot.scan(range, &mut |key, value| {
        entries.push((key.to_vec(), value.to_vec()));
        if entries.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    scanned.map_err(StoreError::from).must("scan");
    entries
}

/// Everything that a snapshot shows.
fn everything(snapshot: &dyn Snapshot) -> Vec<Entry> {
    scan(snapshot, &range(&[0], &[u8::MAX; 1001], Direction::Forward), usize::MAX)
}

fn put(key: &[u8], value: &[u8]) -> (Vec<u8>, Option<Vec<u8>>) {
    (key.to_vec(), Some(value.to_vec()))
}

fn delete(key: &[u8]) -> (Vec<u8>, Option<Vec<u8>>) {
    (key.to_vec(), None)
}
