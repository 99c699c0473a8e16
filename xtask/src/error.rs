//! What can go wrong in a chore.
//!
//! The messages say what we tried; the source says why it failed.

use std::{env, io, path::PathBuf, process::ExitCode};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The program is missing, or the system refused to run it.
    #[error("could not run `{command}`")]
    Start {
        command: String,
        #[source]
        source: io::Error,
    },
    /// The program ran and said no. Its own output tells why.
    #[error("`{command}` {}", ending(*.code))]
    Status { command: String, code: Option<i32> },
    /// The program ran in silence and said no. What it wrote is the source.
    #[error("`{command}` {}", ending(*.code))]
    Failed {
        command: String,
        code: Option<i32>,
        #[source]
        source: Said,
    },
    #[error("could not read {}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("could not make {}", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("could not remove {}", path.display())]
    Remove {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("there is no target {name}: there are {known}")]
    NoTarget { name: String, known: String },
    #[error("could not make a temporary directory")]
    TemporaryDirectory(#[source] io::Error),
    #[error("could not read the metadata of the workspace")]
    Metadata(#[source] Box<cargo_metadata::Error>),
    #[error("could not add a folder to PATH")]
    Path(#[source] env::JoinPathsError),
    #[error("root may not run PostgreSQL, and there is no account `postgres` or `nobody`")]
    NoAccount,
    #[error(
        "there is no PostgreSQL ({oldest} or later), and none could be downloaded; type `{command}`, \
         or set DATABASE_URL, or leave it out: `cargo xtask test --no-postgres`"
    )]
    NoPostgres {
        oldest: u32,
        command: &'static str,
        #[source]
        source: Box<Self>,
    },
    #[error(
        "there is no HAProxy, and none could be downloaded; install one, or leave it out: \
         `cargo xtask test --no-haproxy`"
    )]
    NoHaproxy {
        #[source]
        source: Box<Self>,
    },
    #[error("there is no wrk, and none could be downloaded; install one")]
    NoWrk {
        #[source]
        source: Box<Self>,
    },
    #[error("packages are downloaded on Debian and Ubuntu only, and this is another system")]
    NoDownload,
    #[error("no source of packages knows a PostgreSQL")]
    NoPackage,
    #[error("there is no PostgreSQL in {}", folder.display())]
    NoPrograms { folder: PathBuf },
    #[error("{} does not say its release: {answer:?}", program.display())]
    NoRelease { program: PathBuf, answer: String },
    #[error("could not find a free port")]
    NoPort(#[source] io::Error),
    #[error("the system gave no random bytes")]
    Random(#[source] getrandom::Error),
    #[error("could not listen for signals")]
    Signals(#[source] io::Error),
    #[error("there is no python3, which Patroni needs; type `sudo apt-get install python3`")]
    NoPython,
    #[error("waited {seconds} s, and it is not so: {what}")]
    Late { what: &'static str, seconds: u64 },
    #[error("no PostgreSQL runs that was started by hand; start one with `cargo xtask pg start`")]
    NoCluster,
    /// Already printed, one line each.
    #[error("there are findings, each on a line above: {0}")]
    Findings(usize),
    #[error("the filter matched no test, so nothing was proved")]
    NoTests,
    #[error("README.md shows no command in a console or sh block")]
    NoCommands,
    #[error("gate {name} failed; {remedy}")]
    Gate {
        name: &'static str,
        remedy: &'static str,
        #[source]
        source: Box<Self>,
    },
}

/// What a program wrote before it failed.
#[derive(Debug, thiserror::Error)]
#[error("it said: {0}")]
pub(crate) struct Said(pub(crate) String);

impl Error {
    /// The status of the command that failed, so that a caller sees through us.
    pub(crate) fn exit_code(&self) -> ExitCode {
        let status = match self {
            Self::Status { code, .. } => code.and_then(|code| u8::try_from(code).ok()),
            Self::Gate { source, .. } => return source.exit_code(),
            // Its status says nothing: nobody typed that command.
            Self::Failed { .. }
            | Self::Start { .. }
            | Self::Read { .. }
            | Self::Write { .. }
            | Self::Remove { .. }
            | Self::NoAccount
            | Self::NoPostgres { .. }
            | Self::NoHaproxy { .. }
            | Self::NoWrk { .. }
            | Self::NoDownload
            | Self::NoPackage
            | Self::NoPrograms { .. }
            | Self::NoRelease { .. }
            | Self::NoPort(_)
            | Self::Random(_)
            | Self::Signals(_)
            | Self::NoCluster
            | Self::NoPython
            | Self::Late { .. }
            | Self::NoTarget { .. }
            | Self::TemporaryDirectory(_)
            | Self::Metadata(_)
            | Self::Path(_)
            | Self::Findings(_)
            | Self::NoTests
            | Self::NoCommands => None,
        };
        status.map_or(ExitCode::FAILURE, ExitCode::from)
    }
}

fn ending(code: Option<i32>) -> String {
    code.map_or_else(
        || "was ended by a signal".to_owned(),
        |code| format!("ended with status {code}"),
    )
}
