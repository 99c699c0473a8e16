//! `sternway resolve`: which version a run is to take.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::ResolvedView,
    types::{ArtifactId, Weight},
};

use crate::{context::Context, error::CliError, render::style};

const EXAMPLES: &str = "\
Examples:
  sternway resolve tools/search                  by chance, by the shares that are in force
  sternway resolve tools/search --key alice      the same version for the same name
  sternway resolve tools/search --json           with the generation that the outcome names";

/// Which version a run is to take: what is live, or one of those that a deployment shares the runs
/// out between.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Whose version.
    #[arg(value_name = "KEY")]
    artifact: ArtifactId,

    /// Whose run it is, such as a user's name. Default: by chance.
    #[arg(long, value_name = "NAME")]
    key: Option<String>,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let environment = &context.environment;
    let resolved = context.with(Missing::Refuse, async |sternway| {
        let key = args.key.as_deref();
        Ok(sternway.control().resolve_run(&args.artifact, environment, key).await?)
    });
    let resolved = resolved.await?;
    let view = ResolvedView {
        artifact: args.artifact,
        environment: environment.clone(),
        version: resolved.version,
        candidate: resolved.candidate,
        generation: resolved.generation,
        weight: resolved.weight.get(),
        shadow: resolved.shadow,
        deployment: resolved.deployment,
        assigned: resolved.assigned,
    };
    context.answer(&view, &format!("{}@{}", view.artifact, view.version), |page| {
        let name = style::paint(style::NAME, &view.artifact);
        let what = if view.candidate { "a candidate" } else { "live" };
        let share = match resolved.weight {
            Weight::ALL => String::new(),
            weight => format!(", {weight} of the runs"),
        };
        let (version, generation) = (view.version, view.generation);
        page.line(format_args!(
            "{name} {version}  {what} in {environment}{share}, generation {generation}"
        ));
        if let Some(shadow) = view.shadow {
            page.line(format_args!("  {shadow} gets a copy of the run"));
        }
        if let Some(assigned) = view.assigned {
            page.line(format_args!("  record its outcome with --assigned {assigned}"));
        }
    })?;
    Ok(ExitCode::SUCCESS)
}
