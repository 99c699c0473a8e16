//! Where the store is.

use std::{
    env, fs,
    path::{Path, PathBuf},
    str::FromStr,
};

use sternway::postgres::Connect;

use crate::context::Context;

/// The folder that is looked for, here and in every folder above.
const FOLDER: &str = ".sternway";
/// The file in that folder.
pub(crate) const FILE: &str = "store.redb";

/// Why a text is not a place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{given:?} is not a place for a store: {problem}; expected a folder, redb:PATH, or postgres://HOST/DATABASE"
)]
pub(crate) struct PlaceError {
    given: String,
    problem: &'static str,
}

/// Where a person says that the store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In this folder, or in this file.
    Path(PathBuf),
    /// In the database of this address.
    Database(Address),
}

/// The address of a database.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Address(String);

impl Address {
    /// How it is connected to.
    pub(crate) fn connect(&self) -> Connect {
        Connect::to(self.0.as_str())
    }
}

impl std::fmt::Debug for Address {
    /// Without a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.connect().shown())
    }
}

impl Place {
    /// How it is named on a command line. A password is left out.
    pub(crate) fn name(&self) -> std::ffi::OsString {
        match self {
            Self::Path(path) => path.into(),
            Self::Database(address) => address.connect().shown().into(),
        }
    }
}

/// Whether a text is the address of a database that this build can open.
pub(crate) fn is_address(text: &str) -> bool {
    matches!(text.split_once("://"), Some(("postgres" | "postgresql", _)))
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        if is_address(text) {
            return Ok(Self::Database(Address(text.to_owned())));
        }
        let error = |problem| {
            // What is behind the scheme may hold a password.
            let given = match text.split_once("://") {
                Some((scheme, _)) => format!("{scheme}://…"),
                None => text.to_owned(),
            };
            PlaceError { given: given.chars().take(200).collect(), problem }
        };
        let path = match text.split_once("://") {
            Some(_) => return Err(error("this build has no store behind a URL like that")),
            None => text.strip_prefix("redb:").unwrap_or(text),
        };
        if path.is_empty() { Err(error("it is empty")) } else { Ok(Self::Path(path.into())) }
    }
}

/// A store that is there, or the place where one is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// This file is the store.
    File(PathBuf),
    /// Nothing is there yet: this is where the file would be.
    Nothing(PathBuf),
    /// The store is in this database, if it is: that is seen when it is opened.
    Database(Address),
}

impl Found {
    /// The file, if it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(file) | Self::Nothing(file) => Some(file),
            Self::Database(_) => None,
        }
    }

    /// Where that is, as it is shown.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::File(file) | Self::Nothing(file) => Context::shown(file),
            Self::Database(address) => address.connect().shown(),
        }
    }
}

/// Where the store is, or would be: the place that was named, else the nearest `.sternway`.
pub(crate) fn find(named: Option<&Place>) -> Found {
    match named {
        Some(Place::Path(path)) => {
            let file = file_at(path);
            if file.exists() { Found::File(file) } else { Found::Nothing(file) }
        }
        Some(Place::Database(address)) => Found::Database(address.clone()),
        None => nearest(),
    }
}

fn nearest() -> Found {
    let here = env::current_dir().unwrap_or_default();
    let above = here.ancestors().map(|folder| folder.join(FOLDER).join(FILE));
    above.into_iter().find(|file| file.exists()).map_or_else(default_place, Found::File)
}

/// Where `init` makes a store: the place that was named, else here, whatever is above.
pub(crate) fn here(named: Option<&Place>) -> Found {
    if named.is_some() {
        return find(named);
    }
    let file = Path::new(FOLDER).join(FILE);
    if file.exists() { Found::File(file) } else { default_place() }
}

fn default_place() -> Found {
    Found::Nothing(Path::new(FOLDER).join(FILE))
}

/// A path to a file is the store itself; any other is the folder of one.
fn file_at(path: &Path) -> PathBuf {
    let is_file = fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    let named_like_one = path.extension().is_some_and(|extension| extension == "redb");
    if is_file || (named_like_one && !path.is_dir()) { path.into() } else { path.join(FILE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, file: &str) {
        let Place::Path(path) = text.parse().unwrap() else { panic!("{text} is no path") };
        assert_eq!(file_at(&path), Path::new(file));
    }

    #[test]
    fn a_folder_holds_the_store() {
        check("data", "data/store.redb");
        check("redb:data", "data/store.redb");
    }

    #[test]
    fn a_file_is_the_store() {
        check("redb:data/agents.redb", "data/agents.redb");
        check("data/store.redb", "data/store.redb");
    }

    #[test]
    fn a_database_has_an_address() {
        let place: Place = "postgres://app:secret@db/agents?schema=team".parse().unwrap();
        assert_eq!(place.name(), "postgres://app@db/agents?schema=team");
        assert!(!format!("{place:?}").contains("secret"));
    }

    #[test]
    fn what_this_build_cannot_open_is_refused() {
        let error = "mysql://app:secret@host/db".parse::<Place>().unwrap_err().to_string();
        assert!(error.contains("mysql://") && !error.contains("secret"), "{error}");
        assert!("redb:".parse::<Place>().is_err());
    }
}
