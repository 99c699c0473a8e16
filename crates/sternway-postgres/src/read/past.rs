//! Reading a namespace up to a state: where it stands, where it begins, and what is found, all in one
//! statement, so that it is of one moment.

use serde::{Deserialize, de::DeserializeOwned};
use sqlx::{Encode, Postgres, Type};
use sternway_store::{Floor, Head, StoreError};
use sternway_types::{At, Commit, NamespaceId, Revision};

use crate::{
    convert::signed,
    database::{Args, Database},
    rows::{HeadRow, StoredCommit},
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

/// What a read answers with: where the namespace stood, and what was found, at one moment.
#[derive(Deserialize)]
struct Page<T> {
    head: Option<HeadRow>,
    page: Option<Vec<T>>,
}

/// A read of a namespace, up to a state.
pub(super) struct Read<'a> {
    ns: &'a NamespaceId,
    at: At,
    args: Args,
}

impl<'a> Read<'a> {
    /// The first two values of its statement: the namespace, and the last revision, which a statement
    /// names as `{last}`.
    pub(super) fn new(ns: &'a NamespaceId, at: At) -> Self {
        let last = match at {
            At::Head => i64::MAX,
            At::Revision(asked) => signed(asked.get()),
            At::Time(moment) => moment.as_micros(),
        };
        Self { ns, at, args: Args::default().with(ns.as_str()).with(last) }
    }

    /// One more value.
    pub(super) fn with<'q, T: Encode<'q, Postgres> + Type<Postgres>>(mut self, value: T) -> Self {
        self.args = self.args.with(value);
        self
    }

    /// Reads what a statement selects. Commit times never go backwards, so that the last revision of a
    /// moment is one step in an index.
    pub(super) async fn select<T: DeserializeOwned>(
        self,
        db: &Database,
        select: &str,
    ) -> Result<Vec<T>, StoreError> {
        self.with_head(db, select).await.map(|(_, page)| page)
    }

    /// Likewise, with where the namespace stood.
    pub(super) async fn with_head<T: DeserializeOwned>(
        self,
        db: &Database,
        select: &str,
    ) -> Result<(HeadRow, Vec<T>), StoreError> {
        let last = match self.at {
            At::Head | At::Revision(_) => "$2",
            At::Time(_) => {
                "coalesce((SELECT c.revision FROM {s}.commit c WHERE c.ns = {ns} AND c.at <= $2
                    AND c.at IS NOT NULL ORDER BY c.at DESC, c.revision DESC LIMIT 1), 0)"
            }
        };
        let statement = format!(
            "SELECT json_build_object(
                'head', (SELECT row_to_json(h) FROM {{s}}.head h WHERE h.ns = {{ns}} AND $2 = $2),
                'page', (SELECT json_agg(x) FROM ({}) x))::text",
            select.replace("{last}", last)
        );
        let found: Vec<Page<T>> = db.read(&statement, self.args).await?;
        let found = found.into_iter().next();
        let Page { head, page } = found.unwrap_or(Page { head: None, page: None });
        let head = head.ok_or_else(|| StoreError::NoNamespace(self.ns.clone()))?;
        can_be_seen(&head, self.at)?;
        Ok((head, page.unwrap_or_default()))
    }
}

/// Whether a state is there, and kept.
fn can_be_seen(head: &HeadRow, at: At) -> Result<(), StoreError> {
    match at {
        At::Head => Ok(()),
        At::Revision(asked) => {
            let newest = head.head()?.revision;
            if asked > newest {
                return Err(StoreError::NotYet { asked, newest });
            }
            is_kept(head, at, asked)
        }
        At::Time(moment) => match head.floor()?.filter(|floor| moment < floor.at) {
            Some(floor) => Err(compacted(at, floor)),
            None => Ok(()),
        },
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

    pub(crate) async fn head(&self, ns: &NamespaceId, at: At) -> Result<Option<Head>, StoreError> {
        if at == At::Head {
            return head_row(self, ns).await?.map(|row| row.head()).transpose();
        }
        let then = "SELECT * FROM {s}.commit c WHERE c.ns = {ns} AND c.revision = {last}";
        let found: Result<Vec<StoredCommit>, _> = Read::new(ns, at).select(self, then).await;
        let found = match found {
            Err(StoreError::NoNamespace(_)) => return Ok(None),
            found => found?,
        };
        let commit = found.first().map(|stored| stored.commit(ns)).transpose()?.flatten();
        Ok(commit.map(|Commit { revision, at, chain, .. }| Head { revision, at, chain }))
    }

    pub(crate) async fn floor(&self, ns: &NamespaceId) -> Result<Option<Floor>, StoreError> {
        self.known_head(ns).await?.floor()
    }
}

/// Refuses a revision that was let go.
pub(super) fn is_kept(head: &HeadRow, asked: At, revision: Revision) -> Result<(), StoreError> {
    match head.floor()?.filter(|floor| revision < floor.revision) {
        Some(floor) => Err(compacted(asked, floor)),
        None => Ok(()),
    }
}
