//! A bundle's history as it is: the same revisions, numbers, ids, times and chain.

use std::{
    io::{Read, Seek},
    vec,
};

use sternway_bundle::{Entry, Log};
use sternway_store::{Head, Refusal, StoreError};
use sternway_types::{Applied, At, Commit, Content, Digest, Revision};

use super::{
    COMMIT, Progress, Reading, Watcher,
    import::{Imported, Trial, whole},
    outcomes::Outcomes,
    verify::{Piece, Verified},
};
use crate::{Control, ControlError};

/// How many commits become durable at once.
const BATCH: usize = 1_000;

/// What is still to be done for a bundle that was checked.
enum History<R> {
    Held(vec::IntoIter<Piece>),
    Read(Reading<R, Piece>),
}

impl<R: Read + Seek + Send + 'static> History<R> {
    async fn next(&mut self) -> Option<Piece> {
        match self {
            Self::Held(pieces) => pieces.next(),
            Self::Read(reading) => reading.next().await,
        }
    }

    fn take_back(&self, content: Content) {
        match self {
            Self::Held(_) => (),
            Self::Read(reading) => reading.take_back(content),
        }
    }

    /// What could not be read again is not all there.
    async fn end(self) -> Result<(), ControlError> {
        match self {
            Self::Held(_) => Ok(()),
            Self::Read(reading) => reading.end().await.map(drop),
        }
    }
}

impl Control {
    pub(super) async fn preserve<R: Read + Seek + Send + 'static>(
        &self,
        from: R,
        verified: Verified,
        head: Option<Head>,
        trial: Trial,
        watcher: Watcher<'_>,
    ) -> Result<Imported, ControlError> {
        let there = head.as_ref().map_or(Revision::ZERO, |head| head.revision);
        let last = verified.manifest.revision;
        let is_earlier = head.is_none_or(|head| verified.chain == Some(head.chain));
        if there > last || !is_earlier {
            return Err(self.other_history(from, there.min(last)).await?);
        }
        let mut imported = Imported::nothing(verified.manifest, verified.closing);
        if trial == Trial::Yes {
            return self.rehearse_preserve(from, imported, there).await;
        }
        let whole = whole(&imported.manifest);
        let put = if verified.put { imported.manifest.content_bytes } else { 0 };
        let mut progress = Progress { part: whole / 2 + put, whole, commits: 0 };
        let mut history = match verified.held {
            Some(held) => History::Held(held.into_iter()),
            None => History::Read(Reading::start(from, move |entry, _| {
                let is_put = verified.put && matches!(entry, Entry::Content(_));
                if is_put { None } else { piece(entry, there, last) }
            })),
        };
        let mut outcomes = Outcomes::new(self.store.as_ref(), &self.namespace);
        while let Some(piece) = history.next().await {
            match piece {
                Piece::Content(content) => {
                    progress.part += content.as_bytes().len() as u64;
                    self.store.put(&content, None).await?;
                    history.take_back(content);
                }
                Piece::Commits(commits) => {
                    progress.commits += commits.len() as u64;
                    progress.part += commits.len() as u64 * COMMIT;
                    self.replay(commits, &mut imported).await?;
                }
                Piece::Outcomes(logs) => {
                    for log in logs {
                        outcomes.take(log).await?;
                    }
                }
            }
            watcher(progress);
        }
        history.end().await?;
        imported.outcomes = outcomes.end().await?;
        imported.known_versions = imported.closing.versions - imported.versions;
        Ok(imported)
    }

    /// Commits that follow what is here, under the name of this namespace.
    async fn replay(
        &self,
        mut commits: Vec<Commit>,
        imported: &mut Imported,
    ) -> Result<(), ControlError> {
        for commit in &mut commits {
            commit.namespace.clone_from(&self.namespace);
        }
        for batch in commits.chunks(BATCH) {
            let new = self.store.replay(batch).await.map_err(other_history)?;
            imported.commits += new as u64;
            // Those that are here already are the first ones.
            let known = batch.len() - new;
            imported.versions += batch.iter().skip(known).map(versions).sum::<u64>();
        }
        Ok(())
    }

    /// What would be new.
    async fn rehearse_preserve<R: Read + Seek + Send + 'static>(
        &self,
        from: R,
        mut imported: Imported,
        there: Revision,
    ) -> Result<Imported, ControlError> {
        let last = imported.manifest.revision;
        let mut reading = Reading::start(from, move |entry, _| piece(entry, there, last));
        while let Some(piece) = reading.next().await {
            match piece {
                Piece::Content(_) => (),
                Piece::Commits(commits) => {
                    imported.commits += commits.len() as u64;
                    imported.versions += commits.iter().map(versions).sum::<u64>();
                }
                Piece::Outcomes(logs) => {
                    for log in logs {
                        imported.outcomes += self.beyond(&log, there).await?;
                    }
                }
            }
        }
        reading.end().await?;
        imported.known_versions = imported.closing.versions - imported.versions;
        Ok(imported)
    }

    /// How many of these outcomes are at places that the log here does not come to.
    async fn beyond(&self, log: &Log, there: Revision) -> Result<u64, ControlError> {
        let number = log.outcomes.len() as u64;
        if there == Revision::ZERO {
            return Ok(number);
        }
        let tallies = self.store.tallies(&self.namespace, &log.subject).await?;
        let here = tallies.unwrap_or_default().tally.total();
        Ok(number - here.saturating_sub(log.from).min(number))
    }

    /// The error that names the first revision which is not the same here and in the bundle, of which
    /// both have those up to `last`.
    async fn other_history<R: Read + Seek + Send + 'static>(
        &self,
        from: R,
        last: Revision,
    ) -> Result<ControlError, ControlError> {
        let mut reading = Reading::start(from, move |entry, _| match entry {
            Entry::Commits(commits) => {
                let both = commits.iter().filter(|commit| commit.revision <= last);
                Some(both.map(|commit| commit.chain).collect::<Vec<Digest>>())
            }
            Entry::Manifest(_) | Entry::Content(_) | Entry::Outcomes(_) | Entry::Head(_) => None,
        });
        let mut chains = Vec::new();
        while let Some(more) = reading.next().await {
            chains.extend(more);
        }
        reading.end().await?;
        // Each link holds all before it: what is the same ends once.
        // Nobody can tell any more what was below the floor.
        let floor = self.store.floor(&self.namespace).await?;
        let floor = floor.map_or(0, |floor| floor.revision.get());
        let (mut same, mut other) = (floor.min(last.get()), last.get() + 1);
        while other - same > 1 {
            let middle = same + (other - same) / 2;
            let at = At::Revision(Revision::new(middle));
            let here = self.store.head(&self.namespace, at).await?.map(|head| head.chain);
            let place = usize::try_from(middle - 1).unwrap_or(usize::MAX);
            if here.is_some() && here.as_ref() == chains.get(place) {
                same = middle;
            } else {
                other = middle;
            }
        }
        let (namespace, revision) = (self.namespace.clone(), Revision::new(other));
        Ok(ControlError::OtherHistory { namespace, revision })
    }
}

/// What is to be done for an entry, if what is here ends with one revision and the bundle with another.
fn piece(entry: Entry, there: Revision, last: Revision) -> Option<Piece> {
    match entry {
        Entry::Content(content) => (there < last).then_some(Piece::Content(content)),
        Entry::Commits(mut commits) => {
            commits.retain(|commit| commit.revision > there);
            (!commits.is_empty()).then_some(Piece::Commits(commits))
        }
        Entry::Outcomes(logs) => Some(Piece::Outcomes(logs)),
        Entry::Manifest(_) | Entry::Head(_) => None,
    }
}

fn versions(commit: &Commit) -> u64 {
    commit.applied.iter().filter(|it| matches!(it, Applied::VersionAdded(_))).count() as u64
}

/// Somebody else wrote to the namespace meanwhile: it has another history since.
fn other_history(err: StoreError) -> ControlError {
    if let StoreError::Refused(refusal) = &err
        && let Refusal::OtherHistory { namespace, revision }
        | Refusal::NotNext { namespace, found: revision, .. } = refusal.as_ref()
    {
        let (namespace, revision) = (namespace.clone(), *revision);
        return ControlError::OtherHistory { namespace, revision };
    }
    err.into()
}
