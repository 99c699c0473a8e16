//! PostgreSQL's programs, and how they are run.
//!
//! They are run without the variables that would point them at another server, in plain English,
//! and in silence: what they say is kept for the case that they fail.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use super::account::Account;
use crate::{
    error::Error,
    packages::{folders_in, library_path},
    process::output,
};

/// What a cluster needs. `psql` is not among them: a server can be installed without it.
pub(super) const NEEDED: [&str; 3] = ["postgres", "initdb", "pg_ctl"];

/// The oldest release that is used: older ones are not tested, and mended by nobody.
pub(super) const OLDEST: u32 = 14;

/// The programs of one installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Programs {
    folder: PathBuf,
    /// The root of the unpacked packages, where they are not installed.
    unpacked: Option<PathBuf>,
}

impl Programs {
    pub(super) const fn installed(folder: PathBuf) -> Self {
        Self { folder, unpacked: None }
    }

    /// The programs of packages that were unpacked below `root`, if they are there.
    pub(super) fn unpacked(root: &Path) -> Option<Self> {
        let folders = folders_in(&root.join("usr/lib/postgresql"));
        let mut folders = folders.into_iter().map(|release| release.join("bin"));
        let folder = folders.find(|folder| has_all(folder))?;
        Some(Self { folder, unpacked: Some(root.to_owned()) })
    }

    /// These programs where the account can get to them: unpacked ones may lie in the folder of a
    /// person who lets nobody in, and are copied out of it into `to`.
    pub(super) fn within_reach(self, account: &Account, to: &Path) -> Result<Self, Error> {
        let Some(root) = self.unpacked.clone() else { return Ok(self) };
        if account.reaches(&self.folder) {
            return Ok(self);
        }
        output(Command::new("cp").arg("-a").arg(root).arg(to))?;
        Self::unpacked(to).ok_or_else(|| Error::NoPrograms { folder: to.to_owned() })
    }

    /// One of the programs, to be run by the account.
    pub(super) fn command(&self, account: &Account, name: &str) -> Command {
        let mut command = account.command(self.path(name));
        if let Some(path) = self.unpacked.as_deref().and_then(library_path) {
            command.env("LD_LIBRARY_PATH", path);
        }
        let names = env::vars_os().map(|(name, _)| name);
        for name in names.filter(|name| name.to_string_lossy().starts_with("PG")) {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C").env_remove("DATABASE_URL");
        command
    }

    /// The whole path of a program that is there, and the name alone of one that is not: it may
    /// have been installed elsewhere.
    fn path(&self, name: &str) -> PathBuf {
        let path = self.folder.join(name);
        if path.is_file() { path } else { name.into() }
    }

    /// The release, such as `15.18`, as the account gets to hear it.
    pub(super) fn release(&self, account: &Account) -> Result<String, Error> {
        let answer = output(self.command(account, "postgres").arg("--version"))?;
        let release = release(&answer).map(str::to_owned);
        release.ok_or_else(|| Error::NoRelease { program: self.path("postgres"), answer })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

pub(super) fn has_all(folder: &Path) -> bool {
    NEEDED.iter().all(|name| folder.join(name).is_file())
}

/// The release in the answer of `postgres --version`.
fn release(answer: &str) -> Option<&str> {
    answer.split_once("(PostgreSQL) ")?.1.split_whitespace().next()
}

/// The number that a release is called by: 15 of `15.18`.
pub(super) fn major(release: &str) -> Option<u32> {
    let end = release.find(|char: char| !char.is_ascii_digit()).unwrap_or(release.len());
    release.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn check(answer: &str, expected: Option<(&str, u32)>) {
        let release = release(answer);
        assert_eq!(release.zip(release.and_then(major)), expected);
    }

    #[test]
    fn a_release_is_read_from_the_answer() {
        check("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", Some(("15.18", 15)));
        check("postgres (PostgreSQL) 18beta1", Some(("18beta1", 18)));
        check("postgres (PostgreSQL) 19devel", Some(("19devel", 19)));
    }

    #[test]
    fn another_answer_is_no_release() {
        check("postgres: command not found", None);
        check("postgres (PostgreSQL) ", None);
        check("postgres (PostgreSQL) next", None);
    }

    #[test]
    fn unpacked_programs_are_found() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(Programs::unpacked(root.path()), None);
        let folder = root.path().join("usr/lib/postgresql/15/bin");
        fs::create_dir_all(&folder).unwrap();
        for name in NEEDED {
            assert_eq!(Programs::unpacked(root.path()), None, "{name} is not there");
            fs::write(folder.join(name), "").unwrap();
        }
        assert_eq!(Programs::unpacked(root.path()).unwrap().folder(), folder);
    }
}
