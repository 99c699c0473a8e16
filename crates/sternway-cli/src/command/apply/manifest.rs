//! What is wanted of several artifacts, as it is written in a file, or lies in a folder.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use serde::Deserialize;
use sternway::types::{ArtifactId, LabelId, Reason, Reference};

use crate::{context::Context, error::CliError, input::position};

/// The manifest that is looked for in a folder.
const FILE: &str = "apply.toml";

/// A manifest.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    reason: Option<Reason>,
    #[serde(default, rename = "artifact")]
    artifacts: Vec<WrittenArtifact>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenArtifact {
    key: ArtifactId,
    file: Option<PathBuf>,
    version: Option<String>,
    #[serde(default = "yes")]
    live: bool,
    #[serde(default)]
    labels: Vec<LabelId>,
}

const fn yes() -> bool {
    true
}

/// What is wanted.
#[derive(Debug, PartialEq)]
pub(crate) struct Manifest {
    /// Why, if it says so.
    pub(crate) reason: Reason,
    /// What is wanted of each artifact.
    pub(crate) items: Vec<Item>,
}

/// What is wanted of one artifact.
#[derive(Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) artifact: ArtifactId,
    pub(crate) from: From,
    pub(crate) live: bool,
    pub(crate) labels: Vec<LabelId>,
}

/// Where its version comes from.
#[derive(Debug, PartialEq)]
pub(crate) enum From {
    /// The content of a file, or a folder.
    File(PathBuf),
    /// A version that is there.
    Version(Reference),
}

/// Reads a manifest, or what lies in a folder.
///
/// # Errors
///
/// [`CliError`] with what is wrong, and where.
pub(super) fn read(path: &Path) -> Result<Manifest, CliError> {
    if path.is_dir() {
        let manifest = path.join(FILE);
        return if manifest.is_file() { of_file(&manifest) } else { of_folder(path) };
    }
    of_file(path)
}

fn of_file(path: &Path) -> Result<Manifest, CliError> {
    let text = fs::read_to_string(path).map_err(|err| CliError::file(path, err))?;
    parse(path, &text)
}

/// Reads the text of a manifest that lies there.
///
/// # Errors
///
/// [`CliError`] with what is wrong, and where.
pub(crate) fn parse(path: &Path, text: &str) -> Result<Manifest, CliError> {
    let name = Context::shown(path);
    let written: Written = toml::from_str(text).map_err(|err| {
        let (line, column) = position::of(text, err.span().map_or(0, |span| span.start));
        let why = format!("{name}, line {line}, column {column}: {}", err.message());
        CliError::invalid(why).with_help("sternway apply --help")
    })?;
    let folder = path.parent().unwrap_or(path);
    let items = written.artifacts.into_iter().map(|it| item(&name, folder, it));
    let reason = written.reason.unwrap_or_default();
    not_empty(Manifest { reason, items: items.collect::<Result<_, _>>()? }, &name)
}

fn item(name: &str, folder: &Path, written: WrittenArtifact) -> Result<Item, CliError> {
    let WrittenArtifact { key, file, version, live, labels } = written;
    let from = match (file, version) {
        (Some(file), None) => From::File(beside(name, folder, &file)?),
        (None, Some(selector)) => {
            let selector = selector.parse()?;
            From::Version(Reference { artifact: key.clone(), selector })
        }
        (Some(_), Some(_)) | (None, None) => {
            let why = format!("{name}: {key} says either `file` or `version`, and not both");
            return Err(CliError::invalid(why).with_help("sternway apply --help"));
        }
    };
    Ok(Item { artifact: key, from, live, labels })
}

/// A file beside the manifest, or below. A manifest from elsewhere names no other file of whoever
/// applies it.
fn beside(name: &str, folder: &Path, file: &Path) -> Result<PathBuf, CliError> {
    let plain = file.components().all(|part| matches!(part, Component::Normal(_)));
    let path = folder.join(file);
    let outside = || {
        let file = file.display();
        CliError::invalid(format!("{name}: {file} is not in the folder of the manifest"))
    };
    if !plain {
        return Err(outside());
    }
    // A link may lead elsewhere. What is not there is said when it is read.
    match (path.canonicalize(), folder_or_here(folder).canonicalize()) {
        (Ok(real), Ok(folder)) if !real.starts_with(&folder) => Err(outside()),
        _ => Ok(path),
    }
}

fn folder_or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

/// Every file `COLLECTION/NAME.EXTENSION` of a folder, and every folder `COLLECTION/NAME`.
fn of_folder(folder: &Path) -> Result<Manifest, CliError> {
    let mut items = Vec::new();
    for collection in entries(folder)? {
        if !collection.is_dir() {
            let why = format!(
                "{} is a file: artifacts are files in the folder of their collection, and a \
                 manifest is called {FILE}",
                Context::shown(&collection)
            );
            return Err(CliError::invalid(why));
        }
        for file in entries(&collection)? {
            let artifact = key(&collection, &file)?;
            items.push(Item { artifact, from: From::File(file), live: true, labels: Vec::new() });
        }
    }
    not_empty(Manifest { reason: Reason::default(), items }, &Context::shown(folder))
}

fn key(collection: &Path, file: &Path) -> Result<ArtifactId, CliError> {
    let collection = collection.file_name().unwrap_or_default().to_string_lossy();
    let name = if file.is_dir() { file.file_name() } else { file.file_stem() };
    let name = name.unwrap_or_default().to_string_lossy();
    Ok(format!("{collection}/{name}").parse()?)
}

/// What is in a folder, by name. What is hidden is left alone.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let failed = |err| CliError::file(folder, err);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            entries.push(entry.path());
        }
    }
    entries.sort();
    Ok(entries)
}

fn not_empty(manifest: Manifest, name: &str) -> Result<Manifest, CliError> {
    if manifest.items.is_empty() {
        let why = format!("{name} names no artifact");
        return Err(CliError::invalid(why).with_help("sternway apply --help"));
    }
    Ok(manifest)
}
