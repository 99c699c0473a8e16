//! Everything that the reads of the port show of a namespace, to be compared with what it was
//! before, or with what it should be.

use std::collections::{BTreeMap, BTreeSet};

use sternway_store::{DigestHit, Floor, Head, Limit, Noted, StoreError, Tallies};
use sternway_types::{
    Applied, Artifact, ArtifactId, At, Commit, Content, ContentRef, Digest, DigestPrefix,
    EnvironmentId, Generation, OpenRun, Outcome, Pointer, PointerMove, PointerName, RecordEntry,
    RecordKind, Revision, Subject, Timestamp, Version,
};

use crate::{must::Must, pages::pages, world::Client};

/// What every read of a namespace answers, page by page. It is meant for a namespace that nobody
/// writes to meanwhile.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Everything {
    pub(crate) floor: Option<Floor>,
    pub(crate) head: Option<Head>,
    pub(crate) feed: Vec<Commit>,
    pub(crate) artifacts: Vec<Artifact>,
    /// Newest first.
    pub(crate) versions: BTreeMap<ArtifactId, Vec<Version>>,
    pub(crate) digests: BTreeMap<Digest, Vec<DigestHit>>,
    pub(crate) dependents: BTreeMap<ArtifactId, Vec<Artifact>>,
    pub(crate) contents: BTreeMap<Digest, Option<Content>>,
    pub(crate) pointers: BTreeMap<ArtifactId, Vec<Pointer>>,
    /// Newest first.
    pub(crate) moves: BTreeMap<(ArtifactId, PointerName), Vec<PointerMove>>,
    pub(crate) environments: BTreeMap<EnvironmentId, Vec<Pointer>>,
    pub(crate) records: BTreeMap<&'static str, Vec<RecordEntry>>,
    pub(crate) tallies: BTreeMap<Subject, Tallies>,
    pub(crate) outcomes: BTreeMap<Subject, Vec<Outcome>>,
    /// Of those with which something was noted.
    pub(crate) noted: BTreeMap<Subject, Vec<Noted>>,
    pub(crate) counted: Vec<Subject>,
    pub(crate) unjudged: Vec<Subject>,
    /// Those that are due first come first.
    pub(crate) open_runs: Vec<OpenRun>,
}

/// What there is to be asked for, as the feed tells it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Topics {
    pub(crate) contents: BTreeMap<Digest, ContentRef>,
    pub(crate) pointers: BTreeSet<(ArtifactId, PointerName)>,
    pub(crate) environments: BTreeSet<EnvironmentId>,
    pub(crate) subjects: BTreeSet<Subject>,
}

impl Topics {
    pub(crate) fn of(feed: &[Commit]) -> Self {
        let mut topics = Self::default();
        for applied in feed.iter().flat_map(|commit| &commit.applied) {
            match applied {
                Applied::VersionAdded(version) => {
                    let content = version.content.clone();
                    topics.contents.insert(content.digest, content);
                }
                Applied::PointerMoved(moved) => topics.moved(moved),
                Applied::RecordChanged(change) => {
                    if let Some(sternway_types::Record::Environment(it)) = &change.after {
                        topics.environments.insert(it.id.clone());
                    }
                }
                Applied::NamespaceCreated => (),
            }
        }
        topics
    }

    fn moved(&mut self, moved: &PointerMove) {
        let artifact = moved.artifact.clone();
        self.pointers.insert((artifact.clone(), moved.name.clone()));
        if let (PointerName::Environment(environment), Some(version)) = (&moved.name, moved.to) {
            let environment = environment.clone();
            let stay = Subject { artifact, environment, version, generation: moved.generation };
            self.subjects.insert(Subject { generation: Generation::ZERO, ..stay.clone() });
            self.subjects.insert(stay);
        }
    }
}

impl Everything {
    /// Reads everything. An error stops the case.
    pub(crate) async fn of(client: &Client) -> Self {
        Self::read(client, Limit::new(7)).await.must("read everything")
    }

    /// Reads everything in pages of this size.
    pub(crate) async fn read(client: &Client, limit: Limit) -> Result<Self, StoreError> {
        let floor = client.store.floor(&client.ns).await?;
        let feed = feed(client, floor, limit).await?;
        Self::about(client, limit, &Topics::of(&feed)).await
    }

    /// Reads everything about topics, some of which may be known from what was let go.
    pub(crate) async fn about(
        client: &Client,
        limit: Limit,
        topics: &Topics,
    ) -> Result<Self, StoreError> {
        let (store, ns) = (&client.store, &client.ns);
        let (floor, head) = (store.floor(ns).await?, store.head(ns, At::Head).await?);
        let mut all = Self { floor, head, ..Self::default() };
        all.read_log(client, limit).await?;
        all.read_versions(client, limit, topics).await?;
        all.read_pointers(client, limit, topics).await?;
        all.read_outcomes(client, limit, topics).await?;
        Ok(all)
    }

    /// What is left of it above a floor.
    pub(crate) fn since(mut self, floor: Option<Floor>) -> Self {
        self.floor = floor;
        let Some(floor) = floor else { return self };
        self.feed.retain(|commit| commit.revision >= floor.revision);
        let labels =
            self.moves.iter_mut().filter(|((_, name), _)| matches!(name, PointerName::Label(_)));
        for (_, newest_first) in labels {
            let in_force = newest_first.iter().position(|it| it.revision <= floor.revision);
            newest_first.truncate(in_force.map_or(usize::MAX, |place| place + 1));
        }
        self
    }

    async fn read_log(&mut self, client: &Client, limit: Limit) -> Result<(), StoreError> {
        let (store, ns) = (&client.store, &client.ns);
        self.feed = feed(client, self.floor, limit).await?;
        for kind in RecordKind::ALL {
            let entries = pages(
                async |after: Option<String>| {
                    store.records(ns, kind, "", At::Head, after.as_deref(), limit).await
                },
                |entry| entry.key.name().to_owned(),
            );
            self.records.insert(kind.as_str(), entries.await?);
        }
        Ok(())
    }

    async fn read_versions(
        &mut self,
        client: &Client,
        limit: Limit,
        topics: &Topics,
    ) -> Result<(), StoreError> {
        let (store, ns) = (&client.store, &client.ns);
        self.artifacts = pages(
            async |after: Option<ArtifactId>| {
                store.artifacts(ns, "", At::Head, after.as_ref(), limit).await
            },
            |artifact| artifact.id.clone(),
        )
        .await?;
        for artifact in &self.artifacts {
            let id = &artifact.id;
            let history = pages(
                async |before| store.history(ns, id, At::Head, before, limit).await,
                |version| version.number,
            );
            self.versions.insert(id.clone(), history.await?);
            let dependents = dependents(client, id, At::Head, limit).await?;
            self.dependents.insert(id.clone(), dependents);
            let pointers = pages(
                async |after: Option<PointerName>| {
                    store.pointers(ns, id, At::Head, after.as_ref(), limit).await
                },
                |pointer| pointer.name.clone(),
            );
            self.pointers.insert(id.clone(), pointers.await?);
        }
        for (digest, content) in &topics.contents {
            self.contents.insert(*digest, store.content(content).await?);
            let prefix = DigestPrefix::from(digest);
            let same = pages(
                async |after: Option<DigestHit>| {
                    store.with_digest(ns, &prefix, At::Head, after.as_ref(), limit).await
                },
                Clone::clone,
            );
            self.digests.insert(*digest, same.await?);
        }
        Ok(())
    }

    async fn read_pointers(
        &mut self,
        client: &Client,
        limit: Limit,
        topics: &Topics,
    ) -> Result<(), StoreError> {
        let (store, ns) = (&client.store, &client.ns);
        for (id, name) in &topics.pointers {
            let moves = pages(
                async |before| match store.moves(ns, id, name, before, limit).await {
                    // Those before it were let go, which is said after the last page.
                    Err(StoreError::Compacted { .. }) if before.is_some() => Ok(Vec::new()),
                    page => page,
                },
                |moved| moved.revision,
            );
            self.moves.insert((id.clone(), name.clone()), moves.await?);
        }
        for id in &topics.environments {
            self.environments.insert(id.clone(), environment(client, id, At::Head, limit).await?);
        }
        Ok(())
    }

    async fn read_outcomes(
        &mut self,
        client: &Client,
        limit: Limit,
        topics: &Topics,
    ) -> Result<(), StoreError> {
        let (store, ns) = (&client.store, &client.ns);
        self.counted = pages(
            async |after: Option<Subject>| store.subjects(ns, after.as_ref(), limit).await,
            Clone::clone,
        )
        .await?;
        self.unjudged = pages(
            async |after: Option<Subject>| store.unjudged(ns, after.as_ref(), limit).await,
            Clone::clone,
        )
        .await?;
        self.open_runs = pages(
            async |after: Option<OpenRun>| {
                store.open_runs(ns, Timestamp::MAX, after.as_ref(), limit).await
            },
            Clone::clone,
        )
        .await?;
        for subject in &topics.subjects {
            if let Some(tallies) = store.tallies(ns, subject).await? {
                self.tallies.insert(subject.clone(), tallies);
            }
            let log = log(client, subject, limit).await?;
            if !log.is_empty() {
                self.outcomes.insert(subject.clone(), log);
            }
            let noted = pages(
                async |after: Option<u64>| {
                    store.noted(ns, subject, after.unwrap_or_default(), limit).await
                },
                |noted| noted.place,
            );
            let noted = noted.await?;
            if !noted.is_empty() {
                self.noted.insert(subject.clone(), noted);
            }
        }
        Ok(())
    }

    /// What is not the same in another one, in words; nothing if all is.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        macro_rules! first_difference {
            ($($field:ident),*) => {
                $(if self.$field != other.$field {
                    let (this, that) = (&self.$field, &other.$field);
                    return Some(format!("{} differ:\n{this:#?}\n{that:#?}", stringify!($field)));
                })*
            };
        }
        first_difference!(
            floor,
            head,
            feed,
            artifacts,
            versions,
            digests,
            dependents,
            contents,
            pointers,
            moves,
            environments,
            records,
            tallies,
            outcomes,
            noted,
            counted,
            unjudged,
            open_runs
        );
        None
    }

    /// Stops the case if anything is not as it was.
    #[track_caller]
    pub(crate) fn must_equal(&self, other: &Self, when: &str) {
        if let Some(difference) = self.difference(other) {
            panic!("{when}: {difference}");
        }
    }
}

/// All that depends on an artifact, in pages.
pub(crate) async fn dependents(
    client: &Client,
    id: &ArtifactId,
    at: At,
    limit: Limit,
) -> Result<Vec<Artifact>, StoreError> {
    let (store, ns) = (&client.store, &client.ns);
    pages(
        async |after: Option<ArtifactId>| store.dependents(ns, id, at, after.as_ref(), limit).await,
        |artifact| artifact.id.clone(),
    )
    .await
}

/// The feed from the floor on, in pages.
async fn feed(
    client: &Client,
    floor: Option<Floor>,
    limit: Limit,
) -> Result<Vec<Commit>, StoreError> {
    let (store, ns) = (&client.store, &client.ns);
    let begin = floor.map_or(0, |floor| floor.revision.get().saturating_sub(1));
    pages(
        async |after| store.feed(ns, after.unwrap_or(Revision::new(begin)), limit).await,
        |commit| commit.revision,
    )
    .await
}

/// All of an environment, in pages.
pub(crate) async fn environment(
    client: &Client,
    id: &EnvironmentId,
    at: At,
    limit: Limit,
) -> Result<Vec<Pointer>, StoreError> {
    let (store, ns) = (&client.store, &client.ns);
    pages(
        async |after: Option<ArtifactId>| {
            store.environment(ns, id, at, after.as_ref(), limit).await
        },
        |pointer| pointer.artifact.clone(),
    )
    .await
}

/// All outcomes of a subject, in pages.
pub(crate) async fn log(
    client: &Client,
    subject: &Subject,
    limit: Limit,
) -> Result<Vec<Outcome>, StoreError> {
    let mut log = Vec::new();
    loop {
        let place = log.len() as u64;
        let page = client.store.outcomes(&client.ns, subject, place, limit).await?;
        if page.is_empty() {
            return Ok(log);
        }
        log.extend(page);
    }
}
