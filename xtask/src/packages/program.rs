//! A program that is installed, or unpacked with the libraries that it needs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{folder, is_library, library_path, root, unpack};
use crate::{console, error::Error, process::on_path, workspace::Workspace};

/// The program of a package that is called like it, and lies there in it.
pub(crate) fn program(workspace: &Workspace, name: &str, within: &str) -> Result<PathBuf, Error> {
    if let Some(program) = on_path(name) {
        return Ok(program);
    }
    let folder = folder(workspace, name)?;
    if !root(&folder).exists() {
        console::say(format_args!(
            "{name}: none is installed: one is downloaded into {}, and nothing else is touched",
            folder.display()
        ));
    }
    let root = unpack(&folder, |apt| apt.needed(&[name], is_library), |_| Ok(()))?;
    runnable(&folder, &root, within)
}

/// A program that finds the libraries beside it, and then is the unpacked one.
fn runnable(folder: &Path, root: &Path, within: &str) -> Result<PathBuf, Error> {
    let path = folder.join("run");
    let libraries = library_path(root).unwrap_or_default();
    let script = format!(
        "#!/bin/sh\nexport LD_LIBRARY_PATH={}\nexec {} \"$@\"\n",
        quoted(Path::new(&libraries)),
        quoted(&root.join(within)),
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
            let path = runnable(folder.path(), &root, "usr/sbin/haproxy").unwrap();
            let said = crate::process::output(Command::new(path).arg("-v")).unwrap();
            assert!(said.starts_with("-v /") && said.contains("it's unpacked/usr/lib"), "{said}");
        }
    }
}
