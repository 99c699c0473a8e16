//! `sternway rollback`: make an earlier version live again.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::RollbackView,
    control::rollback::RollbackMode,
    types::{ArtifactId, Force, Reason, Reference, Selector},
};

use crate::{
    context::Context,
    error::CliError,
    render::{page::Page, style},
    view,
};

const EXAMPLES: &str = "\
Examples:
  sternway rollback prompts/greeting --reason \"tone complaints\"     to the last good version
  sternway rollback prompts/greeting --to v1
  sternway rollback prompts/greeting --to before-sale -e staging
  sternway rollback configs/limits --mode restore                     as a new version

What was live is condemned in the environment, so that no automation brings it back; `sternway
pardon` takes that back.";

/// Make the last good version live again, or the one that is named.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Whose live version.
    #[arg(value_name = "KEY")]
    artifact: ArtifactId,

    /// Which version to go back to: v1, previous, a label, …. Default: the last good one.
    #[arg(long, value_name = "REF")]
    to: Option<String>,

    /// How it comes back: `move` the pointer to it, or `restore` its content as a new version.
    #[arg(long, value_enum, value_name = "MODE", default_value_t)]
    mode: Mode,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,

    /// Go back although that version's content is condemned. Only a person may.
    #[arg(long)]
    force: bool,
}

/// How an earlier version comes back.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Mode {
    #[default]
    Move,
    Restore,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let to = args.to.as_deref().map(|to| target(&args.artifact, to)).transpose()?;
    let (environment, intent) = (&context.environment, context.intent(args.reason));
    let force = if args.force { Force::Yes } else { Force::No };
    let mode = match args.mode {
        Mode::Move => RollbackMode::Move,
        Mode::Restore => RollbackMode::Restore,
    };
    let view = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let to = match &to {
            Some(reference) => Some(control.resolve(reference, environment).await?.number),
            None => None,
        };
        let back = control.roll_back(&args.artifact, to, mode, environment, force, &intent).await?;
        Ok(view::rolled_back(&back, context.dry_run))
    });
    let view = view.await?;
    context.answer(&view, &format!("{}@{}", view.artifact, view.to), |page| {
        write(context, &view, page);
    })?;
    Ok(ExitCode::SUCCESS)
}

/// `v1`, `@v1`, or the whole reference.
fn target(artifact: &ArtifactId, text: &str) -> Result<Reference, CliError> {
    let selector = text.strip_prefix('@').unwrap_or(text);
    if let Ok(selector) = selector.parse::<Selector>() {
        return Ok(Reference { artifact: artifact.clone(), selector });
    }
    let reference: Reference = text.parse()?;
    if reference.artifact == *artifact {
        return Ok(reference);
    }
    let asked = format!("{text} is no version of {artifact}: a rollback stays with one artifact");
    Err(CliError::invalid(asked))
}

fn write(context: &Context, view: &RollbackView, page: &mut Page) {
    let RollbackView { artifact, environment, from, to, .. } = view;
    let (would, arrow) = (context.would(), page.symbols().arrow);
    let name = style::paint(style::NAME, artifact);
    let live = style::paint(style::GOOD, format_args!("live in {environment}"));
    let content = view.restored.map(|it| format!(" (content of {it})")).unwrap_or_default();
    page.line(format_args!("{name}  {from} {arrow} {to}{content}  {would}{live}"));
    let flags = context.flags();
    page.hint(format_args!("  {from} is condemned there: no automation brings it back"));
    if !context.dry_run {
        page.hint(format_args!("  undo with: sternway{flags} undo r{}", view.revision));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let artifact = "prompts/greeting".parse().unwrap();
        assert_eq!(target(&artifact, text).unwrap().to_string(), expected);
    }

    #[test]
    fn a_version_is_named_in_three_ways() {
        check("v1", "prompts/greeting@v1");
        check("@previous", "prompts/greeting@previous");
        check("prompts/greeting@before-sale", "prompts/greeting@before-sale");
    }

    #[test]
    fn another_artifact_is_refused() {
        let artifact = "prompts/greeting".parse().unwrap();
        assert!(target(&artifact, "tools/search@v1").is_err());
    }
}
