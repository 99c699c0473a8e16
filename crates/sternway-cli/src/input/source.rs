//! Reading a file or standard input, no further than it is taken.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use clap::builder::{MapValueParser, OsStringValueParser, TypedValueParser, ValueParserFactory};
use sternway::types::{ContentError, MAX_CONTENT};

use crate::{context::Context, error::CliError};

/// Where something is read from: a file, or standard input, which is called `-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

impl From<OsString> for Source {
    fn from(word: OsString) -> Self {
        if word == "-" { Self::Stdin } else { Self::File(word.into()) }
    }
}

/// A path need not be UTF-8.
impl ValueParserFactory for Source {
    type Parser = MapValueParser<OsStringValueParser, fn(OsString) -> Self>;

    fn value_parser() -> Self::Parser {
        OsStringValueParser::new().map(Self::from)
    }
}

impl Source {
    /// The file's path, if it is one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Stdin => None,
        }
    }

    /// What it is called for people.
    pub(crate) fn name(&self) -> String {
        self.path().map_or_else(|| "standard input".into(), Context::shown)
    }

    /// Everything in it.
    ///
    /// # Errors
    ///
    /// [`CliError::File`] if it cannot be read, and [`CliError::Sternway`] if it is larger than any
    /// content may be; then no more than that was read of it.
    pub(crate) fn read(&self) -> Result<Vec<u8>, CliError> {
        let bytes = match self {
            Self::File(path) => read_file(path).map_err(|err| CliError::file(path, err))?,
            Self::Stdin => {
                let read = read_from(io::stdin().lock());
                read.map_err(|err| CliError::file(Path::new("standard input"), err))?
            }
        };
        Ok(bytes?)
    }

    /// Everything in it, as text.
    ///
    /// # Errors
    ///
    /// As [`Source::read`], and [`CliError::Sternway`] if it is no UTF-8.
    pub(crate) fn read_text(&self) -> Result<String, CliError> {
        let read = String::from_utf8(self.read()?);
        read.map_err(|err| ContentError::NotText { at: err.utf8_error().valid_up_to() }.into())
    }
}

fn read_file(path: &Path) -> io::Result<Result<Vec<u8>, ContentError>> {
    let file = File::open(path)?;
    // A pipe has no length; what it holds is counted as it comes.
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    if length > MAX_CONTENT {
        return Ok(Err(ContentError::TooLarge { found: length }));
    }
    read_from(file)
}

fn read_from(from: impl Read) -> io::Result<Result<Vec<u8>, ContentError>> {
    let mut bytes = Vec::new();
    from.take(MAX_CONTENT as u64 + 1).read_to_end(&mut bytes)?;
    let found = bytes.len();
    Ok(if found > MAX_CONTENT { Err(ContentError::TooLarge { found }) } else { Ok(bytes) })
}
