//! Who runs the server: PostgreSQL refuses to be run by root.
//!
//! Whoever is not root runs it under their own account. Root hands it to an account that owns nothing, and what the
//! server is to write belongs to that account. Limit: only Unix has such accounts; elsewhere the
//! server is run by whoever started us.

use std::{
    ffi::OsStr,
    fs::Metadata,
    path::{Path, PathBuf},
    process::Command,
};

use crate::error::Error;

/// The accounts that root may hand the server to, the better first.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Account {
    /// We are not root.
    Ours,
    Other(Other),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Other {
    name: String,
    user: u32,
    group: u32,
}

impl Account {
    /// The account that the server is run by.
    pub(super) fn unprivileged() -> Result<Self, Error> {
        if !system::is_root() {
            return Ok(Self::Ours);
        }
        let other = UNPRIVILEGED.iter().find_map(|name| Other::named(name));
        other.map(Self::Other).ok_or(Error::NoAccount)
    }

    /// A command that this account will run.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        if let Self::Other(other) = self {
            system::run_as(&mut command, other);
        }
        command
    }

    /// Gives the account what we made.
    pub(super) fn give(&self, path: &Path) -> Result<(), Error> {
        let Self::Other(other) = self else { return Ok(()) };
        let given = system::give(path, other);
        given.map_err(|source| Error::Write { path: path.to_owned(), source })
    }

    /// Whether a file is the account's or our own. A stranger's is left alone: in a folder where
    /// everybody may write, a name proves nothing.
    pub(super) fn knows(&self, file: &Metadata) -> bool {
        let other = match self {
            Self::Ours => None,
            Self::Other(other) => Some(other),
        };
        system::is_owned_by_us_or(file, other)
    }

    /// Whether the account can get to a folder. Rights by membership in a group do not count.
    pub(super) fn reaches(&self, folder: &Path) -> bool {
        match self {
            Self::Ours => true,
            Self::Other(_) => folder.ancestors().all(system::is_open_to_all),
        }
    }

    /// A folder for what is temporary, that the account can get to as well.
    pub(super) fn temporary_folder(&self) -> PathBuf {
        let usual = std::env::temp_dir();
        if self.reaches(&usual) { usual } else { PathBuf::from("/tmp") }
    }

    /// Its name, where it is not our own.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Ours => None,
            Self::Other(other) => Some(&other.name),
        }
    }
}

impl Other {
    fn named(name: &str) -> Option<Self> {
        let id =
            |which: &str| number(&Command::new("id").args([which, name]).output().ok()?.stdout);
        Some(Self { name: name.to_owned(), user: id("-u")?, group: id("-g")? })
    }
}

fn number(answer: &[u8]) -> Option<u32> {
    str::from_utf8(answer).ok()?.trim().parse().ok()
}

#[cfg(unix)]
mod system {
    use std::{
        fs, io,
        os::unix::{
            self,
            fs::{MetadataExt, PermissionsExt},
            process::CommandExt,
        },
    };

    use super::{Command, Metadata, Other, Path};

    pub(super) fn is_root() -> bool {
        rustix::process::geteuid().is_root()
    }

    pub(super) fn run_as(command: &mut Command, other: &Other) {
        command.uid(other.user).gid(other.group);
    }

    pub(super) fn give(path: &Path, other: &Other) -> io::Result<()> {
        unix::fs::chown(path, Some(other.user), Some(other.group))
    }

    pub(super) fn is_owned_by_us_or(file: &Metadata, other: Option<&Other>) -> bool {
        let owner = file.uid();
        owner == rustix::process::geteuid().as_raw() || other.is_some_and(|it| it.user == owner)
    }

    pub(super) fn is_open_to_all(folder: &Path) -> bool {
        const SEARCH: u32 = 0o001;
        fs::metadata(folder).is_ok_and(|folder| folder.permissions().mode() & SEARCH != 0)
    }
}

#[cfg(not(unix))]
mod system {
    use std::io;

    use super::{Command, Metadata, Other, Path};

    pub(super) const fn is_root() -> bool {
        false
    }

    pub(super) const fn run_as(_: &mut Command, _: &Other) {}

    pub(super) const fn give(_: &Path, _: &Other) -> io::Result<()> {
        Ok(())
    }

    pub(super) const fn is_owned_by_us_or(_: &Metadata, _: Option<&Other>) -> bool {
        true
    }

    pub(super) const fn is_open_to_all(_: &Path) -> bool {
        true
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    fn other() -> Account {
        Account::Other(Other { name: "nobody".to_owned(), user: 65_534, group: 65_534 })
    }

    #[test]
    fn an_id_is_a_number_on_a_line() {
        assert_eq!(number(b"101\n"), Some(101));
        assert_eq!(number(b""), None);
    }

    #[test]
    fn another_account_gets_nowhere_below_a_closed_folder() {
        let closed = tempfile::tempdir().unwrap();
        let inner = closed.path().join("inner");
        fs::create_dir(&inner).unwrap();
        fs::set_permissions(&inner, fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).unwrap();
        assert!(!other().reaches(&inner), "the folder above it is closed");
        fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o711)).unwrap();
        let outside = closed.path().parent().unwrap();
        assert_eq!(other().reaches(&inner), other().reaches(outside));
        assert!(Account::Ours.reaches(&inner));
    }

    #[test]
    fn what_we_made_is_known() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let file = file.as_file().metadata().unwrap();
        assert!(Account::Ours.knows(&file));
        assert!(other().knows(&file));
    }
}
