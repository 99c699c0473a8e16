//! The cases: one file per clause of the contract, one function per promise in it.
//!
//! Each function is named in the list of [`list`](mod@crate::list), from which the tests are made. One
//! that is forgotten there is dead code, and does not compile.

pub(crate) mod as_of;
pub(crate) mod atomic;
pub(crate) mod cancelled;
pub(crate) mod closed;
pub(crate) mod compacted;
pub(crate) mod condemned;
pub(crate) mod consistent;
pub(crate) mod contents;
pub(crate) mod contents_near;
pub(crate) mod counted;
pub(crate) mod dense;
pub(crate) mod deployed;
pub(crate) mod durable;
pub(crate) mod experiment;
pub(crate) mod followed;
pub(crate) mod grouped;
pub(crate) mod guarded;
pub(crate) mod idempotent;
pub(crate) mod immutable;
pub(crate) mod judged;
pub(crate) mod limits;
pub(crate) mod locked;
pub(crate) mod matched;
pub(crate) mod modelled;
pub(crate) mod monotone;
pub(crate) mod namespaces;
pub(crate) mod noted;
pub(crate) mod opened;
pub(crate) mod pointed;
pub(crate) mod protected;
pub(crate) mod queued;
pub(crate) mod raced;
pub(crate) mod records;
pub(crate) mod refused_outcomes;
pub(crate) mod rehearsed;
pub(crate) mod replayed;
pub(crate) mod stable;
pub(crate) mod stable_logs;
pub(crate) mod told;
pub(crate) mod trees;
pub(crate) mod verified;
