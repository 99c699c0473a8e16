//! `sternway apply`: several artifacts at once, all or none.

pub(crate) mod manifest;

use std::{path::PathBuf, process::ExitCode};

use sternway::{
    Missing,
    control::apply::{Wanted, WantedVersion},
    folder::Folder,
    types::{Content, Force, Reason, Reference},
};

use self::manifest::{From, Item};
use crate::{
    context::Context,
    error::CliError,
    input::{folder::FolderArgs, kind::KindArgs, source::Source},
    render::applied,
};

const EXAMPLES: &str = "\
Examples:
  sternway apply release/                    prompts/greeting.md becomes prompts/greeting, live
  sternway apply release.toml -m \"autumn\"    what a manifest says
  sternway apply release.toml --dry-run      what would happen

A manifest:
  reason = \"autumn words\"

  [[artifact]]
  key = \"prompts/greeting\"
  file = \"greeting.md\"           # a file or folder beside the manifest; published if it is new
  labels = [\"autumn\"]

  [[artifact]]
  key = \"tools/search\"
  version = \"previous\"           # or v2, a label, a time, …: made live again

  [[artifact]]
  key = \"prompts/farewell\"
  file = \"farewell.md\"
  live = false                   # published, and left staged";

/// Publish and promote many artifacts, or move them back, in one commit: readers see all of it or
/// nothing. Unlike a rollback, moving back condemns nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A manifest; or a folder with an apply.toml, or with files COLLECTION/NAME.EXTENSION and
    /// folders COLLECTION/NAME.
    #[arg(value_name = "FILE|DIR")]
    path: PathBuf,

    /// Why. Goes before the reason of the manifest.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,

    /// Make versions live although they are condemned. Only a person may.
    #[arg(long)]
    force: bool,
}

/// Where a version comes from, with what was read of it.
enum Found {
    Content(Content),
    Folder(Folder),
    Version(Reference),
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    // What cannot be read is found before a store is made.
    let manifest = manifest::read(&args.path)?;
    let reason = if args.reason.is_empty() { manifest.reason } else { args.reason };
    let mut found = Vec::with_capacity(manifest.items.len());
    for item in &manifest.items {
        found.push(find(&item.from)?);
    }
    let (environment, intent) = (&context.environment, context.intent(reason));
    let force = if args.force { Force::Yes } else { Force::No };
    let applied = context.with(Missing::Create, async |sternway| {
        let control = sternway.control();
        let mut wanted = Vec::with_capacity(found.len());
        for (item, found) in manifest.items.into_iter().zip(found) {
            let Item { artifact, live, labels, .. } = item;
            let version = match found {
                Found::Content(content) => WantedVersion::Content(content),
                Found::Folder(folder) => WantedVersion::Content(control.put_folder(&folder).await?),
                Found::Version(reference) => {
                    WantedVersion::Number(control.resolve(&reference, environment).await?.number)
                }
            };
            wanted.push(Wanted { artifact, version, live, labels });
        }
        Ok(control.apply(&wanted, environment, force, &intent).await?)
    });
    applied::answer(context, applied.await?)?;
    Ok(ExitCode::SUCCESS)
}

fn find(from: &From) -> Result<Found, CliError> {
    match from {
        From::File(path) if path.is_dir() => Ok(Found::Folder(FolderArgs::default().scan(path)?)),
        From::File(path) => {
            let bytes = Source::File(path.clone()).read()?;
            Ok(Found::Content(KindArgs::default().content(bytes, Some(path))?))
        }
        From::Version(reference) => Ok(Found::Version(reference.clone())),
    }
}
