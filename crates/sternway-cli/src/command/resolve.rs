//! `sternway resolve`: which version a run is to take.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::ResolvedView,
    control::deploy::Targeting,
    types::{ArtifactId, Weight},
};

use crate::{context::Context, error::CliError, render::style};

const EXAMPLES: &str = "\
Examples:
  sternway resolve tools/search                  by chance, by the shares that are in force
  sternway resolve tools/search --key alice      the same version for the same name
  sternway resolve tools/search --attribute x-preview=yes   for a run with this header
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

    /// What the run carries, such as a header of its request: a candidate may be given it for that, before any
    /// key. Once for each.
    #[arg(long, value_name = "NAME=VALUE", value_parser = attribute)]
    attribute: Vec<Attribute>,
}

/// What a run carries: a name, and a value.
pub(crate) type Attribute = (String, String);

pub(crate) fn attribute(text: &str) -> Result<Attribute, String> {
    let parts = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = parts.ok_or("expected a name and a value, such as x-preview=yes")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Attributes as they are asked for.
pub(crate) fn attributes(given: &[Attribute]) -> Vec<(&str, &str)> {
    given.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let environment = &context.environment;
    let resolved = context.with(Missing::Refuse, async |sternway| {
        let attributes = attributes(&args.attribute);
        let run = Targeting { key: args.key.as_deref(), attributes: &attributes };
        Ok(sternway.control().resolve_run(&args.artifact, environment, &run).await?)
    });
    let resolved = resolved.await?;
    let view = ResolvedView {
        artifact: args.artifact,
        environment: environment.clone(),
        version: resolved.version,
        candidate: resolved.candidate,
        generation: resolved.generation,
        weight: resolved.weight.get(),
        matched: resolved.matched,
        shadow: resolved.shadow,
        deployment: resolved.deployment,
        assigned: resolved.assigned,
    };
    context.answer(&view, &format!("{}@{}", view.artifact, view.version), |page| {
        let name = style::paint(style::NAME, &view.artifact);
        let what = if view.candidate { "a candidate" } else { "live" };
        let share = match resolved.weight {
            _ if view.matched => ", for what the run carries".to_owned(),
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
