//! `sternway label`: name a version.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::LabelView,
    types::{LabelId, Reason, Reference},
};

use crate::{context::Context, error::CliError, render::style};

const EXAMPLES: &str = "\
Examples:
  sternway label prompts/greeting@v2 before-sale     from now on: prompts/greeting@before-sale
  sternway label prompts/greeting before-sale        the live version
  sternway label prompts/greeting before-sale --delete";

/// Name a version, or move the name to it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Which version; only whose, with --delete.
    #[arg(value_name = "REF")]
    reference: Reference,

    /// The name.
    #[arg(value_name = "NAME")]
    label: LabelId,

    /// Take the name away.
    #[arg(long)]
    delete: bool,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let intent = context.intent(args.reason);
    let (reference, label) = (&args.reference, &args.label);
    let view = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let artifact = reference.artifact.clone();
        let (version, revision) = if args.delete {
            (None, Some(control.unlabel(&artifact, label, &intent).await?))
        } else {
            let number = control.resolve(reference, &context.environment).await?.number;
            (Some(number), control.label(&artifact, number, label, &intent).await?)
        };
        let (label, dry_run) = (label.clone(), context.dry_run);
        Ok(LabelView { artifact, label, version, revision, dry_run })
    });
    let view = view.await?;
    context.answer(&view, &format!("{}@{}", view.artifact, view.label), |page| {
        let (name, would) = (style::paint(style::NAME, &view.artifact), context.would());
        let label = &view.label;
        page.line(match (view.version, view.revision) {
            (None, _) => format!("{name}  label {label} {would}taken away"),
            (Some(version), None) => format!("{name} {version}  labelled {label} already"),
            (Some(version), Some(_)) => format!("{name} {version}  {would}labelled {label}"),
        });
    })?;
    Ok(ExitCode::SUCCESS)
}
