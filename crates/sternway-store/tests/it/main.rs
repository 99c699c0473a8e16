//! What the conformance suite cannot see from outside: faults of the map below, the bytes that
//! are stored, and what is told and counted beside.
//!
//! The decorators are tested where their features are on, as in every run of the whole workspace.

mod close;
mod compact;
mod contents;
mod fault;
#[cfg(feature = "faulty")]
mod faulty;
mod format;
#[cfg(feature = "metered")]
mod metered;
mod rows;
#[cfg(feature = "traced")]
mod traced;
mod tree;
mod upgrade;
mod world;
