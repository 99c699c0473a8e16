//! Reading logs: the outcomes of a subject, and the feed.

use sternway_types::{ChangesetId, Commit, NamespaceId, Outcome, Revision, Subject};

use super::{
    codec,
    key::{self, KeyReader, Table},
    port::{Direction, Range},
    read::{self, decode_commit, sense},
    staging::Get as _,
    stored::{StoredBlock, StoredChangeset},
    view::{View, after},
};
use crate::{Limit, StoreError, Tallies};

impl View {
    pub(super) fn tallies(
        &self,
        ns: &NamespaceId,
        subject: &Subject,
    ) -> Result<Option<Tallies>, StoreError> {
        self.found(ns, read::tallies(self.snapshot.as_ref(), ns, subject)?)
    }

    pub(super) fn outcomes(
        &self,
        ns: &NamespaceId,
        subject: &Subject,
        place: u64,
        limit: Limit,
    ) -> Result<Vec<Outcome>, StoreError> {
        let mut range = key::log(ns, subject).all(Direction::Forward);
        range.from = key::outcomes(ns, subject, place.saturating_add(1));
        let mut outcomes = Vec::new();
        if limit.get() == 0 {
            return self.listed(ns, outcomes);
        }
        self.page(&range, Limit::new(1), |key, value| {
            let last = key.last_chunk().copied().map_or(0, u64::from_be_bytes);
            let block = codec::read::<StoredBlock>(key, value)?;
            let first = last.saturating_sub(block.len() as u64);
            let skip = usize::try_from(place.saturating_sub(first)).unwrap_or(usize::MAX);
            outcomes.extend(sense(key, block.into_outcomes(subject))?.into_iter().skip(skip));
            let enough = outcomes.len() >= limit.get();
            Ok(enough.then_some(()))
        })?;
        outcomes.truncate(limit.get());
        self.listed(ns, outcomes)
    }

    pub(super) fn subjects(
        &self,
        ns: &NamespaceId,
        last: Option<&Subject>,
        limit: Limit,
    ) -> Result<Vec<Subject>, StoreError> {
        let mut range = key::of_namespace(Table::Tallies, ns).all(Direction::Forward);
        if let Some(last) = last {
            range.from = after(key::tallies(ns, last));
        }
        self.subjects_in(ns, &range, limit)
    }

    pub(super) fn unjudged(
        &self,
        ns: &NamespaceId,
        last: Option<&Subject>,
        limit: Limit,
    ) -> Result<Vec<Subject>, StoreError> {
        let mut range = key::of_namespace(Table::Unjudged, ns).all(Direction::Forward);
        if let Some(last) = last {
            range.from = after(key::unjudged(ns, last));
        }
        self.subjects_in(ns, &range, limit)
    }

    /// The subjects that the keys of a range name.
    fn subjects_in(
        &self,
        ns: &NamespaceId,
        range: &Range,
        limit: Limit,
    ) -> Result<Vec<Subject>, StoreError> {
        let page = self.page(range, limit, |key, value| {
            codec::open(key, value)?;
            let subject = KeyReader::new(key).and_then(|mut parts| {
                parts.name::<NamespaceId>()?;
                parts.subject()
            });
            subject.map(Some).ok_or_else(|| codec::corrupt(key, "its key names no subject"))
        })?;
        self.listed(ns, page)
    }

    /// The commit that a changeset became.
    pub(super) fn commit_of(
        &self,
        ns: &NamespaceId,
        id: ChangesetId,
    ) -> Result<Option<Commit>, StoreError> {
        let key = key::changeset(ns, id);
        let stored = self.snapshot.as_ref().read::<StoredChangeset>(&key)?;
        let Some(stored) = self.found(ns, stored)? else { return Ok(None) };
        let revision = Revision::new(stored.revision);
        self.kept(ns, revision)?;
        let commit = read::commit(self.snapshot.as_ref(), ns, revision)?;
        commit.map(Some).ok_or_else(|| codec::corrupt(&key, "its revision is missing"))
    }

    pub(super) fn feed(
        &self,
        ns: &NamespaceId,
        last: Revision,
        limit: Limit,
    ) -> Result<Vec<Commit>, StoreError> {
        self.kept(ns, last.next())?;
        let mut range = key::of_namespace(Table::Commit, ns).all(Direction::Forward);
        range.from = key::commit(ns, last.next());
        let page =
            self.page(&range, limit, |key, value| decode_commit(ns, key, value).map(Some))?;
        self.listed(ns, page)
    }
}
