//! The two sides of a comparison.

use std::path::Path;

use sternway::{
    Sternway,
    api::SideView,
    folder::Folder,
    types::{At, Content, Reference, Selector, Version},
};

use crate::{
    context::Context,
    error::CliError,
    format::visible,
    input::{folder::FolderArgs, kind::KindArgs, source::Source},
    render::style,
    standing::Standing,
};

/// One side: a version, a file, or a folder.
#[derive(Debug)]
pub(super) struct Side {
    /// What it is called.
    pub(super) name: String,
    /// What it is called beside another version of the same artifact: `v3 (live)`.
    pub(super) short: String,
    /// The version, if it is one.
    pub(super) version: Option<Version>,
    /// What is in it.
    pub(super) content: Content,
    /// The folder on disk, if it is one.
    pub(super) folder: Option<Folder>,
}

impl Side {
    /// What it is called where the artifact is not clear.
    pub(super) fn long(&self) -> String {
        let artifact = self.version.as_ref().map(|version| &version.artifact);
        artifact.map_or_else(
            || style::paint(style::NAME, &self.name),
            |artifact| format!("{} {}", style::paint(style::NAME, artifact), self.short),
        )
    }

    /// The side as programs get it.
    pub(super) fn view(&self) -> SideView {
        SideView {
            name: self.name.clone(),
            artifact: self.version.as_ref().map(|version| version.artifact.clone()),
            version: self.version.as_ref().map(|version| version.number),
            digest: self.content.digest(),
        }
    }
}

/// What one side was called: a version that exists, or a file or folder.
enum Named {
    Version(Reference),
    File(Source),
}

/// Both sides.
///
/// # Errors
///
/// [`CliError`] if one of them is not there, or cannot be read.
pub(super) async fn both(
    context: &Context,
    sternway: &Sternway,
    (from, to): (&str, Option<&str>),
    exclude: &FolderArgs,
) -> Result<(Side, Side), CliError> {
    let from = name(sternway, from).await?;
    let to = match (to, &from) {
        (Some(to), Named::Version(reference)) if to.starts_with('@') => {
            let selector: Selector = to.trim_start_matches('@').parse()?;
            Named::Version(Reference { artifact: reference.artifact.clone(), selector })
        }
        (Some(to), _) => name(sternway, to).await?,
        (None, Named::Version(reference)) => {
            let artifact = reference.artifact.clone();
            Named::Version(Reference { artifact, selector: Selector::Live })
        }
        (None, Named::File(_)) => {
            let help = "sternway diff KEY FILE";
            return Err(
                CliError::invalid("a file is compared with a version: name one").with_help(help)
            );
        }
    };
    let from = load(context, sternway, from, exclude).await?;
    Ok((from, load(context, sternway, to, exclude).await?))
}

async fn name(sternway: &Sternway, text: &str) -> Result<Named, CliError> {
    let file = || Ok(Named::File(Source::File(text.into())));
    let clearly = ["./", "../", "/", ".\\"].iter().any(|start| text.starts_with(start));
    if text == "-" {
        return Ok(Named::File(Source::Stdin));
    }
    if clearly {
        return file();
    }
    let exists = Path::new(text).is_file() || Path::new(text).is_dir();
    let reference: Reference = match text.parse() {
        Ok(reference) => reference,
        Err(_) if exists => return file(),
        Err(err) => return Err(err.into()),
    };
    let control = sternway.control();
    let artifact =
        control.store().artifact(control.namespace(), &reference.artifact, At::Head).await?;
    if artifact.is_none() && exists { file() } else { Ok(Named::Version(reference)) }
}

async fn load(
    context: &Context,
    sternway: &Sternway,
    named: Named,
    exclude: &FolderArgs,
) -> Result<Side, CliError> {
    match named {
        Named::Version(reference) => load_version(context, sternway, &reference).await,
        Named::File(source) if source.path().is_some_and(Path::is_dir) => {
            let folder = exclude.scan(source.path().unwrap_or(Path::new(".")))?;
            let (name, content) = (source.name(), Content::tree(&folder.tree()?)?);
            Ok(Side { short: name.clone(), name, version: None, content, folder: Some(folder) })
        }
        Named::File(source) => {
            let content = KindArgs::default().content(source.read()?, source.path())?;
            let name = source.name();
            Ok(Side { short: name.clone(), name, version: None, content, folder: None })
        }
    }
}

async fn load_version(
    context: &Context,
    sternway: &Sternway,
    reference: &Reference,
) -> Result<Side, CliError> {
    let control = sternway.control();
    let version = control.resolve(reference, &context.environment).await?;
    let content = control.content(&version).await?;
    let standing = Standing::load(control, &version.artifact, &context.environment).await?;
    let state = match standing.state(&version).word() {
        "old" => String::new(),
        word => format!(" ({word})"),
    };
    let name = format!("{}@{}", version.artifact, version.number);
    let short = visible::line(&format!("{}{state}", version.number)).into_owned();
    Ok(Side { name, short, version: Some(version), content, folder: None })
}
