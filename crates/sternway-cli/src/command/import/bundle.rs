//! `sternway import bundle`: a namespace, as `sternway export` wrote it.

use std::{
    fs::File,
    io::{self, Seek as _, SeekFrom},
    path::Path,
    process::ExitCode,
};

use sternway::{
    api::ImportedBundleView,
    bundle::manifest,
    control::{
        Control, ControlError,
        bundle::{Import, Imported, Mode, Policies, Progress, Trial},
        signed_head::HeadVerifier,
    },
    types::{NamespaceId, Reason},
};

use crate::{
    context::Context,
    error::CliError,
    format::number::{count, counted},
    input::source::Source,
    render::{page::Page, style},
    settings::key::Key,
};

const EXAMPLES: &str = "\
Examples:
  sternway import bundle shop.sternway                  its namespace, with its numbers and chain
  sternway import bundle shop.sternway --as copy        the same, under another name
  sternway import bundle shop.sternway --as default --renumber
                                                        its versions, added to what is there
  sternway import bundle - --signer acme.example/prompts+1f2e…+AQ… < shop.sternway

The whole bundle is checked before anything is written. Without --renumber the namespace must be new, or
hold an earlier state of the same history. With it nothing goes live, and labels and policies that are
there stay as they are. Run again, it adds only what is new.";

/// Bring a namespace from a bundle, as `sternway export` wrote it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The bundle, or - for standard input.
    #[arg(value_name = "FILE|-")]
    file: Source,

    /// The namespace to bring it into. Default: the one that was exported.
    #[arg(long = "as", value_name = "NAMESPACE")]
    namespace: Option<NamespaceId>,

    /// Add its versions to the artifacts that are there, with new numbers.
    #[arg(long)]
    renumber: bool,

    /// Take policies, too, where there are none.
    #[arg(long, requires = "renumber")]
    policies: bool,

    /// Take it only if this key signed its head.
    #[arg(long, value_name = "KEY")]
    signer: Option<HeadVerifier>,

    /// Why; else each version keeps its own reason.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    if context.at.is_some() {
        let why = "nothing can be written to the past";
        return Err(CliError::invalid(why).with_help("leave --at away"));
    }
    let mut file = open(&args.file)?;
    let begins = manifest(&mut file).map_err(ControlError::from)?;
    let typed = context.settings.is_typed(Key::Namespace).then(|| context.namespace.clone());
    let namespace = args.namespace.or(typed).unwrap_or(begins.namespace);
    let policies = if args.policies { Policies::Take } else { Policies::Leave };
    let import = Import {
        mode: if args.renumber { Mode::Renumber(policies) } else { Mode::Preserve },
        signer: args.signer,
        trial: if context.dry_run { Trial::Yes } else { Trial::No },
    };
    let control = Control::new(context.open_store().await?, namespace);
    let imported = {
        let mut meter = context.console.meter();
        let mut watcher = |progress: Progress| {
            meter.show(progress.part, progress.whole, progress.commits, "revisions");
        };
        let intent = context.intent(args.reason);
        control.import_bundle(file, &import, &intent, &mut watcher).await
    };
    let closed = control.shutdown().await;
    let imported = imported?;
    closed?;
    let view = view(context, control.namespace(), &imported, args.renumber);
    context.answer(&view, view.namespace.as_str(), |page| show(context, &view, page))?;
    Ok(ExitCode::SUCCESS)
}

/// The bundle, as a file: it is read more than once.
fn open(source: &Source) -> Result<File, CliError> {
    let spool = || {
        let mut spooled = tempfile::tempfile()?;
        io::copy(&mut io::stdin().lock(), &mut spooled)?;
        spooled.seek(SeekFrom::Start(0))?;
        Ok(spooled)
    };
    match source {
        Source::File(path) => File::open(path).map_err(|err| CliError::file(path, err)),
        Source::Stdin => spool().map_err(|err| CliError::file(Path::new("standard input"), err)),
    }
}

fn view(
    context: &Context,
    namespace: &NamespaceId,
    imported: &Imported,
    renumbered: bool,
) -> ImportedBundleView {
    let manifest = &imported.manifest;
    ImportedBundleView {
        namespace: namespace.clone(),
        from_namespace: manifest.namespace.clone(),
        revision: manifest.revision.get(),
        chain: manifest.chain,
        exported_at: manifest.at,
        exported_by: manifest.by.clone(),
        renumbered,
        commits: imported.commits,
        versions: imported.versions,
        known_versions: imported.known_versions,
        outcomes: imported.outcomes,
        labels: imported.labels,
        kept_labels: imported.kept_labels,
        policies: imported.policies,
        kept_policies: imported.kept_policies,
        dry_run: context.dry_run,
    }
}

fn show(context: &Context, view: &ImportedBundleView, page: &mut Page) {
    let name = style::paint(style::NAME, &view.namespace);
    if view.commits + view.outcomes == 0 {
        page.line(format_args!("{name} unchanged: all of it is there already"));
        return;
    }
    let would = context.would();
    let parts = [
        (view.versions, "version"),
        (if view.renumbered { 0 } else { view.commits }, "revision"),
        (view.outcomes, "outcome"),
        (view.labels, "label"),
        (view.policies, if view.policies == 1 { "policy" } else { "policies" }),
    ];
    let parts = parts.iter().filter(|(number, _)| *number > 0);
    let parts: Vec<_> = parts
        .map(|(number, noun)| match *noun {
            "policies" => format!("{} policies", count(*number)),
            noun => counted(*number, noun),
        })
        .collect();
    page.line(format_args!("{name}  {} {would}added", parts.join(", ")));
    let kept = [
        (view.known_versions, "version", "there already"),
        (view.kept_labels, "label", "left as it was"),
        (view.kept_policies, "policy", "not taken"),
    ];
    for (number, noun, what) in kept.iter().filter(|(number, ..)| *number > 0) {
        page.line(format_args!("  {} × {noun} {what}", count(*number)));
    }
    if !view.renumbered {
        page.line(format_args!("  up to revision {}, with its chain", view.revision));
    }
    if !context.dry_run {
        let (flags, namespace) = (context.flags(), &view.namespace);
        let other = *namespace != context.namespace;
        let other = if other { format!(" --namespace {namespace}") } else { String::new() };
        page.next(&[format!("sternway{flags}{other} list")]);
    }
}
