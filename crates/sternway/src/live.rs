//! What is live: read it, run it, say how it went.

use std::{path::Path, time::Duration};

use sternway_control::{
    ControlError,
    record::Judged,
    rollback::{Reaction, RolledBack},
    runs::{Begun, Opening},
    serve::Served,
};
use sternway_folder::{NewFolder, Permissions, Replace};
use sternway_types::{
    ArtifactId, Content, EnvironmentId, Generation, OutcomeId, Revision, Tree, Verdict, Version,
    VersionNumber,
};

use crate::{ArtifactHandle, Error, Outcome};

/// What was live when it was asked for, with its content.
#[derive(Clone, Debug)]
pub struct Live {
    handle: ArtifactHandle,
    served: Served,
}

impl Live {
    pub(crate) async fn load(
        handle: ArtifactHandle,
        artifact: ArtifactId,
        environment: EnvironmentId,
    ) -> Result<Self, Error> {
        let served = handle.control.serve(&artifact, &environment).await?;
        Ok(Self { handle, served })
    }

    /// For how long the store could not be reached, if it cannot: this is what was live before, and
    /// something else may be by now.
    #[must_use]
    pub const fn unreachable_for(&self) -> Option<Duration> {
        self.served.unreachable_for
    }

    /// The number of the version.
    #[must_use]
    pub const fn number(&self) -> VersionNumber {
        self.served.version.number
    }

    /// The version.
    #[must_use]
    pub const fn version(&self) -> &Version {
        &self.served.version
    }

    /// The generation of the pointer that made it live.
    #[must_use]
    pub const fn generation(&self) -> Generation {
        self.served.subject.generation
    }

    /// The revision as of which it was live.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        self.served.revision
    }

    /// The content.
    #[must_use]
    pub const fn content(&self) -> &Content {
        &self.served.content
    }

    /// The content as text.
    ///
    /// # Errors
    ///
    /// [`Error::NotText`] if it is opaque bytes that are not UTF-8.
    pub fn text(&self) -> Result<&str, Error> {
        self.served.content.as_text().ok_or(Error::NotText)
    }

    /// The folder that it is.
    ///
    /// # Errors
    ///
    /// [`Error::Control`] if it is one content, and no folder.
    pub fn tree(&self) -> Result<Tree, Error> {
        let tree = self.served.content.as_tree().ok_or_else(|| ControlError::NotATree {
            artifact: self.served.version.artifact.clone(),
            version: self.served.version.number,
            kind: self.served.version.content.kind.clone(),
        });
        Ok(tree?)
    }

    /// The bytes of a file in the folder that it is.
    ///
    /// # Errors
    ///
    /// [`Error::Control`] if it is no folder, has no such file, or the store cannot be read.
    pub async fn file(&self, path: &str) -> Result<Vec<u8>, Error> {
        let control = &self.handle.control;
        let file = control.file_at(&self.served.version, path).await?;
        Ok(control.file(&file).await?)
    }

    /// Writes the folder that it is to a place that is free or an empty folder. It is there as a
    /// whole, or not at all.
    ///
    /// # Errors
    ///
    /// [`Error::Control`] if it is no folder, something else is at that place, it cannot be written
    /// there, or the store cannot be read.
    pub async fn write_to(&self, place: impl AsRef<Path>) -> Result<(), Error> {
        let tree = self.tree()?;
        let mut new = NewFolder::at(place.as_ref(), Replace::Nothing, Permissions::Usual)?;
        self.handle.control.write_tree(&tree, new.writer()).await?;
        Ok(new.finish()?)
    }

    /// Says that a run of this version begins, durably, so that it counts as failed if nobody says how it went:
    /// its outcome is to be [`named`](Outcome::named) the same. Without a deadline of its own it has until what
    /// [`Opening::deadline`] says.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use sternway::{Outcome, Sternway};
    ///
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// let sw = Sternway::in_memory().await?;
    /// let search = sw.artifact("tools/search");
    /// search.publish("def search(query): ...").await?;
    /// let live = search.live().await?;
    /// live.begin("run-4711", Some(Duration::from_secs(300))).await?;
    /// // Whoever is killed here has failed five minutes later.
    /// live.record(Outcome::ok().named("run-4711")).await?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Control`] if a run cannot be given so long, or it cannot be stored.
    pub async fn begin(&self, name: &str, deadline: Option<Duration>) -> Result<Begun, Error> {
        let subject = self.served.subject.clone();
        let id = OutcomeId::of_run(&subject.artifact, &subject.environment, name);
        let opening = Opening { deadline, ..Opening::new(id, subject) };
        Ok(self.handle.control.open_run(opening).await?)
    }

    /// Says how a run of this version went, durably and exactly once. A version that regressed by
    /// it is taken back before this returns.
    ///
    /// # Errors
    ///
    /// [`Error::Outcome`] if a part of the outcome is not taken, and [`Error::Control`] if it
    /// cannot be stored, or a rollback could not be.
    pub async fn record(&self, outcome: Outcome) -> Result<Judgement, Error> {
        let control = &self.handle.control;
        let (id, now) = (control.ids().outcome(), control.now());
        let outcome = outcome.into_record(self.served.subject.clone(), id, now)?;
        let recorded = control.record(vec![outcome]).await?;
        Ok(Judgement { judged: recorded.judged.into_iter().next() })
    }
}

/// What recording an outcome led to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "recording may have rolled the version back"]
pub struct Judgement {
    judged: Option<Judged>,
}

impl Judgement {
    /// Whether the outcome was new. One that was recorded before counts once; it is judged now
    /// if it was not then.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.judged.as_ref().is_some_and(|judged| judged.counted > 0)
    }

    /// The verdict on the version.
    pub fn verdict(&self) -> Verdict {
        self.judged.as_ref().map_or(Verdict::Undecided, |judged| judged.verdict.clone())
    }

    /// The rollback that the outcome caused, if it did.
    #[must_use]
    pub fn rollback(&self) -> Option<&RolledBack> {
        match self.judged.as_ref()?.reaction.as_ref()? {
            Reaction::RolledBack(rollback) => Some(rollback),
            Reaction::Stays { .. } | Reaction::Withdrawn { .. } | Reaction::Overtaken => None,
        }
    }

    /// What the verdict led to.
    #[must_use]
    pub fn reaction(&self) -> Option<&Reaction> {
        self.judged.as_ref()?.reaction.as_ref()
    }
}
