//! What the conformance suite cannot see from outside: faults of the map below, and the bytes that
//! are stored.

mod close;
mod fault;
mod format;
mod rows;
mod tree;
mod world;
