//! PostgreSQL's programs from the system's packages, where none are installed.

use std::{collections::BTreeSet, fs, path::Path};

use super::{
    account::Account,
    programs::{OLDEST, Programs},
};
use crate::{
    console,
    error::Error,
    packages::{self, Apt},
    process::on_path,
    workspace::Workspace,
};

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
    let folder = packages::folder(workspace, "postgres")?;
    if let Some(programs) = Programs::unpacked(&packages::root(&folder)) {
        return Ok(programs);
    }
    console::say(format_args!(
        "postgres: no PostgreSQL is installed ({OLDEST} or later): one is downloaded into {}, and nothing else is touched",
        folder.display()
    ));
    let unpacked = packages::unpack(&folder, packages_of_a_server, complete);
    let unpacked = unpacked.map_err(|source| Error::NoPostgres {
        oldest: OLDEST,
        command: to_type(|name| on_path(name).is_some()),
        source: Box::new(source),
    })?;
    Programs::unpacked(&unpacked).ok_or(Error::NoPrograms { folder: unpacked })
}

/// The command that installs a server on this system.
fn to_type(has: impl Fn(&str) -> bool) -> &'static str {
    let known = INSTALLERS.iter().find(|(program, _)| has(program));
    known.map_or("the command of your system that installs PostgreSQL", |(_, command)| command)
}

/// A server, its programs, and the libraries that they need.
fn packages_of_a_server(apt: &Apt) -> Result<BTreeSet<String>, Error> {
    let server = apt.newest("postgresql-")?.ok_or(Error::NoPackage)?;
    // Programs and their library are one release: one from here and one from there may not fit.
    let client = server.replace("postgresql-", "postgresql-client-");
    apt.needed(&[&server, &client, "libpq5"], is_library)
}

/// Whether a server needs a package in order to run, and not only in order to be managed. The
/// compiler of queries is left out: it is as large as the rest, and made for long queries.
fn is_library(name: &str) -> bool {
    // The C library belongs to the loader, which is the system's.
    let left_out = ["libc6", "libc-", "libllvm", "libperl"];
    let library = name.starts_with("lib") || name.starts_with("zlib");
    library && !name.ends_with("-perl") && !left_out.iter().any(|it| name.starts_with(it))
}

/// Looks at unpacked programs, and makes them complete.
fn complete(root: &Path) -> Result<(), Error> {
    let none = || Error::NoPrograms { folder: root.to_owned() };
    let programs = Programs::unpacked(root).ok_or_else(none)?;
    without_compiler(&programs)?;
    console::say(format_args!("postgres: {} is unpacked", programs.release(&Account::Ours)?));
    Ok(())
}

/// Does without the compiler of queries: a server that has only half of it fails at the first long query,
/// and one that has none of it does without.
fn without_compiler(programs: &Programs) -> Result<(), Error> {
    let compiler = programs.folder().with_file_name("lib").join("llvmjit.so");
    match fs::remove_file(&compiler) {
        Err(source) if compiler.exists() => Err(Error::Write { path: compiler, source }),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::programs::NEEDED, *};

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
            NEEDED.map(|name| ("bin", name)).into_iter().chain([("lib", "llvmjit.so")])
        {
            fs::create_dir_all(release.join(folder)).unwrap();
            fs::write(release.join(folder).join(name), "").unwrap();
        }
        for _ in 0..2 {
            without_compiler(&Programs::unpacked(root.path()).unwrap()).unwrap();
            assert!(!release.join("lib/llvmjit.so").exists());
        }
    }
}
