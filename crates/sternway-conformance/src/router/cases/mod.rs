//! The cases: one file per clause of the contract, one function per promise in it.

pub(crate) mod acknowledged;
pub(crate) mod apart;
pub(crate) mod capable;
pub(crate) mod forward;
pub(crate) mod free_to_drop;
pub(crate) mod idempotent;
pub(crate) mod matched;
pub(crate) mod read_back;
pub(crate) mod whole;
pub(crate) mod withdrawn;
