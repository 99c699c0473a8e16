//! How far the logs of others were when a run failed: a row for each such failure.

use std::collections::{HashMap, hash_map::Entry};

use sternway_types::{NamespaceId, Subject};

use super::{
    codec,
    key::{self, KeyReader},
    port::{Direction, Range, Snapshot},
    read::{self, sense},
    staging::{Get, Staging},
    stored::StoredNoted,
    view::{View, after},
};
use crate::{Append, AppendedSubject, Limit, Noted, StoreError, decide};

/// Notes what an append asks for, before anything of it is added to the logs.
pub(super) fn note(
    staging: &mut Staging,
    append: &Append,
    subjects: &mut [AppendedSubject],
) -> Result<(), StoreError> {
    let ns = append.namespace();
    decide::note(append, subjects, |other| match total(staging, ns, other) {
        Err(err) if err.is_temporary() => Err(err),
        // One that is damaged keeps nobody from counting.
        total => Ok(total.ok()),
    })?;
    for AppendedSubject { subject, noted, .. } in subjects {
        for noted in noted.iter() {
            staging.write(key::noted(ns, subject, noted.place), &StoredNoted::new(noted))?;
        }
    }
    Ok(())
}

/// How many outcomes a subject has.
fn total(
    from: &(impl Get + ?Sized),
    ns: &NamespaceId,
    subject: &Subject,
) -> Result<u64, StoreError> {
    Ok(read::tallies(from, ns, subject)?.map_or(0, |it| it.tally.total()))
}

impl View {
    pub(super) fn noted(
        &self,
        ns: &NamespaceId,
        subject: &Subject,
        place: u64,
        limit: Limit,
    ) -> Result<Vec<Noted>, StoreError> {
        let from = key::noted(ns, subject, place.saturating_add(1));
        let to = after(key::noted(ns, subject, u64::MAX));
        let range = Range { from, to, direction: Direction::Forward };
        let page = self.page(&range, limit, |key, value| {
            let place = key.last_chunk().copied().map_or(0, u64::from_be_bytes);
            sense(key, codec::read::<StoredNoted>(key, value)?.into_noted(place)).map(Some)
        })?;
        self.listed(ns, page)
    }
}

/// How long logs are, as far as somebody asked; nothing of one that cannot be read.
pub(super) type Lengths = HashMap<(NamespaceId, Subject), Option<u64>>;

/// Checks a row: it is of an outcome that is there, and no log was longer than it is.
pub(super) fn check(
    (snapshot, lengths): (&dyn Snapshot, &mut Lengths),
    key: &[u8],
    value: &[u8],
) -> Result<(), StoreError> {
    let parts = KeyReader::new(key).and_then(|mut parts| {
        Some((parts.name::<NamespaceId>()?, parts.subject()?, parts.number()?))
    });
    let (ns, subject, place) =
        parts.ok_or_else(|| codec::corrupt(key, "its key names no outcome"))?;
    let noted = sense(key, codec::read::<StoredNoted>(key, value)?.into_noted(place))?;
    let mut has = |subject: Subject, least: u64| {
        let length = match lengths.entry((ns.clone(), subject)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(entry) => {
                let found = total(snapshot, &ns, &entry.key().1);
                match found {
                    Err(err) if err.is_temporary() => return Err(err),
                    // What is damaged is named when its own row is checked.
                    found => *entry.insert(found.ok()),
                }
            }
        };
        Ok(length.is_none_or(|length| length >= least))
    };
    if place == 0 || !has(subject.clone(), place)? {
        return Err(codec::corrupt(key, "there is no such outcome"));
    }
    for other in noted.others {
        let (version, generation) = (other.version, other.generation);
        if !has(Subject { version, generation, ..subject.clone() }, other.total)? {
            return Err(codec::corrupt(key, "it names more outcomes than there are"));
        }
    }
    Ok(())
}
