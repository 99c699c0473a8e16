//! What is to run: what is live, with its content, and what was if the store cannot be reached.
//!
//! Versions and contents never change, so what was read once need not be read again while the live
//! table says that it is still live: then nothing is read at all. Where the store cannot be reached,
//! the table stays as it was, and so what runs does; it says for how long that is.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sternway_types::{ArtifactId, Content, EnvironmentId, Revision, Subject, Version};

use crate::{
    Control, ControlError,
    live::{Live, LiveTable},
};

/// How many bytes of contents are kept for all artifacts together. A larger one is read each time.
const MOST: u64 = 64 * 1024 * 1024;

/// What is live of an artifact in an environment.
#[derive(Clone, Debug)]
pub struct Served {
    /// The present stay of the version.
    pub subject: Subject,
    /// The version.
    pub version: Version,
    /// Its content.
    pub content: Content,
    /// The revision as of which it is live.
    pub revision: Revision,
    /// For how long the store could not be reached, if it cannot: something else may be live by now.
    pub unreachable_for: Option<Duration>,
}

/// What was served of each artifact last.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<Shelf>);

#[derive(Debug, Default)]
struct Shelf {
    last: HashMap<(ArtifactId, EnvironmentId), (Version, Content)>,
    bytes: u64,
}

impl Kept {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The version that is live, if it is what was served last.
    fn find(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        live: Live,
    ) -> Option<(Version, Content)> {
        let key = (artifact.clone(), environment.clone());
        let found = self.shelf().last.get(&key).cloned();
        found.filter(|(version, _)| version.number == live.version)
    }

    fn keep(&self, environment: &EnvironmentId, version: &Version, content: &Content) {
        let bytes = version.content.len;
        if bytes > MOST {
            return;
        }
        let mut shelf = self.shelf();
        if shelf.bytes + bytes > MOST {
            // Rare enough that what is used still is soon there again.
            *shelf = Shelf::default();
        }
        let key = (version.artifact.clone(), environment.clone());
        shelf.bytes += bytes;
        if let Some((before, _)) = shelf.last.insert(key, (version.clone(), content.clone())) {
            shelf.bytes -= before.content.len;
        }
    }
}

impl Control {
    /// What is live of an artifact in an environment, with its content. Who promoted something through
    /// this control sees it.
    ///
    /// Reads nothing where the table says that what was served last is still live. Where the store
    /// cannot be reached, answers with that, and says so.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotLive`] and its kin if nothing is live, and [`ControlError::Store`] if the store
    /// cannot be read and what is live was not served before.
    pub async fn serve(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Served, ControlError> {
        let table = self.live().await?;
        // A table that is behind what was written here is not asked.
        let reached = table.at_least(self.written()).await;
        let current = reached.ok().filter(|_| table.unread_for().is_none());
        let live = current.and_then(|_| table.get(artifact, environment));
        let asked = match (live, current) {
            (Some(live), Some(revision)) => {
                self.serve_live(artifact, environment, live, revision).await
            }
            _ => self.serve_stored(artifact, environment).await,
        };
        match asked {
            Err(ControlError::Store(err)) if err.is_temporary() => {
                let known = self.serve_known(table, artifact, environment);
                known.ok_or(ControlError::Store(err))
            }
            asked => asked,
        }
    }

    async fn serve_live(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        live: Live,
        revision: Revision,
    ) -> Result<Served, ControlError> {
        let (version, content) = match self.kept.find(artifact, environment, live) {
            Some(found) => found,
            None => {
                let version = self.version(artifact, live.version).await?;
                let content = self.content(&version).await?;
                self.kept.keep(environment, &version, &content);
                (version, content)
            }
        };
        Ok(served(environment, live, version, content, revision))
    }

    /// By the store alone, which may know more than the table.
    async fn serve_stored(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Served, ControlError> {
        let (pointer, version) = self.live_version(artifact, environment).await?;
        let content = self.content(&version).await?;
        self.kept.keep(environment, &version, &content);
        let since = pointer.revision;
        let live = Live { version: version.number, generation: pointer.generation, since };
        Ok(served(environment, live, version, content, pointer.revision))
    }

    /// What was served last, if the table does not know better.
    fn serve_known(
        &self,
        table: &LiveTable,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Option<Served> {
        let revision = table.revision();
        // What was written here since is not known to be live, nor not to be.
        let live = table.get(artifact, environment).filter(|_| revision >= self.written())?;
        let (version, content) = self.kept.find(artifact, environment, live)?;
        let unreachable_for = Some(table.unread_for().unwrap_or_default());
        let served = served(environment, live, version, content, revision);
        Some(Served { unreachable_for, ..served })
    }
}

fn served(
    environment: &EnvironmentId,
    live: Live,
    version: Version,
    content: Content,
    revision: Revision,
) -> Served {
    let subject = Subject {
        artifact: version.artifact.clone(),
        environment: environment.clone(),
        version: live.version,
        generation: live.generation,
    };
    Served { subject, version, content, revision, unreachable_for: None }
}
