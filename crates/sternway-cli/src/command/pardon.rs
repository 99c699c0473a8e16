//! `sternway pardon`: allow a condemned version again.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::CondemnedView,
    types::{Reason, Reference},
};

use super::condemn;
use crate::{context::Context, error::CliError};

const EXAMPLES: &str = "\
Examples:
  sternway pardon prompts/greeting@v2 --reason \"the outage was elsewhere\"";

/// Allow a condemned version again in an environment.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Which version; every version with the same content is meant.
    #[arg(value_name = "REF")]
    reference: Reference,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let (environment, intent) = (&context.environment, context.intent(args.reason));
    let view = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let version = control.resolve(&args.reference, environment).await?;
        let (artifact, number) = (version.artifact, version.number);
        let revision = control.pardon(&artifact, number, environment, &intent).await?;
        Ok(CondemnedView {
            artifact,
            version: number,
            environment: environment.clone(),
            condemned: false,
            revision,
            dry_run: context.dry_run,
        })
    });
    condemn::answer(context, &view.await?)
}
