//! Takes a deployment back, under way or over.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::{DeploymentBackView, DeploymentView},
    types::{Force, Reason},
};

use super::{show::line, target::Target};
use crate::{
    context::Context,
    error::CliError,
    render::{page::Page, style},
    view,
};

const EXAMPLES: &str = "\
Examples:
  sternway deploy rollback tools/search -m \"wrong build\"
  sternway deploy rollback 0198b7c2-… -m \"slow since\" --dry-run

A deployment that is under way is aborted. Of one that is completed, what was live before it comes back, of all
its artifacts in one commit, and what it brought is condemned. A deployment that brought an earlier version is
taken back as well: then the later one comes back. What went back already, or was followed by another version,
is refused, and nothing moves (exit code 5).";

/// Which deployment, and why.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Which: KEY, or the id of a deployment.
    #[arg(value_name = "KEY|ID")]
    target: Target,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,

    /// Go back although what was live before is condemned by now. Only a person may.
    #[arg(long)]
    force: bool,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let intent = context.intent(args.reason);
    let force = if args.force { Force::Yes } else { Force::No };
    let taken = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let found = args.target.find_moved(context, control).await?.deployment;
        let (environment, id) = (&found.environment, found.id);
        let mut taken = control.roll_back_deployment(environment, id, force, &intent).await?;
        // What follows from it is done at once, whoever drives it otherwise.
        if !taken.deployment.phase.is_over() {
            taken.deployment = control.drive_one(environment, id).await?.deployment;
        }
        Ok(taken)
    });
    let taken = taken.await.map_err(|err| context.or_withdraw(err))?;
    let dry_run = context.dry_run;
    let moved = taken.moved.iter().map(|moved| view::rolled_back(moved, dry_run)).collect();
    let deployment = DeploymentView::from(&taken.deployment);
    let view = DeploymentBackView { deployment, moved, dry_run };
    let name = if view.moved.is_empty() { view.deployment.state } else { "rolled_back" };
    context.answer(&view, name, |page| write(context, &view, page))?;
    Ok(ExitCode::SUCCESS)
}

fn write(context: &Context, view: &DeploymentBackView, page: &mut Page) {
    let Some(first) = view.moved.first() else {
        return page.line(line(&view.deployment, page));
    };
    let (would, flags) = (context.would(), context.flags());
    for moved in &view.moved {
        let (from, to, arrow) = (moved.from, moved.to, page.symbols().arrow);
        let name = style::paint(style::NAME, &moved.artifact);
        let live = style::paint(style::GOOD, format_args!("live in {}", moved.environment));
        let later = if to > from { ", which is the later one" } else { "" };
        page.line(format_args!("{name}  {from} {arrow} {to}  {would}{live} again{later}"));
        page.hint(format_args!("  {from} is condemned there: no automation brings it back"));
    }
    if !context.dry_run {
        page.hint(format_args!("  undo with: sternway{flags} undo r{}", first.revision));
    }
}
