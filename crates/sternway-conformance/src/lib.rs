//! The tests that every Sternway store must pass, each named after the promise it proves.
//!
//! Whoever writes a backend writes one [`Harness`] with it, and gets the whole contract of
//! [`Store`](sternway_store::Store) as tests: what must apply as a whole, what must survive, what
//! readers may see while others write, and what happens when many want the same at once.
//!
//! # A backend of your own
//!
//! For an ordered map, a [`Kv`](sternway_store::Kv), the harness is there: [`KvHarness`] takes a
//! closure that makes a new place and answers with a closure that opens the map in it, as often as
//! the suite asks. Put this into a file under `tests`:
//!
//! ```
//! use sternway_conformance::KvHarness;
//! use sternway_store::MemoryKv;
//!
//! fn memory() -> KvHarness {
//!     KvHarness::new(|| {
//!         // The place: clones of one map share what they hold, as openings of one file do.
//!         let map = MemoryKv::new();
//!         // Opening it.
//!         move || Ok(map.clone())
//!     })
//! }
//!
//! mod kv {
//!     sternway_conformance::kv_suite!(super::memory());
//! }
//!
//! mod store {
//!     sternway_conformance::suite!(super::memory());
//! }
//! # fn main() {}
//! ```
//!
//! [`kv_suite!`] proves the promises of the map, [`suite!`] those of the store that
//! [`KvStore`](sternway_store::KvStore) makes of it. Begin with the first: the second rests on it. A
//! backend that implements [`Store`](sternway_store::Store) itself, such as one on a shared database,
//! writes a [`Harness`] and its [`Place`] by hand and uses [`suite!`] alone.
//!
//! Each promise is a test of its own, so `cargo test locked` runs what is about locks, and a failure
//! says `the store breaks locked::…` with what was expected. No test needs an async runtime from its
//! caller.
//!
//! # Random stories
//!
//! The case `modelled::a_random_story_is_answered_as_the_model_says` makes up stories of some thirty
//! steps, tells them to the store and to a plain model of it, and compares every answer and, after
//! every step, every read. `PROPTEST_CASES` sets how many stories are told (24 for a map);
//! `PROPTEST_RNG_SEED` sets the seed of the first one, so that a failure is repeated by the seed that
//! it printed.
//!
//! # Traffic routers
//!
//! [`router`] has a suite of its own, for whoever sends requests to versions by their weights.
//!
//! # Limits
//!
//! The suite works from within one process. It cannot cut the power, and it ends a store only by
//! dropping it: crash tests belong to the backend.

#[deny(dead_code, reason = "a case that is not in the list of the suite would prove nothing")]
mod cases;
mod damage;
mod dice;
mod everything;
mod harness;
#[deny(dead_code, reason = "a case that is not in the list of the suite would prove nothing")]
mod kv;
mod kv_harness;
mod list;
mod model;
mod must;
mod pages;
pub mod router;
mod run;
mod suite;
mod world;

#[cfg(test)]
mod broken;
#[cfg(test)]
mod flaky;

/// One function per case of a store; [`suite!`] makes a test of each.
#[doc(hidden)]
pub mod store_cases {
    crate::__store_cases! { crate::suite::store_runners }
}

/// One function per case of an ordered map; [`kv_suite!`] makes a test of each.
#[doc(hidden)]
pub mod kv_cases {
    crate::__kv_cases! { crate::suite::kv_runners }
}

pub use crate::{
    harness::{Harness, Place, STORIES},
    kv_harness::KvHarness,
};
