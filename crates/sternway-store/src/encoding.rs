//! How a backend that implements [`Store`](crate::Store) itself writes down what every backend must
//! write alike: commits, since the chain is made of them, and tallies.
//!
//! The encodings are those of format 1. They never change; another one would have another number.

pub use crate::kv::{
    chain::{commit, link, record},
    tally::{read_tally, write_tally},
};
