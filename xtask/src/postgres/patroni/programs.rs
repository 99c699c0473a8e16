//! Patroni, etcd and HAProxy, from the packages of Debian and Ubuntu.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
};

use super::super::account::Account;
use crate::{
    console,
    error::Error,
    packages::{self, Apt, library_path},
    process::{on_path, output},
    workspace::Workspace,
};

/// `python3-etcd` is one of several that Patroni can do with.
const PACKAGES: [&str; 4] = ["patroni", "python3-etcd", "etcd-server", "haproxy"];

/// What those need that agree by something else than etcd.
const LEFT_OUT: [&str; 3] = ["python3-consul", "python3-kazoo", "python3-kubernetes"];

/// The programs, below one root.
#[derive(Debug, Clone)]
pub(super) struct Programs {
    root: PathBuf,
}

impl Programs {
    /// Those that an earlier run downloaded, or that are now.
    pub(super) fn ready(workspace: &Workspace) -> Result<Self, Error> {
        if on_path("python3").is_none() {
            return Err(Error::NoPython);
        }
        let folder = packages::folder(workspace, "patroni")?;
        if !packages::root(&folder).exists() {
            let folder = folder.display();
            console::say(format_args!(
                "patroni: Patroni, etcd and HAProxy are downloaded into {folder}"
            ));
        }
        Ok(Self { root: packages::unpack(&folder, choose, |_| Ok(()))? })
    }

    /// These where the account can get to them.
    pub(super) fn within_reach(self, account: &Account, to: &Path) -> Result<Self, Error> {
        if account.reaches(&self.root) {
            return Ok(self);
        }
        output(Command::new("cp").arg("-a").arg(&self.root).arg(to))?;
        Ok(Self { root: to.to_owned() })
    }

    pub(super) fn etcd(&self, account: &Account) -> Command {
        self.command(account, "usr/bin/etcd")
    }

    pub(super) fn haproxy(&self, account: &Account) -> Command {
        self.command(account, "usr/sbin/haproxy")
    }

    pub(super) fn patroni(&self, account: &Account) -> Command {
        // By the system's own Python, for which the packages were made.
        let mut command = account.command("/usr/bin/python3");
        command.env("PYTHONPATH", self.root.join("usr/lib/python3/dist-packages"));
        command.arg(self.root.join("usr/bin/patroni"));
        self.with_libraries(command)
    }

    fn command(&self, account: &Account, program: &str) -> Command {
        self.with_libraries(account.command(self.root.join(program)))
    }

    fn with_libraries(&self, mut command: Command) -> Command {
        if let Some(path) = library_path(&self.root) {
            command.env("LD_LIBRARY_PATH", path);
        }
        command
    }
}

fn choose(apt: &Apt) -> Result<BTreeSet<String>, Error> {
    apt.needed(&PACKAGES, |name| {
        let wanted = name.starts_with("python3-") || name.starts_with("lib");
        wanted && !LEFT_OUT.contains(&name) && !name.starts_with("libc6")
    })
}
