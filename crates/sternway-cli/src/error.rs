//! Why a command could not do what it was asked, and what to type next.

mod help;
mod hint;
mod problem;

use std::{error::Error, io, path::Path, process::ExitCode, time::Duration};

use sternway::{
    api::{Problem, ProblemCode},
    control::ControlError,
    folder::FolderError,
    store::StoreError,
    types::NamespaceId,
};

pub(crate) use self::hint::nearest;
use crate::{cli::Output, console::Console, context::Context, format::visible, render::style};

/// Why a command could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The engine could not.
    #[error(transparent)]
    Sternway(#[from] sternway::Error),
    /// There is no store. Make one, or name another place.
    #[error("there is no store {looked}")]
    NoStore {
        /// Where it was looked for.
        looked: String,
    },
    /// The store has no such namespace.
    #[error("there is no namespace {namespace}")]
    NoNamespace {
        /// Which.
        namespace: NamespaceId,
        /// One with a name like that.
        near: Option<String>,
    },
    /// The store cannot be opened.
    #[error("cannot open {file}")]
    Open {
        /// Which file.
        file: String,
        /// How long it was waited for.
        waited: Duration,
        /// Why.
        source: sternway::Error,
    },
    /// A file cannot be read or written.
    #[error("cannot open {path}")]
    File {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A failure with a problem document of its own.
    #[error("{}", .0.detail)]
    Problem(Box<Problem>),
    /// The failure, with a better answer to what to type next.
    #[error(transparent)]
    Hinted(Box<Hinted>),
    /// The answer cannot be written.
    #[error("cannot write the answer")]
    Output(#[source] io::Error),
    /// The system gives no thread or timer.
    #[error("cannot start")]
    Runtime(#[source] io::Error),
}

/// A failure, and what to type next.
#[derive(Debug, thiserror::Error)]
#[error("{failure}")]
pub(crate) struct Hinted {
    failure: CliError,
    help: String,
}

impl From<ControlError> for CliError {
    fn from(err: ControlError) -> Self {
        Self::Sternway(err.into())
    }
}

impl From<StoreError> for CliError {
    fn from(err: StoreError) -> Self {
        Self::Sternway(err.into())
    }
}

impl From<FolderError> for CliError {
    fn from(err: FolderError) -> Self {
        Self::Sternway(err.into())
    }
}

macro_rules! from_types {
    ($($kind:ident),*) => {
        $(impl From<sternway::types::$kind> for CliError {
            fn from(err: sternway::types::$kind) -> Self {
                Self::Sternway(err.into())
            }
        })*
    };
}

from_types!(ContentError, IdError, MetadataError, OutcomeError, ReferenceError, TextError);

impl CliError {
    /// A file cannot be read or written.
    pub(crate) fn file(path: &Path, source: io::Error) -> Self {
        Self::File { path: Context::shown(path), source }
    }

    /// What was typed makes no sense, and why.
    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::Problem(Box::new(Problem::new(ProblemCode::Invalid, detail)))
    }

    /// There is no such rollback point.
    pub(crate) fn no_point(detail: impl Into<String>) -> Self {
        Self::Problem(Box::new(Problem::new(ProblemCode::PointNotFound, detail)))
    }

    /// What was given makes no sense, for this reason.
    pub(crate) fn invalid_by(err: impl Error) -> Self {
        Self::invalid(err.to_string())
    }

    /// The same, with what to type next.
    #[must_use]
    pub(crate) fn with_help(self, help: impl Into<String>) -> Self {
        Self::Hinted(Box::new(Hinted { failure: self, help: help.into() }))
    }

    /// The code by which programs tell it from others.
    pub(crate) fn code(&self) -> ProblemCode {
        match self {
            Self::Sternway(err) | Self::Open { source: err, .. } => err.code(),
            Self::NoStore { .. } => ProblemCode::StoreNotFound,
            Self::NoNamespace { .. } => ProblemCode::NamespaceNotFound,
            Self::File { .. } => ProblemCode::Invalid,
            Self::Problem(problem) => problem.code,
            Self::Hinted(hinted) => hinted.failure.code(),
            Self::Output(_) | Self::Runtime(_) => ProblemCode::Internal,
        }
    }

    /// What to type next, if anything helps.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            Self::Hinted(hinted) => Some(hinted.help.clone()),
            Self::Problem(problem) => problem.help.clone(),
            Self::NoStore { .. }
            | Self::NoNamespace { .. }
            | Self::Open { .. }
            | Self::Sternway(_)
            | Self::File { .. }
            | Self::Output(_)
            | Self::Runtime(_) => help::of(self),
        }
    }

    /// What failed, and why, the outermost first. Links of the chain that only pass on are left
    /// out.
    pub(crate) fn chain(&self) -> Vec<String> {
        let first: &(dyn Error + 'static) = match self {
            Self::Hinted(hinted) => return hinted.failure.chain(),
            Self::Sternway(err) => err,
            Self::NoStore { .. }
            | Self::NoNamespace { .. }
            | Self::Open { .. }
            | Self::File { .. }
            | Self::Problem(_)
            | Self::Output(_)
            | Self::Runtime(_) => self,
        };
        let mut messages = Vec::new();
        let mut next = Some(first);
        while let Some(err) = next {
            if !passes_on(err) {
                // Some messages end in a reason, and nobody gave one.
                messages.push(err.to_string().trim_end().trim_end_matches(':').to_owned());
            }
            next = err.source();
        }
        messages
    }

    /// Whether whoever reads the answer went away, as `head` does.
    fn is_reader_gone(&self) -> bool {
        matches!(self, Self::Output(err) if err.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// Whether an error says no more than that the one below it happened.
fn passes_on(err: &(dyn Error + 'static)) -> bool {
    let facade =
        matches!(err.downcast_ref(), Some(sternway::Error::Control(ControlError::Store(_))));
    facade || matches!(err.downcast_ref(), Some(ControlError::Store(_)))
}

/// Says what went wrong on stderr, and what the command ends with.
pub(crate) fn report(err: &CliError, output: Output, console: &Console) -> ExitCode {
    if err.is_reader_gone() {
        return ExitCode::SUCCESS;
    }
    if output.is_json() {
        let problem = err.problem();
        let json = serde_json::to_string(&problem).unwrap_or(problem.detail);
        console.complain(&json);
    } else {
        console.complain(&human(err));
    }
    ExitCode::from(err.code().exit_code())
}

fn human(err: &CliError) -> String {
    let mut lines = Vec::new();
    for (index, message) in err.chain().iter().enumerate() {
        let message = visible::block(message);
        lines.push(if index == 0 {
            format!("{} {message}", style::paint(style::BAD.bold(), "error:"))
        } else {
            format!("  because: {message}")
        });
    }
    if let Some(help) = err.help() {
        let help = visible::block(&help).replace('\n', "\n      ");
        lines.push(format!("{} {help}", style::paint(style::NAME, "help:")));
    }
    lines.join("\n")
}
