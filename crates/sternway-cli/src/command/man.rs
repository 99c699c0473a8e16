//! `sternway man`: the manual, a page for each command.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::CommandFactory;
use clap_mangen::{
    Man,
    roff::{Roff, roman},
};
use sternway::api::ManView;

use crate::{cli::Cli, context::Context, error::CliError, format::number::counted};

const EXAMPLES: &str = "\
Examples:
  sternway man ~/.local/share/man/man1
  sternway man man && man ./man/sternway-publish.1";

/// Write the manual to a folder: a page for each command.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Where to. It is made if it is not there, and pages in it are written anew.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(crate) fn run(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    let mut pages = Vec::new();
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    collect(program, &mut pages).map_err(CliError::Output)?;
    if !context.dry_run {
        write(&args.folder, &pages)?;
    }
    let folder = Context::shown(&args.folder);
    let files = pages.iter().map(|page| args.folder.join(&page.file).display().to_string());
    let view = ManView { pages: files.collect(), dry_run: context.dry_run };
    context.answer(&view, &folder, |page| {
        let (pages, would) = (counted(view.pages.len() as u64, "page"), context.would());
        page.line(format_args!("{pages} {would}written to {folder}"));
        page.next(&[format!("man {}", view.pages.last().map_or("", String::as_str))]);
    })?;
    Ok(ExitCode::SUCCESS)
}

/// One page of the manual.
struct ManPage {
    file: String,
    text: Vec<u8>,
}

/// The pages of the commands below a command, and then its own.
fn collect(command: clap::Command, pages: &mut Vec<ManPage>) -> io::Result<()> {
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        collect(below.clone(), pages)?;
    }
    let (more, has_commands) = (command.get_after_help().cloned(), command.has_subcommands());
    let man = Man::new(command).source(concat!("Sternway ", env!("CARGO_PKG_VERSION")));
    let (man, mut text) = (man.manual("Sternway"), Vec::new());
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if has_commands {
        man.render_subcommands_section(&mut text)?;
    }
    if let Some(more) = more {
        render_more(&more.to_string(), &mut text)?;
    }
    pages.push(ManPage { file: man.get_filename(), text });
    Ok(())
}

/// What stands below the flags in the help of a command.
fn render_more(more: &str, text: &mut Vec<u8>) -> io::Result<()> {
    let (notes, examples) = more.split_once("Examples:\n").unwrap_or((more, ""));
    for (heading, lines) in [("NOTES", notes), ("EXAMPLES", examples)] {
        if !lines.is_empty() {
            render_lines(heading, lines.trim_end(), text)?;
        }
    }
    Ok(())
}

/// A section whose lines stay as they are.
fn render_lines(heading: &str, lines: &str, text: &mut Vec<u8>) -> io::Result<()> {
    const NOTHING: [&str; 0] = [];
    let mut section = Roff::new();
    section.control("SH", [heading]).control("nf", NOTHING);
    for line in lines.lines() {
        section.text([roman(line)]);
    }
    section.control("fi", NOTHING);
    section.to_writer(text)
}

fn write(folder: &Path, pages: &[ManPage]) -> Result<(), CliError> {
    fs::create_dir_all(folder).map_err(|err| CliError::file(folder, err))?;
    for page in pages {
        let file = folder.join(&page.file);
        fs::write(&file, &page.text).map_err(|err| CliError::file(&file, err))?;
    }
    Ok(())
}
