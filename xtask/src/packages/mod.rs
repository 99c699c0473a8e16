//! Programs from the packages of Debian and Ubuntu, unpacked below `target`.
//!
//! Nothing is installed, and nobody has to be root. The packages are unpacked beside their place and
//! moved there when what they are for is in them, so that a run that was killed leaves no half of it.
//! Limit: this is done on Debian and Ubuntu; elsewhere it is an error.

mod apt;
mod program;

use std::{
    collections::BTreeSet,
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

pub(crate) use self::{apt::Apt, program::program};
use crate::{
    console,
    error::Error,
    process::{on_path, output},
    workspace::Workspace,
};

/// Whether a package is a library that comes along with what needs it. The C library is the system's.
pub(crate) fn is_library(package: &str) -> bool {
    package.starts_with("lib") && !package.starts_with("libc6")
}

/// Where what is called so lies.
pub(crate) fn folder(workspace: &Workspace, name: &str) -> Result<PathBuf, Error> {
    Ok(workspace.metadata()?.target_directory.join(name).into_std_path_buf())
}

/// What the root of the system is for a package, there.
pub(crate) fn root(folder: &Path) -> PathBuf {
    folder.join("unpacked")
}

/// Downloads packages and unpacks them into a folder, unless an earlier run did, and gives back their
/// root. `choose` says which, and `complete` is what is done with them before they are called whole.
pub(crate) fn unpack(
    folder: &Path,
    choose: impl Fn(&Apt) -> Result<BTreeSet<String>, Error>,
    complete: impl FnOnce(&Path) -> Result<(), Error>,
) -> Result<PathBuf, Error> {
    let kept = root(folder);
    if kept.exists() {
        return Ok(kept);
    }
    let tools = ["apt-get", "apt-cache", "dpkg", "dpkg-query"];
    if tools.iter().any(|name| on_path(name).is_none()) {
        return Err(Error::NoDownload);
    }
    make(folder)?;
    let scratch = tempfile::tempdir_in(folder).map_err(Error::TemporaryDirectory)?;
    let packages = download(scratch.path(), &choose)?;
    let made = scratch.path().join("root");
    make(&made)?;
    for package in &packages {
        output(Command::new("dpkg").arg("-x").arg(package).arg(&made))?;
    }
    complete(&made)?;
    match fs::rename(&made, &kept) {
        // Another run may have been faster: its folder is as good.
        Err(source) if !kept.exists() => Err(Error::Write { path: kept, source }),
        Ok(()) | Err(_) => Ok(kept),
    }
}

/// The folders with the libraries of unpacked packages: those of the machine's own kind are in a folder
/// of their own.
pub(crate) fn library_path(root: &Path) -> Option<OsString> {
    let folders = ["usr/lib", "lib"].map(|folder| root.join(folder));
    let of_a_kind = folders.iter().flat_map(|folder| folders_in(folder));
    let of_a_kind = of_a_kind.filter(|folder| folder.to_string_lossy().contains("-linux-"));
    env::join_paths(of_a_kind.chain(folders.clone())).ok()
}

/// The folders within a folder; none if it cannot be read.
pub(crate) fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

type Choose<'a> = &'a dyn Fn(&Apt) -> Result<BTreeSet<String>, Error>;

/// Downloads the packages, and gives back their files.
fn download(scratch: &Path, choose: Choose<'_>) -> Result<Vec<PathBuf>, Error> {
    download_with(&Apt::of_the_system(), choose, &scratch.join("packages")).or_else(|err| {
        console::complain(&err);
        console::say("packages: the system's lists of them do not do: new ones are fetched");
        let apt = Apt::of_our_own(&scratch.join("apt"))?;
        // What the first attempt may have got is of another age.
        download_with(&apt, choose, &scratch.join("newer"))
    })
}

fn download_with(apt: &Apt, choose: Choose<'_>, into: &Path) -> Result<Vec<PathBuf>, Error> {
    make(into)?;
    apt.download(&choose(apt)?, into)?;
    let read = |source| Error::Read { path: into.to_owned(), source };
    let entries = fs::read_dir(into).map_err(read)?;
    entries.map(|entry| Ok(entry.map_err(read)?.path())).collect()
}

fn make(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(|source| Error::Write { path: folder.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_of_the_machine_come_first() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("usr/lib/x86_64-linux-gnu");
        fs::create_dir_all(&folder).unwrap();
        let path = library_path(root.path()).unwrap();
        assert_eq!(env::split_paths(&path).next(), Some(folder));
    }

    #[test]
    fn what_is_unpacked_is_not_unpacked_again() {
        let folder = tempfile::tempdir().unwrap();
        make(&root(folder.path())).unwrap();
        let never = |_: &Apt| -> Result<BTreeSet<String>, Error> { unreachable!("it is there") };
        let found = unpack(folder.path(), never, |_| Ok(())).unwrap();
        assert_eq!(found, root(folder.path()));
    }
}
