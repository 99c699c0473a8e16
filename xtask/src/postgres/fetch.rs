//! PostgreSQL's programs from the system's packages, unpacked below `target`.
//!
//! Nothing is installed, and nobody has to be root. The packages are unpacked beside their place
//! and moved there when the server in them has said its name, so that a run that was killed leaves
//! no half of one. Limit: this is done on Debian and Ubuntu; elsewhere the error says what to type.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    account::Account,
    apt::Apt,
    programs::{self, OLDEST, Programs},
};
use crate::{console, error::Error, workspace::Workspace};

/// The programs that manage packages, and what a person types to get a server with them.
const INSTALLERS: [(&str, &str); 7] = [
    ("apt-get", "sudo apt-get install postgresql"),
    ("dnf", "sudo dnf install postgresql-server"),
    ("zypper", "sudo zypper install postgresql-server"),
    ("pacman", "sudo pacman -S postgresql"),
    ("apk", "sudo apk add postgresql"),
    ("pkg", "sudo pkg install postgresql16-server"),
    ("brew", "brew install postgresql"),
];

/// The programs that were downloaded by an earlier run, or are now.
pub(super) fn programs(workspace: &Workspace) -> Result<Programs, Error> {
    let folder = workspace.metadata()?.target_directory.join("postgres").into_std_path_buf();
    let kept = folder.join("unpacked");
    if let Some(programs) = Programs::unpacked(&kept) {
        return Ok(programs);
    }
    console::say(format_args!(
        "postgres: no PostgreSQL is installed ({OLDEST} or later): one is downloaded into {}, and nothing else is touched",
        folder.display()
    ));
    download(&folder, &kept).map_err(|source| Error::NoPostgres {
        oldest: OLDEST,
        command: to_type(|name| programs::on_path(name).is_some()),
        source: Box::new(source),
    })
}

/// The command that installs a server on this system.
fn to_type(has: impl Fn(&str) -> bool) -> &'static str {
    let known = INSTALLERS.iter().find(|(program, _)| has(program));
    known.map_or("the command of your system that installs PostgreSQL", |(_, command)| command)
}

fn download(folder: &Path, kept: &Path) -> Result<Programs, Error> {
    let tools = ["apt-get", "apt-cache", "dpkg", "dpkg-query"];
    if tools.iter().any(|name| programs::on_path(name).is_none()) {
        return Err(Error::NoDownload);
    }
    make(folder)?;
    let scratch = tempfile::tempdir_in(folder).map_err(Error::TemporaryDirectory)?;
    let packages = packages(scratch.path())?;
    let root = scratch.path().join("root");
    make(&root)?;
    for package in &packages {
        programs::output(Command::new("dpkg").arg("-x").arg(package).arg(&root))?;
    }
    let programs = complete(&root)?;
    console::say(format_args!("postgres: {} is unpacked", programs.release(&Account::Ours)?));
    // Another run may have been faster: its folder is as good.
    let moved = fs::rename(&root, kept);
    Programs::unpacked(kept).ok_or_else(|| match moved {
        Ok(()) => Error::NoPrograms { folder: kept.to_owned() },
        Err(source) => Error::Write { path: kept.to_owned(), source },
    })
}

/// Downloads the packages, and gives back their files.
fn packages(scratch: &Path) -> Result<Vec<PathBuf>, Error> {
    download_with(&Apt::of_the_system(), &scratch.join("packages")).or_else(|err| {
        console::complain(&err);
        console::say("postgres: the system's lists of packages do not do: new ones are fetched");
        let apt = Apt::of_our_own(&scratch.join("apt"))?;
        // What the first attempt may have got is of another age.
        download_with(&apt, &scratch.join("newer"))
    })
}

fn download_with(apt: &Apt, into: &Path) -> Result<Vec<PathBuf>, Error> {
    make(into)?;
    let server = apt.newest_server()?.ok_or(Error::NoPackage)?;
    apt.download(&apt.needed(&server)?, into)?;
    let read = |source| Error::Read { path: into.to_owned(), source };
    let entries = fs::read_dir(into).map_err(read)?;
    entries.map(|entry| Ok(entry.map_err(read)?.path())).collect()
}

/// The programs of unpacked packages, made to do without the compiler of queries: a server that
/// has only half of it fails at the first long query, and one that has none of it does without.
fn complete(root: &Path) -> Result<Programs, Error> {
    let none = || Error::NoPrograms { folder: root.to_owned() };
    let programs = Programs::unpacked(root).ok_or_else(none)?;
    let compiler = programs.folder().with_file_name("lib").join("llvmjit.so");
    match fs::remove_file(&compiler) {
        Err(source) if compiler.exists() => Err(Error::Write { path: compiler, source }),
        Ok(()) | Err(_) => Ok(programs),
    }
}

fn make(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(|source| Error::Write { path: folder.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_to_type_is_the_one_of_the_system() {
        assert_eq!(to_type(|name| name == "apk"), "sudo apk add postgresql");
        assert_eq!(to_type(|name| name == "brew"), "brew install postgresql");
        assert!(to_type(|_| false).starts_with("the command of your system"));
    }

    #[test]
    fn half_of_a_compiler_is_taken_away() {
        let root = tempfile::tempdir().unwrap();
        let release = root.path().join("usr/lib/postgresql/15");
        for (folder, name) in
            programs::NEEDED.map(|name| ("bin", name)).into_iter().chain([("lib", "llvmjit.so")])
        {
            make(&release.join(folder)).unwrap();
            fs::write(release.join(folder).join(name), "").unwrap();
        }
        for _ in 0..2 {
            complete(root.path()).unwrap();
            assert!(!release.join("lib/llvmjit.so").exists());
        }
    }
}
