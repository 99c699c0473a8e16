//! PostgreSQL for tests: clusters of our own, started on demand and gone afterwards.
//!
//! The programs are the installed ones, and where there are none, downloaded ones. Nothing here
//! knows what is stored: a cluster is empty, and the superuser's. Limit: its server listens on this
//! machine only.

mod account;
mod cluster;
mod database;
mod fetch;
mod interrupt;
mod leftovers;
mod patroni;
mod pg;
mod pooler;
mod processes;
mod programs;
mod search;
mod server;
mod site;
mod unpacked;

use std::path::{Path, PathBuf};

use account::Account;
pub(crate) use cluster::Cluster;
pub(crate) use database::Database;
use interrupt::Running;
pub use patroni::{Mode, Patroni};
pub(crate) use pg::{Options, run};
pub use pooler::Pooler;
use programs::Programs;
pub use server::{Server, ServerError};
use site::Site;

use crate::{error::Error, workspace::Workspace};

/// What it takes to start clusters.
#[derive(Clone)]
pub(crate) struct Postgres {
    programs: Programs,
    account: Account,
    temporary: PathBuf,
    running: Running,
}

impl Postgres {
    /// Finds the programs or gets them, and ends what killed runs left.
    pub(crate) fn ready(workspace: &Workspace) -> Result<Self, Error> {
        let account = Account::unprivileged()?;
        let programs = match search::installed(&account) {
            Some(programs) => programs,
            None => fetch::programs(workspace)?,
        };
        let temporary = account.temporary_folder();
        let postgres = Self { programs, account, temporary, running: Running::watched()? };
        leftovers::sweep(&postgres);
        Ok(postgres)
    }

    /// Starts another cluster.
    pub(crate) fn start(&self) -> Result<Cluster, Error> {
        Cluster::start(self)
    }

    /// The programs and the account, for people.
    pub(crate) fn described(&self) -> Result<String, Error> {
        // Ours, because the account may be about to get a copy that it can run.
        let release = self.programs.release(&Account::Ours)?;
        let folder = self.programs.folder().display();
        let by = self.account.name().map_or_else(String::new, |name| format!(", run by {name}"));
        Ok(format!("PostgreSQL {release} of {folder}{by}"))
    }

    const fn account(&self) -> &Account {
        &self.account
    }

    fn temporary(&self) -> &Path {
        &self.temporary
    }

    const fn running(&self) -> &Running {
        &self.running
    }

    /// A folder that was just made, given to the account, with programs that it can run.
    fn site_in_new(&self, folder: PathBuf) -> Result<Site, Error> {
        self.account.give(&folder)?;
        self.programs.clone().within_reach(&self.account, &copies(&folder))?;
        Ok(self.site(folder))
    }

    /// The cluster of a folder.
    fn site(&self, folder: PathBuf) -> Site {
        let programs = Programs::unpacked(&copies(&folder));
        let programs = programs.unwrap_or_else(|| self.programs.clone());
        Site::new(folder, programs, self.account.clone())
    }
}

/// Where the copies of programs lie that the account could not get to.
fn copies(folder: &Path) -> PathBuf {
    folder.join("programs")
}
