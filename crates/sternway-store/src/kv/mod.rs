//! A store over an ordered map of bytes.
//!
//! Reading goes through a [`Snapshot`]. What callers want to write is decided one by one, against the
//! snapshot and what was decided before, gathers in a batch, and is written by one thread with one
//! durable commit.

mod answer;
mod as_of;
mod blob;
mod bulk;
pub(crate) mod chain;
mod codec;
mod compact;
mod dependents;
mod floor;
mod group;
mod handle;
mod header;
mod keep;
mod key;
mod key_reader;
mod logs;
mod map;
mod memory;
mod noted;
mod port;
mod read;
mod runs;
mod stage;
mod staging;
mod state;
mod store;
mod stored;
mod table;
pub(crate) mod tally;
mod tree;
mod upgrade;
mod verify;
mod verify_base;
mod verify_chain;
mod verify_history;
mod view;

pub use self::{
    chain::chain_of,
    handle::KvStore,
    memory::MemoryKv,
    port::{Batch, Direction, Kv, KvError, Range, Snapshot, Visit},
    upgrade::{Repacked, Upgrade, UpgradeProgress, Upgraded, upgrade},
};
