//! `sternway get`: the content of a version, and nothing else; or a folder, written to a place.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use sternway::{
    Missing, Sternway,
    api::WrittenFolderView,
    folder::{NewFolder, Permissions, Replace},
    types::{Reference, Version},
};

use crate::{
    context::Context,
    error::CliError,
    format::visible,
    render::{style, tree},
};

const EXAMPLES: &str = "\
Examples:
  sternway get prompts/greeting                      what is live
  sternway get prompts/greeting@v1 > greeting.md
  diff <(sternway get tools/search@previous) search.py
  sternway get tools/scraper --to ./scraper          a version that is a folder
  sternway get tools/scraper --path main.py          one of its files

In a pipe or a file the bytes are exactly those that were published, whatever -o says. On a
terminal, control characters are shown as escapes. Of a folder, the listing of its files is printed.

With --to, a folder is written beside its place first, and is there as a whole or not at all. With
--force, it replaces the folder that is there, with everything in it.";

/// Print the content of a version to stdout, and nothing else; or write a folder.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Which version; what is live if only the key is given.
    #[arg(value_name = "REF")]
    reference: Reference,

    /// Print this file of a version that is a folder.
    #[arg(long, value_name = "FILE", conflicts_with = "to")]
    path: Option<String>,

    /// Write a version that is a folder to this place, which must be free or empty.
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,

    /// Replace the folder that is there, with everything in it.
    #[arg(long, requires = "to")]
    force: bool,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    if let Some(place) = &args.to {
        return write_to(context, &args, place).await;
    }
    let bytes = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let version = resolve(context, sternway, &args).await?;
        Ok(match &args.path {
            Some(path) => {
                let file = control.file_at(&version, path).await?;
                control.file(&file).await?
            }
            None => control.content(&version).await?.as_bytes().to_vec(),
        })
    });
    let bytes = bytes.await?;
    if context.console.is_terminal() {
        context.console.print_bytes(shown(&bytes).as_bytes())?;
    } else {
        context.console.print_bytes(&bytes)?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn resolve(context: &Context, sternway: &Sternway, args: &Args) -> Result<Version, CliError> {
    Ok(sternway.control().resolve(&args.reference, &context.environment).await?)
}

async fn write_to(context: &Context, args: &Args, place: &Path) -> Result<ExitCode, CliError> {
    let replace = if args.force { Replace::Folder } else { Replace::Nothing };
    if args.force && place.join(crate::place::FILE).exists() {
        let why = format!("{} holds a store, and is not replaced", Context::shown(place));
        return Err(CliError::invalid(why));
    }
    let view = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let version = resolve(context, sternway, args).await?;
        let tree = control.tree(&version).await?;
        if context.dry_run {
            NewFolder::check(place, replace)?;
        } else {
            let mut new = NewFolder::at(place, replace, Permissions::Usual)?;
            control.write_tree(&tree, new.writer()).await?;
            new.finish()?;
        }
        let (artifact, number) = (version.artifact, version.number);
        let (total, dry_run) = ((&tree).into(), context.dry_run);
        Ok(WrittenFolderView { artifact, version: number, folder: place.into(), total, dry_run })
    });
    let view = view.await?;
    context.answer(&view, &view.folder.display().to_string(), |page| {
        let name = style::paint(style::NAME, &view.artifact);
        let (would, place) = (context.would(), Context::shown(&view.folder));
        page.line(format_args!("{name} {}  {would}written to {place}", view.version));
        page.line(format_args!("  {}", tree::total(&view.total)));
    })?;
    Ok(ExitCode::SUCCESS)
}

/// What a terminal is shown: nothing that steers it, and a line end before the next prompt.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut text = visible::block(&text).into_owned();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &str) {
        assert_eq!(shown(bytes), expected);
    }

    #[test]
    fn a_terminal_is_not_steered() {
        check(b"\x1b]0;title\x07a\tb\n", "\\u{1b}]0;title\\u{7}a\tb\n");
        check(b"\x89PNG", "\u{fffd}PNG\n");
    }

    #[test]
    fn the_next_prompt_begins_a_line() {
        check(b"one", "one\n");
        check(b"one\n", "one\n");
    }
}
