//! What is wrong with a settings file.

use std::fmt::Display;

use sternway::api::{Problem, ProblemCode};

use super::{Origin, Setting, file::Elsewhere, key::Key};
use crate::{context::Context, error::CliError};

/// A place in a settings file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    /// The file, as it is shown.
    pub(crate) file: String,
    /// The line, from 1.
    pub(crate) line: usize,
    /// The column, from 1.
    pub(crate) column: usize,
}

impl Display for Spot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, line {}, column {}", self.file, self.line, self.column)
    }
}

/// What is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SettingsError {
    /// The file is no TOML.
    #[error("{spot}: {why}")]
    Syntax {
        /// Where.
        spot: Spot,
        /// Why.
        why: String,
    },
    /// There is no such setting.
    #[error("{spot}: there is no setting {name}")]
    Unknown {
        /// Where.
        spot: Spot,
        /// What it was called.
        name: String,
        /// What to do instead.
        help: String,
    },
    /// The value makes no sense.
    #[error("{place}: {key}: {why}", key = key.name())]
    Wrong {
        /// Where: a place in a file, or a variable.
        place: String,
        /// Of which setting.
        key: Key,
        /// Why.
        why: String,
    },
    /// A folder may not say this.
    #[error("{spot}: {key} is a command, and is not taken from a folder", key = key.name())]
    Personal {
        /// Where.
        spot: Spot,
        /// Which setting.
        key: Key,
    },
    /// A folder may not say what is run.
    #[error("{spot}: {what} are commands, and are not taken from a folder")]
    PersonalCommands {
        /// Where.
        spot: Spot,
        /// What they are.
        what: &'static str,
    },
    /// A validator or a health check makes no sense.
    #[error("{spot}: {why}")]
    Validator {
        /// Where.
        spot: Spot,
        /// Why.
        why: String,
    },
    /// A router makes no sense.
    #[error("{spot}: {why}")]
    Router {
        /// Where.
        spot: Spot,
        /// Why.
        why: String,
    },
    /// The variable that a value is taken from is not set, or the file cannot be read.
    #[error("{spot}: {key} is taken from {elsewhere}, {why}", key = key.name(), why = why(elsewhere))]
    Unset {
        /// Where.
        spot: Spot,
        /// Of which setting.
        key: Key,
        /// What it is taken from.
        elsewhere: Elsewhere,
    },
}

const fn why(elsewhere: &Elsewhere) -> &'static str {
    match elsewhere {
        Elsewhere::Variable(_) => "which is not set",
        Elsewhere::File(_) => "which cannot be read",
    }
}

impl SettingsError {
    /// The value makes no sense, which is known only now.
    pub(crate) fn wrong(setting: &Setting, why: &impl Display) -> Self {
        let place = match &setting.origin {
            Origin::File(path, line) => format!("{}, line {line}", Context::shown(path)),
            Origin::Flag(name) | Origin::Variable(name) | Origin::Shared(name) => {
                (*name).to_owned()
            }
            Origin::Default => "built in".into(),
        };
        Self::Wrong { place, key: setting.key, why: why.to_string() }
    }

    fn help(&self) -> String {
        match self {
            Self::Syntax { .. } => "mend it; what goes in it: sternway help settings".into(),
            Self::Unknown { help, .. } => help.clone(),
            Self::Wrong { key, .. } => format!("sternway help settings; or {}", key.flag()),
            Self::Personal { key, .. } => {
                format!("sternway settings set {} COMMAND --user", key.name())
            }
            Self::PersonalCommands { .. } => {
                "put them into your own file: sternway settings path".into()
            }
            Self::Validator { .. } | Self::Router { .. } => "sternway help settings".into(),
            Self::Unset { elsewhere: Elsewhere::Variable(name), .. } => format!("export {name}=…"),
            Self::Unset { elsewhere: Elsewhere::File(_), .. } => {
                "it holds the value, as a text of at most 64 KiB".into()
            }
        }
    }

    const fn spot(&self) -> Option<&Spot> {
        match self {
            Self::Syntax { spot, .. }
            | Self::Unknown { spot, .. }
            | Self::Personal { spot, .. }
            | Self::PersonalCommands { spot, .. }
            | Self::Validator { spot, .. }
            | Self::Router { spot, .. }
            | Self::Unset { spot, .. } => Some(spot),
            Self::Wrong { .. } => None,
        }
    }
}

impl From<SettingsError> for CliError {
    fn from(err: SettingsError) -> Self {
        let mut problem = Problem::new(ProblemCode::Invalid, err.to_string()).with_help(err.help());
        if let Some(spot) = err.spot() {
            let Spot { file, line, column } = spot;
            problem = problem.with("file", file.as_str());
            problem = problem.with("line", *line).with("column", *column);
        }
        Self::Problem(Box::new(problem))
    }
}
