//! What killed runs left: the next run stops and deletes it.
//!
//! A run holds a lock on a file of each of its clusters. The system lets go of it when the process
//! ends, however it ends, so that no number of a process is mistaken for another's; the number in
//! the file is for people. One that was started by hand is marked, and is no leftover.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    process,
    time::Duration,
};

use super::Postgres;
use crate::{console, error::Error};

/// How the names of our folders begin.
const PREFIX: &str = "sternway-pg-";
const OWNER: &str = "owner";
/// Marks a cluster that was started by hand.
pub(super) const BY_HAND: &str = "by-hand";

/// A folder of this age has its lock, if its owner lives.
const GRACE: Duration = Duration::from_secs(60);

/// A cluster that nobody ends but we: while this lives, no other run does.
struct Left {
    /// The lock of its owner, who is gone. None was ever taken if the owner went before that.
    _claim: Option<File>,
}

/// A new folder, which nobody but us may look into.
pub(super) fn new_folder(temporary: &Path) -> Result<PathBuf, Error> {
    let mut builder = tempfile::Builder::new();
    close(builder.prefix(PREFIX));
    let folder = builder.tempdir_in(temporary);
    folder.map(tempfile::TempDir::keep).map_err(Error::TemporaryDirectory)
}

#[cfg(unix)]
fn close(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(0o700));
}

#[cfg(not(unix))]
const fn close(_: &mut tempfile::Builder<'_, '_>) {}

/// Says that we are the owner, for as long as the file is open.
pub(super) fn claim(folder: &Path) -> Result<File, Error> {
    let (path, made) = (folder.join(OWNER), folder.join("owner.new"));
    let claimed = File::create(&made).and_then(|mut file| {
        file.lock()?;
        writeln!(file, "{}", process::id())?;
        // Under its name it was locked from the first moment.
        fs::rename(&made, &path)?;
        Ok(file)
    });
    claimed.map_err(|source| Error::Write { path, source })
}

/// Ends the clusters whose owners are gone. One that cannot be ended stops nobody.
pub(super) fn sweep(postgres: &Postgres) {
    for folder in folders(postgres) {
        let Some(_left) = left(&folder, GRACE) else { continue };
        console::say(format_args!("postgres: {} was left by a killed run", folder.display()));
        if let Err(err) = postgres.site(folder).end() {
            console::complain(&err);
        }
    }
}

/// All our folders, whatever is in them.
pub(super) fn folders(postgres: &Postgres) -> Vec<PathBuf> {
    let entries = fs::read_dir(postgres.temporary()).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| {
        let named = entry.file_name().to_string_lossy().starts_with(PREFIX);
        // Not followed: a link is nothing that we made.
        let of_ours = |file: fs::Metadata| file.is_dir() && postgres.account().knows(&file);
        named && entry.metadata().is_ok_and(of_ours)
    });
    ours.map(|entry| entry.path()).collect()
}

/// Takes over from an owner who is gone; nothing where the owner lives.
fn left(folder: &Path, grace: Duration) -> Option<Left> {
    if folder.join(BY_HAND).exists() {
        return None;
    }
    match File::open(folder.join(OWNER)) {
        Ok(file) => file.try_lock().is_ok().then_some(Left { _claim: Some(file) }),
        Err(err) if err.kind() == ErrorKind::NotFound => {
            let made = fs::metadata(folder).and_then(|folder| folder.modified()).ok()?;
            made.elapsed().is_ok_and(|age| age >= grace).then_some(Left { _claim: None })
        }
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_left(folder: &Path) -> bool {
        left(folder, GRACE).is_some()
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_look_into_a_new_folder() {
        use std::os::unix::fs::PermissionsExt;
        let temporary = tempfile::tempdir().unwrap();
        let folder = new_folder(temporary.path()).unwrap();
        let mode = fs::metadata(folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn a_cluster_is_left_when_its_owner_is_gone() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = new_folder(temporary.path()).unwrap();
        let claim = claim(&folder).unwrap();
        assert!(!is_left(&folder), "the owner lives");
        let owner = fs::read_to_string(folder.join(OWNER)).unwrap();
        assert_eq!(owner.trim(), process::id().to_string());
        drop(claim);
        assert!(is_left(&folder));
    }

    #[test]
    fn only_one_run_gets_to_end_a_leftover() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = new_folder(temporary.path()).unwrap();
        drop(claim(&folder).unwrap());
        let first = left(&folder, GRACE);
        assert!(first.is_some());
        assert!(!is_left(&folder), "the first one has it");
    }

    #[test]
    fn a_folder_that_was_just_made_is_not_left_yet() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = new_folder(temporary.path()).unwrap();
        assert!(!is_left(&folder));
        assert!(left(&folder, Duration::ZERO).is_some(), "and after the time of grace it is");
    }

    #[test]
    fn a_cluster_that_was_started_by_hand_is_kept() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = new_folder(temporary.path()).unwrap();
        drop(claim(&folder).unwrap());
        fs::write(folder.join(BY_HAND), "").unwrap();
        assert!(!is_left(&folder));
        assert!(left(&folder, Duration::ZERO).is_none());
    }
}
