//! Scenarios that are told on every store, and sound the same on each.
//!
//! A scenario is one function over a store that it does not know. What it does is written down with
//! every answer, and at the end with the whole feed and all that is left: revisions, moments, ids,
//! digests, chains, verdicts and the words of errors. Nothing of that is left out or made alike: the
//! clock stands still but when it is told to move, and ids count. The transcript is the file of the
//! scenario's name under `golden`, one for all stores. With `UPDATE_GOLDEN=1` it is written anew from what
//! memory says, and the other stores are held to that.

mod begun;
mod by_hand;
mod checked;
mod compacted;
mod deployed;
mod feed;
mod folders;
mod followed;
mod guarded;
mod left;
mod lineage;
mod pointed;
mod release;
mod sound;
mod stage;
mod taken_back;
mod tale;
mod the_past;
mod tiers;
mod transcript;
mod travels;
mod words;

/// The scenario of this module, `tell`, as a test for each store.
macro_rules! on_every_store {
    () => {
        #[tokio::test]
        async fn memory() {
            super::transcript::check(module_path!(), super::stage::Kind::Memory, tell).await;
        }

        #[tokio::test]
        async fn redb() {
            super::transcript::check(module_path!(), super::stage::Kind::Redb, tell).await;
        }

        #[tokio::test]
        async fn postgres() {
            super::transcript::check(module_path!(), super::stage::Kind::Postgres, tell).await;
        }
    };
}

use on_every_store;
