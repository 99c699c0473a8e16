//! Folders on disk as [trees](sternway_types::Tree): a [`Folder`] is read file by file, and a
//! [`NewFolder`] is written beside its place and put there at once.
//!
//! Calls work on the caller's thread and hold one file in memory at a time.
//!
//! ```
//! use sternway_folder::{Exclude, Folder, NewFolder, Permissions, Replace};
//! use sternway_types::{TreeEntry, TreeFile};
//!
//! # let place = tempfile::tempdir()?;
//! # let (from, to) = (place.path().join("from"), place.path().join("to"));
//! # std::fs::create_dir(&from)?;
//! # std::fs::write(from.join("prompt.md"), "Hello!")?;
//! let folder = Folder::scan(&from, &Exclude::default())?;
//! let mut copy = NewFolder::at(&to, Replace::Nothing, Permissions::Usual)?;
//! for path in folder.paths() {
//!     let (entry, bytes) = folder.read(path)?;
//!     copy.writer().write(path, &entry, &bytes)?;
//! }
//! copy.finish()?;
//! assert_eq!(std::fs::read_to_string(to.join("prompt.md"))?, "Hello!");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod new;
mod scan;
mod system;

pub use crate::{
    error::FolderError,
    new::{NewFolder, Permissions, Replace, Writer},
    scan::{Exclude, Folder, IGNORE_FILE},
};
