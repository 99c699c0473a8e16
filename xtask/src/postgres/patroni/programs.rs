//! Patroni, etcd and `HAProxy`, from the packages of Debian and Ubuntu.

use std::{collections::BTreeSet, path::Path, process::Command};

use crate::{
    error::Error,
    packages::{Apt, is_library},
    postgres::{account::Account, unpacked::Unpacked},
    process::on_path,
    workspace::Workspace,
};

/// `python3-etcd` is one of several that Patroni can do with.
const PACKAGES: [&str; 4] = ["patroni", "python3-etcd", "etcd-server", "haproxy"];

/// What those need that agree by something else than etcd.
const LEFT_OUT: [&str; 3] = ["python3-consul", "python3-kazoo", "python3-kubernetes"];

/// The programs.
#[derive(Debug, Clone)]
pub(super) struct Programs(Unpacked);

impl Programs {
    /// Those that an earlier run downloaded, or that are now.
    pub(super) fn ready(workspace: &Workspace) -> Result<Self, Error> {
        if on_path("python3").is_none() {
            return Err(Error::NoPython);
        }
        Unpacked::ready(workspace, "patroni", choose).map(Self)
    }

    /// These where the account can get to them.
    pub(super) fn within_reach(self, account: &Account, to: &Path) -> Result<Self, Error> {
        self.0.within_reach(account, to).map(Self)
    }

    pub(super) fn etcd(&self, account: &Account) -> Command {
        self.0.command(account, "usr/bin/etcd")
    }

    pub(super) fn haproxy(&self, account: &Account) -> Command {
        self.0.command(account, "usr/sbin/haproxy")
    }

    pub(super) fn patroni(&self, account: &Account) -> Command {
        self.0.python(account, "usr/bin/patroni")
    }
}

fn choose(apt: &Apt) -> Result<BTreeSet<String>, Error> {
    apt.needed(&PACKAGES, |name| {
        (name.starts_with("python3-") || is_library(name)) && !LEFT_OUT.contains(&name)
    })
}
