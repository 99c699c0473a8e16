//! `sternway restore`: publish an earlier version's content again.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::RestoredView,
    types::{Force, Reason, Reference},
};

use super::validate;
use crate::{context::Context, error::CliError, render::style, view};

const EXAMPLES: &str = "\
Examples:
  sternway restore configs/limits@v3         as v7, say, which is live
  sternway restore configs/limits@2026-11-20T16:00:00Z
  sternway rollback configs/limits --mode restore     the same, and condemns what was live";

/// Publish an earlier version's content again, as a new version, and make it live.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Which version: KEY@vN, KEY@previous, a label, a time, ….
    #[arg(value_name = "REF", value_parser = super::promote::selected)]
    reference: Reference,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,

    /// Make it live although its content is condemned there. Only a person may.
    #[arg(long)]
    force: bool,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let (environment, intent) = (&context.environment, context.intent(args.reason));
    let force = if args.force { Force::Yes } else { Force::No };
    let restored = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let version = control.resolve(&args.reference, environment).await?;
        Ok(control.restore(version, environment, force, &intent).await?)
    });
    let restored = restored.await?;
    let view = RestoredView {
        artifact: restored.version.artifact,
        environment: restored.environment,
        from: restored.from,
        restored: restored.version.number,
        version: restored.number,
        live: restored.live,
        checks: view::checks(&restored.checks),
        generation: restored.generation,
        revision: restored.revision,
        dry_run: context.dry_run,
    };
    context.answer(&view, &format!("{}@{}", view.artifact, view.version), |page| {
        let name = style::paint(style::NAME, &view.artifact);
        let place = if view.live {
            style::paint(style::GOOD, format_args!("live in {}", view.environment))
        } else {
            style::paint(style::BAD, format_args!("condemned in {}", view.environment))
        };
        let RestoredView { version, restored, .. } = &view;
        let would = context.would();
        page.line(format_args!("{name} {version}  content of {restored}  {would}{place}"));
        validate::write(&view.checks, page);
        if !context.dry_run {
            page.hint(format_args!(
                "  undo with: sternway{} undo r{}",
                context.flags(),
                view.revision
            ));
        }
    })?;
    Ok(validate::code(view.live))
}
