//! What people ask of a deployment.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::DeploymentView,
    control::Control,
    deploy::Ask,
    types::{Deployment, Reason, Reference},
};

use super::{show::line, target::Target};
use crate::{command::promote::selected, context::Context, error::CliError};

/// Which deployment, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which: KEY, or the id of a deployment.
    #[arg(value_name = "KEY|ID")]
    target: Target,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,
}

/// Which deployment goes on.
#[derive(Debug, clap::Args)]
pub(crate) struct PromoteArgs {
    #[command(flatten)]
    which: Args,

    /// Override the rest of the plan: live at once, and ended without proof. It takes a reason.
    #[arg(long)]
    full: bool,

    /// The candidate of an experiment that goes on: KEY@vN. The others get no more runs.
    #[arg(long, value_name = "REF", value_parser = selected, conflicts_with = "full")]
    winner: Option<Reference>,
}

const APPROVE: &str = "\
Examples:
  sternway approve tools/search -m \"looked at the diff\"
  sternway --actor bob approve 0198b7c2-…        by its id; another person than who started it";

/// Agree to a deployment that waits for it.
#[derive(Debug, clap::Args)]
#[command(after_help = APPROVE)]
pub(crate) struct Approve {
    #[command(flatten)]
    which: Args,
}

const REJECT: &str = "\
Examples:
  sternway reject tools/search -m \"breaks the contract\"     it goes no further
  sternway reject tools/search --withdraw                    by whoever said no
  sternway reject tools/search --end -m \"not this one\"";

/// Do not agree to a deployment: it goes no further until you take that back.
#[derive(Debug, clap::Args)]
#[command(after_help = REJECT)]
pub(crate) struct Reject {
    #[command(flatten)]
    which: Args,

    /// Take back that you did not agree.
    #[arg(long)]
    withdraw: bool,

    /// End it.
    #[arg(long, conflicts_with = "withdraw")]
    end: bool,
}

pub(crate) async fn approve(context: &Context, args: Approve) -> Result<ExitCode, CliError> {
    run(context, args.which, Ask::Approve).await
}

pub(crate) async fn reject(context: &Context, args: Reject) -> Result<ExitCode, CliError> {
    let ask = match (args.withdraw, args.end) {
        (true, _) => Ask::Withdraw,
        (false, true) => Ask::Dismiss,
        (false, false) => Ask::Reject,
    };
    run(context, args.which, ask).await
}

pub(super) async fn promote(context: &Context, args: PromoteArgs) -> Result<ExitCode, CliError> {
    let Some(winner) = args.winner else {
        let ask = if args.full { Ask::Waive } else { Ask::Promote };
        return run(context, args.which, ask).await;
    };
    asked(context, args.which, async |control, found| {
        let version = control.resolve(&winner, &found.environment).await?;
        let mut members = found.members.iter();
        let member = members.find(|member| member.artifact == version.artifact);
        let place = member.and_then(|member| member.place_of(version.number));
        place.map(|place| Ask::Choose { place }).ok_or_else(|| {
            let (artifact, number, id) = (&version.artifact, version.number, found.id);
            CliError::invalid(format!("{artifact}@{number} is no candidate of deployment {id}"))
        })
    })
    .await
}

pub(super) async fn run(context: &Context, args: Args, ask: Ask) -> Result<ExitCode, CliError> {
    let done = asked(context, args, async |_, _| Ok(ask)).await;
    let stops = matches!(ask, Ask::Abort | Ask::Dismiss);
    done.map_err(|err| if stops { context.or_withdraw(err) } else { err })
}

/// Does what is asked of a deployment, once it is known which.
async fn asked(
    context: &Context,
    args: Args,
    ask: impl AsyncFnOnce(&Control, &Deployment) -> Result<Ask, CliError>,
) -> Result<ExitCode, CliError> {
    let intent = context.intent(args.reason);
    let asked = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let found = args.target.find(context, control).await?.deployment;
        let ask = ask(control, &found).await?;
        let asked = control.ask(&found.environment, found.id, ask, &intent).await?.deployment;
        // What follows from it is done at once, whoever drives it otherwise.
        Ok(control.drive_one(&asked.environment, asked.id).await?.deployment)
    });
    let view = DeploymentView::from(&asked.await?);
    context.answer(&view, view.state, |page| page.line(line(&view, page)))?;
    Ok(ExitCode::SUCCESS)
}
