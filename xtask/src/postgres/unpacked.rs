//! Programs of packages that are unpacked and run from there, by the account.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
};

use super::account::Account;
use crate::{
    console,
    error::Error,
    packages::{self, Apt, library_path},
    process::output,
    workspace::Workspace,
};

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Unpacked {
    root: PathBuf,
}

impl Unpacked {
    /// The packages of this name below `target`, which are downloaded if need be.
    pub(super) fn ready(
        workspace: &Workspace,
        name: &str,
        choose: impl Fn(&Apt) -> Result<BTreeSet<String>, Error>,
    ) -> Result<Self, Error> {
        let folder = packages::folder(workspace, name)?;
        if !packages::root(&folder).exists() {
            let folder = folder.display();
            console::say(format_args!(
                "{name}: downloaded into {folder}, and nothing else is touched"
            ));
        }
        Ok(Self { root: packages::unpack(&folder, choose, |_| Ok(()))? })
    }

    /// The same where the account can get to it: a person who lets nobody in is left alone.
    pub(super) fn within_reach(self, account: &Account, to: &Path) -> Result<Self, Error> {
        if account.reaches(&self.root) {
            return Ok(self);
        }
        output(Command::new("cp").arg("-a").arg(&self.root).arg(to))?;
        Ok(Self { root: to.to_owned() })
    }

    /// One of the programs, by its place below the root.
    pub(super) fn command(&self, account: &Account, program: &str) -> Command {
        self.with_libraries(account.command(self.root.join(program)))
    }

    /// A script of Python's, run by the system's own, for which the packages were made.
    pub(super) fn python(&self, account: &Account, script: &str) -> Command {
        let mut command = account.command("/usr/bin/python3");
        command.env("PYTHONPATH", self.root.join("usr/lib/python3/dist-packages"));
        command.arg(self.root.join(script));
        self.with_libraries(command)
    }

    fn with_libraries(&self, mut command: Command) -> Command {
        if let Some(path) = library_path(&self.root) {
            command.env("LD_LIBRARY_PATH", path);
        }
        command
    }
}
