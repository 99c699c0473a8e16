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
        if store.is_symlink() && !store.exists() {
            let nothing = "it is a link to a file that is not there";
            return Err(unavailable(store, &io::Error::new(io::ErrorKind::NotFound, nothing)));
        }
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
        give_name(&FileSystem, &self.path, store).map_err(|err| unavailable(store, &err))
    }
}

/// What can be done to names. A test has a folder that forgets.
trait Names {
    fn link(&self, file: &Path, name: &Path) -> io::Result<()>;
    fn rename(&self, file: &Path, name: &Path) -> io::Result<()>;
    fn is_there(&self, name: &Path) -> bool;
    /// Makes a name durable.
    fn sync(&self, name: &Path) -> io::Result<()>;
}

struct FileSystem;

impl Names for FileSystem {
    fn link(&self, file: &Path, name: &Path) -> io::Result<()> {
        fs::hard_link(file, name)
    }

    fn rename(&self, file: &Path, name: &Path) -> io::Result<()> {
        fs::rename(file, name)
    }

    fn is_there(&self, name: &Path) -> bool {
        name.exists()
    }

    fn sync(&self, name: &Path) -> io::Result<()> {
        sync_folder(name)
    }
}

/// Says whether the file has the name now, durably; nothing is done if another file has it.
fn give_name(names: &impl Names, file: &Path, name: &Path) -> io::Result<bool> {
    match names.link(file, name) {
        Err(err) if err.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        // Not every file system has links; what is left is a moment in which two could be first.
        Err(_) if !names.is_there(name) => names.rename(file, name)?,
        linked => linked?,
    }
    names.sync(name)?;
    Ok(true)
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

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, collections::BTreeSet};

    use super::*;

    /// What was done to the names since the folder was synced last.
    #[derive(Clone, Debug)]
    enum Pending {
        Add(PathBuf),
        Rename(PathBuf, PathBuf),
    }

    /// A folder whose names are durable when it is synced, and any of which may be lost before.
    #[derive(Debug)]
    struct Folder {
        durable: RefCell<BTreeSet<PathBuf>>,
        pending: RefCell<Vec<Pending>>,
        /// What the file system cannot do, or fails at.
        fails: &'static [&'static str],
    }

    impl Folder {
        fn new(names: &[&str], fails: &'static [&'static str]) -> Self {
            let durable = RefCell::new(names.iter().map(PathBuf::from).collect());
            Self { durable, pending: RefCell::default(), fails }
        }

        fn attempt(&self, what: &str) -> io::Result<()> {
            if self.fails.contains(&what) { Err(io::Error::other("it cannot")) } else { Ok(()) }
        }

        fn with(&self, kept: impl Fn(usize) -> bool) -> BTreeSet<PathBuf> {
            let mut names = self.durable.borrow().clone();
            let pending = self.pending.borrow();
            for (_, pending) in pending.iter().enumerate().filter(|(number, _)| kept(*number)) {
                match pending {
                    Pending::Add(name) => drop(names.insert(name.clone())),
                    // A rename is one change: there is never a moment with neither name.
                    Pending::Rename(from, to) => {
                        names.remove(from);
                        names.insert(to.clone());
                    }
                }
            }
            names
        }

        /// Every folder that a loss of power may leave.
        fn after_a_crash(&self) -> Vec<BTreeSet<PathBuf>> {
            let changes = self.pending.borrow().len();
            (0..1_u32 << changes).map(|kept| self.with(|number| kept >> number & 1 == 1)).collect()
        }
    }

    impl Names for Folder {
        fn link(&self, _: &Path, name: &Path) -> io::Result<()> {
            if self.is_there(name) {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            self.attempt("link")?;
            self.pending.borrow_mut().push(Pending::Add(name.to_owned()));
            Ok(())
        }

        fn rename(&self, file: &Path, name: &Path) -> io::Result<()> {
            self.attempt("rename")?;
            self.pending.borrow_mut().push(Pending::Rename(file.to_owned(), name.to_owned()));
            Ok(())
        }

        fn is_there(&self, name: &Path) -> bool {
            self.with(|_| true).contains(name)
        }

        fn sync(&self, _: &Path) -> io::Result<()> {
            self.attempt("sync")?;
            let names = self.with(|_| true);
            self.durable.replace(names);
            self.pending.borrow_mut().clear();
            Ok(())
        }
    }

    fn named(folder: &Folder) -> Option<bool> {
        give_name(folder, Path::new("new"), Path::new("store")).ok()
    }

    #[test]
    fn a_file_that_has_its_name_keeps_it_when_the_power_goes() {
        for fails in [&[][..], &["link"]] {
            let folder = Folder::new(&["new"], fails);
            assert_eq!(named(&folder), Some(true), "without {fails:?}");
            let left = folder.after_a_crash();
            assert!(left.iter().all(|names| names.contains(Path::new("store"))), "{left:?}");
        }
    }

    #[test]
    fn whoever_was_not_told_so_finds_the_whole_file_under_one_of_its_names() {
        for fails in [&["sync"][..], &["link", "sync"], &["link", "rename"]] {
            let folder = Folder::new(&["new"], fails);
            assert_eq!(named(&folder), None, "without {fails:?}");
            let left = folder.after_a_crash();
            assert!(left.iter().all(|names| !names.is_empty()), "{left:?}");
        }
    }

    #[test]
    fn a_name_that_is_taken_stays_with_its_file() {
        let folder = Folder::new(&["new", "store"], &[]);
        assert_eq!(named(&folder), Some(false));
        assert_eq!(folder.pending.borrow().len(), 0);
    }
}
