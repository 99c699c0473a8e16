//! Logs: the feed of commits, and the outcomes of subjects.

use serde::Deserialize;
use sternway_store::{Limit, LogLength, Noted, StoreError};
use sternway_types::{
    At, ChangesetId, Commit, Generation, NamespaceId, Outcome, Revision, Subject, VersionNumber,
};

use super::{
    past::{Read, is_kept},
    versions::page,
};
use crate::{
    convert::signed,
    database::Database,
    error::corrupt,
    rows::{OutcomeRow, StoredCommit},
};

/// An outcome, and its place in the log.
#[derive(Deserialize)]
struct Logged {
    place: i64,
    #[serde(flatten)]
    row: OutcomeRow,
}

#[derive(Deserialize)]
struct SubjectRow {
    artifact: String,
    environment: String,
    version: u64,
    generation: u64,
}

/// What was noted with a failure.
#[derive(Deserialize)]
struct NotedRow {
    place: u64,
    versions: Vec<u64>,
    generations: Vec<u64>,
    totals: Vec<u64>,
}

impl NotedRow {
    fn noted(&self, subject: &Subject) -> Result<Noted, StoreError> {
        let place = self.place;
        let corrupt = || {
            let what = format!("what was noted with outcome {place} of {subject}");
            corrupt(what, "it names other versions than logs")
        };
        let lengths = [self.versions.len(), self.generations.len()];
        if lengths != [self.totals.len(); 2] {
            return Err(corrupt());
        }
        let others = self.versions.iter().zip(&self.generations).zip(&self.totals);
        let others = others.map(|((version, generation), total)| {
            let version = VersionNumber::new(*version).ok_or_else(corrupt)?;
            Ok(LogLength { version, generation: Generation::new(*generation), total: *total })
        });
        Ok(Noted { place, others: others.collect::<Result<_, StoreError>>()? })
    }
}

impl SubjectRow {
    fn subject(&self) -> Result<Subject, StoreError> {
        let place = || format!("a subject of {}", self.artifact);
        let version = VersionNumber::new(self.version);
        Ok(Subject {
            artifact: self.artifact.parse().map_err(|err| corrupt(place(), err))?,
            environment: self.environment.parse().map_err(|err| corrupt(place(), err))?,
            version: version.ok_or_else(|| corrupt(place(), "its version number is 0"))?,
            generation: Generation::new(self.generation),
        })
    }
}

/// The commit of a revision that is kept.
fn known(ns: &NamespaceId, stored: &StoredCommit) -> Result<Commit, StoreError> {
    stored.commit(ns)?.ok_or_else(|| corrupt(stored.place(ns), "it is missing"))
}

/// A page of a subject's log after a place.
fn in_log<'a>(ns: &'a NamespaceId, subject: &Subject, after: u64, limit: Limit) -> Read<'a> {
    Read::new(ns, At::Head)
        .with(subject.artifact.as_str())
        .with(subject.environment.as_str())
        .with(signed(subject.version.get()))
        .with(signed(subject.generation.get()))
        .with(signed(after))
        .with(page(limit))
}

impl Database {
    pub(crate) async fn feed(
        &self,
        ns: &NamespaceId,
        after: Revision,
        limit: Limit,
    ) -> Result<Vec<Commit>, StoreError> {
        let list = "SELECT c.* FROM {s}.commit c
            WHERE c.ns = {ns} AND c.revision > $3 ORDER BY c.revision LIMIT $4";
        let read = Read::new(ns, At::Head).with(signed(after.get())).with(page(limit));
        let (head, found): (_, Vec<StoredCommit>) = read.with_head(self, list).await?;
        is_kept(&head, At::Revision(after.next()), after.next())?;
        found.iter().map(|stored| known(ns, stored)).collect()
    }

    pub(crate) async fn commit_of(
        &self,
        ns: &NamespaceId,
        id: ChangesetId,
    ) -> Result<Option<Commit>, StoreError> {
        let one = "SELECT c.* FROM {s}.commit c WHERE c.ns = {ns} AND c.id = $3";
        let read = Read::new(ns, At::Head).with(id.as_uuid());
        let (head, found): (_, Vec<StoredCommit>) = read.with_head(self, one).await?;
        let Some(stored) = found.first() else { return Ok(None) };
        is_kept(&head, At::Revision(stored.revision()), stored.revision())?;
        known(ns, stored).map(Some)
    }

    pub(crate) async fn outcomes(
        &self,
        ns: &NamespaceId,
        subject: &Subject,
        after: u64,
        limit: Limit,
    ) -> Result<Vec<Outcome>, StoreError> {
        let list = "SELECT o.* FROM {s}.outcome o
            WHERE o.subject = (SELECT x.id FROM {s}.subject x WHERE x.ns = {ns} AND x.artifact = $3
                AND x.environment = $4 AND x.version = $5 AND x.generation = $6)
                AND o.place > $7
            ORDER BY o.place LIMIT $8";
        let found: Vec<Logged> = in_log(ns, subject, after, limit).select(self, list).await?;
        let places = signed(after.saturating_add(1))..;
        let outcomes = found.iter().zip(places).map(|(logged, place)| {
            if logged.place != place {
                let place = format!("outcome {place} of {subject}");
                return Err(corrupt(place, "it is not in its place"));
            }
            logged.row.outcome(subject)
        });
        outcomes.collect()
    }

    pub(crate) async fn noted(
        &self,
        ns: &NamespaceId,
        subject: &Subject,
        after: u64,
        limit: Limit,
    ) -> Result<Vec<Noted>, StoreError> {
        let list = "SELECT q.place, q.versions, q.generations, q.totals FROM {s}.noted q
            WHERE q.subject = (SELECT x.id FROM {s}.subject x WHERE x.ns = {ns} AND x.artifact = $3
                AND x.environment = $4 AND x.version = $5 AND x.generation = $6)
                AND q.place > $7
            ORDER BY q.place LIMIT $8";
        let found: Vec<NotedRow> = in_log(ns, subject, after, limit).select(self, list).await?;
        found.iter().map(|row| row.noted(subject)).collect()
    }

    pub(crate) async fn subjects(
        &self,
        ns: &NamespaceId,
        after: Option<&Subject>,
        limit: Limit,
    ) -> Result<Vec<Subject>, StoreError> {
        self.subjects_where(ns, "x.total > 0", after, limit).await
    }

    pub(crate) async fn unjudged(
        &self,
        ns: &NamespaceId,
        after: Option<&Subject>,
        limit: Limit,
    ) -> Result<Vec<Subject>, StoreError> {
        self.subjects_where(ns, "x.judged_total < x.total", after, limit).await
    }

    async fn subjects_where(
        &self,
        ns: &NamespaceId,
        condition: &str,
        after: Option<&Subject>,
        limit: Limit,
    ) -> Result<Vec<Subject>, StoreError> {
        let list = format!(
            "SELECT x.artifact, x.environment, x.version, x.generation FROM {{s}}.subject x
            WHERE x.ns = {{ns}} AND {condition}
                AND (x.artifact, x.environment, x.version, x.generation) > ($3, $4, $5, $6)
            ORDER BY x.artifact, x.environment, x.version, x.generation LIMIT $7"
        );
        let read = Read::new(ns, At::Head)
            .with(after.map_or("", |it| it.artifact.as_str()))
            .with(after.map_or("", |it| it.environment.as_str()))
            .with(after.map_or(0, |it| signed(it.version.get())))
            .with(after.map_or(-1, |it| signed(it.generation.get())))
            .with(page(limit));
        let found: Vec<SubjectRow> = read.select(self, &list).await?;
        found.iter().map(SubjectRow::subject).collect()
    }
}
