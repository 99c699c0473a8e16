//! Where the workspace is, and how its tools are called.
//!
//! The tools that `check --full` needs are named here with the version that was tried, because
//! the newest one may ask for a newer compiler than ours.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use cargo_metadata::{Metadata, MetadataCommand};

use crate::{error::Error, step::Step};

pub(crate) struct Workspace {
    root: PathBuf,
    cargo: OsString,
}

/// A cargo subcommand that is a package of its own.
pub(crate) struct Tool {
    pub(crate) subcommand: &'static str,
    pub(crate) package: &'static str,
}

impl Workspace {
    /// The workspace that this program was built from.
    pub(crate) fn find() -> Self {
        let manifest_dir = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest_dir.parent().map_or_else(|| manifest_dir.clone(), Path::to_path_buf);
        // The cargo that runs us is the toolchain's own, not a wrapper that may choose another.
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Self { root, cargo }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn cargo<S: AsRef<str>>(&self, args: impl IntoIterator<Item = S>) -> Step {
        Step::new("cargo", Command::new(&self.cargo)).args(args).current_dir(&self.root)
    }

    pub(crate) fn rustup<S: AsRef<str>>(&self, args: impl IntoIterator<Item = S>) -> Step {
        Step::new("rustup", Command::new("rustup")).args(args).current_dir(&self.root)
    }

    pub(crate) fn git<S: AsRef<str>>(&self, args: impl IntoIterator<Item = S>) -> Step {
        Step::new("git", Command::new("git")).args(args).current_dir(&self.root)
    }

    /// The shell that stops at the first command that fails, also inside a pipe.
    pub(crate) fn shell(&self, script: &str) -> Step {
        let bash = Step::new("bash", Command::new("bash"));
        bash.args(["-euo", "pipefail", "-c", script]).current_dir(&self.root)
    }

    pub(crate) fn metadata(&self) -> Result<Metadata, Error> {
        MetadataCommand::new()
            .cargo_path(&self.cargo)
            .current_dir(&self.root)
            .no_deps()
            .exec()
            .map_err(|source| Error::Metadata(Box::new(source)))
    }

    pub(crate) fn read(&self, path: &str) -> Result<String, Error> {
        let path = self.root.join(path);
        fs::read_to_string(&path).map_err(|source| Error::Read { path, source })
    }

    pub(crate) fn has(&self, tool: &Tool) -> bool {
        self.cargo([tool.subcommand, "--version"]).read().is_ok()
    }

    pub(crate) fn install_if_missing(&self, tool: &Tool) -> Result<(), Error> {
        if self.has(tool) {
            return Ok(());
        }
        self.cargo(["install", "--locked", tool.package]).run()
    }
}
