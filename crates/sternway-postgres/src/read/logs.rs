//! Logs: the feed of commits, and the outcomes of subjects.

use serde::Deserialize;
use sternway_store::{Limit, StoreError};
use sternway_types::{
    At, ChangesetId, Commit, Generation, NamespaceId, Outcome, Revision, Subject, VersionNumber,
};

use super::compacted;
use crate::{
    convert::signed,
    database::{Args, Database},
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

impl Database {
    pub(crate) async fn feed(
        &self,
        ns: &NamespaceId,
        after: Revision,
        limit: Limit,
    ) -> Result<Vec<Commit>, StoreError> {
        let list = "SELECT row_to_json(c)::text FROM {s}.commit c
            WHERE c.ns = {ns} AND c.revision > $2 AND c.revision >= $3
            ORDER BY c.revision LIMIT $4";
        let floor = self.known_head(ns).await?.floor()?;
        if let Some(floor) = floor.filter(|floor| after.next() < floor.revision) {
            return Err(compacted(At::Revision(after.next()), floor));
        }
        let args = Args::default()
            .with(ns.as_str())
            .with(signed(after.get()))
            .with(floor.map_or(0, |floor| signed(floor.revision.get())))
            .with(signed(limit.get() as u64));
        let found: Vec<StoredCommit> = self.read(list, args).await?;
        let commits = found.iter().map(|stored| stored.commit(ns));
        let commits: Option<Vec<_>> = commits.collect::<Result<_, _>>()?;
        match commits {
            Some(commits) => Ok(commits),
            // A compaction came in between.
            None => {
                self.kept(ns, after.next()).await?;
                let place = found.iter().find(|stored| stored.record.is_none());
                let place = place.map_or_else(String::new, |stored| stored.place(ns));
                Err(corrupt(place, "it is missing"))
            }
        }
    }

    /// The commit of a revision that is kept.
    pub(super) async fn commit_at(
        &self,
        ns: &NamespaceId,
        revision: Revision,
    ) -> Result<Option<Commit>, StoreError> {
        let one = "SELECT row_to_json(c)::text FROM {s}.commit c
            WHERE c.ns = {ns} AND c.revision = $2";
        let args = Args::default().with(ns.as_str()).with(signed(revision.get()));
        let found: Vec<StoredCommit> = self.read(one, args).await?;
        let commit = found.first().map(|stored| stored.commit(ns)).transpose()?.flatten();
        if commit.is_none() {
            self.kept(ns, revision).await?;
        }
        Ok(commit)
    }

    pub(crate) async fn commit_of(
        &self,
        ns: &NamespaceId,
        id: ChangesetId,
    ) -> Result<Option<Commit>, StoreError> {
        let one = "SELECT row_to_json(c)::text FROM {s}.commit c WHERE c.ns = {ns} AND c.id = $2";
        let args = Args::default().with(ns.as_str()).with(id.as_uuid());
        let found: Vec<StoredCommit> = self.read(one, args).await?;
        let found = self.listed(ns, found).await?;
        let Some(stored) = found.first() else { return Ok(None) };
        self.kept(ns, stored.revision()).await?;
        let commit = stored.commit(ns)?;
        commit.map(Some).ok_or_else(|| corrupt(stored.place(ns), "it is missing"))
    }

    pub(crate) async fn outcomes(
        &self,
        ns: &NamespaceId,
        subject: &Subject,
        after: u64,
        limit: Limit,
    ) -> Result<Vec<Outcome>, StoreError> {
        let list = "SELECT row_to_json(o)::text FROM {s}.outcome o
            WHERE o.subject = (SELECT id FROM {s}.subject x WHERE x.ns = {ns} AND x.artifact = $2
                AND x.environment = $3 AND x.version = $4 AND x.generation = $5)
                AND o.place > $6
            ORDER BY o.place LIMIT $7";
        let args = Args::default()
            .with(ns.as_str())
            .with(subject.artifact.as_str())
            .with(subject.environment.as_str())
            .with(signed(subject.version.get()))
            .with(signed(subject.generation.get()))
            .with(signed(after))
            .with(signed(limit.get() as u64));
        let found: Vec<Logged> = self.read(list, args).await?;
        let found = self.listed(ns, found).await?;
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
            "SELECT jsonb_build_object('artifact', x.artifact, 'environment', x.environment,
                'version', x.version, 'generation', x.generation)::text
            FROM {{s}}.subject x
            WHERE x.ns = {{ns}} AND {condition}
                AND (x.artifact, x.environment, x.version, x.generation) > ($2, $3, $4, $5)
            ORDER BY x.artifact, x.environment, x.version, x.generation LIMIT $6"
        );
        let args = Args::default()
            .with(ns.as_str())
            .with(after.map_or("", |it| it.artifact.as_str()))
            .with(after.map_or("", |it| it.environment.as_str()))
            .with(after.map_or(0, |it| signed(it.version.get())))
            .with(after.map_or(-1, |it| signed(it.generation.get())))
            .with(signed(limit.get() as u64));
        let found: Vec<SubjectRow> = self.read(&list, args).await?;
        let found = self.listed(ns, found).await?;
        found.iter().map(SubjectRow::subject).collect()
    }
}
