//! `sternway import dir`: every file of a folder, as it is now.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::ExitCode,
};

use sternway::{
    Missing,
    api::{FileStatusView, ImportedFileView, ImportedFolderView, ProblemCode},
    control::{
        Control, Intent,
        publish::{Publish, Published},
    },
    types::{ArtifactId, CollectionId, Reason, VersionNumber},
};

use super::files;
use crate::{
    cli::Output,
    context::Context,
    error::CliError,
    format::{number::counted, visible},
    input::{kind::KindArgs, name, source::Source},
    render::{page::Page, style},
};

/// How many files people are shown that nothing happened to.
const MAX_UNCHANGED: usize = 20;

const EXAMPLES: &str = "\
Examples:
  sternway import dir prompts
  sternway import dir bots --collection bots -m \"as shipped\"
  sternway import dir . --dry-run

Each regular file becomes an artifact, or a new version of it: prompts/texts.greeting.md for
texts/greeting.md. What is hidden (.git) is passed over, and links are not followed. Without --collection
the extension gives it: prompts for .md and .txt, configs for .json and .toml, tools for programs, else
files. A file that is the newest version already is not saved again.

A file that cannot be taken is named, the others are, and the command ends with 2.";

/// Bring the files of a folder: each becomes an artifact, or a new version of it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The folder.
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// The collection of all of them. Default: by each file's extension.
    #[arg(long, value_name = "NAME")]
    collection: Option<CollectionId>,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let found = files::list(&args.folder).map_err(|(path, err)| CliError::file(&path, err))?;
    let plan = plan(&found.files, args.collection.as_ref());
    let view = context.with(Missing::Create, async |sternway| {
        let import = Import { control: sternway.control(), folder: &args.folder };
        let intent = context.intent(args.reason);
        let mut meter = context.console.meter();
        let mut files = Vec::with_capacity(plan.len());
        for (file, artifact) in plan {
            files.push(import.one(&file, artifact, &intent).await?);
            let done = files.len() as u64;
            meter.show(done, found.files.len() as u64, done, "files");
        }
        Ok(files)
    });
    let files = view.await?;
    let how_many = |status| files.iter().filter(|file| file.status == status).count() as u64;
    let view = ImportedFolderView {
        added: how_many(FileStatusView::Added),
        unchanged: how_many(FileStatusView::Unchanged),
        refused: how_many(FileStatusView::Refused),
        passed_over: found.passed_over,
        files,
        dry_run: context.dry_run,
    };
    match context.output {
        Output::Name => context.console.print(&names(context, &view))?,
        Output::Table | Output::Json | Output::Jsonl => {
            context.answer(&view, "", |page| write(context, &view, page))?;
        }
    }
    if view.refused == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::from(ProblemCode::Invalid.exit_code()))
}

/// What each file becomes. Two that would be one artifact would overwrite each other with every run.
fn plan(
    files: &[PathBuf],
    collection: Option<&CollectionId>,
) -> Vec<(PathBuf, Result<ArtifactId, String>)> {
    let mut taken: HashMap<ArtifactId, &Path> = HashMap::new();
    let mut plan = Vec::with_capacity(files.len());
    for file in files {
        let artifact = name::of_path(file, collection).map_err(|err| err.to_string());
        let artifact = artifact.and_then(|artifact| {
            if let Some(first) = taken.get(&artifact) {
                let first = first.display();
                return Err(format!("it would be {artifact}, as {first} is: rename one of them"));
            }
            taken.insert(artifact.clone(), file);
            Ok(artifact)
        });
        plan.push((file.clone(), artifact));
    }
    plan
}

/// What all files have in common.
struct Import<'a> {
    control: &'a Control,
    folder: &'a Path,
}

impl Import<'_> {
    /// Publishes one file. What is wrong with it is no failure of the others.
    async fn one(
        &self,
        file: &Path,
        artifact: Result<ArtifactId, String>,
        intent: &Intent,
    ) -> Result<ImportedFileView, CliError> {
        let mut view = ImportedFileView {
            file: file.display().to_string(),
            status: FileStatusView::Refused,
            artifact: None,
            version: None,
            live: false,
            problem: None,
        };
        let published = match artifact {
            Ok(artifact) => {
                view.artifact = Some(artifact.clone());
                self.publish(file, artifact, intent).await
            }
            Err(problem) => Err(CliError::invalid(problem)),
        };
        match published {
            Ok(published) => {
                let is_new = published.is_new();
                view.status =
                    if is_new { FileStatusView::Added } else { FileStatusView::Unchanged };
                view.version = Some(published.number);
                view.live = published.is_live();
            }
            Err(err) if is_about_the_store(&err) => return Err(err),
            Err(err) => view.problem = Some(err.chain().join(": ")),
        }
        Ok(view)
    }
    async fn publish(
        &self,
        file: &Path,
        artifact: ArtifactId,
        intent: &Intent,
    ) -> Result<Published, CliError> {
        let path = self.folder.join(file);
        let bytes = Source::File(path).read()?;
        let content = KindArgs::default().content(bytes, Some(file))?;
        Ok(self.control.publish(Publish::new(artifact, content), intent).await?)
    }
}

/// Whether every other file would meet the same.
fn is_about_the_store(err: &CliError) -> bool {
    use sternway::{control::ControlError, store::StoreError};
    let CliError::Sternway(sternway::Error::Control(err)) = err else { return false };
    !matches!(err, ControlError::Store(StoreError::Refused(_)))
}

/// The versions that the files are, one per line.
fn names(context: &Context, view: &ImportedFolderView) -> Page {
    let mut page = context.console.page();
    for (artifact, version) in view.files.iter().filter_map(parts) {
        page.line(format_args!("{artifact}@{version}"));
    }
    page
}

fn write(context: &Context, view: &ImportedFolderView, page: &mut Page) {
    let is = |status| move |file: &&ImportedFileView| file.status == status;
    for file in view.files.iter().filter(is(FileStatusView::Added)) {
        added(context, file, page);
    }
    let unchanged = view.files.iter().filter(is(FileStatusView::Unchanged));
    for file in unchanged.take(MAX_UNCHANGED) {
        let Some((artifact, version)) = parts(file) else { continue };
        let (artifact, file) = (style::paint(style::NAME, artifact), dim(file));
        page.line(format_args!("{artifact} unchanged, still {version}  {file}"));
    }
    for file in view.files.iter().filter(is(FileStatusView::Refused)) {
        let (name, refused) = (visible::line(&file.file), style::paint(style::BAD, "refused"));
        let problem = file.problem.as_deref().unwrap_or_default();
        page.line(format_args!("{name} {refused}: {}", visible::line(problem)));
    }
    let files = counted(view.files.len() as u64, "file");
    let (added, unchanged, refused) = (view.added, view.unchanged, view.refused);
    let would = context.would();
    let counts = format!("{added} {would}added, {unchanged} unchanged, {refused} refused");
    page.line(format_args!("{files}: {counts}"));
    if view.passed_over > 0 {
        let others = counted(view.passed_over, "link or device");
        page.hint(format_args!("  {others} passed over"));
    }
}

fn parts(view: &ImportedFileView) -> Option<(&ArtifactId, VersionNumber)> {
    Some((view.artifact.as_ref()?, view.version?))
}

fn dim(view: &ImportedFileView) -> String {
    style::paint(style::DIM, visible::line(&view.file))
}

fn added(context: &Context, view: &ImportedFileView, page: &mut Page) {
    let Some((artifact, version)) = parts(view) else { return };
    let (artifact, file) = (style::paint(style::NAME, artifact), dim(view));
    let would = context.would();
    let state = if view.live {
        style::paint(style::GOOD, "live")
    } else {
        style::paint(style::WAITING, "staged")
    };
    page.line(format_args!("{artifact} {version}  {would}{state}  {file}"));
}
