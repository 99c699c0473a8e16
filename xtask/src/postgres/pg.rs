//! `cargo xtask pg`: a PostgreSQL by hand.
//!
//! One per workspace. It runs until it is stopped, also after `cargo clean` and beside the private
//! ones of tests, which never touch it. It is for looking and trying: `stop` deletes all it had.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};

use super::{
    Postgres,
    account::Account,
    cluster::Address,
    leftovers::{self, BY_HAND},
    site::{self, SUPERUSER, Site},
};
use crate::{console, error::Error, step::Step, workspace::Workspace};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// What to do; without it, says what runs.
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Start one that runs until it is stopped.
    Start,
    /// Stop it, and delete all it had.
    Stop,
    /// Open psql on it.
    Psql {
        /// Passed on to psql.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

/// The cluster that was started by hand.
struct ByHand {
    site: Site,
    address: Address,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<(), Error> {
    let postgres = Postgres::ready(workspace)?;
    match &options.action {
        Some(Action::Start) => start(workspace, &postgres),
        Some(Action::Stop) => stop(workspace, &postgres),
        Some(Action::Psql { args }) => psql(workspace, &postgres, args),
        None => describe(workspace, &postgres),
    }
}

/// Starts one, or again the one that stopped when the machine did.
fn start(workspace: &Workspace, postgres: &Postgres) -> Result<(), Error> {
    match ByHand::find(workspace, postgres) {
        Some(by_hand) if by_hand.site.is_served() => (),
        Some(by_hand) => by_hand.site.serve()?,
        None => {
            let cluster = postgres.start()?;
            let note = Note { root: workspace.root().to_owned(), address: cluster.address() };
            cluster.hand_over(|folder| site::write(&folder.join(BY_HAND), &note.text()))?;
        }
    }
    describe(workspace, postgres)
}

fn stop(workspace: &Workspace, postgres: &Postgres) -> Result<(), Error> {
    let by_hand = ByHand::find(workspace, postgres).ok_or(Error::NoCluster)?;
    by_hand.site.end()?;
    console::say("postgres: stopped, and all it had is deleted");
    Ok(())
}

fn psql(workspace: &Workspace, postgres: &Postgres, args: &[String]) -> Result<(), Error> {
    let ByHand { site, address } = served(workspace, postgres)?;
    let mut command = site.programs().command(&Account::Ours, "psql");
    command.env("PGPASSWORD", &address.password);
    let port = address.port.to_string();
    let place = ["-h", "127.0.0.1", "-p", &port, "-U", SUPERUSER, "-d", "postgres"];
    // In our place: ctrl-c is for psql to understand.
    Step::new("psql", command).args(place).args(args).become_it()
}

fn describe(workspace: &Workspace, postgres: &Postgres) -> Result<(), Error> {
    let url = served(workspace, postgres)?.address.url();
    console::say(format_args!("postgres: runs by hand: {}", postgres.described()?));
    console::say(format_args!("  {url}"));
    console::say(format_args!("  DATABASE_URL={url} cargo xtask test    # tests use it"));
    console::say("  cargo xtask pg psql    # opens psql on it");
    console::say("  cargo xtask pg stop    # stops it, and deletes all it had");
    Ok(())
}

fn served(workspace: &Workspace, postgres: &Postgres) -> Result<ByHand, Error> {
    let by_hand = ByHand::find(workspace, postgres);
    by_hand.filter(|by_hand| by_hand.site.is_served()).ok_or(Error::NoCluster)
}

impl ByHand {
    /// The one of this workspace.
    fn find(workspace: &Workspace, postgres: &Postgres) -> Option<Self> {
        leftovers::folders(postgres).into_iter().find_map(|folder| {
            let note = Note::read(&fs::read_to_string(folder.join(BY_HAND)).ok()?)?;
            let ours = note.root == workspace.root();
            ours.then(|| Self { site: postgres.site(folder), address: note.address })
        })
    }
}

/// What is kept beside a cluster, in a folder that nobody else may look into.
#[derive(Debug, PartialEq, Eq)]
struct Note {
    root: PathBuf,
    address: Address,
}

impl Note {
    fn text(&self) -> String {
        let Address { port, password } = &self.address;
        format!("{port}\n{password}\n{}\n", self.root.display())
    }

    fn read(text: &str) -> Option<Self> {
        let (port, rest) = text.split_once('\n')?;
        let (password, root) = rest.split_once('\n')?;
        let address = Address { port: port.parse().ok()?, password: password.to_owned() };
        Some(Self { root: Path::new(root.strip_suffix('\n')?).to_owned(), address })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let address = Address { port: 5433, password: "secret".to_owned() };
        let note = Note { root: "some folder/of\nours".into(), address };
        assert_eq!(Note::read(&note.text()), Some(note));
    }

    #[test]
    fn half_a_note_is_none() {
        for text in ["", "5433\n", "5433\nsecret\nroot", "port\nsecret\nroot\n"] {
            assert_eq!(Note::read(text), None, "{text:?}");
        }
    }
}
