//! A private server, for tests that crash one and start it again.
//!
//! It ends with its value. What outlives even that, because the process was killed, is swept by the
//! next process that starts one.

use std::path::PathBuf;

use super::{Cluster, Postgres};
use crate::{console, error::Error, workspace::Workspace};

/// See the module.
#[must_use = "a server ends with its value"]
pub struct Server {
    /// Nothing once it was ended.
    cluster: Option<Cluster>,
    port: u16,
    url: String,
}

/// Why a server could not be had, or be done to what was asked.
#[derive(Debug, thiserror::Error)]
#[error("the private PostgreSQL could not be {done}")]
pub struct ServerError {
    done: &'static str,
    #[source]
    source: Error,
}

fn failed(done: &'static str) -> impl FnOnce(Error) -> ServerError {
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
        let (port, url) = (cluster.port(), cluster.url());
        Ok(Self { cluster: Some(cluster), port, url })
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
        self.cluster().map_or(Ok(()), |cluster| cluster.site().crash()).map_err(failed("stopped"))
    }

    /// Starts it again after a crash, at the same address, and waits until it has recovered.
    ///
    /// # Errors
    ///
    /// [`ServerError`] if it does not start.
    pub fn restart(&self) -> Result<(), ServerError> {
        self.cluster().map_or(Ok(()), |cluster| cluster.site().serve()).map_err(failed("restarted"))
    }

    /// A disk of so many MiB that the server may write to, and that gets full; nothing if only root
    /// may make one here. There is one for each server, and it goes with it.
    ///
    /// # Errors
    ///
    /// [`ServerError`] if its folder cannot be made.
    pub fn small_disk(&self, mebibytes: u32) -> Result<Option<PathBuf>, ServerError> {
        let Some(cluster) = self.cluster() else { return Ok(None) };
        cluster.site().small_disk(mebibytes).map_err(failed("given a small disk"))
    }

    /// Stops it and deletes all it had.
    ///
    /// # Errors
    ///
    /// [`ServerError`] if something is left.
    pub fn end(mut self) -> Result<(), ServerError> {
        self.finish().map_err(failed("ended"))
    }

    const fn cluster(&self) -> Option<&Cluster> {
        self.cluster.as_ref()
    }

    fn finish(&mut self) -> Result<(), Error> {
        self.cluster.take().map_or(Ok(()), Cluster::end)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.finish().unwrap_or_else(|err| console::complain(&err));
    }
}
