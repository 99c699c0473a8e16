//! Why a folder cannot be taken or written.

use std::{fmt, io, path::PathBuf, sync::Arc};

use sternway_types::{MAX_CONTENT, Tree, TreeError, TreePathError};

/// Why a folder cannot be taken or written, and which part of it.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// The system says no.
    #[error("cannot {what} {}", .path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: Arc<io::Error>,
    },
    /// It is no folder.
    #[error("{} is no folder", .0.display())]
    NotAFolder(PathBuf),
    /// There is no file in it, or everything was left out.
    #[error("{} has no files, or all of them are left out", .0.display())]
    Empty(PathBuf),
    /// It has more files than a tree may have.
    #[error(
        "{} has more than {limit} files and links: leave some out with a .sternwayignore or \
         --exclude",
        .0.display(), limit = Tree::MAX_ENTRIES
    )]
    TooMany(PathBuf),
    /// It holds something that is neither a file, a folder nor a link.
    #[error("{} is {kind}, which cannot be kept: leave it out", .path.display())]
    Special {
        /// What.
        path: PathBuf,
        /// Which kind of thing.
        kind: &'static str,
    },
    /// A name in it is not UTF-8.
    #[error("the name {:?} is not UTF-8: rename it, or leave it out", .0)]
    NotUtf8(PathBuf),
    /// A path in it, or where a link in it leads, cannot be kept.
    #[error("{} cannot be kept: rename it, or leave it out", .path.display())]
    Path {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: TreePathError,
    },
    /// Its files cannot stand in one tree.
    #[error("{} cannot be kept", .path.display())]
    Tree {
        /// Which folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: TreeError,
    },
    /// A file in it is too large.
    #[error("{} has {found} bytes: the limit is {MAX_CONTENT}", .path.display())]
    TooLarge {
        /// Which.
        path: PathBuf,
        /// How many bytes it has, or as many as were looked at.
        found: u64,
    },
    /// A file changed while it was read.
    #[error("{} changed while it was read: try again when nobody writes there", .0.display())]
    Changed(PathBuf),
    /// What says which files are left out makes no sense.
    #[error("{given} does not say what is left out: {problem}")]
    Exclude {
        /// The pattern, or the file with the patterns.
        given: String,
        /// What is wrong.
        problem: String,
    },
    /// There is something where the folder is to be.
    #[error("{} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// What is there is no folder, and is not replaced.
    #[error("{} is {kind}: a folder is only written to a free place, or over a folder", .path.display())]
    InTheWay {
        /// Where.
        path: PathBuf,
        /// What is there.
        kind: &'static str,
    },
    /// The folder that is to be replaced is where somebody is.
    #[error("{} holds the folder you are in, and is not replaced", .0.display())]
    Here(PathBuf),
    /// The bytes are not those of the file.
    #[error("the bytes for {0} are not those that the tree lists")]
    OtherBytes(String),
}

impl FolderError {
    /// What was tried, and what the system said.
    pub(crate) fn io(
        what: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { what, path, source: Arc::new(source) }
    }

    pub(crate) fn exclude(given: impl fmt::Display, err: impl fmt::Display) -> Self {
        Self::Exclude { given: given.to_string(), problem: err.to_string() }
    }
}
