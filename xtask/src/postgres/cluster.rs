//! A private cluster: a PostgreSQL of its own folder, port and password.
//!
//! Whoever starts one ends it. One that nobody could end, because the process was killed, is a
//! leftover, and the next process that needs a cluster ends it.

use std::{
    fs::File,
    net::{Ipv4Addr, TcpListener},
    path::Path,
};

use super::{
    Postgres,
    interrupt::Running,
    leftovers,
    site::{SUPERUSER, Site},
};
use crate::error::Error;

/// How often another port is tried: between our look at a port and the server's, somebody else may
/// take it.
const ATTEMPTS: usize = 3;
/// Where ports are drawn from: 10,000 to 31,999.
const FIRST_PORT: u16 = 10_000;
const PORTS: u16 = 22_000;
/// How many are drawn until one is free.
const MOST_DRAWS: u32 = 100;

/// Random bytes in a password.
const PASSWORD_BYTES: usize = 16;

#[must_use = "a cluster runs until it is ended"]
pub(crate) struct Cluster {
    site: Site,
    address: Address,
    running: Running,
    /// As long as this is open, the cluster is no leftover.
    _claim: File,
}

/// Where a cluster listens, and what it wants to hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) port: u16,
    pub(super) password: String,
}

impl Cluster {
    pub(super) fn start(postgres: &Postgres) -> Result<Self, Error> {
        Self::make(postgres, empty)
    }

    /// One that follows this one under a name.
    pub(super) fn standby(&self, postgres: &Postgres, name: &str) -> Result<Self, Error> {
        Self::make(postgres, |site| {
            site.follow(&self.address, name)?;
            Ok(self.address.password.clone())
        })
    }

    /// Fills a folder, with a password that is answered, and starts a server in it.
    fn make(
        postgres: &Postgres,
        fill: impl FnOnce(&Site) -> Result<String, Error>,
    ) -> Result<Self, Error> {
        let folder = leftovers::new_folder(postgres.temporary())?;
        let claim = leftovers::claim(&folder)?;
        let site = postgres.site_in_new(folder)?;
        postgres.running().add(&site);
        let filled = fill(&site);
        let address = filled.and_then(|password| Ok(Address { port: serve(&site)?, password }));
        match address {
            Ok(address) => {
                Ok(Self { site, address, running: postgres.running().clone(), _claim: claim })
            }
            Err(err) => {
                postgres.running().end(&site)?;
                Err(err)
            }
        }
    }

    /// Its address for the superuser, with the password.
    pub(crate) fn url(&self) -> String {
        self.address.url()
    }

    pub(super) fn address(&self) -> Address {
        self.address.clone()
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port
    }

    pub(super) const fn site(&self) -> &Site {
        &self.site
    }

    /// Stops the server and deletes all it had, once.
    pub(crate) fn end(&self) -> Result<(), Error> {
        self.running.end(&self.site)
    }

    /// Hands the cluster to somebody who will end it by hand.
    pub(super) fn hand_over(
        self,
        note: impl FnOnce(&Path) -> Result<(), Error>,
    ) -> Result<(), Error> {
        note(self.site.folder())?;
        self.running.forget(&self.site);
        Ok(())
    }
}

impl Address {
    pub(super) fn url(&self) -> String {
        let Self { port, password } = self;
        format!("postgres://{SUPERUSER}:{password}@127.0.0.1:{port}/postgres")
    }
}

/// A cluster with nothing in it, and the superuser's password.
fn empty(site: &Site) -> Result<String, Error> {
    let password = new_password()?;
    site.initialize(&password)?;
    Ok(password)
}

fn serve(site: &Site) -> Result<u16, Error> {
    let mut attempt = 1;
    loop {
        let port = free_port()?;
        site.configure(&format!("port = {port}\n"))?;
        match site.serve() {
            Ok(()) => return Ok(port),
            Err(_) if attempt < ATTEMPTS && site.last_words().contains("already in use") => {
                attempt += 1;
            }
            Err(err) => return Err(err),
        }
    }
}

/// A port that nobody listens on, drawn from below those that systems give to clients: a server that is
/// down for a moment finds its own free when it comes back.
pub(super) fn free_port() -> Result<u16, Error> {
    let mut attempt = 1;
    loop {
        let mut drawn = [0; 2];
        getrandom::fill(&mut drawn).map_err(Error::Random)?;
        let port = FIRST_PORT + u16::from_le_bytes(drawn) % PORTS;
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => return Ok(port),
            Err(_) if attempt < MOST_DRAWS => attempt += 1,
            Err(err) => return Err(Error::NoPort(err)),
        }
    }
}

pub(super) fn new_password() -> Result<String, Error> {
    let mut bytes = [0; PASSWORD_BYTES];
    getrandom::fill(&mut bytes).map_err(Error::Random)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_word_for_every_client() {
        let address = Address { port: 5433, password: "secret".to_owned() };
        assert_eq!(address.url(), "postgres://sternway:secret@127.0.0.1:5433/postgres");
    }

    #[test]
    fn no_two_passwords_are_alike_and_none_needs_quotes() {
        let (one, other) = (new_password().unwrap(), new_password().unwrap());
        assert_ne!(one, other);
        assert!(one.len() == 32 && one.chars().all(|char| char.is_ascii_hexdigit()), "{one}");
    }

    #[test]
    fn a_free_port_can_be_listened_on() {
        TcpListener::bind((Ipv4Addr::LOCALHOST, free_port().unwrap())).unwrap();
    }
}
