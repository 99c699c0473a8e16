//! A private server, for tests that crash one and start it again.
//!
//! It ends with its value. What outlives even that, because the process was killed, is swept by the
//! next process that starts one.

use std::path::PathBuf;

use super::{Cluster, Pooler, Postgres};
use crate::{console, error::Error, workspace::Workspace};

/// What a server that follows another one is called.
const STANDBY: &str = "standby";

/// See the module.
#[must_use = "a server ends with its value"]
pub struct Server {
    postgres: Postgres,
    cluster: Cluster,
    port: u16,
    url: String,
}

/// Why a server could not be had, or be done to what was asked.
#[derive(Debug, thiserror::Error)]
#[error("the private PostgreSQL could not be {done}")]
pub struct ServerError {
    done: &'static str,
    #[source]
    pub(super) source: Error,
}

pub(super) fn failed(done: &'static str) -> impl FnOnce(Error) -> ServerError {
    move |source| ServerError { done, source }
}

impl std::fmt::Debug for Server {
    /// Without the address, which has a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("port", &self.port).finish_non_exhaustive()
    }
}

impl Server {
    /// Starts an empty one.
    ///
    /// # Errors
    ///
    /// [`ServerError`] if there is no PostgreSQL, and none can be got; or if it does not start.
    pub fn start() -> Result<Self, ServerError> {
        let postgres = Postgres::ready(&Workspace::find()).map_err(failed("found"))?;
        let cluster = postgres.start().map_err(failed("started"))?;
        Ok(Self::of(postgres, cluster))
    }

    fn of(postgres: Postgres, cluster: Cluster) -> Self {
        let (port, url) = (cluster.port(), cluster.url());
        Self { postgres, cluster, port, url }
    }

    /// Starts another one that is the same, and follows this one.
    ///
    /// # Errors
    ///
    /// [`ServerError`] if it does not start.
    pub fn standby(&self) -> Result<Self, ServerError> {
        let started = self.cluster.standby(&self.postgres, STANDBY);
        Ok(Self::of(self.postgres.clone(), started.map_err(failed("followed"))?))
    }

    /// Whether a commit is acknowledged only when the standby has it as well; if nothing is said, it is
    /// not waited for.
    ///
    /// # Errors
    ///
    /// [`ServerError`] if it cannot be told.
    pub fn wait_for_standby(&self, waits: bool) -> Result<(), ServerError> {
        let name = if waits { STANDBY } else { "" };
        let site = self.cluster.site();
        let told = site.configure(&format!("synchronous_standby_names = '{name}'\n"));
        told.and_then(|()| site.reload()).map_err(failed("told"))
    }

    /// Makes a standby a server that takes writes.
    ///
    /// # Errors
    ///
    /// [`ServerError`] if it does not take them.
    pub fn promote(&self) -> Result<(), ServerError> {
        self.cluster.site().promote().map_err(failed("promoted"))
    }

    /// Its address for the superuser, with the password.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where it listens, on this machine only.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Stops it as a loss of power would: whoever is connected is cut off, and nothing is written
    /// that was not.
    ///
    /// # Errors
    ///
    /// [`ServerError`] if it still runs.
    pub fn crash(&self) -> Result<(), ServerError> {
        self.cluster.site().crash().map_err(failed("stopped"))
    }

    /// Starts it again after a crash, at the same address, and waits until it has recovered.
    ///
    /// # Errors
    ///
    /// [`ServerError`] if it does not start.
    pub fn restart(&self) -> Result<(), ServerError> {
        self.cluster.site().serve().map_err(failed("restarted"))
    }

    /// Has it encrypt what clients want encrypted, by a certificate and its key in PEM.
    ///
    /// # Errors
    ///
    /// [`ServerError`] if it cannot be told.
    pub fn encrypt(&self, certificate: &str, key: &str) -> Result<(), ServerError> {
        self.cluster.site().encrypt(certificate, key).map_err(failed("told"))
    }

    /// `PgBouncer` in transaction mode before this server; nothing where none can be got, which is on
    /// Debian and Ubuntu alone.
    ///
    /// # Errors
    ///
    /// [`ServerError`] if it does not start.
    pub fn pooler(&self) -> Result<Option<Pooler>, ServerError> {
        Pooler::before(self.cluster.site(), &self.cluster.address())
    }

    /// A disk of so many MiB that the server may write to, and that gets full; nothing if only root
    /// may make one here. There is one for each server, and it goes with it.
    ///
    /// # Errors
    ///
    /// [`ServerError`] if its folder cannot be made.
    pub fn small_disk(&self, mebibytes: u32) -> Result<Option<PathBuf>, ServerError> {
        self.cluster.site().small_disk(mebibytes).map_err(failed("given a small disk"))
    }

    /// Stops it and deletes all it had.
    ///
    /// # Errors
    ///
    /// [`ServerError`] if something is left.
    pub fn end(self) -> Result<(), ServerError> {
        self.cluster.end().map_err(failed("ended"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.cluster.end().unwrap_or_else(|err| console::complain(&err));
    }
}
