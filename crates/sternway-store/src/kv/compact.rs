//! Lets go of the past of a namespace, step by step.
//!
//! The feed leads the way: each commit below the floor names what it moved or replaced, and what was
//! there before it only served states that can no longer be asked for. So the work is as much as what
//! goes, and nothing is searched for. The first step raises the floor, and each says in the same
//! batch how far it came, so that one that is never answered is gone on with. What reads show follows
//! from the floor alone, never from how far the work below it came.

use sternway_types::{
    Applied, At, Commit, NamespaceId, PointerMove, PointerName, RecordChange, Revision,
    VersionNumber,
};

use super::{
    codec, floor, key,
    port::{Direction, Range},
    read::{self, sense},
    staging::{Get as _, Staging},
    stored::{StoredFloor, StoredMove, StoredRecord, StoredRows},
    view::View,
};
use crate::{Compaction, Floor, Limit, StoreError};

/// The most commits of one step.
const MAX_COMMITS: u64 = 1_024;
/// How many rows a step takes away before it ends, with the commit that it is at.
const MAX_ROWS: usize = 4_096;

/// One step, decided on a view that shows everything below the floor: none of that changes any more,
/// unless another compaction is under way.
pub(super) struct Step {
    ns: NamespaceId,
    before: StoredFloor,
    after: StoredFloor,
    keys: Vec<Vec<u8>>,
    /// What it lets go.
    pub(super) gone: Compaction,
}

/// Where a compaction begins: what is there, or what a step left.
pub(super) fn begin(view: &View, ns: &NamespaceId) -> Result<StoredFloor, StoreError> {
    view.known_head(ns)?;
    floor::stored(view.snapshot.as_ref(), ns)
}

/// The next step from here to a floor; nothing if it is reached and nothing is left below it.
pub(super) fn next(
    view: &View,
    ns: &NamespaceId,
    from: &StoredFloor,
    before: Revision,
) -> Result<Option<Step>, StoreError> {
    let mut raised = from.clone();
    if from.floor().is_none_or(|floor| floor.revision < before) && before > Revision::ZERO {
        let head = view.head_as_of(ns, At::Revision(before))?;
        let head = head.ok_or_else(|| StoreError::NoNamespace(ns.clone()))?;
        raised.raise(Floor { revision: head.revision, at: head.at });
    }
    if raised == *from && !from.is_behind() {
        return Ok(None);
    }
    let mut step = Step {
        ns: ns.clone(),
        before: from.clone(),
        after: raised,
        keys: Vec::new(),
        gone: Compaction::default(),
    };
    step.sweep(view)?;
    step.gone.floor = step.after.floor();
    Ok(Some(step))
}

impl Step {
    /// What the floor says after it.
    pub(super) fn into_after(self) -> StoredFloor {
        self.after
    }

    /// Puts it into a batch, unless somebody else has gone on from where it was decided.
    pub(super) fn apply(&self, staging: &mut Staging) -> Result<bool, StoreError> {
        if floor::stored(staging, &self.ns)? != self.before {
            return Ok(false);
        }
        staging.write(key::floor(&self.ns), &self.after)?;
        for key in &self.keys {
            staging.delete(key.clone());
        }
        Ok(true)
    }

    fn sweep(&mut self, view: &View) -> Result<(), StoreError> {
        for _ in 0..MAX_COMMITS {
            let revision = Revision::new(self.after.kept);
            if !self.after.is_behind() {
                return Ok(());
            }
            let key = key::commit(&self.ns, revision);
            let value = view.snapshot.as_ref().sealed(&key)?;
            let value = value.ok_or_else(|| codec::corrupt(&key, "it is missing"))?;
            let commit = read::decode_commit(&self.ns, &key, &value)?;
            count(&mut self.after.rows, &commit);
            self.let_go_of_replaced(view, &commit)?;
            self.after.pass(&commit.chain, commit.at);
            self.gone.commits += 1;
            self.take(key, value.len());
            if self.keys.len() >= MAX_ROWS {
                return Ok(());
            }
        }
        Ok(())
    }

    fn take(&mut self, key: Vec<u8>, value: usize) {
        self.gone.bytes += (key.len() + value) as u64;
        self.keys.push(key);
    }

    /// Takes away what was in force until this commit, and served only what is below the floor.
    fn let_go_of_replaced(&mut self, view: &View, commit: &Commit) -> Result<(), StoreError> {
        for applied in &commit.applied {
            match applied {
                Applied::PointerMoved(moved) => self.move_before(view, moved)?,
                Applied::RecordChanged(change) => {
                    self.record_before(view, commit.revision, change)?;
                }
                Applied::NamespaceCreated | Applied::VersionAdded(_) => (),
            }
        }
        Ok(())
    }

    /// Every move of an environment stays: a rollback may go back to any of them.
    fn move_before(&mut self, view: &View, moved: &PointerMove) -> Result<(), StoreError> {
        let PointerMove { artifact, name, revision, .. } = moved;
        if matches!(name, PointerName::Environment(_)) {
            return Ok(());
        }
        let mut range = key::moves(&self.ns, artifact, name).all(Direction::Backward);
        range.to = key::moved(&self.ns, artifact, name, *revision);
        let last = newest(view, &range, |key, value| {
            let stored = codec::read::<StoredMove>(key, value)?;
            Ok(sense(key, stored.into_move())?.generation)
        })?;
        if let Some((key, value, generation)) = last
            && generation.next() == moved.generation
        {
            self.take(key, value);
            self.after.rows.moves = self.after.rows.moves.saturating_sub(1);
            self.gone.moves += 1;
        }
        Ok(())
    }

    fn record_before(
        &mut self,
        view: &View,
        revision: Revision,
        change: &RecordChange,
    ) -> Result<(), StoreError> {
        let mut range = key::past_records(&self.ns, &change.key).all(Direction::Backward);
        range.to = key::past_record(&self.ns, &change.key, revision);
        let last = newest(view, &range, |key, value| {
            let stored = codec::read::<StoredRecord>(key, value)?;
            Ok(sternway_types::Generation::new(stored.generation))
        })?;
        if let Some((key, value, generation)) = last
            && generation.next() == change.generation
        {
            self.take(key, value);
            let rows = &mut self.after.rows;
            rows.past_records = rows.past_records.saturating_sub(1);
            self.gone.records += 1;
        }
        Ok(())
    }
}

/// The last row of a range: its key, the length of its value, and what it says.
fn newest<T>(
    view: &View,
    range: &Range,
    decode: impl Fn(&[u8], &[u8]) -> Result<T, StoreError>,
) -> Result<Option<(Vec<u8>, usize, T)>, StoreError> {
    let page = view.page(range, Limit::new(1), |key, value| {
        Ok(Some((key.to_vec(), value.len(), decode(key, value)?)))
    })?;
    Ok(page.into_iter().next())
}

/// Counts the rows that a commit made. What is stored may be damaged, so that no sum may overflow.
pub(super) fn count(rows: &mut StoredRows, commit: &Commit) {
    let add = |count: &mut u64, made: bool| *count = count.saturating_add(u64::from(made));
    for applied in &commit.applied {
        match applied {
            Applied::NamespaceCreated => (),
            Applied::VersionAdded(version) => {
                add(&mut rows.versions, true);
                let dependents = version.depends_on.len() as u64;
                rows.dependents = rows.dependents.saturating_add(dependents);
                add(&mut rows.artifacts, version.number == VersionNumber::FIRST);
            }
            Applied::PointerMoved(moved) => {
                let first = moved.generation.get() == 1;
                let in_environment = matches!(moved.name, PointerName::Environment(_));
                add(&mut rows.moves, true);
                add(&mut rows.pointers, first);
                add(&mut rows.in_environments, first && in_environment);
            }
            Applied::RecordChanged(change) => {
                let first = change.generation.get() == 1;
                add(&mut rows.records, first);
                add(&mut rows.past_records, !first);
            }
        }
    }
}
