//! Why a repository cannot be read, and what to do about it.

use std::io;

use crate::error::CliError;

/// Why a repository cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GitError {
    /// There is no `git`.
    #[error("git is not installed, or is not on the PATH")]
    NotInstalled,
    /// It cannot be started or talked to.
    #[error("cannot talk to git: {0}")]
    Talk(String),
    /// There is no repository.
    #[error("{folder} is not a repository of git")]
    NotARepository {
        /// Where it was looked for.
        folder: String,
    },
    /// There is nothing in it.
    #[error("the repository {folder} has no commits yet")]
    NoCommits {
        /// Which.
        folder: String,
    },
    /// No commit touched the path.
    #[error("no commit of {folder} ever touched {path}")]
    NoHistory {
        /// Which repository.
        folder: String,
        /// The path.
        path: String,
    },
    /// The path is no file.
    #[error("{path} is a folder, and the history of a file is imported")]
    Folder {
        /// The path.
        path: String,
    },
    /// Something else, in its own words.
    #[error("git says: {0}")]
    Refused(String),
    /// Its answer makes no sense.
    #[error("git answered what is not understood, in {0}")]
    Unexpected(&'static str),
}

impl GitError {
    /// It could not be started.
    pub(super) fn from_start(err: &io::Error) -> Self {
        if err.kind() == io::ErrorKind::NotFound {
            return Self::NotInstalled;
        }
        Self::from_talk(err)
    }

    /// It could be started, and then not be talked to.
    pub(super) fn from_talk(err: &io::Error) -> Self {
        Self::Talk(err.to_string())
    }

    /// It ended with a complaint.
    pub(super) fn from_stderr(folder: String, stderr: &[u8]) -> Self {
        let said = String::from_utf8_lossy(stderr);
        let said = said.trim();
        if said.contains("not a git repository") {
            return Self::NotARepository { folder };
        }
        Self::Refused(said.strip_prefix("fatal: ").unwrap_or(said).into())
    }

    fn help(&self) -> &'static str {
        match self {
            Self::NotInstalled => "install git, or import the file as it is: sternway publish",
            Self::NotARepository { .. } => {
                "name the folder of a clone; for files without history: sternway import dir"
            }
            Self::NoCommits { .. } => "commit something first, or use sternway publish",
            Self::NoHistory { .. } => {
                "name the path from REPO on, as git log does; is the right branch checked out?"
            }
            Self::Folder { .. } => {
                "name a file in it; for all files as they are now: sternway import dir"
            }
            Self::Talk(_) | Self::Refused(_) | Self::Unexpected(_) => {
                "try the same with git itself: git -C REPO log --follow -- PATH"
            }
        }
    }
}

impl From<GitError> for CliError {
    fn from(err: GitError) -> Self {
        Self::invalid(err.to_string()).with_help(err.help())
    }
}
