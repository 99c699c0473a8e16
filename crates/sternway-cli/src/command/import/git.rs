//! `sternway import git`: the history of a file, a version for each commit that changed it.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use sternway::{
    Missing,
    api::{ImportedHistoryView, LeftOutView},
    types::{ArtifactId, MAX_CONTENT},
};

use super::git_import::Import;
use crate::{
    context::Context,
    error::CliError,
    format::{
        number::{count, counted},
        shell, visible,
    },
    git::Repository,
    input::{kind::KindArgs, name},
    render::{page::Page, style},
};

/// How many commits that were left out are shown to people.
const MAX_SHOWN: usize = 20;
/// How many digits of a commit's hash people are shown.
const DIGITS: usize = 12;

const EXAMPLES: &str = "\
Examples:
  sternway import git . prompts/greeting.md
  sternway import git ../app src/search.py --as tools/search
  sternway import git . bot.json --type text           also where it was no strict JSON

Every commit that changed the file becomes a version, the oldest first, with its author, its time and
its message; renames are followed, as git log --follow does. Run again, only what is new is added.
Without --as the file's extension gives the collection (prompts for .md and .txt, configs for .json and
.toml, tools for programs, else files) and its name without the extension the name.

The first version of an artifact goes live by itself; all others wait to be promoted. Commits that left
the content as it was add nothing. Where the file was deleted, empty, too large or no valid content, the
commit is left out and named.";

/// Bring the history of a file in git: a version for each commit that changed it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The folder of the repository.
    #[arg(value_name = "REPO")]
    repository: PathBuf,

    /// The file, from there on.
    #[arg(value_name = "PATH")]
    path: PathBuf,

    /// The artifact that it becomes. Default: by the file's name.
    #[arg(long = "as", value_name = "KEY")]
    artifact: Option<ArtifactId>,

    #[command(flatten)]
    kind: KindArgs,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    // What cannot be read is found before a store is made.
    let repository = Repository::open(&args.repository)?;
    let commits = repository.history(&args.path)?;
    let artifact = match &args.artifact {
        Some(artifact) => artifact.clone(),
        None => name::of_file(&args.path)
            .map_err(|err| CliError::from(err).with_help("name the artifact with --as KEY"))?,
    };
    if repository.is_shallow() {
        warn(context, &args.repository);
    }
    let objects = repository.objects(MAX_CONTENT)?;
    let view = context.with(Missing::Create, async |sternway| {
        let control = sternway.control();
        Import::new(context, &args.kind, control, artifact, objects).run(&commits).await
    });
    let mut view = view.await?;
    view.shallow = repository.is_shallow();
    if view.added + view.known == 0 {
        return Err(nothing(&view));
    }
    let last = view.last.map(|last| format!("@{last}")).unwrap_or_default();
    context
        .answer(&view, &format!("{}{last}", view.artifact), |page| write(context, &view, page))?;
    Ok(ExitCode::SUCCESS)
}

fn warn(context: &Context, repository: &Path) {
    let warning = style::paint(style::WAITING, "warning:");
    let reset = anstyle::Reset;
    let name = Context::shown(repository);
    let quoted = shell::quoted(repository.as_os_str());
    context.console.note(&format!(
        "{reset}{warning} {name} is a shallow clone: what came before is missing, and would come \
         after these versions if it was imported later; next: git -C {quoted} fetch --unshallow"
    ));
}

fn nothing(view: &ImportedHistoryView) -> CliError {
    let commits = counted(view.commits, "commit");
    let first = view.left_out.first();
    let first = first.map(|LeftOutView { commit, why }| format!(": {}: {why}", short(commit)));
    let detail = format!("no version came of {commits}{}", first.unwrap_or_default());
    CliError::invalid(detail).with_help("look at what it was with git show; see --type")
}

/// What people are shown.
fn write(context: &Context, view: &ImportedHistoryView, page: &mut Page) {
    let name = style::paint(style::NAME, &view.artifact);
    let commits = counted(view.commits, "commit");
    let would = context.would();
    match (view.first, view.last) {
        (Some(first), Some(last)) => {
            let versions = counted(view.added, "version");
            let range =
                if first == last { format!("{first}") } else { format!("{first} to {last}") };
            page.line(format_args!("{name}  {versions} {would}added: {range}"));
        }
        _ => page.line(format_args!("{name} unchanged: there is nothing new")),
    }
    let parts = [
        (view.known, "imported before"),
        (view.unchanged, "left the content as it was"),
        (view.left_out.len() as u64, "left out"),
    ];
    let parts = parts.iter().filter(|(number, _)| *number > 0);
    let parts: Vec<_> = parts.map(|(number, what)| format!("{} {what}", count(*number))).collect();
    let colon = if parts.is_empty() { "" } else { ": " };
    page.line(format_args!("  {commits}{colon}{}", parts.join(", ")));
    for LeftOutView { commit, why } in view.left_out.iter().take(MAX_SHOWN) {
        let commit = style::paint(style::DIM, short(commit));
        page.line(format_args!("  {commit} {}", visible::line(why)));
    }
    let more = view.left_out.len().saturating_sub(MAX_SHOWN) as u64;
    if more > 0 {
        page.line(format_args!("  and {} more", count(more)));
    }
    live(context, view, page);
}

fn live(context: &Context, view: &ImportedHistoryView, page: &mut Page) {
    let environment = &view.environment;
    match view.live {
        Some(live) => {
            let is = if context.dry_run { "would be" } else { "is" };
            let place = style::paint(style::GOOD, format_args!("live in {environment}"));
            page.line(format_args!("  {live} {is} {place}"));
        }
        None => page.line(format_args!("  nothing is live in {environment}")),
    }
    if view.last.is_some() && view.last != view.live && !context.dry_run {
        let flags = context.flags();
        page.next(&[
            format!("sternway{flags} promote {}@latest", view.artifact),
            format!("sternway{flags} log {}", view.artifact),
        ]);
    }
}

/// The beginning of a hash: enough to find the commit by.
fn short(hash: &str) -> &str {
    hash.get(..DIGITS).unwrap_or(hash)
}
