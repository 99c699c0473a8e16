//! Opens and makes the file itself.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek},
    path::{Path, PathBuf},
};

use sternway_store::{Cause, StoreError};

/// How every redb file begins.
const MAGIC: &[u8] = b"redb\x1a\x0a\xa9\x0d\x0a";

/// How many names are tried for a file in the making.
const MAX_TRIES: u32 = 1_000;

/// The error for a file that the system does not let us have.
pub(crate) fn unavailable(path: &Path, err: &io::Error) -> StoreError {
    let text = format!("{}: {err}", path.display());
    StoreError::Unavailable(Cause::new(io::Error::new(err.kind(), text)))
}

/// Opens the file of a store; nothing if there is none.
pub(crate) fn existing(path: &Path) -> Result<Option<File>, StoreError> {
    let opened = OpenOptions::new().read(true).write(true).open(path);
    let mut file = match opened {
        Ok(file) => file,
        Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(err) => return Err(unavailable(path, &err)),
    };
    if begins_like_redb(&mut file).map_err(|err| unavailable(path, &err))? {
        return Ok(Some(file));
    }
    let detail = format!("{} does not begin like a redb file", path.display());
    Err(StoreError::NotAStore { detail })
}

/// In an empty file there is nothing to lose: redb starts it anew.
fn begins_like_redb(file: &mut File) -> io::Result<bool> {
    let mut start = Vec::new();
    file.by_ref().take(MAGIC.len() as u64).read_to_end(&mut start)?;
    file.rewind()?;
    Ok(start.is_empty() || start == MAGIC)
}

/// A file in the making, under a name of its own. It gets the name of the store when it is whole, so
/// that whoever looks, also after a crash, sees a whole store or none.
pub(crate) struct NewFile {
    path: PathBuf,
}

impl NewFile {
    /// Makes an empty file that only its owner may read.
    pub(crate) fn create(store: &Path) -> Result<(Self, File), StoreError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut tries = 0;
        loop {
            let mut name = store.as_os_str().to_owned();
            name.push(format!(".{}-{tries}.new", std::process::id()));
            let path = PathBuf::from(name);
            match options.open(&path) {
                Ok(file) => return Ok((Self { path }, file)),
                Err(err) if err.kind() == io::ErrorKind::AlreadyExists && tries < MAX_TRIES => {
                    tries += 1;
                }
                Err(err) => return Err(unavailable(&path, &err)),
            }
        }
    }

    /// Gives the file its name, durably, unless somebody else was first.
    pub(crate) fn keep(self, store: &Path) -> Result<bool, StoreError> {
        let linked = match fs::hard_link(&self.path, store) {
            Err(err) if err.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
            // Not every file system has links; what is left is a moment in which two could be first.
            Err(_) if !store.exists() => fs::rename(&self.path, store),
            linked => linked,
        };
        linked.and_then(|()| sync_folder(store)).map_err(|err| unavailable(store, &err))?;
        Ok(true)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // Whether it got its name or not; a name that stays behind is in nobody's way.
        drop(fs::remove_file(&self.path));
    }
}

/// The folder that a path is in.
fn folder_of(path: &Path) -> &Path {
    let parent = path.parent().unwrap_or(path);
    if parent.as_os_str().is_empty() { Path::new(".") } else { parent }
}

/// Makes the name of a file or folder durable: it is when its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    // Only Unix lets a folder be synced, and others do it by themselves.
    if cfg!(unix) { File::open(folder_of(path))?.sync_all() } else { Ok(()) }
}

/// Makes a folder that only its owner may enter, and the folders above it that are missing, durably.
/// Contents may be secret. Does nothing if it is there.
///
/// # Errors
///
/// What the system answers if it cannot be made.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    make_folder(folder_of(folder))?;
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(err) if err.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        made => made,
    }?;
    sync_folder(folder)
}
