//! `PgBouncer` before a server, which gives a session of the server away after every transaction.

use std::process::Child;

use super::{
    ServerError,
    cluster::{Address, free_port},
    processes::{self, Do},
    server::failed,
    site::{SUPERUSER, Site},
    unpacked::Unpacked,
};
use crate::{
    error::Error,
    packages::{Apt, is_library},
    workspace::Workspace,
};

/// What it is called below `target`, and in the folder of the server.
const NAME: &str = "pgbouncer";
/// How many sessions of the server all of its clients share.
const SESSIONS: usize = 5;

/// See the module. It ends with its value, or with the server.
#[derive(Debug)]
#[must_use = "it ends with its value"]
pub struct Pooler {
    port: u16,
    child: Child,
}

impl Pooler {
    /// One before a server; nothing where none can be got, which is on Debian and Ubuntu alone.
    pub(super) fn before(site: &Site, server: &Address) -> Result<Option<Self>, ServerError> {
        match Self::start(site, server) {
            Ok(pooler) => Ok(Some(pooler)),
            Err(Error::NoDownload) => Ok(None),
            Err(err) => Err(failed("put behind a pooler")(err)),
        }
    }

    fn start(site: &Site, server: &Address) -> Result<Self, Error> {
        let choose = |apt: &Apt| apt.needed(&[NAME], is_library);
        let programs = Unpacked::ready(&Workspace::find(), NAME, choose)?;
        let programs = programs.within_reach(site.account(), &site.folder().join("programs"))?;
        let port = free_port()?;
        site.give("pgbouncer.ini", &settings(port, server, site))?;
        site.give("users", &format!("\"{SUPERUSER}\" \"{}\"\n", server.password))?;
        let mut command = programs.command(site.account(), "usr/sbin/pgbouncer");
        command.arg(site.folder().join("pgbouncer.ini"));
        Ok(Self { port, child: site.run(NAME, command)? })
    }

    /// Where it listens, on this machine only.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        processes::make(Do::End, &[self.child.id()]);
        // It is gone: nobody else takes note of how it ended.
        drop(self.child.wait());
    }
}

fn settings(port: u16, server: &Address, site: &Site) -> String {
    let users = site.folder().join("users");
    format!(
        "[databases]\n* = host=127.0.0.1 port={}\n\
         [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
         auth_type = scram-sha-256\nauth_file = {}\npool_mode = transaction\ndefault_pool_size = {SESSIONS}\n\
         ignore_startup_parameters = extra_float_digits\n",
        server.port,
        users.display()
    )
}
