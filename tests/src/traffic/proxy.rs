//! An `HAProxy` in a folder, which ends with its value.

use std::{
    io,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use super::{client::ask, until};
use crate::faults::Told;

/// The program that tests are told of.
///
/// # Panics
///
/// If there is none: nothing is skipped in silence.
#[must_use]
pub fn haproxy_given() -> PathBuf {
    match std::env::var_os("STERNWAY_TEST_HAPROXY") {
        Some(program) if program != "none" => program.into(),
        Some(_) | None => panic!(
            "this needs an HAProxy: run `cargo xtask test`, which gets one, or set \
             STERNWAY_TEST_HAPROXY to the path of one"
        ),
    }
}

/// A port of this host that nobody uses now.
///
/// # Errors
///
/// If there is none.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// See the module.
#[derive(Debug)]
pub struct Proxy {
    program: PathBuf,
    config: PathBuf,
    socket: PathBuf,
    port: u16,
    children: Vec<Child>,
}

impl Proxy {
    /// Starts one with a configuration, whose frontend is on a port and whose Runtime API is behind a
    /// socket.
    ///
    /// # Errors
    ///
    /// If it does not start.
    pub fn start(program: PathBuf, config: PathBuf, socket: PathBuf, port: u16) -> Told<Self> {
        let mut proxy = Self { program, config, socket, port, children: Vec::new() };
        proxy.begin(&[])?;
        Ok(proxy)
    }

    /// Where requests come in.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Where its Runtime API is.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Starts a process in the place of the one before, which hands its listeners over, answers what it
    /// has, and ends.
    ///
    /// # Errors
    ///
    /// If it does not start.
    pub fn reload(&mut self) -> Told<()> {
        let before = self.children.last().ok_or("there is none")?.id().to_string();
        let socket = self.socket.display().to_string();
        self.begin(&["-x", &socket, "-sf", &before])
    }

    /// Ends it as if it had crashed.
    pub fn kill(&mut self) {
        for mut child in self.children.drain(..) {
            // It may have ended by itself.
            child.kill().and_then(|()| child.wait()).map(drop).unwrap_or_default();
        }
    }

    /// Starts it again.
    ///
    /// # Errors
    ///
    /// If it does not start.
    pub fn begin_again(&mut self) -> Told<()> {
        // A process that was killed leaves it.
        std::fs::remove_file(&self.socket).unwrap_or_default();
        self.begin(&[])
    }

    /// Starts a process, and waits until it is the one that answers.
    fn begin(&mut self, more: &[&str]) -> Told<()> {
        let mut command = Command::new(&self.program);
        command.arg("-f").arg(&self.config).args(["-db", "-q"]).args(more);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        let this = format!("Pid: {}\n", child.id());
        self.children.push(child);
        let (socket, port) = (&self.socket, self.port);
        until("HAProxy starts", || {
            ask(socket, "show info").is_ok_and(|info| info.contains(&this))
                && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        })
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.kill();
    }
}
