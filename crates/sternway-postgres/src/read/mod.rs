//! The reads of the port: each one statement on one index, and one more where nothing is found, to
//! tell an empty page from a namespace that is not there.
//!
//! A read of the past looks first how far back can be read, and again when it is done: what a
//! compaction took away in between is answered with that, and not with what was left.

mod environments;
mod logs;
mod past;
mod pointers;
mod records;
mod versions;

pub(crate) use self::past::{compacted, head_row};
