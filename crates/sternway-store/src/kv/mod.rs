//! A store over an ordered map of bytes.
//!
//! Reading goes through a [`Snapshot`]; writing goes through one thread, which gathers what many
//! callers want, checks each changeset against the snapshot and what was decided before it in the
//! same batch, and writes the batch with one durable commit.

mod apply;
mod apply_move;
mod apply_record;
mod as_of;
mod blob;
mod bulk;
mod codec;
mod committer;
mod key;
mod memory;
mod newest;
mod port;
mod precondition;
mod read;
mod staging;
mod store;
mod stored;
mod verify;
mod verify_history;
mod view;
mod writer;

pub use self::{
    memory::MemoryKv,
    port::{Batch, Direction, Kv, KvError, Range, Snapshot, Visit},
    store::KvStore,
};
