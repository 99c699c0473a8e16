//! A repository of git that is made as it is told, the same each time.

use std::{fs, path::PathBuf, process::Command};

use crate::world::World;

/// A repository in a folder of a world.
pub(crate) struct Git<'a> {
    world: &'a World,
    name: String,
    seconds: u32,
}

impl<'a> Git<'a> {
    /// An empty one.
    pub(crate) fn new(world: &'a World, name: &str) -> Self {
        fs::create_dir(world.path(name)).unwrap();
        let mut git = Self { world, name: name.into(), seconds: 0 };
        git.run(&["init", "--quiet", "--initial-branch=main"]);
        git
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.world.path(&self.name).join(file)
    }

    /// Runs git, an hour later than before.
    pub(crate) fn run(&mut self, words: &[&str]) -> String {
        self.seconds += 3600;
        let date = format!("{} +0100", 1_767_225_600 + self.seconds);
        let mut git = Command::new("git");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                git.env_remove(name);
            }
        }
        git.current_dir(self.path("")).args(words);
        git.envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")]);
        git.envs([("GIT_AUTHOR_NAME", "Ada Lovelace"), ("GIT_AUTHOR_EMAIL", "ada@example.com")]);
        git.envs([("GIT_COMMITTER_NAME", "Bob"), ("GIT_COMMITTER_EMAIL", "bob@example.com")]);
        git.envs([("GIT_AUTHOR_DATE", &date), ("GIT_COMMITTER_DATE", &date)]);
        let ran = git.output().unwrap();
        assert!(ran.status.success(), "{words:?}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap().trim().to_owned()
    }

    /// Writes a file and commits everything, and answers the hash.
    pub(crate) fn commit(&mut self, file: &str, bytes: &[u8], message: &str) -> String {
        fs::write(self.path(file), bytes).unwrap();
        self.commit_all(message)
    }

    /// Commits everything, and answers the hash.
    pub(crate) fn commit_all(&mut self, message: &str) -> String {
        self.run(&["add", "--all"]);
        self.run(&["commit", "--quiet", "--allow-empty-message", "-m", message]);
        self.run(&["rev-parse", "HEAD"])
    }
}
