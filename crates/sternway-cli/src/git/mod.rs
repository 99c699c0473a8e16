//! Reading a repository of git, through the `git` that is installed.
//!
//! No shell is in between, and what a person set up for their own eyes is switched off. Nothing is
//! fetched: what a shallow or partial clone does not have is missing. Limits: only what HEAD leads
//! to; a git before 2.45 cannot be told not to fetch what a partial clone lacks.

mod error;
pub(crate) mod history;
pub(crate) mod objects;

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

pub(crate) use self::{
    error::GitError,
    history::{Author, Commit, Touch},
    objects::{Object, Objects},
};

/// Variables that point git at another repository than the one that was named, such as a hook has.
const ELSEWHERE: [&str; 8] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_SHALLOW_FILE",
];

/// Settings that would change what is printed.
const SETTINGS: [&str; 6] = [
    "log.showRoot=true",
    "diff.relative=false",
    "log.showSignature=false",
    "diff.renames=true",
    "diff.renameLimit=1000",
    "core.quotePath=false",
];

/// A repository, or a folder in one.
#[derive(Debug)]
pub(crate) struct Repository {
    folder: PathBuf,
    shallow: bool,
}

impl Repository {
    /// Looks whether there is one.
    ///
    /// # Errors
    ///
    /// [`GitError::NotInstalled`], [`GitError::NotARepository`] or [`GitError::NoCommits`] if there
    /// is nothing to read.
    pub(crate) fn open(folder: &Path) -> Result<Self, GitError> {
        let mut repository = Self { folder: folder.into(), shallow: false };
        let asked = repository.read(["rev-parse", "--is-shallow-repository"])?;
        repository.shallow = asked.trim_ascii() == b"true";
        let head = repository.run(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])?;
        if !head.status.success() {
            return Err(GitError::NoCommits { folder: repository.name() });
        }
        Ok(repository)
    }

    /// Whether the history ends before its beginning.
    pub(crate) const fn is_shallow(&self) -> bool {
        self.shallow
    }

    /// Where it is, for people.
    pub(crate) fn name(&self) -> String {
        crate::context::Context::shown(&self.folder)
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        ELSEWHERE.iter().for_each(|name| {
            command.env_remove(name);
        });
        command.arg("-C").arg(&self.folder).arg("--no-pager");
        SETTINGS.iter().for_each(|setting| {
            command.args(["-c", setting]);
        });
        command
            .envs([("LC_ALL", "C"), ("GIT_LITERAL_PATHSPECS", "1"), ("GIT_OPTIONAL_LOCKS", "0")])
            .envs([("GIT_NO_LAZY_FETCH", "1"), ("GIT_TERMINAL_PROMPT", "0")])
            .stdin(Stdio::null());
        command
    }

    fn run<W: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = W>) -> Result<Output, GitError> {
        self.command().args(words).output().map_err(|err| GitError::from_start(&err))
    }

    /// What git answers to a question that it must have an answer to.
    fn read<W: AsRef<OsStr>>(
        &self,
        words: impl IntoIterator<Item = W>,
    ) -> Result<Vec<u8>, GitError> {
        let answer = self.run(words)?;
        if answer.status.success() {
            return Ok(answer.stdout);
        }
        Err(GitError::from_stderr(self.name(), &answer.stderr))
    }
}

/// The words of a question about one path, which begins with no matter what.
fn about(words: &[&str], path: &Path) -> Vec<OsString> {
    let words = words.iter().map(OsString::from);
    words.chain([OsString::from("--"), path.into()]).collect()
}
