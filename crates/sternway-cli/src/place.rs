//! Where the store is.

use std::{
    env, fs,
    path::{Path, PathBuf},
    str::FromStr,
};

/// The folder that is looked for, here and in every folder above.
const FOLDER: &str = ".sternway";
/// The file in that folder.
pub(crate) const FILE: &str = "store.redb";

/// Why a text is not a place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a place for a store: {problem}; expected a folder, or redb:PATH")]
pub(crate) struct PlaceError {
    given: String,
    problem: &'static str,
}

/// Where a person says that the store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place(PathBuf);

impl Place {
    /// The folder or file that was named.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let error = |problem| PlaceError { given: text.chars().take(200).collect(), problem };
        let path = match text.split_once("://") {
            Some(_) => return Err(error("this build has no store behind a URL like that")),
            None => text.strip_prefix("redb:").unwrap_or(text),
        };
        if path.is_empty() { Err(error("it is empty")) } else { Ok(Self(path.into())) }
    }
}

/// A store that is there, or the place where one is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// This file is the store.
    File(PathBuf),
    /// Nothing is there yet: this is where the file would be.
    Nothing(PathBuf),
}

impl Found {
    /// The file.
    pub(crate) fn file(&self) -> &Path {
        match self {
            Self::File(file) | Self::Nothing(file) => file,
        }
    }
}

/// Where the store is, or would be: the place that was named, else the nearest `.sternway`.
pub(crate) fn find(named: Option<&Place>) -> Found {
    if let Some(Place(path)) = named {
        let file = file_at(path);
        return if file.exists() { Found::File(file) } else { Found::Nothing(file) };
    }
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
        let place: Place = text.parse().unwrap();
        assert_eq!(file_at(&place.0), Path::new(file));
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
    fn what_this_build_cannot_open_is_refused() {
        let error = "postgres://host/db".parse::<Place>().unwrap_err();
        assert!(error.to_string().contains("postgres://host/db"));
        assert!("redb:".parse::<Place>().is_err());
    }
}
