//! One host of several, in a folder in its stead: a Patroni, and the PostgreSQL that it looks after.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    error::Error,
    postgres::{
        cluster::free_port,
        processes::{self, Do},
    },
};

/// For how long a node is waited for that is asked something.
const ANSWER: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: String,
    /// Where its PostgreSQL listens.
    pub(super) port: u16,
    /// Where Patroni is asked.
    pub(super) rest: u16,
    pub(super) data: PathBuf,
    /// The file that names Patroni's process.
    pub(super) process: PathBuf,
}

impl Node {
    pub(super) fn new(number: usize, folder: &Path) -> Result<Self, Error> {
        let name = format!("node{number}");
        let (data, process) = (folder.join(&name), folder.join(format!("{name}.pid")));
        Ok(Self { name, port: free_port()?, rest: free_port()?, data, process })
    }

    /// Whether Patroni says that the node is this: `primary`, `replica`, or `sync`.
    pub(super) fn is(&self, what: &str) -> bool {
        self.ask(what).is_ok_and(|answer| answer.starts_with("HTTP/1.0 200"))
    }

    fn ask(&self, path: &str) -> std::io::Result<String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.rest));
        let mut stream = TcpStream::connect_timeout(&address, ANSWER)?;
        stream.set_read_timeout(Some(ANSWER))?;
        write!(stream, "GET /{path} HTTP/1.0\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    fn patroni(&self) -> Option<u32> {
        processes::running(&self.process, self.data.parent()?)
    }

    fn postgres(&self) -> Option<u32> {
        processes::running(&self.data.join("postmaster.pid"), &self.data)
    }

    /// Makes only PostgreSQL do something.
    pub(super) fn make_postgres(&self, what: Do) {
        self.postgres()
            .iter()
            .for_each(|process| processes::make(what, &processes::tree(*process)));
    }

    /// Makes the whole node do something.
    pub(super) fn make(&self, what: Do) {
        self.patroni().iter().for_each(|process| processes::make(what, &processes::tree(*process)));
        self.make_postgres(what);
    }

    /// The process that takes in what a primary sends.
    fn receiver(&self) -> Option<u32> {
        let all = processes::tree(self.postgres()?);
        let receives = |it: &u32| {
            processes::arguments(*it).is_some_and(|arguments| arguments.contains("walreceiver"))
        };
        all.into_iter().find(receives)
    }

    /// Makes only that do something; says whether there is one.
    pub(super) fn make_receiver(&self, what: Do) -> bool {
        let receiver = self.receiver();
        receiver.iter().for_each(|process| processes::make(what, &[*process]));
        receiver.is_some()
    }
}
