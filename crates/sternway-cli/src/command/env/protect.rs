//! Says what protects an environment, and how versions go forward there.

use std::time::Duration;

use sternway::{
    Missing,
    api::{EnvironmentChangedView, EnvironmentView, FreezeView},
    control::Control,
    types::{Environment, EnvironmentId, Reason, Revision, Timestamp},
};

use super::{
    approvers::{self, ApproverArgs},
    windows::{self, WindowArgs},
};
use crate::{
    command::deploy::plan::Strategy,
    context::Context,
    error::CliError,
    format::{duration, number::counted, visible, when},
    render::{page::Page, style},
};

/// What an environment is to be.
#[derive(Debug, clap::Args)]
pub(super) struct SetArgs {
    /// Its name.
    #[arg(value_name = "NAME")]
    id: EnvironmentId,

    /// What it is for.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    #[command(flatten)]
    approvers: ApproverArgs,

    #[command(flatten)]
    windows: WindowArgs,

    /// How a deployment goes there that does not say. With the flags of `deploy start`.
    #[command(flatten)]
    strategy: Strategy,

    /// Have whoever starts a deployment say how it goes.
    #[arg(long, conflicts_with = "strategy")]
    no_strategy: bool,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,
}

/// How long nothing goes forward.
#[derive(Debug, clap::Args)]
pub(super) struct FreezeArgs {
    /// Its name.
    #[arg(value_name = "NAME")]
    id: EnvironmentId,

    /// End it by itself after so long. Default: `env unfreeze` ends it.
    #[arg(long = "for", value_name = "DURATION", value_parser = duration::parse_days)]
    length: Option<Duration>,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,
}

/// What may go forward again.
#[derive(Debug, clap::Args)]
pub(super) struct UnfreezeArgs {
    /// Its name.
    #[arg(value_name = "NAME")]
    id: EnvironmentId,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,
}

pub(super) async fn set(context: &Context, args: SetArgs) -> Result<(), CliError> {
    let plan = if args.strategy.is_typed() { Some(args.strategy.plan()?) } else { None };
    let is_set = args.description.is_some() || args.approvers.is_typed() || plan.is_some();
    if !is_set && !args.no_strategy && !args.windows.is_typed() {
        return Err(CliError::invalid("there is nothing to set")
            .with_help(format!("sternway env set {} --approvals 1", args.id)));
    }
    let intent = context.intent(args.reason);
    let change = |environment: &mut Environment| {
        if let Some(description) = &args.description {
            environment.description.clone_from(description);
        }
        args.approvers.change(environment)?;
        if args.no_strategy {
            environment.plan = None;
        } else if let Some(plan) = &plan {
            environment.plan = Some(Box::new(plan.clone()));
        }
        Ok(args.windows.change(&mut environment.windows)?)
    };
    let changed = context.with(Missing::Refuse, async |sternway| {
        let changed = sternway.control().change_environment(&args.id, change, &intent).await?;
        if args.windows.is_typed() {
            have_heard(sternway.control(), &args.id).await?;
        }
        Ok(changed)
    });
    say(context, changed.await?, "set")
}

pub(super) async fn freeze(context: &Context, args: FreezeArgs) -> Result<(), CliError> {
    let until = args.length.map(|length| context.now().saturating_add(length));
    let intent = context.intent(args.reason);
    let changed = context.with(Missing::Refuse, async |sternway| {
        let changed = sternway.control().freeze(&args.id, until, &intent).await?;
        have_heard(sternway.control(), &args.id).await?;
        Ok(changed)
    });
    say(context, changed.await?, "frozen")
}

pub(super) async fn unfreeze(context: &Context, args: UnfreezeArgs) -> Result<(), CliError> {
    let intent = context.intent(args.reason);
    let changed = context.with(Missing::Refuse, async |sternway| {
        let changed = sternway.control().unfreeze(&args.id, &intent).await?;
        have_heard(sternway.control(), &args.id).await?;
        Ok(changed)
    });
    say(context, changed.await?, "unfrozen")
}

/// Has what is on its way there hear of it, whether or not anybody drives it.
async fn have_heard(control: &Control, id: &EnvironmentId) -> Result<(), CliError> {
    for (environment, deployment) in control.deployments_under_way().await? {
        if environment == *id {
            control.drive_one(&environment, deployment).await?;
        }
    }
    Ok(())
}

fn say(
    context: &Context,
    (environment, revision): (Environment, Option<Revision>),
    done: &str,
) -> Result<(), CliError> {
    let dry_run = context.dry_run;
    let environment = EnvironmentView::at(&environment, context.now());
    let view = EnvironmentChangedView { environment, revision, dry_run };
    context.answer(&view, view.environment.id.as_str(), |page| {
        let name = style::paint(style::NAME, &view.environment.id);
        if view.revision.is_none() {
            page.line(format_args!("environment {name} unchanged"));
        } else {
            page.line(format_args!("environment {name} {}{done}", context.would()));
        }
        protection(page, context, &view.environment);
    })
}

/// What protects it, in a few words.
pub(super) fn shortly(view: &EnvironmentView, now: Timestamp) -> String {
    let by_hand = view.frozen.as_ref().is_some_and(|it| lasts(it, now));
    let frozen = by_hand || view.windows.iter().any(|window| window.closes.is_some());
    let frozen = frozen.then(|| "frozen".to_owned());
    let count = u64::try_from(view.windows.len()).unwrap_or(u64::MAX);
    let windows = (count > 0).then(|| counted(count, "window"));
    let count = u64::try_from(view.approvers.len()).unwrap_or(u64::MAX);
    let roles = (count > 0).then(|| counted(count, "role"));
    let asks = (view.approvals > 0).then(|| counted(view.approvals.into(), "approval"));
    frozen.into_iter().chain(asks).chain(roles).chain(windows).collect::<Vec<_>>().join(", ")
}

fn lasts(freeze: &FreezeView, now: Timestamp) -> bool {
    freeze.until.is_none_or(|end| end > now)
}

/// What protects it, a line for each.
pub(super) fn protection(page: &mut Page, context: &Context, view: &EnvironmentView) {
    let now = context.now();
    if let Some(freeze) = view.frozen.as_ref().filter(|it| lasts(it, now)) {
        let end = freeze.until.map(|end| format!(", until {end}"));
        let reason = visible::line(freeze.reason.as_str());
        let because = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        let said = format!("frozen by {} {}", freeze.by, when::ago(freeze.at, now));
        let said = style::paint(style::BAD, said);
        page.line(format_args!("  {said}{}{because}", end.unwrap_or_default()));
    }
    windows::lines(page, &view.windows);
    approvers::lines(page, view);
    if let Some(plan) = &view.plan {
        page.line(format_args!("  deploys by {}: {}", plan.strategy, plan.steps.join(", ")));
    }
}
