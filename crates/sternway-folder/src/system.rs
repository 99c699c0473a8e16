//! What differs between systems: modes, links, and what else a folder may hold.

use std::{fs, io, path::Path};

#[cfg(unix)]
pub(crate) use self::unix::*;
#[cfg(not(unix))]
pub(crate) use self::windows::*;

/// Exchanges two folders, so that there is always one at both places. Where the system cannot do
/// that in one step, the second place is empty for a moment.
pub(crate) fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    match exchange_at_once(one, other) {
        Err(err) if is_unknown(&err) => {
            let aside = one.with_extension("old");
            fs::rename(other, &aside)?;
            fs::rename(one, other).or_else(|err| fs::rename(&aside, other).and(Err(err)))
        }
        done => done,
    }
}

/// Whether the system or the file system does not know how.
fn is_unknown(err: &io::Error) -> bool {
    matches!(err.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
}

#[cfg(unix)]
mod unix {
    use std::{
        borrow::Cow,
        fs::{File, FileType, Metadata, OpenOptions},
        io,
        os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _, symlink},
        path::Path,
    };

    use rustix::fs::{Mode, OFlags};
    use sternway_types::FileMode;

    use crate::Permissions;

    /// Opens a file to read it: not what a link leads to, and without waiting for who writes to a
    /// pipe.
    pub(crate) fn open_file(path: &Path) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(rustix::fs::open(path, flags, Mode::empty())?.into())
    }

    pub(crate) fn mode(metadata: &Metadata) -> FileMode {
        if metadata.mode() & 0o100 == 0 { FileMode::Plain } else { FileMode::Executable }
    }

    /// What changes with every write to a file.
    pub(crate) fn stamp(metadata: &Metadata) -> (u64, i64, i64, i64, i64) {
        let (modified, changed) = (metadata.mtime(), metadata.ctime());
        (metadata.len(), modified, metadata.mtime_nsec(), changed, metadata.ctime_nsec())
    }

    pub(crate) fn kind(kind: FileType) -> &'static str {
        if kind.is_fifo() {
            "a pipe"
        } else if kind.is_socket() {
            "a socket"
        } else {
            "a device"
        }
    }

    pub(crate) fn with_slashes(path: &str) -> Cow<'_, str> {
        path.into()
    }

    pub(crate) fn create_file(
        path: &Path,
        mode: FileMode,
        permissions: Permissions,
    ) -> io::Result<File> {
        let bits = match (permissions, mode) {
            // What the user's umask takes away is taken away.
            (Permissions::Usual, FileMode::Plain) => 0o666,
            (Permissions::Usual, FileMode::Executable) => 0o777,
            (Permissions::PrivateReadOnly, FileMode::Plain) => 0o400,
            (Permissions::PrivateReadOnly, FileMode::Executable) => 0o500,
        };
        OpenOptions::new().write(true).create_new(true).mode(bits).open(path)
    }

    pub(crate) fn make_link(target: &str, at: &Path) -> io::Result<()> {
        symlink(target, at)
    }

    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    pub(super) fn exchange_at_once(one: &Path, other: &Path) -> io::Result<()> {
        use rustix::fs::{CWD, RenameFlags, renameat_with};

        Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
    }

    #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
    pub(super) fn exchange_at_once(_: &Path, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(not(unix))]
mod windows {
    use std::{
        borrow::Cow,
        fs::{File, FileType, Metadata},
        io,
        path::Path,
        time::SystemTime,
    };

    use sternway_types::FileMode;

    use crate::Permissions;

    pub(crate) fn open_file(path: &Path) -> io::Result<File> {
        File::open(path)
    }

    /// No file says here whether it may be run.
    pub(crate) const fn mode(_: &Metadata) -> FileMode {
        FileMode::Plain
    }

    pub(crate) fn stamp(metadata: &Metadata) -> (u64, Option<SystemTime>) {
        (metadata.len(), metadata.modified().ok())
    }

    pub(crate) const fn kind(_: FileType) -> &'static str {
        "no file"
    }

    pub(crate) fn with_slashes(path: &str) -> Cow<'_, str> {
        path.replace('\\', "/").into()
    }

    pub(crate) fn create_file(path: &Path, _: FileMode, _: Permissions) -> io::Result<File> {
        File::create_new(path)
    }

    pub(crate) fn make_link(_: &str, _: &Path) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "links are not written on this system"))
    }

    pub(super) fn exchange_at_once(_: &Path, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
