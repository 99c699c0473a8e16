//! Three PostgreSQL servers under Patroni, which has one take writes and another one take over when
//! that is gone: as on three hosts, with etcd, by which they agree, and `HAProxy`, which leads to the one.
//!
//! All of it runs in one private folder and ends with its value, or with the next run. Limit: on Debian and Ubuntu.

mod node;
mod programs;
mod settings;

use std::{
    fs::File,
    process::{Child, Command},
    time::Duration,
};

use self::{node::Node, programs::Programs};
use super::{
    Postgres, ServerError,
    cluster::{Address, free_port, new_password},
    interrupt::Running,
    leftovers,
    processes::Do,
    server::failed,
    site::Site,
};
use crate::{console, error::Error, workspace::Workspace};

/// How many nodes there are: one that takes writes, one that is waited for, and one in its stead.
const NODES: usize = 3;
/// How long something may take until it is so.
const PATIENCE: Duration = Duration::from_secs(90);
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Whether the primary waits for a standby before it acknowledges a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It does.
    Synchronous,
    /// It does not.
    Asynchronous,
}

/// See the module.
#[must_use = "it ends with its value"]
pub struct Patroni {
    site: Site,
    running: Running,
    programs: Programs,
    nodes: Vec<Node>,
    /// Where `HAProxy` listens.
    address: Address,
    children: Vec<Child>,
    /// As long as this is open, the folder is no leftover.
    _claim: File,
}

impl std::fmt::Debug for Patroni {
    /// Without the address, which has a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Patroni").field("nodes", &self.nodes).finish_non_exhaustive()
    }
}

impl Patroni {
    /// For how long a primary that says nothing is still one.
    pub const TTL: Duration = Duration::from_secs(settings::TTL);

    /// Starts all of it, and waits until there is a primary, and all others follow it.
    ///
    /// # Errors
    ///
    /// [`ServerError`] if the programs cannot be got, or something does not start.
    pub fn start(mode: Mode) -> Result<Self, ServerError> {
        let workspace = Workspace::find();
        let postgres = Postgres::ready(&workspace).map_err(failed("found"))?;
        let mut patroni = Self::new(&workspace, &postgres).map_err(failed("prepared"))?;
        patroni.begin(mode).map_err(failed("started"))?;
        Ok(patroni)
    }

    fn new(workspace: &Workspace, postgres: &Postgres) -> Result<Self, Error> {
        let programs = Programs::ready(workspace)?;
        let folder = leftovers::new_folder(postgres.temporary())?;
        let claim = leftovers::claim(&folder)?;
        let nodes = (1..=NODES).map(|number| Node::new(number, &folder));
        let nodes = nodes.collect::<Result<_, _>>()?;
        let programs = programs.within_reach(postgres.account(), &folder.join("patroni"))?;
        let address = Address { port: free_port()?, password: new_password()? };
        let site = postgres.site_in_new(folder)?;
        let running = postgres.running().clone();
        running.add(&site);
        Ok(Self { site, running, programs, nodes, address, children: Vec::new(), _claim: claim })
    }

    /// The address of the primary, whichever that is, for the superuser.
    #[must_use]
    pub fn url(&self) -> String {
        self.address.url()
    }

    /// The address of one node.
    #[must_use]
    pub fn url_of(&self, node: usize) -> String {
        let port = self.nodes.get(node).map_or(0, |node| node.port);
        Address { port, password: self.address.password.clone() }.url()
    }

    /// The node that takes writes, counted from 0; nothing while there is none.
    #[must_use]
    pub fn primary(&self) -> Option<usize> {
        self.nodes.iter().position(|node| node.is("primary"))
    }

    /// Waits until another node than this one takes writes, and says which.
    ///
    /// # Errors
    ///
    /// [`ServerError`] if none does.
    pub fn primary_but(&self, not: usize) -> Result<usize, ServerError> {
        let other = || self.primary().filter(|primary| *primary != not);
        wait("another node takes writes", other).map_err(failed("replaced"))
    }

    /// Waits until every node runs and follows the primary, and in synchronous mode one is waited for.
    ///
    /// # Errors
    ///
    /// [`ServerError`] if that does not come about.
    pub fn settled(&self, mode: Mode) -> Result<(), ServerError> {
        let settled = || {
            let count = |what: &str| self.nodes.iter().filter(|node| node.is(what)).count();
            let waited_for = mode == Mode::Asynchronous || count("sync") == 1;
            let all = count("primary") == 1 && count("replica") == NODES - 1 && waited_for;
            all.then_some(())
        };
        wait("every node follows the primary", settled).map_err(failed("settled"))
    }

    /// Ends the PostgreSQL of a node at once; Patroni lives on.
    pub fn kill_postgres(&self, node: usize) {
        self.each(node, |node| node.make_postgres(Do::End));
    }

    /// Ends everything on a node at once.
    pub fn kill_node(&self, node: usize) {
        self.each(node, |node| node.make(Do::End));
    }

    /// Stops everything on a node where it is.
    pub fn freeze_node(&self, node: usize) {
        self.each(node, |node| node.make(Do::Freeze));
    }

    /// Lets a node go on that was stopped.
    pub fn thaw_node(&self, node: usize) {
        self.each(node, |node| node.make(Do::Thaw));
    }

    /// Lets the nodes that follow another one take nothing in any more; says how many there are.
    #[must_use]
    pub fn freeze_receivers(&self) -> usize {
        self.nodes.iter().filter(|node| node.make_receiver(Do::Freeze)).count()
    }

    /// Ends what takes in what a primary sends, with what it has not taken in; says how many there are.
    #[must_use]
    pub fn end_receivers(&self) -> usize {
        self.nodes.iter().filter(|node| node.make_receiver(Do::End)).count()
    }

    /// Starts a node again that was ended.
    ///
    /// # Errors
    ///
    /// [`ServerError`] if it cannot be run.
    pub fn restart_node(&mut self, node: usize) -> Result<(), ServerError> {
        let Some(name) = self.nodes.get(node).map(|node| node.name.clone()) else { return Ok(()) };
        self.run_node(&name).map_err(failed("restarted"))
    }

    fn each(&self, node: usize, make: impl Fn(&Node)) {
        self.nodes.get(node).iter().for_each(|node| make(node));
    }

    fn begin(&mut self, mode: Mode) -> Result<(), Error> {
        let etcd = free_port()?;
        self.run_etcd(etcd)?;
        let (folder, bin) = (self.site.folder(), self.site.programs().folder());
        for node in &self.nodes {
            let password = &self.address.password;
            let settings = settings::patroni(node, mode, etcd, password, folder, bin);
            self.site.give(&format!("{}.yml", node.name), &settings)?;
        }
        self.site.give("haproxy.cfg", &settings::haproxy(self.address.port, &self.nodes))?;
        let names: Vec<_> = self.nodes.iter().map(|node| node.name.clone()).collect();
        names.iter().try_for_each(|name| self.run_node(name))?;
        let mut haproxy = self.programs.haproxy(self.site.account());
        haproxy.arg("-f").arg(self.site.folder().join("haproxy.cfg"));
        self.run("haproxy", haproxy)?;
        self.settled(mode).map_err(|err| err.source)
    }

    fn run_etcd(&mut self, port: u16) -> Result<(), Error> {
        let (client, peer) = (url(port), url(free_port()?));
        let mut etcd = self.programs.etcd(self.site.account());
        etcd.args(["--name", "one", "--log-level", "warn", "--data-dir"]);
        etcd.arg(self.site.folder().join("etcd"));
        etcd.args(["--listen-client-urls", &client, "--advertise-client-urls", &client]);
        etcd.args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer]);
        etcd.args(["--initial-cluster", &format!("one={peer}")]);
        self.run("etcd", etcd)
    }

    fn run_node(&mut self, name: &str) -> Result<(), Error> {
        let mut patroni = self.programs.patroni(self.site.account());
        patroni.arg(self.site.folder().join(format!("{name}.yml")));
        self.run(name, patroni)
    }

    /// Runs something that goes on, under a name.
    fn run(&mut self, name: &str, command: Command) -> Result<(), Error> {
        let child = self.site.run(name, command)?;
        self.children.push(child);
        Ok(())
    }

    /// Ends all of it, and deletes what it had.
    ///
    /// # Errors
    ///
    /// [`ServerError`] if something is left.
    pub fn end(self) -> Result<(), ServerError> {
        self.running.end(&self.site).map_err(failed("ended"))
    }
}

impl Drop for Patroni {
    fn drop(&mut self) {
        self.running.end(&self.site).unwrap_or_else(|err| console::complain(&err));
        // They are gone: nobody else takes note of how they ended.
        self.children.iter_mut().for_each(|child| drop(child.wait()));
    }
}

fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Looks until something is there.
#[expect(clippy::disallowed_methods, reason = "other processes are waited for, and nothing tells")]
fn wait<T>(what: &'static str, look: impl Fn() -> Option<T>) -> Result<T, Error> {
    let begin = std::time::Instant::now();
    while begin.elapsed() < PATIENCE {
        if let Some(found) = look() {
            return Ok(found);
        }
        std::thread::sleep(LOOK);
    }
    Err(Error::Late { what, seconds: PATIENCE.as_secs() })
}
