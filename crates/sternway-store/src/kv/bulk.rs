//! Counts outcomes: the bulk lane.

use std::collections::{BTreeMap, btree_map::Entry};

use sternway_types::{NamespaceId, Subject};

use super::{
    codec, key, noted, read, runs,
    staging::{Get, Staging},
    stored::{StoredBlock, StoredTallies},
};
use crate::{Append, Appended, AppendedSubject, Refusal, StoreError, Tallies, decide};

/// The most outcomes of one row: a page reads few that it does not need.
const BLOCK: usize = 256;

/// Counts what is new in an append. What it wrote is left in the last layer of `staging`.
pub(super) fn append(staging: &mut Staging, append: &Append) -> Result<Appended, StoreError> {
    let ns = append.namespace();
    read::head(staging, ns)?.ok_or_else(|| StoreError::NoNamespace(ns.clone()))?;
    let found = append.outcomes().len().max(append.openings().len());
    if found > Append::MAX_OUTCOMES {
        return Err(Refusal::TooManyOutcomes { found, limit: Append::MAX_OUTCOMES }.into());
    }
    let open = runs::may_be_open(staging, ns)?;
    let mut subjects: BTreeMap<&Subject, Vec<usize>> = BTreeMap::new();
    let mut appended = Appended::default();
    for (place, outcome) in append.outcomes().iter().enumerate() {
        outcome.check().map_err(|source| Refusal::Outcome {
            index: place + 1,
            id: outcome.id,
            source,
        })?;
        let counted = match subjects.entry(&outcome.subject) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                decide::subject(staging, ns, (&outcome.subject, outcome.id), place)?;
                entry.insert(Vec::new())
            }
        };
        let key = key::outcome_id(ns, outcome.id);
        if staging.sealed(&key)?.is_some() {
            appended.duplicates += 1;
        } else {
            let sealed = codec::seal(&key, &[]);
            staging.put(key, sealed);
            counted.push(place);
        }
        // Also of what was counted before: whoever knew nothing of open runs left one behind.
        if open {
            runs::end(staging, ns, outcome.id)?;
        }
    }
    let marks: BTreeMap<_, _> =
        append.marks().iter().map(|(subject, mark)| (subject, mark)).collect();
    for (subject, counted) in subjects {
        if counted.is_empty() {
            continue;
        }
        let before = read::tallies(staging, ns, subject)?.unwrap_or_default();
        let (subject, noted) = (subject.clone(), Vec::new());
        appended.subjects.push(AppendedSubject { subject, before, counted, noted });
    }
    noted::note(staging, append, &mut appended.subjects)?;
    for AppendedSubject { subject, before, counted, .. } in &appended.subjects {
        count(staging, append, subject, before, counted)?;
    }
    for (subject, judged) in marks {
        mark(staging, ns, subject, judged)?;
    }
    appended.opened = runs::open(staging, append)?;
    Ok(appended)
}

/// Adds the new outcomes of one subject to its log and its tally.
fn count(
    staging: &mut Staging,
    append: &Append,
    subject: &Subject,
    before: &Tallies,
    counted: &[usize],
) -> Result<(), StoreError> {
    let ns = append.namespace();
    let new: Vec<_> = counted.iter().filter_map(|place| append.outcomes().get(*place)).collect();
    let mut tallies = before.clone();
    for block in new.chunks(BLOCK) {
        for outcome in block {
            tallies.tally.add(outcome);
        }
        let last = tallies.tally.total();
        let (key, block) = (key::outcomes(ns, subject, last), StoredBlock::new(block));
        staging.write_as(block.format(), key, &block)?;
    }
    write(staging, ns, subject, &tallies)
}

/// Notes how far a subject was judged. A mark that is older than what is there does nothing.
fn mark(
    staging: &mut Staging,
    ns: &NamespaceId,
    subject: &Subject,
    judged: &sternway_types::Tally,
) -> Result<(), StoreError> {
    let Some(mut tallies) = read::tallies(staging, ns, subject)? else { return Ok(()) };
    let newer = judged.total() > tallies.judged.total();
    if !newer || judged.total() > tallies.tally.total() {
        return Ok(());
    }
    tallies.judged = judged.clone();
    write(staging, ns, subject, &tallies)
}

fn write(
    staging: &mut Staging,
    ns: &NamespaceId,
    subject: &Subject,
    tallies: &Tallies,
) -> Result<(), StoreError> {
    let key = key::unjudged(ns, subject);
    if tallies.judged.total() < tallies.tally.total() {
        if staging.sealed(&key)?.is_none() {
            let sealed = codec::seal(&key, &[]);
            staging.put(key, sealed);
        }
    } else {
        staging.delete(key);
    }
    let stored = StoredTallies::new(tallies);
    staging.write_as(stored.format(), key::tallies(ns, subject), &stored)
}
