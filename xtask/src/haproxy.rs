//! `HAProxy` for tests: the installed one, and where there is none, Debian's, unpacked below `target`.
//!
//! Tests read one variable. It holds a program, or the word `none`: then those that need one say so
//! themselves. Limit: packages are downloaded on Debian and Ubuntu only.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    console,
    error::Error,
    packages::{self, is_library, library_path},
    process::on_path,
    step::Step,
    workspace::Workspace,
};

const TOLD: &str = "STERNWAY_TEST_HAPROXY";
const NONE: &str = "none";
const NAME: &str = "haproxy";

/// What tests are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Haproxy {
    Program(PathBuf),
    /// By `--no-haproxy`.
    LeftOut,
}

impl Haproxy {
    /// Finds the program or gets it.
    pub(crate) fn ready(workspace: &Workspace) -> Result<Self, Error> {
        if let Some(program) = on_path(NAME) {
            return Ok(Self::Program(program));
        }
        let folder = packages::folder(workspace, NAME)?;
        if !packages::root(&folder).exists() {
            console::say(format_args!(
                "haproxy: none is installed: one is downloaded into {}, and nothing else is touched",
                folder.display()
            ));
        }
        let root = packages::unpack(&folder, |apt| apt.needed(&[NAME], is_library), |_| Ok(()));
        let root = root.map_err(|source| Error::NoHaproxy { source: Box::new(source) })?;
        Ok(Self::Program(runnable(&folder, &root)?))
    }

    /// Tells the tests of a step.
    pub(crate) fn told_to(&self, step: Step) -> Step {
        match self {
            Self::Program(program) => step.env(TOLD, program),
            Self::LeftOut => step.env(TOLD, NONE),
        }
    }

    /// Says at the end, where it is read, that it was left out.
    pub(crate) fn close(&self) {
        match self {
            Self::Program(_) => (),
            Self::LeftOut => {
                console::say("HAPROXY WAS LEFT OUT (--no-haproxy): nothing was tested on it");
            }
        }
    }
}

/// A program that finds the libraries beside it, and then is the unpacked one.
fn runnable(folder: &Path, root: &Path) -> Result<PathBuf, Error> {
    let path = folder.join("run");
    let libraries = library_path(root).unwrap_or_default();
    let script = format!(
        "#!/bin/sh\nexport LD_LIBRARY_PATH={}\nexec {} \"$@\"\n",
        quoted(Path::new(&libraries)),
        quoted(&root.join("usr/sbin/haproxy")),
    );
    if fs::read_to_string(&path).is_ok_and(|there| there == script) {
        return Ok(path);
    }
    let write = |source| Error::Write { path: path.clone(), source };
    // Beside its place first: another run may be about to run it.
    let scratch = tempfile::NamedTempFile::new_in(folder).map_err(Error::TemporaryDirectory)?;
    fs::write(scratch.path(), script).map_err(write)?;
    executable(scratch.path()).map_err(write)?;
    scratch.persist(&path).map_err(|err| write(err.error))?;
    Ok(path)
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

#[cfg(unix)]
fn executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn heard(haproxy: &Haproxy) -> String {
        let step =
            Step::new("sh", Command::new("sh")).args(["-c", "echo \"$STERNWAY_TEST_HAPROXY\""]);
        String::from_utf8(haproxy.told_to(step).read().unwrap()).unwrap()
    }

    #[test]
    fn tests_hear_of_a_program_or_of_none() {
        assert_eq!(heard(&Haproxy::Program("/usr/sbin/haproxy".into())), "/usr/sbin/haproxy\n");
        assert_eq!(heard(&Haproxy::LeftOut), "none\n");
    }

    #[cfg(unix)]
    #[test]
    fn the_unpacked_program_is_run_with_its_libraries() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("it's unpacked");
        fs::create_dir_all(root.join("usr/sbin")).unwrap();
        let program = root.join("usr/sbin/haproxy");
        fs::write(&program, "#!/bin/sh\necho \"$1 $LD_LIBRARY_PATH\"\n").unwrap();
        executable(&program).unwrap();
        for _ in 0..2 {
            let path = runnable(folder.path(), &root).unwrap();
            let said = crate::process::output(Command::new(path).arg("-v")).unwrap();
            assert!(said.starts_with("-v /") && said.contains("it's unpacked/usr/lib"), "{said}");
        }
    }
}
