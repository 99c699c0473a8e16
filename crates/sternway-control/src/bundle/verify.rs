//! The first reading of a bundle: all of it is checked.

use std::io::{Read, Seek};

use sternway_bundle::{BundleError, Closing, Entry, Log, Manifest};
use sternway_store::Store;
use sternway_types::{Commit, Content, Digest, Revision};

use super::{COMMIT, Progress, Reading, Watcher, import::whole};
use crate::ControlError;

/// How many bytes of a history are kept while it is checked, so that a bundle is read once: 32 MiB.
/// Beyond that it is read twice.
const MAX_HELD: usize = 32 * 1024 * 1024;

/// What is to be done for an entry.
pub(super) enum Piece {
    Content(Content),
    Commits(Vec<Commit>),
    Outcomes(Vec<Log>),
}

/// What the first reading finds out.
pub(super) struct Verified {
    pub(super) manifest: Manifest,
    pub(super) closing: Closing,
    /// The chain at the revision that was asked for, if the bundle comes to it.
    pub(super) chain: Option<Digest>,
    /// Whether its contents were put.
    pub(super) put: bool,
    /// The rest of it, if that was kept.
    pub(super) held: Option<Vec<Piece>>,
}

/// What the first reading makes of an entry, with its length.
enum Seen {
    Manifest(Manifest),
    Piece(Piece, usize),
}

/// Reads all of a bundle, and finds out the chain at a revision. If it is to be put somewhere, its
/// contents are, and the rest of it is kept if that is not too large.
pub(super) async fn verify<R: Read + Seek + Send + 'static>(
    from: R,
    revision: Revision,
    put_into: Option<&dyn Store>,
    watcher: Watcher<'_>,
) -> Result<(R, Verified), ControlError> {
    let mut reading = Reading::start(from, |entry, len| match entry {
        Entry::Manifest(manifest) => Some(Seen::Manifest(manifest)),
        Entry::Content(content) => Some(Seen::Piece(Piece::Content(content), len)),
        Entry::Commits(commits) => Some(Seen::Piece(Piece::Commits(commits), len)),
        Entry::Outcomes(logs) => Some(Seen::Piece(Piece::Outcomes(logs), len)),
        Entry::Head(_) => None,
    });
    let mut manifest = None;
    let mut check = Check {
        revision,
        put_into,
        progress: Progress::default(),
        chain: None,
        held: put_into.map(|_| Vec::new()),
        held_bytes: 0,
    };
    while let Some(seen) = reading.next().await {
        match seen {
            Seen::Manifest(announced) => {
                check.progress.whole = whole(&announced);
                manifest = Some(announced);
            }
            Seen::Piece(Piece::Content(content), len) => {
                check.content(&content, len).await?;
                reading.take_back(content);
                watcher(check.progress);
            }
            Seen::Piece(piece, len) => {
                check.history(piece, len);
                watcher(check.progress);
            }
        }
    }
    let (from, closing) = reading.end().await?;
    let manifest = manifest.ok_or_else(|| BundleError::CutOff { place: "its beginning".into() })?;
    let Check { chain, held, .. } = check;
    Ok((from, Verified { manifest, closing, chain, put: put_into.is_some(), held }))
}

/// How far the first reading has come.
struct Check<'a> {
    revision: Revision,
    put_into: Option<&'a dyn Store>,
    progress: Progress,
    chain: Option<Digest>,
    held: Option<Vec<Piece>>,
    held_bytes: usize,
}

impl Check<'_> {
    async fn content(&mut self, content: &Content, len: usize) -> Result<(), ControlError> {
        self.progress.part += len as u64;
        if let Some(store) = self.put_into {
            store.put(content, None).await?;
            self.progress.part += len as u64;
        }
        Ok(())
    }

    /// Takes commits or outcomes.
    fn history(&mut self, piece: Piece, len: usize) {
        if let Piece::Commits(commits) = &piece {
            let found = commits.iter().find(|commit| commit.revision == self.revision);
            self.chain = self.chain.or(found.map(|commit| commit.chain));
            self.progress.commits += commits.len() as u64;
            self.progress.part += commits.len() as u64 * COMMIT;
        }
        self.held_bytes += len;
        if self.held_bytes > MAX_HELD {
            self.held = None;
        }
        if let Some(held) = &mut self.held {
            held.push(piece);
        }
    }
}
