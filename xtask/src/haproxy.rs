//! `HAProxy` for tests: the installed one, and where there is none, Debian's, unpacked below `target`.
//!
//! Tests read one variable. It holds a program, or the word `none`: then those that need one say so
//! themselves. Limit: packages are downloaded on Debian and Ubuntu only.

use std::path::PathBuf;

use crate::{console, error::Error, packages::program, step::Step, workspace::Workspace};

const TOLD: &str = "STERNWAY_TEST_HAPROXY";
const NONE: &str = "none";
const NAME: &str = "haproxy";

/// What tests are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Haproxy {
    Program(PathBuf),
    /// By `--no-haproxy`.
    LeftOut,
}

impl Haproxy {
    /// Finds the program or gets it.
    pub(crate) fn ready(workspace: &Workspace) -> Result<Self, Error> {
        let program = program(workspace, NAME, "usr/sbin/haproxy");
        program.map(Self::Program).map_err(|source| Error::NoHaproxy { source: Box::new(source) })
    }

    /// Tells the tests of a step.
    pub(crate) fn told_to(&self, step: Step) -> Step {
        match self {
            Self::Program(program) => step.env(TOLD, program),
            Self::LeftOut => step.env(TOLD, NONE),
        }
    }

    /// Says at the end, where it is read, that it was left out.
    pub(crate) fn close(&self) {
        match self {
            Self::Program(_) => (),
            Self::LeftOut => {
                console::say("HAPROXY WAS LEFT OUT (--no-haproxy): nothing was tested on it");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn heard(haproxy: &Haproxy) -> String {
        let step =
            Step::new("sh", Command::new("sh")).args(["-c", "echo \"$STERNWAY_TEST_HAPROXY\""]);
        String::from_utf8(haproxy.told_to(step).read().unwrap()).unwrap()
    }

    #[test]
    fn tests_hear_of_a_program_or_of_none() {
        assert_eq!(heard(&Haproxy::Program("/usr/sbin/haproxy".into())), "/usr/sbin/haproxy\n");
        assert_eq!(heard(&Haproxy::LeftOut), "none\n");
    }
}
