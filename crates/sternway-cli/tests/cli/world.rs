//! An empty folder, the binary in it, and what it said.

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// Variables of others that the binary looks at.
const OTHERS: [&str; 9] = [
    "NO_COLOR",
    "LC_ALL",
    "LC_CTYPE",
    "COLUMNS",
    "PAGER",
    "LESS",
    "DATABASE_URL",
    "DATABASE_POOL_SIZE",
    "LOG_LEVEL",
];

/// Variables that other tools are told things by, and that have no effect.
pub(crate) const OLDER: [&str; 8] = [
    "MAX_ROLLBACK_POINTS",
    "AUTO_ROLLBACK_ON_FAILURE",
    "REQUIRE_APPROVAL_FOR_PRODUCTION",
    "SLACK_WEBHOOK_URL",
    "EMAIL_SERVICE_URL",
    "DEFAULT_DEPLOYMENT_STRATEGY",
    "HEALTH_CHECK_TIMEOUT",
    "ROLLBACK_THRESHOLD",
];

/// An empty folder, and the settings that the binary meets in it.
pub(crate) struct World {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

/// What a command said and how it ended.
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
    pub(crate) bytes: Vec<u8>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), variables: Vec::new() }
    }

    /// A world with `prompts/greeting`: v1 live, v2 staged.
    pub(crate) fn with_greeting() -> Self {
        let world = Self::new();
        world.write("v1.md", b"You are a helpful bot.\nAnswer briefly.\n");
        world.write("v2.md", b"You are a careful bot.\nAnswer briefly.\nCite sources.\n");
        world.ok(&["publish", "prompts/greeting", "v1.md", "-m", "first version"]);
        world.ok(&["publish", "prompts/greeting", "v2.md", "-m", "friendlier tone"]);
        world
    }

    /// Sets a variable of the environment.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// A command as a person would type it who has no settings but these.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sternway"));
        command.current_dir(self.folder.path()).args(words).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            let ours = name.starts_with("STERNWAY_") || name.starts_with("CLICOLOR");
            let name_of = name.as_str();
            if ours || OTHERS.contains(&name_of) || OLDER.contains(&name_of) {
                command.env_remove(name);
            }
        }
        command.env("XDG_CONFIG_HOME", self.path("home"));
        command.env("LANG", "C.UTF-8").env("USER", "alice").env("TERM", "xterm-256color");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command.
    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        self.command(words).output().unwrap().into()
    }

    /// Runs a command that reads this.
    pub(crate) fn feed(&self, words: &[&str], input: &[u8]) -> Ran {
        let mut command = self.command(words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that refuses early closes its end, which is no failure of the test.
        child.stdin.take().unwrap().write_all(input).unwrap_or_default();
        child.wait_with_output().unwrap().into()
    }

    /// Runs a command that must succeed, and answers what it printed.
    pub(crate) fn ok(&self, words: &[&str]) -> String {
        let ran = self.run(words);
        assert_eq!(ran.code, 0, "{words:?}: {}{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    /// Runs a command that must succeed and answer in JSON.
    pub(crate) fn json(&self, words: &[&str]) -> Value {
        let mut words = words.to_vec();
        words.push("--json");
        serde_json::from_str(&self.ok(&words)).unwrap()
    }

    /// Runs a command that must end like this, and answers what it complained about.
    pub(crate) fn fails(&self, code: i32, words: &[&str]) -> String {
        let ran = self.run(words);
        assert_eq!(ran.code, code, "{words:?}: {}{}", ran.stdout, ran.stderr);
        assert_eq!(ran.stdout, "", "{words:?}");
        ran.stderr
    }

    /// The file of the store.
    pub(crate) fn store(&self) -> PathBuf {
        self.path(".sternway/store.redb")
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code().unwrap_or(-1),
            bytes: output.stdout,
        }
    }
}
