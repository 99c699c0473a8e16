//! Begins a deployment, or shows what it would be.

use std::{process::ExitCode, time::Duration};

use sternway::{
    Missing,
    api::{DeploymentView, PlanView},
    control::{
        Control, Intent,
        deploy::{NewDeployment, OnSupersede},
    },
    deploy::by_header,
    types::{
        ArtifactId, Deployment, EnvironmentId, Force, Match, Plan, ProbeId, Reason, Reference,
    },
};

use super::{
    plan::Strategy,
    show::{self, line},
    target::Target,
    wait,
};
use crate::{
    command::promote::selected,
    context::Context,
    error::CliError,
    format::{duration, visible},
    render::{page::Page, style},
};

/// Begin a deployment. Several versions move together, and go back together.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    what: PlanArgs,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,

    /// Wait for its end, at most so long if a length is given, and drive it meanwhile. Exit code 8:
    /// it went back; 7: it is not over.
    #[arg(long, value_name = "DURATION", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "90d", value_parser = duration::parse_days)]
    wait: Option<Duration>,
}

/// What a deployment is to be.
#[derive(Debug, clap::Args)]
pub(crate) struct PlanArgs {
    /// Which versions: KEY@vN, KEY@latest, …. For an experiment several of one artifact.
    #[arg(value_name = "REF", value_parser = selected, required = true)]
    references: Vec<Reference>,

    #[command(flatten)]
    strategy: Strategy,

    /// Give the candidate the runs that carry this before it gets any others, such as x-preview=yes, and judge it
    /// by them as long as each share; with --blue-green until `deploy promote`. Several values: once for each.
    #[arg(long, value_name = "NAME=VALUE")]
    header: Vec<Match>,

    /// What must say that all is well before the candidate gets any runs, and once it is live: the name of a
    /// health check of your settings ([health.NAME]).
    #[arg(long, value_name = "NAME")]
    health: Vec<ProbeId>,

    /// Wait before the first runs until the newest deployment of this artifact there is completed. If that
    /// ends otherwise, it pauses.
    #[arg(long, value_name = "KEY")]
    after: Vec<ArtifactId>,

    /// How many people must agree first, other than who starts it. The environment may ask for more.
    #[arg(long, value_name = "N", default_value_t = 0)]
    approvals: u8,

    /// Take the place of a deployment that is under way, and of those that wait behind it.
    #[arg(long, conflicts_with = "queue")]
    replace: bool,

    /// Wait behind deployments that are under way, in the order in which they came, and begin by itself.
    #[arg(long)]
    queue: bool,

    /// Pardon candidates that are condemned. Only a person may.
    #[arg(long)]
    force: bool,
}

/// Begin the same deployment again.
#[derive(Debug, clap::Args)]
pub(crate) struct RetryArgs {
    /// Which: KEY, or the id of a deployment.
    #[arg(value_name = "KEY|ID")]
    target: Target,

    /// Pardon candidates that are condemned. Only a person may.
    #[arg(long)]
    force: bool,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    if context.dry_run {
        return show_plan(context, &args.what, args.reason).await;
    }
    let intent = context.intent(args.reason);
    let begun = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let new = args.what.wanted(context, control).await?;
        begun(control, &new, &intent).await
    });
    let (deployment, view) = begun.await?;
    match args.wait {
        Some(length) => wait::to_the_end(context, deployment, view, length).await,
        None => say(context, &deployment, &view),
    }
}

pub(super) async fn plan(context: &Context, args: PlanArgs) -> Result<ExitCode, CliError> {
    show_plan(context, &args, Reason::default()).await
}

pub(super) async fn retry(context: &Context, args: RetryArgs) -> Result<ExitCode, CliError> {
    let intent = context.intent(args.reason);
    let begun = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let before = args.target.find(context, control).await?.deployment;
        let members = before.members.iter();
        let members = members
            .flat_map(|of| of.candidates().map(|candidate| (of.artifact.clone(), candidate)))
            .collect();
        let new = NewDeployment {
            members,
            environment: before.environment,
            plan: before.plan,
            force: if args.force { Force::Yes } else { Force::No },
            on_supersede: OnSupersede::Reject,
        };
        begun(control, &new, &intent).await
    });
    let (deployment, view) = begun.await?;
    say(context, &deployment, &view)
}

/// Begins a deployment, and takes it as far as it goes now.
async fn begun(
    control: &Control,
    new: &NewDeployment,
    intent: &Intent,
) -> Result<(Deployment, DeploymentView), CliError> {
    let begun = control.start_deployment(new, intent).await?.deployment;
    let begun = control.drive_one(&begun.environment, begun.id).await?.deployment;
    let view = show::placed(control, &begun).await?;
    Ok((begun, view))
}

impl PlanArgs {
    /// How it goes: as typed, else as the environment says.
    async fn plan(&self, control: &Control, environment: &EnvironmentId) -> Result<Plan, CliError> {
        let typed = self.strategy.plan()?;
        let plan = if self.strategy.is_typed() {
            typed
        } else {
            control.environment(environment).await?.plan.map_or(typed, |plan| *plan)
        };
        let plan = match self.header()? {
            Some(by) => by_header(&plan, by, self.strategy.each()).map_err(CliError::invalid_by)?,
            None => plan,
        };
        let plan = plan.probing(&self.health).map_err(CliError::invalid_by)?;
        let plan = plan.following(&self.after).map_err(CliError::invalid_by)?;
        plan.asking_first(self.approvals).map_err(CliError::invalid_by)
    }

    /// What a run carries that the candidate gets first, of all that was typed.
    fn header(&self) -> Result<Option<Match>, CliError> {
        let mut typed = self.header.iter().cloned();
        let Some(first) = typed.next() else { return Ok(None) };
        let all = typed.try_fold(first, Match::or);
        all.map(Some).map_err(|err| CliError::invalid(err.to_string()))
    }

    async fn wanted(
        &self,
        context: &Context,
        control: &Control,
    ) -> Result<NewDeployment, CliError> {
        let environment = context.environment.clone();
        let plan = self.plan(control, &environment).await?;
        let mut members = Vec::with_capacity(self.references.len());
        for reference in &self.references {
            let version = control.resolve(reference, &environment).await?;
            members.push((version.artifact, version.number));
        }
        let force = if self.force { Force::Yes } else { Force::No };
        let on_supersede = match (self.replace, self.queue) {
            (true, _) => OnSupersede::Replace,
            (false, true) => OnSupersede::Queue,
            (false, false) => OnSupersede::Reject,
        };
        Ok(NewDeployment { members, environment, plan, force, on_supersede })
    }
}

async fn show_plan(
    context: &Context,
    args: &PlanArgs,
    reason: Reason,
) -> Result<ExitCode, CliError> {
    let intent = context.intent(reason);
    let planned = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let new = args.wanted(context, control).await?;
        Ok(control.plan_deployment(&new, &intent).await?)
    });
    let view = PlanView::from(&planned.await?);
    context.answer(&view, &view.digest.to_string(), |page| {
        for member in &view.members {
            let name = style::paint(style::NAME, &member.artifact);
            let (from, to, arrow) = (member.from, show::candidates(member), page.symbols().arrow);
            page.line(format_args!(
                "{name}  {from} {arrow} {to}  would be deployed in {}",
                view.environment
            ));
        }
        steps(page, &view.steps, None);
        page.hint(format_args!("  plan {}", view.digest));
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The steps of a plan, and which of them it is in.
pub(super) fn steps(page: &mut Page, steps: &[String], current: Option<usize>) {
    for (place, step) in steps.iter().enumerate() {
        let number = place + 1;
        let mark = match current {
            Some(current) if number < current => page.symbols().live,
            Some(current) if number == current => page.symbols().arrow,
            Some(_) | None => " ",
        };
        page.line(format_args!("  {mark} {number:>2}  {}", visible::line(step)));
    }
}

fn say(
    context: &Context,
    deployment: &Deployment,
    view: &DeploymentView,
) -> Result<ExitCode, CliError> {
    context.answer(view, &view.id.to_string(), |page| {
        page.line(line(view, page));
        let flags = context.flags();
        let next =
            view.members.first().map(|member| member.artifact.to_string()).unwrap_or_default();
        page.hint(format_args!("  deployment {}", view.id));
        page.next(&[
            format!("sternway{flags} deploy watch {next}"),
            format!("sternway{flags} deploy status {next}"),
        ]);
    })?;
    Ok(show::exit(deployment))
}
