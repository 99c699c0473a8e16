//! Undo: take back what one commit did, by committing its inverse.
//!
//! Versions stay, and so does what belongs to history. What somebody changed since is left alone: it
//! is a clash, and then nothing is taken back.

use std::{collections::HashSet, fmt};

use sternway_store::{Limit, StoreError};
use sternway_types::{
    Actor, Applied, At, Change, ChangesetId, Commit, Environment, Force, Generation, MoveCause,
    NewMove, PointerMove, PointerName, Precondition, Record, RecordChange, RecordEntry, RecordKind,
    Revision, Target, Timestamp,
};

use crate::{Control, ControlError, Intent};

/// How many operations are looked through for the newest undo.
const MAX_LOOKED_AT: usize = 10_000;

/// What undoing led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// What was undone.
    pub commit: Commit,
    /// What stays all the same, in words.
    pub stays: Vec<String>,
    /// The revision that took it back.
    pub revision: Revision,
}

/// Something that was changed again since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// What, in words.
    pub what: String,
    /// Who changed it since; nothing if that is not known.
    pub by: Option<Actor>,
    /// The revision that did.
    pub revision: Revision,
    /// When.
    pub at: Timestamp,
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, by, revision, at } = self;
        match by {
            Some(by) => write!(f, "{what} was changed by {by} in revision {revision}, at {at}"),
            None => write!(f, "{what} was changed in revision {revision}, at {at}"),
        }
    }
}

/// The inverse of a commit, as far as it has one.
#[derive(Default)]
struct Inverse {
    changes: Vec<Change>,
    preconditions: Vec<Precondition>,
    stays: Vec<String>,
    clashes: Vec<Clash>,
}

impl Control {
    /// The commit of a changeset.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn operation(&self, id: ChangesetId) -> Result<Option<Commit>, ControlError> {
        Ok(self.store.commit_of(&self.namespace, id).await?)
    }

    /// The commit that made a revision.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn commit_at(&self, revision: Revision) -> Result<Option<Commit>, ControlError> {
        let Some(before) = revision.get().checked_sub(1) else { return Ok(None) };
        let page = self.store.feed(&self.namespace, Revision::new(before), Limit::new(1)).await?;
        Ok(page.into_iter().next())
    }

    /// The commits before a revision, newest first; from the newest if none is named. The last one is
    /// the first of the namespace, or its floor.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] with [`StoreError::Compacted`] if all that were before it were let go,
    /// and if the store cannot be read.
    pub async fn operations(
        &self,
        before: Option<Revision>,
        limit: Limit,
    ) -> Result<Vec<Commit>, ControlError> {
        let head = self.store.head(&self.namespace, At::Head).await?;
        let newest = head.map_or(Revision::ZERO, |head| head.revision);
        let end = before.map_or(newest.next(), |before| before.min(newest.next())).get();
        let floor = self.floor().await?.map_or(1, |floor| floor.revision.get());
        let start = end.saturating_sub(1).saturating_sub(limit.get() as u64);
        // What is left of a page that reaches below the floor; and of none, that it is gone.
        let begin = if end > floor { floor.saturating_sub(1) } else { end.saturating_sub(2) };
        let start = start.max(begin);
        let count = end.saturating_sub(1).saturating_sub(start);
        let page = Limit::new(usize::try_from(count).unwrap_or(usize::MAX));
        let mut commits = self.store.feed(&self.namespace, Revision::new(start), page).await?;
        commits.reverse();
        Ok(commits)
    }

    /// The newest undo of somebody that nobody took back since; nothing if there is none among the
    /// newest 10,000 operations. To undo it is to do again what it undid.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn newest_undo(&self, actor: &Actor) -> Result<Option<Commit>, ControlError> {
        let (mut before, mut looked_at) = (None, 0);
        let mut taken_back = HashSet::new();
        while looked_at < MAX_LOOKED_AT {
            let page = match self.operations(before, Limit::MAX).await {
                // What was before that was let go.
                Err(ControlError::Store(StoreError::Compacted { .. })) => break,
                page => page?,
            };
            let Some(last) = page.last() else { break };
            before = Some(last.revision);
            looked_at += page.len();
            for commit in page {
                let Some(undone) = commit.undoes else { continue };
                if taken_back.contains(&commit.revision) {
                    continue;
                }
                taken_back.insert(undone);
                if commit.actor == *actor && self.is_undone(undone).await? {
                    return Ok(Some(commit));
                }
            }
        }
        Ok(None)
    }

    /// Whether something is not done any more since this revision was taken back: not so if that one
    /// had taken another one back, since then that is done again, and so on.
    async fn is_undone(&self, revision: Revision) -> Result<bool, ControlError> {
        let (mut next, mut undone) = (Some(revision), false);
        while let Some(revision) = next {
            let commit = match self.commit_at(revision).await {
                // What it took back itself was let go with it.
                Err(ControlError::Store(StoreError::Compacted { .. })) => None,
                commit => commit?,
            };
            // Nothing takes back what comes after it, whatever it says of itself.
            next = commit.and_then(|commit| commit.undoes).filter(|undone| *undone < revision);
            undone = !undone;
        }
        Ok(undone)
    }

    /// Takes back what a commit did, in one commit: pointers go back to where they were before it,
    /// and records to what they were. Undoing what undid is doing it again.
    ///
    /// # Errors
    ///
    /// [`ControlError::ChangedSince`] if something of it was changed again, with everything that
    /// was; [`ControlError::NothingToUndo`] if all that it did stays; and [`ControlError::Store`]
    /// with a refusal if a pointer would go back to a condemned version, if automation would take
    /// a condemnation back, or if the store cannot write.
    pub async fn undo(
        &self,
        commit: Commit,
        force: Force,
        intent: &Intent,
    ) -> Result<Undone, ControlError> {
        loop {
            let Inverse { changes, preconditions, stays, clashes } =
                self.inverse(&commit, force).await?;
            let revision = commit.revision;
            if !clashes.is_empty() {
                return Err(ControlError::ChangedSince { revision, clashes });
            }
            if changes.is_empty() {
                return Err(ControlError::NothingToUndo { revision, stays });
            }
            let mut changeset = self.changeset(intent).undoing(revision);
            changeset = preconditions.into_iter().fold(changeset, |all, one| all.when(one));
            changeset = changes.into_iter().fold(changeset, |all, one| all.then(one));
            match self.commit(&changeset).await {
                Ok(receipt) => return Ok(Undone { commit, stays, revision: receipt.revision }),
                // Somebody changed some of it just now: look again, and say who.
                Err(StoreError::Conflict(_)) => (),
                Err(err) => return Err(err.into()),
            }
        }
    }

    /// The inverse of every change, the last one first: what was done on top of another change is
    /// taken back before it.
    async fn inverse(&self, commit: &Commit, force: Force) -> Result<Inverse, ControlError> {
        let mut inverse = Inverse::default();
        for applied in commit.applied.iter().rev() {
            match applied {
                Applied::NamespaceCreated => {
                    inverse.stays.push(format!("namespace {}", commit.namespace));
                }
                Applied::VersionAdded(version) => {
                    inverse.stays.push(format!("{}@{}", version.artifact, version.number));
                }
                Applied::PointerMoved(moved) => {
                    self.move_back(moved, force, &mut inverse).await?;
                }
                Applied::RecordChanged(change) => self.put_back(change, &mut inverse).await?,
            }
        }
        Ok(inverse)
    }

    async fn move_back(
        &self,
        moved: &PointerMove,
        force: Force,
        inverse: &mut Inverse,
    ) -> Result<(), ControlError> {
        let PointerMove { artifact, name, generation, .. } = moved;
        let what = format!("the {name} of {artifact}");
        let moves = self.store.moves(&self.namespace, artifact, name, None, Limit::new(1)).await?;
        if let Some(newest) = moves.into_iter().find(|newest| newest.generation != *generation) {
            let (by, revision, at) = (Some(newest.by), newest.revision, newest.at);
            inverse.clashes.push(Clash { what, by, revision, at });
            return Ok(());
        }
        if matches!(moved.cause, MoveCause::Shifted(_)) {
            // It moved nothing that could be put back.
            inverse.stays.push(what);
            return Ok(());
        }
        let to = match (moved.from, name) {
            (Some(version), _) => Target::Version(version),
            (None, PointerName::Label(_)) => Target::Nothing,
            (None, PointerName::Environment(_)) => {
                // Nothing was live there before, and an environment is never emptied.
                inverse.stays.push(what);
                return Ok(());
            }
        };
        let (artifact, name) = (artifact.clone(), name.clone());
        inverse.preconditions.push(Precondition::PointerAt {
            artifact: artifact.clone(),
            name: name.clone(),
            generation: *generation,
        });
        let cause = MoveCause::Undone(moved.revision);
        let back = NewMove { artifact, name, to, cause, force };
        inverse.changes.push(Change::MovePointer(Box::new(back)));
        Ok(())
    }

    async fn put_back(
        &self,
        change: &RecordChange,
        inverse: &mut Inverse,
    ) -> Result<(), ControlError> {
        let key = &change.key;
        // It changes whenever a channel is told something, and is never taken back.
        if key.kind() == RecordKind::Outbox {
            inverse.stays.push(key.to_string());
            return Ok(());
        }
        let newest = self.store.record(&self.namespace, key, At::Head).await?;
        let (before, generation) = as_it_is_due(change, newest.as_ref());
        if let Some(newest) = newest.filter(|newest| newest.generation != generation) {
            let (what, revision, at) = (key.to_string(), newest.revision, newest.at);
            let by = match self.commit_at(revision).await {
                // Who it was went with the commit.
                Err(ControlError::Store(StoreError::Compacted { .. })) => None,
                commit => commit?.map(|commit| commit.actor),
            };
            inverse.clashes.push(Clash { what, by, revision, at });
            return Ok(());
        }
        let back = match (&before, key.kind()) {
            // A latched verdict is what was found at that time, and so is what it rests on. A deployment
            // is a course of events: it is aborted, and not taken back step by step. A rollback point is
            // what somebody may want to go back to, whatever was undone since.
            (
                _,
                RecordKind::Latch
                | RecordKind::Baseline
                | RecordKind::Deployment
                | RecordKind::Route
                | RecordKind::Point
                // Who is told is added and taken away by name.
                | RecordKind::Channel
                | RecordKind::Outbox,
            ) => None,
            (Some(before), _) => Some(Change::PutRecord(Box::new(before.clone()))),
            (None, RecordKind::Policy | RecordKind::Condemnation) => {
                let there = generation > Generation::ZERO && change.after.is_some();
                there.then(|| Change::DeleteRecord(key.clone()))
            }
            (None, RecordKind::Namespace | RecordKind::Environment | RecordKind::Attestation) => {
                None
            }
        };
        let Some(back) = back else {
            inverse.stays.push(key.to_string());
            return Ok(());
        };
        let key = key.clone();
        inverse.preconditions.push(Precondition::RecordAt { key, generation });
        inverse.changes.push(back);
        Ok(())
    }
}

/// What a record is put back to, if it is at this generation still. That the calendar of an environment went on
/// since is no change of what somebody set, and stays.
fn as_it_is_due(
    change: &RecordChange,
    newest: Option<&RecordEntry>,
) -> (Option<Record>, Generation) {
    let told = newest.and_then(|newest| Some((newest.record.as_ref()?, newest.generation)));
    if let Some((Record::Environment(now), generation)) = told
        && let Some(Record::Environment(before)) = &change.before
        && let Some(Record::Environment(after)) = &change.after
        && *after == (Environment { opened: after.opened.clone(), ..now.clone() })
    {
        let back = Environment { opened: now.opened.clone(), ..before.clone() };
        return (Some(Record::Environment(back)), generation);
    }
    (change.before.clone(), change.generation)
}
