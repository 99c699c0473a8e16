//! `sternway promote`: make a version live.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::PromotedView,
    control::{
        Intent,
        apply::{Wanted, WantedVersion},
    },
    types::{Force, Reason, Reference},
};

use crate::{
    context::Context,
    error::CliError,
    render::{applied, page::Page, style},
    view,
};

const EXAMPLES: &str = "\
Examples:
  sternway promote prompts/greeting@v2 --reason \"tried it by hand\"
  sternway promote prompts/greeting@latest -e staging
  sternway promote prompts/greeting@v2 tools/search@v5     both in one commit, or none
  sternway promote prompts/greeting@v2 --force      although it is condemned; only people may";

/// Make a version live, or several at once.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Which version: KEY@vN, KEY@latest, a label, …. Several go live together, or none.
    #[arg(value_name = "REF", value_parser = selected, required = true)]
    references: Vec<Reference>,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,

    /// Make it live although its content is condemned there. Only a person may.
    #[arg(long)]
    force: bool,
}

/// A reference that says which version: what is live need not be promoted.
pub(super) fn selected(text: &str) -> Result<Reference, String> {
    let reference: Reference = text.parse().map_err(|err| format!("{err}"))?;
    if text.contains('@') {
        return Ok(reference);
    }
    Err(format!("it does not say which version: {text}@latest, or {text}@v2"))
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let (environment, intent) = (&context.environment, context.intent(args.reason));
    let force = if args.force { Force::Yes } else { Force::No };
    let [reference] = args.references.as_slice() else {
        return many(context, &args.references, force, &intent).await;
    };
    let view = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let version = control.resolve(reference, environment).await?;
        let (artifact, number) = (&version.artifact, version.number);
        let promoted = control.promote(artifact, number, environment, force, &intent).await?;
        Ok(view::promoted(&promoted, context.dry_run))
    });
    let view = view.await?;
    context.answer(&view, &format!("{}@{}", view.artifact, view.to), |page| {
        write(context, &view, page);
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Makes several versions live in one commit.
async fn many(
    context: &Context,
    references: &[Reference],
    force: Force,
    intent: &Intent,
) -> Result<ExitCode, CliError> {
    let environment = &context.environment;
    let applied = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let mut wanted = Vec::with_capacity(references.len());
        for reference in references {
            let version = control.resolve(reference, environment).await?;
            wanted.push(Wanted {
                artifact: version.artifact,
                version: WantedVersion::Number(version.number),
                live: true,
                labels: Vec::new(),
            });
        }
        Ok(control.apply(&wanted, environment, force, intent).await?)
    });
    applied::answer(context, applied.await?)?;
    Ok(ExitCode::SUCCESS)
}

fn write(context: &Context, view: &PromotedView, page: &mut Page) {
    let name = style::paint(style::NAME, &view.artifact);
    let live = style::paint(style::GOOD, format_args!("live in {}", view.environment));
    let (to, would, arrow) = (view.to, context.would(), page.symbols().arrow);
    match view.from {
        Some(from) if from == to => page.line(format_args!("{name} {to}  {live} already")),
        Some(from) => {
            page.line(format_args!("{name}  {from} {arrow} {to}  {would}{live}"));
            if !context.dry_run {
                page.next(&[format!("sternway{} rollback {}", context.flags(), view.artifact)]);
            }
        }
        None => page.line(format_args!("{name} {to}  {would}{live}")),
    }
}
