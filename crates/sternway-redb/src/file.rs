//! Opens and makes the file itself.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek},
    path::Path,
};

use sternway_store::{Cause, StoreError};

/// How every redb file begins.
const MAGIC: &[u8] = b"redb\x1a\x0a\xa9\x0d\x0a";

/// Opens a file for redb, or makes an empty one that only its owner may read.
pub(crate) fn open(path: &Path) -> Result<File, StoreError> {
    let unavailable = |err: io::Error| {
        let text = format!("{}: {err}", path.display());
        StoreError::Unavailable(Cause::new(io::Error::new(err.kind(), text)))
    };
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    match options.open(path) {
        Ok(mut file) => {
            let begins_right = begins_like_redb(&mut file).map_err(unavailable)?;
            if begins_right {
                return Ok(file);
            }
            Err(StoreError::NotAStore {
                detail: format!("{} does not begin like a redb file", path.display()),
            })
        }
        Err(err) if err.kind() == io::ErrorKind::NotFound => {
            create(path, &mut options).map_err(unavailable)
        }
        Err(err) => Err(unavailable(err)),
    }
}

/// An empty file is what a crash right after making it leaves: redb starts it anew.
fn begins_like_redb(file: &mut File) -> io::Result<bool> {
    let mut start = Vec::new();
    file.by_ref().take(MAGIC.len() as u64).read_to_end(&mut start)?;
    file.rewind()?;
    Ok(start.is_empty() || start == MAGIC)
}

fn create(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    options.create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    let file = options.open(path)?;
    // The name of the file is durable when its folder is.
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    Ok(file)
}
