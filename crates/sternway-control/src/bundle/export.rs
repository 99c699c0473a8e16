//! Export: write a namespace to a bundle, as it stands when that begins, while writers go on.
//!
//! The history is that up to the head of the beginning, and nothing in it ever changes. Outcomes have
//! no revision: those of subjects that the history knows are taken as they are when they are read.

use std::{
    collections::{HashMap, hash_map::Entry},
    io::Write,
};

use sternway_bundle::{BundleError, Closing, Form, Manifest, Writer};
use sternway_store::{Head, Limit, StoreError};
use sternway_types::{
    Actor, Applied, At, Commit, Content, ContentKind, ContentRef, Digest, Generation, Outcome,
    PointerName, RecordKey, Revision, Subject, Tree,
};
use tokio::sync::mpsc;

use super::{COMMIT, Progress, Watcher, ahead::ReadAhead, keep_memory, lost};
use crate::{Control, ControlError, signed_head::HeadSigner};

/// How many pieces may be between the store and the thread that writes, beside what is read ahead.
const AHEAD: usize = 1;

/// How many commits are read at once.
const PAGE: Limit = Limit::new(100);

/// What to export.
#[derive(Clone, Debug)]
#[must_use = "nothing is exported until it is given to a control"]
pub struct Export {
    /// The state to export; the newest by default.
    pub at: At,
    /// Who exports.
    pub by: Actor,
    /// Who signs the head, if anybody does.
    pub signer: Option<HeadSigner>,
}

impl Export {
    /// Everything that there is, not signed.
    pub const fn new(by: Actor) -> Self {
        Self { at: At::Head, by, signer: None }
    }
}

/// What was exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// What the bundle says of itself.
    pub manifest: Manifest,
    /// How much is in it.
    pub closing: Closing,
    /// How many subjects were left out with their outcomes, since the exported history does not know
    /// them: they came later.
    pub left_out: u64,
}

/// What the writing thread is given.
enum Piece {
    Content(Content),
    Commits(Vec<Commit>),
    Outcomes { subject: Subject, judged: u64, from: u64, outcomes: Vec<Outcome> },
    End(Option<String>),
}

impl Control {
    /// Writes the namespace to a bundle, and gives back what was written to. It is whole only if this
    /// returns `Ok`.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read, or has no such namespace or state, and
    /// [`ControlError::Bundle`] if the bundle cannot be written.
    pub async fn export<W: Write + Send + 'static>(
        &self,
        to: W,
        export: &Export,
        watcher: Watcher<'_>,
    ) -> Result<(W, Exported), ControlError> {
        // How far subjects were judged travels along.
        self.note_marks().await?;
        let head = self.store.head(&self.namespace, export.at).await?;
        let head = head.ok_or_else(|| StoreError::NoNamespace(self.namespace.clone()))?;
        let contents = self.contents_until(head.revision).await?;
        let manifest = Manifest {
            namespace: self.namespace.clone(),
            revision: head.revision,
            chain: head.chain,
            at: self.now(),
            by: export.by.clone(),
            contents: contents.len() as u64,
            content_bytes: contents.values().map(|content| content.len).sum(),
        };
        keep_memory();
        let (pieces, receiver) = mpsc::channel(AHEAD);
        let announced = manifest.clone();
        let thread = tokio::task::spawn_blocking(move || write(to, &announced, receiver));
        let signed = export.signer.as_ref().map(|signer| signer.sign(&self.namespace, &head));
        let sent = self.send(&pieces, &head, contents, watcher).await;
        if let Ok(Some(_)) = sent {
            drop(pieces.send(Piece::End(signed)).await);
        }
        drop(pieces);
        let written = thread.await.map_err(lost)?;
        // Why it could not be written comes before what followed from that.
        let left_out = sent?;
        let (to, closing) = written?;
        let left_out = left_out.unwrap_or_default();
        Ok((to, Exported { manifest, closing, left_out }))
    }

    /// Every content that the history names, as the most that anybody says it is, and the files of
    /// trees.
    async fn contents_until(
        &self,
        last: Revision,
    ) -> Result<HashMap<Digest, ContentRef>, ControlError> {
        let mut contents: HashMap<Digest, ContentRef> = HashMap::new();
        let mut after = Revision::ZERO;
        while after < last {
            let commits = self.commits(after, last).await?;
            after = commits.last().map_or(last, |commit| commit.revision);
            for content in commits.iter().flat_map(named) {
                match contents.entry(content.digest) {
                    Entry::Vacant(entry) => drop(entry.insert(content.clone())),
                    Entry::Occupied(mut entry) => {
                        if Form::of(&content.kind) > Form::of(&entry.get().kind) {
                            entry.insert(content.clone());
                        }
                    }
                }
            }
        }
        let trees: Vec<ContentRef> =
            contents.values().filter(|it| it.kind == ContentKind::Tree).cloned().collect();
        let mut ahead = ReadAhead::new(&self.store);
        for (place, tree) in trees.iter().enumerate() {
            let next = trees.iter().skip(place + 1);
            for file in files_of(&ahead.content(tree, next).await?) {
                contents.entry(file.digest).or_insert(file);
            }
        }
        Ok(contents)
    }

    /// The commits after a revision, up to the last one.
    async fn commits(&self, after: Revision, last: Revision) -> Result<Vec<Commit>, ControlError> {
        let mut commits = self.store.feed(&self.namespace, after, PAGE).await?;
        commits.retain(|commit| commit.revision <= last);
        Ok(commits)
    }

    /// Sends everything to the writing thread, and answers with how many subjects were left out;
    /// nothing if the thread took no more, which it says itself.
    async fn send(
        &self,
        pieces: &mpsc::Sender<Piece>,
        head: &Head,
        mut contents: HashMap<Digest, ContentRef>,
        watcher: Watcher<'_>,
    ) -> Result<Option<u64>, ControlError> {
        let bytes: u64 = contents.values().map(|content| content.len).sum();
        let whole = bytes + head.revision.get() * COMMIT;
        let mut progress = Progress { part: 0, whole, commits: 0 };
        let mut ahead = ReadAhead::new(&self.store);
        let mut after = Revision::ZERO;
        while after < head.revision {
            let commits = self.commits(after, head.revision).await?;
            let Some(last) = commits.last() else { break };
            after = last.revision;
            // A content is sent before the first commit that names it.
            let named = commits.iter().flat_map(named).map(|content| content.digest);
            let mut named: Vec<_> = named.collect();
            named.reverse();
            let sending = Sending { pieces, ahead: &mut ahead, unsent: &mut contents };
            if !sending.contents(named, &mut progress, watcher).await? {
                return Ok(None);
            }
            progress.commits = after.get();
            progress.part += commits.len() as u64 * COMMIT;
            watcher(progress);
            if pieces.send(Piece::Commits(commits)).await.is_err() {
                return Ok(None);
            }
        }
        self.send_outcomes(pieces, head).await
    }

    async fn send_outcomes(
        &self,
        pieces: &mpsc::Sender<Piece>,
        head: &Head,
    ) -> Result<Option<u64>, ControlError> {
        let mut left_out = 0;
        let mut after = None;
        loop {
            let page = self.store.subjects(&self.namespace, after.as_ref(), Limit::MAX).await?;
            let Some(last) = page.last() else { return Ok(Some(left_out)) };
            after = Some(last.clone());
            for subject in page {
                if !self.knew(&subject, head.revision).await? {
                    left_out += 1;
                } else if !self.send_log(pieces, subject).await? {
                    return Ok(None);
                }
            }
        }
    }

    /// Whether a subject could have outcomes at a revision.
    async fn knew(&self, subject: &Subject, last: Revision) -> Result<bool, ControlError> {
        let (namespace, at) = (&self.namespace, At::Revision(last));
        let artifact = self.store.artifact(namespace, &subject.artifact, at).await?;
        let environment = RecordKey::environment(&subject.environment);
        let environment = self.store.record(namespace, &environment, at).await?;
        if artifact.is_none_or(|it| it.latest < subject.version) || environment.is_none() {
            return Ok(false);
        }
        let name = PointerName::Environment(subject.environment.clone());
        let pointer = self.store.pointer(namespace, &subject.artifact, &name, at).await?;
        let (newest, live) =
            pointer.map_or((Generation::ZERO, None), |it| (it.generation, it.version));
        let present = newest > Generation::ZERO && subject.generation == newest;
        Ok(subject.generation <= newest && (!present || live == Some(subject.version)))
    }

    async fn send_log(
        &self,
        pieces: &mpsc::Sender<Piece>,
        subject: Subject,
    ) -> Result<bool, ControlError> {
        // Read before the log, so that what was judged is in it.
        let tallies = self.store.tallies(&self.namespace, &subject).await?.unwrap_or_default();
        let judged = tallies.judged.total();
        let mut from = 0;
        loop {
            let page = self.store.outcomes(&self.namespace, &subject, from, Limit::MAX).await?;
            if page.is_empty() {
                return Ok(true);
            }
            let (next, subject) = (from + page.len() as u64, subject.clone());
            let piece = Piece::Outcomes { subject, judged, from, outcomes: page };
            if pieces.send(piece).await.is_err() {
                return Ok(false);
            }
            from = next;
        }
    }
}

/// Sends contents to the writing thread.
struct Sending<'a> {
    pieces: &'a mpsc::Sender<Piece>,
    ahead: &'a mut ReadAhead,
    unsent: &'a mut HashMap<Digest, ContentRef>,
}

impl Sending<'_> {
    /// Sends those of these contents that were not sent, from the last one on, and the files of a tree
    /// before the tree. Says whether the thread took them.
    async fn contents(
        self,
        mut waiting: Vec<Digest>,
        progress: &mut Progress,
        watcher: Watcher<'_>,
    ) -> Result<bool, ControlError> {
        while let Some(digest) = waiting.pop() {
            let Some(reference) = self.unsent.get(&digest) else { continue };
            let next = waiting.iter().rev().filter_map(|next| self.unsent.get(next));
            let content = self.ahead.content(reference, next).await?;
            let files = files_of(&content).into_iter();
            let mut files: Vec<_> =
                files.filter(|file| self.unsent.contains_key(&file.digest)).collect();
            if !files.is_empty() {
                // What is no tree itself goes first.
                files.sort_by_key(|file| file.kind != ContentKind::Tree);
                waiting.push(digest);
                waiting.extend(files.iter().map(|file| file.digest));
                continue;
            }
            self.unsent.remove(&digest);
            progress.part += content.as_bytes().len() as u64;
            if self.pieces.send(Piece::Content(content)).await.is_err() {
                return Ok(false);
            }
            watcher(*progress);
        }
        Ok(true)
    }
}

/// The files of a content that is a tree.
fn files_of(content: &Content) -> Vec<ContentRef> {
    let tree = content.as_tree();
    tree.iter().flat_map(Tree::files).filter_map(|(_, file)| file.reference()).collect()
}

/// The contents that a commit's versions name.
fn named(commit: &Commit) -> impl Iterator<Item = &ContentRef> {
    commit.applied.iter().filter_map(|applied| match applied {
        Applied::VersionAdded(version) => Some(&version.content),
        Applied::NamespaceCreated | Applied::PointerMoved(_) | Applied::RecordChanged(_) => None,
    })
}

/// What the writing thread does.
fn write<W: Write>(
    to: W,
    manifest: &Manifest,
    mut pieces: mpsc::Receiver<Piece>,
) -> Result<(W, Closing), BundleError> {
    let mut writer = Writer::new(to, manifest)?;
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            Piece::Content(content) => writer.content(&content)?,
            Piece::Commits(commits) => {
                commits.iter().try_for_each(|commit| writer.commit(commit))?;
            }
            Piece::Outcomes { subject, judged, from, outcomes } => {
                writer.outcomes(&subject, judged, from, &outcomes)?;
            }
            Piece::End(signed) => return writer.finish(signed),
        }
    }
    // Whoever sends gave up, and says why.
    Err(BundleError::GivenUp)
}
