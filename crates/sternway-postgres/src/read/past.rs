//! Where a namespace stands, where it begins, and which revision a moment is.

use sternway_store::{Floor, Head, StoreError};
use sternway_types::{At, NamespaceId, Revision, Timestamp};

use crate::{
    convert::signed,
    database::{Args, Database, column},
    rows::HeadRow,
};

/// The error for what was let go.
pub(crate) const fn compacted(asked: At, floor: Floor) -> StoreError {
    StoreError::Compacted { asked, oldest: floor.revision, oldest_at: floor.at }
}

/// The head of a namespace; nothing if there is no such namespace.
pub(crate) async fn head_row(
    db: &Database,
    ns: &NamespaceId,
) -> Result<Option<HeadRow>, StoreError> {
    let head = "SELECT row_to_json(h)::text FROM {s}.head h WHERE h.ns = {ns}";
    Ok(db.read(head, Args::default().with(ns.as_str())).await?.into_iter().next())
}

/// Which states a read may see.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    asked: At,
    /// The last revision of them; nothing for the newest state.
    pub(super) revision: Option<Revision>,
}

impl Bound {
    /// The last revision as the database takes it, where the newest state has no last one.
    pub(super) fn last(self) -> i64 {
        self.revision.map_or(i64::MAX, |revision| signed(revision.get()))
    }
}

impl Database {
    /// Refuses a namespace that is not there.
    pub(crate) async fn exists(&self, ns: &NamespaceId) -> Result<(), StoreError> {
        self.known_head(ns).await.map(drop)
    }

    /// How far a namespace came, for who saw it up to a revision.
    pub(crate) async fn came(
        &self,
        ns: &NamespaceId,
        after: Revision,
    ) -> Result<Revision, StoreError> {
        let head = self.known_head(ns).await?;
        is_kept(&head, At::Revision(after.next()), after.next())?;
        Ok(head.head()?.revision)
    }

    pub(super) async fn known_head(&self, ns: &NamespaceId) -> Result<HeadRow, StoreError> {
        head_row(self, ns).await?.ok_or_else(|| StoreError::NoNamespace(ns.clone()))
    }

    /// What was found. Where nothing was, the namespace may be missing as well.
    pub(super) async fn listed<T>(
        &self,
        ns: &NamespaceId,
        page: Vec<T>,
    ) -> Result<Vec<T>, StoreError> {
        if page.is_empty() {
            self.known_head(ns).await?;
        }
        Ok(page)
    }

    /// Begins a read.
    pub(super) async fn bound(&self, ns: &NamespaceId, at: At) -> Result<Bound, StoreError> {
        let revision = match at {
            At::Head => None,
            At::Revision(asked) => {
                let head = self.known_head(ns).await?;
                let newest = head.head()?.revision;
                if asked > newest {
                    return Err(StoreError::NotYet { asked, newest });
                }
                is_kept(&head, at, asked)?;
                Some(asked)
            }
            At::Time(moment) => self.last_until(ns, moment).await?,
        };
        Ok(Bound { asked: at, revision })
    }

    /// Ends a read: what it saw is still kept.
    pub(super) async fn still(&self, ns: &NamespaceId, bound: Bound) -> Result<(), StoreError> {
        match bound.revision {
            Some(revision) => is_kept(&self.known_head(ns).await?, bound.asked, revision),
            None => Ok(()),
        }
    }

    /// The last revision committed at or before a moment; nothing if that is the newest state. Commit
    /// times never go backwards.
    async fn last_until(
        &self,
        ns: &NamespaceId,
        moment: Timestamp,
    ) -> Result<Option<Revision>, StoreError> {
        let head = self.known_head(ns).await?;
        if moment.as_micros() >= head.at {
            return Ok(None);
        }
        if let Some(floor) = head.floor()?.filter(|floor| moment < floor.at) {
            return Err(compacted(At::Time(moment), floor));
        }
        let last = "SELECT revision FROM {s}.commit WHERE ns = {ns} AND at <= $2 AND at IS NOT NULL
            ORDER BY at DESC, revision DESC LIMIT 1";
        let args = Args::default().with(ns.as_str()).with(moment.as_micros());
        let rows = self.patiently(last, args).await?;
        let revision = rows.first().map(|row| column::<i64>(row, 0)).transpose()?;
        let revision = revision.and_then(|it| u64::try_from(it).ok()).unwrap_or_default();
        Ok(Some(Revision::new(revision)))
    }

    pub(crate) async fn head(&self, ns: &NamespaceId, at: At) -> Result<Option<Head>, StoreError> {
        let Some(row) = head_row(self, ns).await? else { return Ok(None) };
        if at == At::Head {
            return row.head().map(Some);
        }
        match self.bound(ns, at).await?.revision {
            None => row.head().map(Some),
            Some(Revision::ZERO) => Ok(None),
            Some(revision) => {
                let commit = self.commit_at(ns, revision).await?;
                Ok(commit.map(|commit| Head { revision, at: commit.at, chain: commit.chain }))
            }
        }
    }

    pub(crate) async fn floor(&self, ns: &NamespaceId) -> Result<Option<Floor>, StoreError> {
        self.known_head(ns).await?.floor()
    }

    /// Refuses a revision that was let go.
    pub(super) async fn kept(&self, ns: &NamespaceId, asked: Revision) -> Result<(), StoreError> {
        is_kept(&self.known_head(ns).await?, At::Revision(asked), asked)
    }
}

fn is_kept(head: &HeadRow, asked: At, revision: Revision) -> Result<(), StoreError> {
    match head.floor()?.filter(|floor| revision < floor.revision) {
        Some(floor) => Err(compacted(asked, floor)),
        None => Ok(()),
    }
}
