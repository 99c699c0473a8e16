//! Where PostgreSQL may be installed.
//!
//! First what a person has chosen: `PATH`, then the folder that `pg_config` names. Then the
//! folders where distributions put it, which are on nobody's `PATH`, the newest release first. The
//! first installation that the account can run and that is new enough is taken; of one that is
//! not, a line says why.

use std::{
    env,
    error::Error as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    account::Account,
    programs::{self, OLDEST, Programs},
};
use crate::{console, error::Error, packages::folders_in, process::output};

/// Folders with a folder for each release, how the names of these begin, and what is in them.
const USUAL: [(&str, &str, &str); 9] = [
    // Debian, Ubuntu.
    ("/usr/lib/postgresql", "", "bin"),
    // The packages of PostgreSQL's own project for Fedora, Red Hat and SUSE; then SUSE's own.
    ("/usr", "pgsql-", "bin"),
    ("/usr/lib", "postgresql", "bin"),
    // Alpine.
    ("/usr/libexec", "postgresql", ""),
    // Homebrew, on newer and older machines.
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
    // The installers for macOS.
    ("/Library/PostgreSQL", "", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    // Built from source, without a word about where to.
    ("/usr/local", "pgsql", "bin"),
];

/// The programs that are used, where some are installed.
pub(super) fn installed(account: &Account) -> Option<Programs> {
    let mut seen = Vec::new();
    for folder in on_path().into_iter().chain(named_by_pg_config()).chain(usual()) {
        let Some(folder) = home(&folder) else { continue };
        if seen.contains(&folder) {
            continue;
        }
        let programs = Programs::installed(folder.clone());
        match judge(&programs.release(account)) {
            Ok(()) => return Some(programs),
            Err(why) => console::say(format_args!("postgres: {}: {why}", folder.display())),
        }
        seen.push(folder);
    }
    None
}

/// Why an installation is not used, or that it is.
fn judge(release: &Result<String, Error>) -> Result<(), String> {
    let release = release.as_ref().map_err(|err| {
        let cause = err.source().map_or_else(String::new, |source| format!(": {source}"));
        format!("not used: {err}{cause}")
    })?;
    match programs::major(release) {
        Some(major) if major >= OLDEST => Ok(()),
        Some(_) | None => Err(format!("not used: {release} is older than {OLDEST}")),
    }
}

/// The folder that the programs of a folder really lie in: what is in `/usr/local/bin` is often a
/// link, and `psql` is then beside what it points to.
fn home(folder: &Path) -> Option<PathBuf> {
    if !programs::has_all(folder) {
        return None;
    }
    let server = fs::canonicalize(folder.join("postgres")).ok()?;
    let real = server.parent().filter(|real| programs::has_all(real));
    Some(real.unwrap_or(folder).to_owned())
}

fn on_path() -> Vec<PathBuf> {
    env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default()
}

fn named_by_pg_config() -> Option<PathBuf> {
    let answer = output(Command::new("pg_config").arg("--bindir")).ok()?;
    (!answer.is_empty()).then(|| answer.into())
}

fn usual() -> impl Iterator<Item = PathBuf> {
    USUAL.iter().flat_map(|(parent, beginning, inner)| {
        let releases = newest_first(folders_in(Path::new(parent)), beginning);
        releases.into_iter().map(move |release| release.join(inner))
    })
}

/// The folders whose names begin so, by the number in what follows. One without a number is of the
/// release that its owner calls the latest.
fn newest_first(mut folders: Vec<PathBuf>, beginning: &str) -> Vec<PathBuf> {
    let rest = |folder: &Path| {
        let name = folder.file_name()?.to_str()?;
        Some(name.strip_prefix(beginning)?.trim_start_matches(['-', '@']).to_owned())
    };
    folders.retain(|folder| rest(folder).is_some());
    let age = |folder: &PathBuf| {
        let number = rest(folder).and_then(|rest| programs::major(&rest));
        (std::cmp::Reverse(number.unwrap_or(u32::MAX)), folder.clone())
    };
    folders.sort_by_key(age);
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_order(beginning: &str, names: &[&str], expected: &[&str]) {
        let folders = names.iter().map(PathBuf::from).collect();
        let expected: Vec<PathBuf> = expected.iter().map(PathBuf::from).collect();
        assert_eq!(newest_first(folders, beginning), expected);
    }

    #[test]
    fn newer_releases_come_first_also_past_nine() {
        check_order("", &["9.6", "15", "18", "16"], &["18", "16", "15", "9.6"]);
        let names = ["postgresql@15", "mysql", "postgresql@17", "postgresql"];
        check_order("postgresql", &names, &["postgresql", "postgresql@17", "postgresql@15"]);
    }

    #[test]
    fn what_is_named_otherwise_is_no_release() {
        check_order("pgsql-", &["lib", "pgsql-16", "share"], &["pgsql-16"]);
    }

    #[test]
    fn an_old_release_is_not_used_and_said_why() {
        let check = |release: &str| judge(&Ok(release.to_owned()));
        assert_eq!(check("14.20"), Ok(()));
        assert_eq!(check("18beta1"), Ok(()));
        assert_eq!(check("9.6.24"), Err("not used: 9.6.24 is older than 14".to_owned()));
        let broken = Error::NoPrograms { folder: "bin".into() };
        assert_eq!(judge(&Err(broken)), Err("not used: there is no PostgreSQL in bin".to_owned()));
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_to_the_folder_they_point_to() {
        let root = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(root.path()).unwrap();
        let (links, real) = (root.join("links"), root.join("real"));
        fs::create_dir(&links).unwrap();
        fs::create_dir(&real).unwrap();
        assert_eq!(home(&links), None);
        for name in programs::NEEDED {
            fs::write(real.join(name), "").unwrap();
            std::os::unix::fs::symlink(real.join(name), links.join(name)).unwrap();
        }
        assert_eq!(home(&links), Some(real.clone()));
        assert_eq!(home(&real), Some(real.clone()));
    }
}
