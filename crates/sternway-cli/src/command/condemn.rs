//! `sternway condemn`: keep automation from making a version live.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::CondemnedView,
    types::{Reason, Reference},
};

use crate::{context::Context, error::CliError, render::style};

const EXAMPLES: &str = "\
Examples:
  sternway condemn prompts/greeting@v2 --reason \"promises refunds\"
  sternway condemn prompts/greeting@v2 -e staging";

/// Keep automation from making a version live in an environment. What is live stays live.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Which version; every version with the same content is meant.
    #[arg(value_name = "REF")]
    reference: Reference,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "by hand")]
    reason: Reason,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let (environment, intent) = (&context.environment, context.intent(args.reason));
    let view = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let version = control.resolve(&args.reference, environment).await?;
        let (artifact, number) = (version.artifact, version.number);
        let revision = control.condemn(&artifact, number, environment, &intent).await?;
        Ok(CondemnedView {
            artifact,
            version: number,
            environment: environment.clone(),
            condemned: true,
            revision,
            dry_run: context.dry_run,
        })
    });
    answer(context, &view.await?)
}

/// Answers with what condemning or pardoning led to.
pub(super) fn answer(context: &Context, view: &CondemnedView) -> Result<ExitCode, CliError> {
    let CondemnedView { artifact, version, environment, .. } = view;
    context.answer(view, &format!("{artifact}@{version}"), |page| {
        let (name, would) = (style::paint(style::NAME, artifact), context.would());
        let state = if view.condemned {
            style::paint(style::BAD, format_args!("condemned in {environment}"))
        } else {
            style::paint(style::GOOD, format_args!("pardoned in {environment}"))
        };
        page.line(format_args!("{name} {version}  {would}{state}"));
    })?;
    Ok(ExitCode::SUCCESS)
}
