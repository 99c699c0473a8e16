//! A namespace in one file: a *bundle*. It holds every commit with its chain, every content, and the
//! outcomes, and whoever reads it sees whether any byte is not as it was written.
//!
//! A bundle is a tar, compressed by zstd, with these entries in this order:
//!
//! 1. the manifest: the format, which namespace, up to which revision and chain, when and by whom;
//! 2. contents by their digests, and parts of the history: commits as lines of JSON. A content comes
//!    before the first commit that names it, so that one pass is enough to bring a bundle in;
//! 3. parts of the logs of outcomes, subject by subject, each in the order of its log;
//! 4. the head: how much there was of everything, and the signed head of the namespace, if it was
//!    signed.
//!
//! The name of an entry has its number and the digest of its bytes. Reading checks the numbers, the
//! digests, that every content is named and every named one is there, the chain from commit to commit,
//! the counts, and a checksum of the whole file. What is not so is an error that says where.
//!
//! Neither side holds more in memory than one entry (64 MiB at most) and about a hundred bytes for each
//! different content.
//!
//! Limits: a commit of more than 64 MiB of JSON cannot be written. The digests tell damage from what
//! was written, but anybody can write a bundle: only a signed head says whose history it is, and it
//! does not cover outcomes.

mod check;
mod commit;
pub mod envelope;
mod error;
mod manifest;
mod name;
mod outcome;
mod read;
mod write;

use sternway_types::{Commit, Content, Digest};

pub use crate::{
    error::BundleError,
    manifest::{Closing, Manifest},
    name::Form,
    outcome::Log,
    read::{manifest, read},
    write::Writer,
};

/// The format that is written and read.
pub const FORMAT: u64 = 1;

/// The most bytes that a part of the history or of the logs has.
pub const MAX_PART: usize = 64 * 1024 * 1024;

/// Computes the chain up to a commit from the chain before it and what the commit says. How a commit
/// is chained is the business of stores, so whoever reads a bundle brings it along.
pub type Chain<'a> = &'a dyn Fn(&Digest, &Commit) -> Result<Digest, String>;

/// What an entry holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// What the bundle holds, at its beginning.
    Manifest(Manifest),
    /// A content, as what it is known to be.
    Content(Content),
    /// The next commits.
    Commits(Vec<Commit>),
    /// Outcomes.
    Outcomes(Vec<Log>),
    /// What the bundle held, at its end.
    Head(Closing),
}
