//! The files of a folder, in the order of their paths.
//!
//! Limits: what is hidden is passed over, with everything in it; links are not followed.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// What a folder holds.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// Its regular files, by their paths from the folder on.
    pub(super) files: Vec<PathBuf>,
    /// How many entries are no regular files, such as links.
    pub(super) passed_over: u64,
}

/// Lists a folder, and the folders in it.
///
/// # Errors
///
/// If one of them cannot be read, with its path.
pub(super) fn list(folder: &Path) -> Result<Files, (PathBuf, io::Error)> {
    let mut found = Files::default();
    let mut folders = vec![PathBuf::new()];
    while let Some(relative) = folders.pop() {
        let path = folder.join(&relative);
        let unreadable = |err| (path.clone(), err);
        // The folder itself may be named by a link.
        for entry in fs::read_dir(&path).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name();
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let kind = entry.file_type().map_err(unreadable)?;
            let relative = relative.join(name);
            match (kind.is_dir(), kind.is_file()) {
                (true, _) => folders.push(relative),
                (false, true) => found.files.push(relative),
                (false, false) => found.passed_over += 1,
            }
        }
    }
    found.files.sort_unstable();
    Ok(found)
}
