//! A folder with a store in it, and the binary beside it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use sternway::{
    Sternway,
    store::Limit,
    types::{
        Content, EnvironmentId, Failure, Language, Outcome, OutcomeId, OutcomeStatus, VersionNumber,
    },
};
use tempfile::TempDir;

/// What the stories are about.
pub(crate) const KEY: &str = "tools/search";

/// A folder with a store in it.
pub(crate) struct World {
    folder: TempDir,
}

impl World {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(world.temporary()).unwrap();
        world
    }

    /// A store in which this shell script is live.
    pub(crate) fn with_live(script: &str) -> Self {
        let world = Self::empty();
        world.publish(script, Some("shell"));
        world
    }

    /// A store whose first version works, and whose second one is live and does this.
    pub(crate) fn with_second(script: &str) -> Self {
        let world = Self::with_live("exit 0 # the first version\n");
        world.publish_live(script, "shell");
        world
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Where private files go.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.folder.path().join("tmp")
    }

    /// Does something to the store, as another process would.
    pub(crate) fn with<T>(&self, work: impl AsyncFnOnce(&Sternway) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let sternway = Sternway::open(self.path().join(".sternway")).await.unwrap();
            let done = work(&sternway).await;
            sternway.shutdown().await.unwrap();
            done
        })
    }

    /// Publishes a version. The first one goes live.
    pub(crate) fn publish(&self, text: &str, language: Option<&str>) -> VersionNumber {
        let language = language.map(|name| name.parse::<Language>().unwrap());
        let content = Content::text(text, language).unwrap();
        self.with(async |sternway| sternway.artifact(KEY).publish(content).await.unwrap().number)
    }

    /// Publishes a version and makes it live.
    pub(crate) fn publish_live(&self, text: &str, language: &str) {
        let content = Content::text(text, language.parse().ok()).unwrap();
        self.with(async |sternway| {
            sternway.artifact(KEY).publish(content).promote().await.unwrap();
        });
    }

    /// The number of what is live.
    pub(crate) fn live(&self) -> u64 {
        self.with(async |sternway| sternway.artifact(KEY).live().await.unwrap().number().get())
    }

    /// What was recorded of a version, in its last stay.
    pub(crate) fn outcomes(&self, version: u64) -> Vec<Outcome> {
        let version = VersionNumber::new(version).unwrap();
        self.with(async |sternway| {
            let control = sternway.control();
            let (artifact, environment) = (KEY.parse().unwrap(), EnvironmentId::production());
            let subject = control.subject(&artifact, version, &environment).await.unwrap();
            let (store, namespace) = (control.store(), control.namespace());
            store.outcomes(namespace, &subject, 0, Limit::MAX).await.unwrap()
        })
    }

    /// The one outcome of a version.
    pub(crate) fn outcome(&self, version: u64) -> Outcome {
        let outcomes = self.outcomes(version);
        assert_eq!(outcomes.len(), 1, "{outcomes:?}");
        outcomes.into_iter().next().unwrap()
    }

    /// The binary, in the folder, with an environment that does not depend on who runs the test.
    pub(crate) fn sternway(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sternway"));
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("STERNWAY_") || name == "DATABASE_URL" {
                command.env_remove(name);
            }
        }
        command.env("XDG_CONFIG_HOME", self.path());
        command.current_dir(self.path()).env("PWD", self.path()).env("TMPDIR", self.temporary());
        command.env("LC_ALL", "C.UTF-8").env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    /// `sternway exec KEY`, and these words.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = self.sternway();
        command.args(["exec", KEY]).args(words);
        command
    }

    /// Runs `sternway exec KEY`, and these words.
    pub(crate) fn exec(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Runs what is live with the shell.
    pub(crate) fn run(&self) -> Output {
        self.exec(&["--", "sh", "{file}"])
    }

    /// Begins to run what is live with the shell.
    pub(crate) fn start(&self, words: &[&str]) -> Child {
        let mut command = self.command(words);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }
}

/// What a command printed to stdout.
pub(crate) fn stdout(output: &Output) -> &str {
    str::from_utf8(&output.stdout).unwrap()
}

/// What a command printed to stderr.
pub(crate) fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}

/// Asserts what a command ended with.
#[track_caller]
pub(crate) fn assert_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
}

/// The failure that was recorded.
#[track_caller]
pub(crate) fn failure(outcome: &Outcome) -> (Option<&str>, &str) {
    let OutcomeStatus::Failed(failure) = &outcome.status else { panic!("{outcome:?}") };
    let class = Failure::class(failure).map(|class| class.as_str());
    (class, failure.message())
}

/// The id of a run of this name.
pub(crate) fn run(name: &str) -> OutcomeId {
    let artifact = KEY.parse().expect("an artifact");
    OutcomeId::of_run(&artifact, &EnvironmentId::production(), name)
}
