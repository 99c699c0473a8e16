//! Calls that are made by awaiting them.

use std::{collections::BTreeMap, fmt::Display, path::PathBuf, pin::Pin, time::Duration};

use sternway_control::{
    Intent,
    guard::Guarded,
    promote::Promoted,
    publish::{Activate, Expect, Publish, Published},
    rollback::{RollbackMode, RolledBack},
};
use sternway_folder::{Exclude, Folder};
use sternway_types::{Changelog, Content, ContentError, Force, Metadata, Reason, VersionNumber};

use crate::{ArtifactHandle, Error};

type Call<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// Who wants something, and why, in words that are checked when the call is made.
#[derive(Clone, Debug)]
struct Wish {
    handle: ArtifactHandle,
    actor: Option<String>,
    reason: String,
}

impl Wish {
    const fn new(handle: ArtifactHandle) -> Self {
        Self { handle, actor: None, reason: String::new() }
    }

    fn intent(&self) -> Result<Intent, Error> {
        let actor = match &self.actor {
            Some(actor) => actor.parse()?,
            None => self.handle.actor.clone(),
        };
        Ok(Intent::by(actor).because(Reason::new(self.reason.as_str())?))
    }
}

macro_rules! wish {
    () => {
        /// Says why.
        pub fn reason(mut self, reason: impl Into<String>) -> Self {
            self.wish.reason = reason.into();
            self
        }

        /// Acts in somebody's name: `alice`, `agent:planner-7`.
        pub fn actor(mut self, actor: impl Into<String>) -> Self {
            self.wish.actor = Some(actor.into());
            self
        }
    };
}

/// Whether a publish also promotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Activation {
    ByPolicy,
    /// In the handle's environment.
    Here,
}

/// What is published.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Content(Result<Content, ContentError>),
    /// It is read when the call is made.
    Folder(PathBuf),
}

/// A publish that is made by awaiting it.
#[derive(Clone, Debug)]
#[must_use = "nothing is published until it is awaited"]
pub struct PublishCall {
    wish: Wish,
    source: Source,
    author: Option<String>,
    changelog: String,
    semver: Option<semver::Version>,
    metadata: BTreeMap<String, serde_json::Value>,
    depends_on: Vec<String>,
    labels: Vec<String>,
    expected: Option<u64>,
    activate: Activation,
    limit: Option<Duration>,
}

impl PublishCall {
    pub(crate) const fn new(handle: ArtifactHandle, source: Source) -> Self {
        Self {
            wish: Wish::new(handle),
            source,
            author: None,
            changelog: String::new(),
            semver: None,
            metadata: BTreeMap::new(),
            depends_on: Vec::new(),
            labels: Vec::new(),
            expected: None,
            activate: Activation::ByPolicy,
            limit: None,
        }
    }

    wish!();

    /// Who wrote it, if not who publishes it.
    pub fn author(mut self, author: impl Into<String>) -> Self {
        self.author = Some(author.into());
        self
    }

    /// What changed, for readers.
    pub fn changelog(mut self, changelog: impl Into<String>) -> Self {
        self.changelog = changelog.into();
        self
    }

    /// Its semantic version.
    pub fn semver(mut self, version: semver::Version) -> Self {
        self.semver = Some(version);
        self
    }

    /// A fact of your own.
    pub fn metadata(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.metadata.insert(name.into(), value.into());
        self
    }

    /// An artifact that it needs to run, such as a tool that a prompt speaks of.
    pub fn depends_on(mut self, artifact: impl Into<String>) -> Self {
        self.depends_on.push(artifact.into());
        self
    }

    /// A label that is set to it in the same commit.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.labels.push(label.into());
        self
    }

    /// Which version is believed to be the newest; 0 for none. If another one is, the publish is a
    /// conflict.
    pub const fn expect_latest(mut self, version: u64) -> Self {
        self.expected = Some(version);
        self
    }

    /// Makes it live in the handle's environment in the same commit.
    pub const fn promote(mut self) -> Self {
        self.activate = Activation::Here;
        self
    }

    /// How long the check of [`PublishCall::guarded`] may take; as long as it wants if nothing is
    /// said.
    pub const fn check_within(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Makes it live in the handle's environment, runs a check, and takes it back if the check
    /// fails: if it answers with an error, panics, or takes longer than a limit.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sw = sternway::Sternway::in_memory().await?;
    /// let greeting = sw.artifact("prompts/greeting");
    /// greeting.publish("Hello, {{name}}!").await?;
    /// let guarded = greeting
    ///     .publish("Hi there!")
    ///     .guarded(async |published| {
    ///         let live = greeting.live().await.map_err(|err| err.to_string())?;
    ///         assert_eq!(live.number(), published.number, "it is live while it is checked");
    ///         if live.text().is_ok_and(|text| text.contains("{{name}}")) {
    ///             return Ok(());
    ///         }
    ///         Err("it does not say the name".to_owned())
    ///     })
    ///     .await?;
    /// assert!(!guarded.is_kept());
    /// assert_eq!(greeting.live().await?.number().get(), 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Whoever drops the call while the check runs, or ends the process, leaves the version live: let
    /// the check end with an error instead.
    ///
    /// # Errors
    ///
    /// As of a publish that is awaited, and [`ControlError::NotTakenBack`] if the check failed and the
    /// store cannot write. A check that fails is no error: [`Guarded`] tells how it ended.
    ///
    /// [`ControlError::NotTakenBack`]: sternway_control::ControlError::NotTakenBack
    pub async fn guarded<F, E>(self, check: impl FnOnce(Published) -> F) -> Result<Guarded, Error>
    where
        F: Future<Output = Result<(), E>>,
        E: Display,
    {
        let (publish, intent) = self.prepare().await?;
        let (control, environment) = (&self.wish.handle.control, self.wish.handle.environment()?);
        let guarded =
            control.publish_guarded(publish, &environment, self.limit, &intent, check).await?;
        Ok(guarded)
    }

    /// What is to be published, by whom and why.
    async fn prepare(&self) -> Result<(Publish, Intent), Error> {
        let handle = &self.wish.handle;
        let artifact = handle.id()?;
        let content = match &self.source {
            Source::Content(content) => content.clone()?,
            Source::Folder(folder) => {
                let folder = Folder::scan(folder, &Exclude::default())?;
                handle.control.put_folder(&folder).await?
            }
        };
        let mut publish = Publish::new(artifact, content);
        publish.author = self.author.as_deref().map(str::parse).transpose()?;
        publish.changelog = Changelog::new(self.changelog.as_str())?;
        publish.semver.clone_from(&self.semver);
        publish.metadata = Metadata::new(self.metadata.clone())?;
        publish.depends_on =
            self.depends_on.iter().map(|artifact| artifact.parse()).collect::<Result<_, _>>()?;
        publish.labels = self.labels.iter().map(|label| label.parse()).collect::<Result<_, _>>()?;
        publish.expect = match self.expected {
            None => Expect::Anything,
            Some(number) => VersionNumber::new(number).map_or(Expect::Nothing, Expect::Version),
        };
        if self.activate == Activation::Here {
            publish.activate = Activate::In(handle.environment()?);
        }
        Ok((publish, self.wish.intent()?))
    }

    async fn make(self) -> Result<Published, Error> {
        let (publish, intent) = self.prepare().await?;
        Ok(self.wish.handle.control.publish(publish, &intent).await?)
    }
}

impl IntoFuture for PublishCall {
    type Output = Result<Published, Error>;
    type IntoFuture = Call<Published>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.make())
    }
}

/// A promotion that is made by awaiting it.
#[derive(Clone, Debug)]
#[must_use = "nothing is promoted until it is awaited"]
pub struct PromoteCall {
    wish: Wish,
    version: VersionNumber,
    force: Force,
}

impl PromoteCall {
    pub(crate) const fn new(handle: ArtifactHandle, version: VersionNumber) -> Self {
        Self { wish: Wish::new(handle), version, force: Force::No }
    }

    wish!();

    /// Makes it live although its content is condemned. Only a person may.
    pub const fn force(mut self) -> Self {
        self.force = Force::Yes;
        self
    }

    async fn make(self) -> Result<Promoted, Error> {
        let handle = &self.wish.handle;
        let (id, environment) = (handle.id()?, handle.environment()?);
        let intent = self.wish.intent()?;
        let promoted =
            handle.control.promote(&id, self.version, &environment, self.force, &intent).await?;
        Ok(promoted)
    }
}

impl IntoFuture for PromoteCall {
    type Output = Result<Promoted, Error>;
    type IntoFuture = Call<Promoted>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.make())
    }
}

/// A rollback that is made by awaiting it.
#[derive(Clone, Debug)]
#[must_use = "nothing is rolled back until it is awaited"]
pub struct RollbackCall {
    wish: Wish,
    to: Option<VersionNumber>,
    mode: RollbackMode,
    force: Force,
}

impl RollbackCall {
    pub(crate) const fn new(handle: ArtifactHandle) -> Self {
        Self { wish: Wish::new(handle), to: None, mode: RollbackMode::Move, force: Force::No }
    }

    wish!();

    /// Goes back to this version instead of the last good one.
    pub const fn to(mut self, version: VersionNumber) -> Self {
        self.to = Some(version);
        self
    }

    /// Publishes that version's content again, as a new version, instead of moving the pointer.
    pub const fn restoring(mut self) -> Self {
        self.mode = RollbackMode::Restore;
        self
    }

    /// Goes back although that version's content is condemned. Only a person may.
    pub const fn force(mut self) -> Self {
        self.force = Force::Yes;
        self
    }

    async fn make(self) -> Result<RolledBack, Error> {
        let handle = &self.wish.handle;
        let (id, environment) = (handle.id()?, handle.environment()?);
        let intent = self.wish.intent()?;
        let rolled_back = handle
            .control
            .roll_back(&id, self.to, self.mode, &environment, self.force, &intent)
            .await?;
        Ok(rolled_back)
    }
}

impl IntoFuture for RollbackCall {
    type Output = Result<RolledBack, Error>;
    type IntoFuture = Call<RolledBack>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.make())
    }
}
