//! The storage port of Sternway.
//!
//! Two levels, one contract:
//!
//! - [`Store`] is what everything above sees: changesets with typed changes, narrow reads, a feed.
//!   A shared database implements it directly.
//! - [`Kv`] is an ordered map of bytes with snapshots and one atomic commit. [`KvStore`] implements
//!   [`Store`] on any `Kv`, once: keys, codecs, group commit, the hash chain, the feed. A `Kv` of
//!   your own takes about 200 lines; [`MemoryKv`] is one.
//!
//! Both are proven by the suite in `sternway-conformance`.
//!
//! A decorator is a store that wraps another. [`AsOf`] and [`Rehearsal`] are always there; the
//! features `traced`, `metered` and `faulty` add one each: `Traced` makes a span of every call,
//! `Metered` measures it, and `Faulty` makes some of them fail, for tests.
//!
//! ```
//! use sternway_store::{KvStore, MemoryKv, Store};
//! use sternway_types::{Actor, Change, Changeset, ChangesetId, Timestamp};
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let store = KvStore::open(MemoryKv::new())?;
//! let id = ChangesetId::from_name("create shop");
//! let create = Changeset::new(id, "shop".parse()?, Timestamp::EPOCH, Actor::sternway())
//!     .then(Change::CreateNamespace);
//!
//! let receipt = store.commit(&create).await?;
//! assert_eq!(receipt.revision.get(), 1);
//! // The same changeset again: nothing is done twice, and the answer is the same.
//! assert_eq!(store.commit(&create).await?, receipt);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod append;
mod as_of;
mod compaction;
pub mod decide;
#[cfg(any(feature = "traced", feature = "metered", feature = "faulty"))]
#[cfg_attr(not(feature = "traced"), expect(dead_code, reason = "only a span tells all of it"))]
mod decorate;
pub mod encoding;
mod error;
#[cfg(feature = "faulty")]
mod faulty;
mod kv;
#[cfg(feature = "metered")]
mod metered;
mod page;
mod refusal;
mod rehearsal;
mod report;
mod store;
#[cfg(feature = "traced")]
mod traced;

#[cfg(feature = "faulty")]
pub use crate::faulty::{Director, Fault, Faulty, Made, Rate};
#[cfg(feature = "metered")]
pub use crate::metered::Metered;
#[cfg(feature = "traced")]
pub use crate::traced::Traced;
pub use crate::{
    append::{Append, Appended, AppendedSubject, LogLength, Noted, Opened, Tallies},
    as_of::AsOf,
    compaction::{Compaction, Floor, Shrunk},
    error::{Cause, Conflict, Contested, LastWrite, StoreError},
    kv::{
        Batch, Direction, Kv, KvError, KvStore, MemoryKv, Range, Repacked, Snapshot, Upgrade,
        UpgradeProgress, Upgraded, Visit, chain_of, upgrade,
    },
    page::Limit,
    refusal::Refusal,
    rehearsal::Rehearsal,
    report::{Damage, Report},
    store::{DigestHit, Head, Store},
};
