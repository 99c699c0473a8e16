//! A handle on one artifact.

use std::{path::PathBuf, sync::Arc};

use sternway_control::{Control, check::Check};
use sternway_store::Limit;
use sternway_types::{
    Actor, ArtifactId, At, Content, EnvironmentId, IdError, Reference, Selector, Version,
    VersionNumber,
};

use crate::{Error, IntoContent, Live, PromoteCall, PublishCall, RollbackCall, verbs::Source};

/// One artifact, as seen from one environment. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ArtifactHandle {
    pub(crate) control: Arc<Control>,
    pub(crate) actor: Actor,
    artifact: Result<ArtifactId, IdError>,
    environment: Result<EnvironmentId, IdError>,
}

impl ArtifactHandle {
    pub(crate) fn new(control: Arc<Control>, actor: Actor, name: &str) -> Self {
        let environment = Ok(EnvironmentId::production());
        Self { control, actor, artifact: name.parse(), environment }
    }

    /// The same artifact, as seen from another environment.
    #[must_use]
    pub fn in_environment(mut self, environment: &str) -> Self {
        self.environment = environment.parse();
        self
    }

    /// The name of the artifact.
    ///
    /// # Errors
    ///
    /// [`Error::Id`] if the name that was given is not one.
    pub fn id(&self) -> Result<ArtifactId, Error> {
        Ok(self.artifact.clone()?)
    }

    /// The environment that it is seen from.
    ///
    /// # Errors
    ///
    /// [`Error::Id`] if the name that was given is not one.
    pub fn environment(&self) -> Result<EnvironmentId, Error> {
        Ok(self.environment.clone()?)
    }

    /// Publishes a version when it is awaited. The first one goes live by itself, later ones wait
    /// to be promoted. Content that is the newest version's already is not published again: what
    /// else was asked for is done with that version.
    pub fn publish(&self, content: impl IntoContent) -> PublishCall {
        PublishCall::new(self.clone(), Source::Content(content.into_content()))
    }

    /// Publishes a folder as one version when it is awaited: its files, which of them may be run,
    /// and its links. Everything is taken but the folders of version control and what a
    /// `.sternwayignore` in it leaves out. The folder is read on the caller's thread, one file at a
    /// time.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use sternway::Sternway;
    /// # let place = tempfile::tempdir()?;
    /// # let folder = place.path().join("search");
    /// # std::fs::create_dir(&folder)?;
    /// # std::fs::write(folder.join("search.py"), "print(1)\n")?;
    /// # let sw = Sternway::open(place.path().join(".sternway")).await?;
    /// let search = sw.artifact("tools/search");
    /// search.publish_dir(&folder).reason("first version").await?;
    ///
    /// let live = search.live().await?;
    /// for (path, file) in live.tree()?.files() {
    ///     println!("{path}: {} bytes, {}", file.size, file.digest);
    /// }
    /// assert_eq!(live.file("search.py").await?, b"print(1)\n");
    /// live.write_to(place.path().join("copy")).await?;
    /// # sw.shutdown().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn publish_dir(&self, folder: impl Into<PathBuf>) -> PublishCall {
        PublishCall::new(self.clone(), Source::Folder(folder.into()))
    }

    /// Makes a version live when it is awaited.
    pub fn promote(&self, version: VersionNumber) -> PromoteCall {
        PromoteCall::new(self.clone(), version)
    }

    /// Makes the last good version live again when it is awaited, or the one that is named.
    pub fn roll_back(&self) -> RollbackCall {
        RollbackCall::new(self.clone())
    }

    /// What is live, with its content.
    ///
    /// # Errors
    ///
    /// [`Error::Control`] if nothing is live or the store cannot be read.
    pub async fn live(&self) -> Result<Live, Error> {
        Live::load(self.clone(), self.id()?, self.environment()?).await
    }

    /// The version that a selector names: `v3`, `live`, `latest`, `previous`, a label, ….
    ///
    /// # Errors
    ///
    /// [`Error::Reference`] if it is none, and [`Error::Control`] if it names no version.
    pub async fn version(&self, selector: &str) -> Result<Version, Error> {
        let selector: Selector = selector.parse()?;
        let reference = Reference { artifact: self.id()?, selector };
        Ok(self.control.resolve(&reference, &self.environment()?).await?)
    }

    /// The content of a version.
    ///
    /// # Errors
    ///
    /// [`Error::Control`] if the store cannot be read, or the content is damaged or missing.
    pub async fn content(&self, version: &Version) -> Result<Content, Error> {
        Ok(self.control.content(version).await?)
    }

    /// The versions before this one, newest first; from the newest if none is named.
    ///
    /// # Errors
    ///
    /// [`Error::Control`] if the store cannot be read.
    pub async fn history(
        &self,
        before: Option<VersionNumber>,
        limit: Limit,
    ) -> Result<Vec<Version>, Error> {
        let (store, namespace) = (self.control.store(), self.control.namespace());
        Ok(store.history(namespace, &self.id()?, At::Head, before, limit).await?)
    }

    /// The verdict on what is live. Changes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Control`] if nothing is live or the store cannot be read.
    pub async fn check(&self) -> Result<Check, Error> {
        Ok(self.control.check(&self.id()?, &self.environment()?).await?)
    }
}
