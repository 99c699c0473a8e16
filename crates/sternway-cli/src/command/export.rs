//! `sternway export`: a namespace in one file.

use std::{
    fs::{self, File},
    io::{self, IsTerminal as _, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use sternway::{
    Missing, Sternway,
    api::ExportedView,
    control::{
        bundle::{Export, Exported, Streamed},
        signed_head::HeadSigner,
    },
};
use tempfile::NamedTempFile;

use crate::{
    cli::Output,
    context::Context,
    error::CliError,
    format::number::counted,
    input::source::Source,
    render::{page::Page, style},
};

const EXAMPLES: &str = "\
Examples:
  sternway export                                   the namespace, to default.sternway
  sternway export /backup/shop.sternway --namespace shop --force
  sternway export - | ssh other sternway import bundle -
  sternway export before.sternway --at 2026-11-20T16:00:00Z
  sternway export --key ops.key                     with a signed head; see: sternway head

A bundle holds every revision with its chain, every content and the outcomes. It is a tar: to list it,
zstd -d < default.sternway | tar t. Others may go on writing meanwhile.";

/// Write the namespace to a file: all of its history, contents and outcomes.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The file, or - for standard output. Default: NAMESPACE.sternway.
    #[arg(value_name = "FILE|-")]
    file: Option<Source>,

    /// Write over a file that is there.
    #[arg(long)]
    force: bool,

    /// Sign the head in it with this key, as `sternway head key` made it.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

/// Counts what is written through it.
struct Counting<W> {
    within: W,
    bytes: Arc<AtomicU64>,
}

impl<W: Write> Write for Counting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.within.write(bytes)?;
        self.bytes.fetch_add(written as u64, Ordering::Relaxed);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.within.flush()
    }
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let mut export = Export::new(context.actor.clone());
    export.signer = args.key.as_deref().map(signer).transpose()?;
    let file = match args.file {
        Some(Source::Stdin) => None,
        Some(Source::File(file)) => Some(file),
        None => Some(PathBuf::from(format!("{}.sternway", context.namespace))),
    };
    match &file {
        Some(file) if file.exists() && !args.force => {
            let problem = format!("{} is there already", Context::shown(file));
            return Err(CliError::invalid(problem).with_help("name another file, or add --force"));
        }
        None if io::stdout().is_terminal() && !context.dry_run => {
            let help = "name a file, or pipe it somewhere";
            return Err(CliError::invalid("a bundle is nothing to look at").with_help(help));
        }
        None if context.output != Output::Table && !context.dry_run => {
            let problem = "the bundle goes to standard output, and the answer would, too";
            return Err(CliError::invalid(problem).with_help("name a file"));
        }
        Some(_) | None => (),
    }
    let view = context.with(Missing::Refuse, async |sternway| {
        let (exported, bytes) = match &file {
            _ if context.dry_run => write(context, sternway, &export, io::sink()).await?.1,
            Some(file) => to_file(context, sternway, &export, file, args.force).await?,
            None => write(context, sternway, &export, io::stdout()).await?.1,
        };
        Ok(view(context, &exported, file.as_deref(), bytes))
    });
    let view = view.await?;
    if file.is_none() && !context.dry_run {
        let revision = view.revision;
        context.console.note(&format!("exported {} up to revision {revision}", view.namespace));
        return Ok(ExitCode::SUCCESS);
    }
    context
        .answer(&view, view.file.as_deref().unwrap_or("-"), |page| show(context, &view, page))?;
    Ok(ExitCode::SUCCESS)
}

fn signer(file: &Path) -> Result<HeadSigner, CliError> {
    let text = fs::read_to_string(file).map_err(|err| CliError::file(file, err))?;
    text.parse().map_err(CliError::invalid_by)
}

/// Writes a bundle, and says how many bytes it has.
async fn write<W: Write + Send + 'static>(
    context: &Context,
    sternway: &Sternway,
    export: &Export,
    to: W,
) -> Result<(W, (Exported, u64)), CliError> {
    let bytes = Arc::new(AtomicU64::new(0));
    let to = Counting { within: to, bytes: Arc::clone(&bytes) };
    let mut meter = context.console.meter();
    let mut watcher = |progress: sternway::control::bundle::Progress| {
        meter.show(progress.part, progress.whole, progress.commits, "revisions");
    };
    let (to, exported) = sternway.control().export(to, export, &mut watcher).await?;
    Ok((to.within, (exported, bytes.load(Ordering::Relaxed))))
}

/// Writes a file under another name first: whoever looks at its name sees a whole bundle or none.
async fn to_file(
    context: &Context,
    sternway: &Sternway,
    export: &Export,
    file: &Path,
    force: bool,
) -> Result<(Exported, u64), CliError> {
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let failed = |err| CliError::file(file, err);
    let (new, path) = NamedTempFile::new_in(folder).map_err(failed)?.into_parts();
    let new = Streamed::new(new).map_err(failed)?;
    let (new, done) = write(context, sternway, export, new).await?;
    new.finish().map_err(failed)?;
    let persisted = if force { path.persist(file) } else { path.persist_noclobber(file) };
    persisted.map_err(|err| failed(err.error))?;
    // The name is durable when its folder is.
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    Ok(done)
}

fn view(context: &Context, exported: &Exported, file: Option<&Path>, bytes: u64) -> ExportedView {
    let Exported { manifest, closing, left_out } = exported;
    ExportedView {
        namespace: manifest.namespace.clone(),
        revision: manifest.revision.get(),
        chain: manifest.chain,
        file: file.map(|file| file.display().to_string()),
        bytes,
        versions: closing.versions,
        contents: closing.contents,
        content_bytes: closing.content_bytes,
        subjects: closing.subjects,
        outcomes: closing.outcomes,
        left_out: *left_out,
        signed: closing.signed_head.is_some(),
        dry_run: context.dry_run,
    }
}

fn show(context: &Context, view: &ExportedView, page: &mut Page) {
    let name = style::paint(style::NAME, &view.namespace);
    let to = view.file.as_deref().map(|file| format!(" to {}", Context::shown(Path::new(file))));
    let (to, would, revision) = (to.unwrap_or_default(), context.would(), view.revision);
    page.line(format_args!("{name} {would}exported{to}, up to revision {revision}"));
    let parts = [
        counted(view.versions, "version"),
        counted(view.contents, "content"),
        counted(view.content_bytes, "byte"),
        counted(view.outcomes, "outcome"),
    ];
    page.line(format_args!("  {}", parts.join(", ")));
    if view.left_out > 0 {
        let left_out = counted(view.left_out, "subject");
        page.line(format_args!("  {left_out} left out: what they are about came later"));
    }
    if let Some(file) = view.file.as_deref().filter(|_| !context.dry_run) {
        let file = crate::format::shell::quoted(Path::new(file).as_os_str());
        page.next(&[format!("sternway --store OTHER import bundle {file}")]);
    }
}
