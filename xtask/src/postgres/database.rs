//! The PostgreSQL that a run of tests gets.
//!
//! Tests read one variable. It holds the address of a server where they may make databases of
//! their own, or the word `none`: then those that need one say so themselves.

use std::{env, ffi::OsString};

use super::{Cluster, Postgres};
use crate::{console, error::Error, step::Step, workspace::Workspace};

const TOLD: &str = "STERNWAY_TEST_POSTGRES";
const NONE: &str = "none";
/// Where a person names a server. Tests do not see it: what they make of it is decided here.
const GIVEN: &str = "DATABASE_URL";

#[must_use = "a private cluster runs until it is closed"]
pub(crate) enum Database {
    /// The server that a person named.
    Given(OsString),
    Private(Cluster),
    /// By `--no-postgres`.
    LeftOut,
}

impl Database {
    /// The server that `DATABASE_URL` names, and without it one of our own.
    pub(crate) fn open(workspace: &Workspace) -> Result<Self, Error> {
        if let Some(url) = given(env::var_os(GIVEN)) {
            console::say(format_args!("postgres: the server that {GIVEN} names"));
            return Ok(Self::Given(url));
        }
        let postgres = Postgres::ready(workspace)?;
        let cluster = postgres.start()?;
        let described = postgres.described()?;
        console::say(format_args!("postgres: {described}, on port {}", cluster.port()));
        Ok(Self::Private(cluster))
    }

    /// Tells the tests of a step. The address is not shown: it has a password.
    pub(crate) fn told_to(&self, step: Step) -> Step {
        let step = step.without_env(GIVEN.as_ref());
        match self {
            Self::Given(url) => step.secret_env(TOLD, url),
            Self::Private(cluster) => step.secret_env(TOLD, cluster.url()),
            Self::LeftOut => step.env(TOLD, NONE),
        }
    }

    /// Ends a private cluster. What was left out is said here, at the end, where it is read.
    pub(crate) fn close(self) -> Result<(), Error> {
        match self {
            Self::Given(_) => Ok(()),
            Self::Private(cluster) => cluster.end(),
            Self::LeftOut => {
                console::say("POSTGRESQL WAS LEFT OUT (--no-postgres): nothing was tested on it");
                Ok(())
            }
        }
    }
}

/// An empty variable is as good as none.
fn given(url: Option<OsString>) -> Option<OsString> {
    url.filter(|url| !url.is_empty())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn heard(database: &Database) -> String {
        let script = "echo \"${STERNWAY_TEST_POSTGRES-unset} ${DATABASE_URL-unset}\"";
        let step = Step::new("sh", Command::new("sh")).args(["-c", script]);
        let step = database.told_to(step.env(GIVEN, "postgres://elsewhere/db"));
        String::from_utf8(step.read().unwrap()).unwrap()
    }

    #[test]
    fn tests_hear_of_one_variable_only() {
        let given = Database::Given("postgres://here/db".into());
        assert_eq!(heard(&given), "postgres://here/db unset\n");
        assert_eq!(heard(&Database::LeftOut), "none unset\n");
    }

    #[test]
    fn an_empty_address_is_none() {
        assert_eq!(given(Some(OsString::new())), None);
        assert_eq!(given(None), None);
        assert!(given(Some("postgres://here/db".into())).is_some());
    }
}
