//! `sternway env`: the places where versions are live, and what protects them.

mod approvers;
mod protect;
mod windows;

use std::process::ExitCode;

use anstyle::Style;
use clap::Subcommand;
use sternway::{
    Missing,
    api::{
        EnvironmentCreatedView, EnvironmentDetailView, EnvironmentHealthView, EnvironmentView,
        ListView, LiveView,
    },
    control::ControlError,
    store::Limit,
    types::{ArtifactId, At, Environment, EnvironmentId, Reason, Record, RecordKey},
};

use crate::{
    command::status::{deployments, of_environment},
    context::Context,
    error::CliError,
    format::{visible, when},
    render::{
        style,
        table::{Cell, Column, Table},
    },
};

const EXAMPLES: &str = "\
Examples:
  sternway env list
  sternway env create staging --description \"what the team tries\"
  sternway env show staging                  what is live in it
  sternway env set production --approvals 1 --canary 5,25,50
  sternway env freeze production --for 2d -m \"holidays\"     going back is never stopped
  sternway env unfreeze production
  sternway env set production --window \
    \"weekend: Europe/Berlin 2026-01-02T18:00 FREQ=WEEKLY;BYDAY=FR for 62h\"    by the calendar";

/// See and create environments: the places where versions are live.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the environments.
    List,
    /// Create an environment.
    Create {
        /// Its name.
        #[arg(value_name = "NAME")]
        id: EnvironmentId,
        /// What it is for.
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        description: String,
        /// Why.
        #[arg(short = 'm', long, value_name = "TEXT", default_value = "")]
        #[arg(hide_default_value = true)]
        reason: Reason,
    },
    /// Say what an environment is for, who must agree to changes, and how versions go forward there.
    Set(Box<protect::SetArgs>),
    /// Have nothing go forward in an environment. Going back is never stopped.
    Freeze(protect::FreezeArgs),
    /// End a freeze. Only a person may.
    Unfreeze(protect::UnfreezeArgs),
    /// Show what is live in an environment.
    Show {
        /// Its name. Default: that of --env.
        #[arg(value_name = "NAME")]
        id: Option<EnvironmentId>,
    },
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    match args.command {
        Command::List => list(context).await?,
        Command::Create { id, description, reason } => {
            create(context, Environment { description, ..Environment::new(id) }, reason).await?;
        }
        Command::Set(args) => protect::set(context, *args).await?,
        Command::Freeze(args) => protect::freeze(context, args).await?,
        Command::Unfreeze(args) => protect::unfreeze(context, args).await?,
        Command::Show { id } => {
            show(context, id.as_ref().unwrap_or(&context.environment)).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(context: &Context) -> Result<(), CliError> {
    let now = context.now();
    let environments = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let deployments = deployments(control).await?;
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = control.environments(after.as_ref(), Limit::MAX).await?;
            let Some(last) = page.last() else { return Ok(all) };
            after = Some(last.id.clone());
            for environment in page {
                let view = EnvironmentView::at(&environment, now);
                let stands = of_environment(control, environment, &deployments).await?;
                all.push(view.with_health(stands.health));
            }
        }
    });
    let list = ListView::whole(environments.await?);
    context.answer_list(
        &list,
        |view| view.id.to_string(),
        |page| {
            let mut table = Table::new([
                Column::Left("ENVIRONMENT"),
                Column::Left("HEALTH"),
                Column::Left("PROTECTION"),
                Column::Left("DESCRIPTION"),
            ]);
            for view in &list.items {
                let (color, word) = health(view);
                table.row([
                    Cell::styled(style::NAME, view.id.as_str()),
                    Cell::styled(color, word),
                    Cell::new(protect::shortly(view, now)),
                    Cell::new(&view.description),
                ]);
            }
            table.write(page);
        },
    )
}

/// How well an environment is, as `status` has it.
fn health(view: &EnvironmentView) -> (Style, &'static str) {
    match view.health {
        Some(it @ EnvironmentHealthView::Healthy) => (style::GOOD, it.as_str()),
        Some(it @ EnvironmentHealthView::Degraded) => (style::WAITING, it.as_str()),
        Some(it @ EnvironmentHealthView::Unhealthy) => (style::BAD, it.as_str()),
        None => (style::PLAIN, ""),
    }
}

async fn create(
    context: &Context,
    environment: Environment,
    reason: Reason,
) -> Result<(), CliError> {
    let (view, intent) = (EnvironmentView::from(&environment), context.intent(reason));
    let created = context.with(Missing::Refuse, async |sternway| {
        Ok(sternway.control().create_environment(environment, &intent).await?)
    });
    let (revision, dry_run) = (created.await?, context.dry_run);
    let view = EnvironmentCreatedView { environment: view, revision, dry_run };
    let id = &view.environment.id;
    context.answer(&view, id.as_str(), |page| {
        let (name, would) = (style::paint(style::NAME, id), context.would());
        page.line(format_args!("environment {name} {would}created"));
        page.next(&[format!("sternway promote KEY@latest -e {id}")]);
    })
}

async fn show(context: &Context, id: &EnvironmentId) -> Result<(), CliError> {
    let view = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let (store, namespace) = (control.store(), control.namespace());
        let entry = store.record(namespace, &RecordKey::environment(id), At::Head).await?;
        let environment = entry.and_then(|entry| entry.record).and_then(Record::into_environment);
        let environment = environment.ok_or_else(|| ControlError::NoEnvironment(id.clone()))?;
        let (mut live, mut after): (Vec<LiveView>, Option<ArtifactId>) = (Vec::new(), None);
        loop {
            let page = store.environment(namespace, id, At::Head, after.as_ref(), Limit::MAX);
            let page = page.await?;
            let Some(last) = page.last() else { break };
            after = Some(last.artifact.clone());
            live.extend(page.iter().filter_map(LiveView::of));
        }
        let view = EnvironmentView::at(&environment, context.now());
        let deployments = deployments(control).await?;
        let stands = of_environment(control, environment, &deployments).await?;
        Ok(EnvironmentDetailView { environment: view.with_health(stands.health), live })
    });
    let view = view.await?;
    context.answer(&view, id.as_str(), |page| {
        let description = visible::line(&view.environment.description);
        let (color, word) = health(&view.environment);
        let (name, health) = (style::paint(style::NAME, id), style::paint(color, word));
        page.line(format_args!("{name}  {health}  {description}"));
        protect::protection(page, context, &view.environment);
        if view.live.is_empty() {
            page.hint("  nothing is live in it");
            return;
        }
        let mut table = Table::new([
            Column::Symbol,
            Column::Left("ARTIFACT"),
            Column::Left("LIVE"),
            Column::Left("SINCE"),
        ]);
        let now = context.now();
        for live in &view.live {
            table.row([
                Cell::styled(style::GOOD, page.symbols().live),
                Cell::styled(style::NAME, live.artifact.as_str()),
                Cell::new(live.version.to_string()),
                Cell::new(when::ago(live.since, now)),
            ]);
        }
        table.write(page);
    })
}
