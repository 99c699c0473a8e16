//! `sternway status`: everything that is live, or needs a person.

mod watch;

use std::process::ExitCode;

use sternway::{
    Missing, Sternway,
    api::{
        DeploymentView, EnvironmentHealthView, EnvironmentStatusView, LiveStatusView, LiveView,
        MoveView, RollbackEventView, StatusView,
    },
    control::Control,
    store::Limit,
    types::{
        Applied, ArtifactId, At, Commit, Environment, LatchAction, MoveCause, Pointer, Revision,
        Subject, Timestamp,
    },
};

use crate::{context::Context, error::CliError, render::overview, standing::Standing, view};

/// How many of the newest revisions are looked through for rollbacks.
const REVISIONS: usize = 200;

const EXAMPLES: &str = "\
Examples:
  sternway status
  sternway status --watch                    drawn anew when something changes
  sternway status --json | jq '.environments[].live[] | select(.halted)'";

/// Show what is live everywhere, what waits, what needs a person, and the newest rollbacks.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Show it again whenever something changed, until Ctrl-C.
    #[arg(short, long)]
    watch: bool,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    if args.watch {
        return watch::run(context).await;
    }
    let view = context.with(Missing::Refuse, async |sternway| load(context, sternway).await);
    let view = view.await?;
    context.answer(&view, name(&view), |page| overview::write(&view, context.now(), page))?;
    Ok(ExitCode::SUCCESS)
}

/// All in one word.
const fn name(view: &StatusView) -> &'static str {
    if view.attention == 0 { "fine" } else { "attention" }
}

async fn load(context: &Context, sternway: &Sternway) -> Result<StatusView, CliError> {
    let control = sternway.control();
    let head = control.store().head(control.namespace(), At::Head).await?;
    let (revision, at) =
        head.map_or((Revision::ZERO, Timestamp::EPOCH), |head| (head.revision, head.at));
    let deployments = deployments(control).await?;
    let (mut environments, mut after) = (Vec::new(), None);
    loop {
        let page = control.environments(after.as_ref(), Limit::MAX).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        for environment in page {
            environments.push(of_environment(control, environment, &deployments).await?);
        }
    }
    let all = environments.iter().flat_map(|environment| &environment.live);
    let attention = all.filter(|live| live.condemned.is_some() || live.halted.is_some()).count();
    let waits = |it: &&DeploymentView| matches!(it.state, "awaiting_approval" | "paused");
    let waiting = deployments.iter().filter(|it| waits(it) || it.starved);
    let attention = attention + waiting.count();
    Ok(StatusView {
        namespace: context.namespace.clone(),
        revision,
        at,
        floor: control.floor().await?.as_ref().map(view::floor),
        environments,
        deployments,
        attention,
        recent_rollbacks: rollbacks(control).await?,
    })
}

/// The deployments that are under way, wherever.
pub(crate) async fn deployments(control: &Control) -> Result<Vec<DeploymentView>, CliError> {
    let mut deployments = Vec::new();
    for (environment, id) in control.deployments_under_way().await? {
        let deployment = control.deployment(&environment, id).await?.deployment;
        deployments.push(DeploymentView::from(&deployment));
    }
    Ok(deployments)
}

/// How an environment stands, with these deployments under way.
pub(crate) async fn of_environment(
    control: &Control,
    environment: Environment,
    deployments: &[DeploymentView],
) -> Result<EnvironmentStatusView, CliError> {
    let (store, namespace) = (control.store(), control.namespace());
    let (mut live, mut after): (_, Option<ArtifactId>) = (Vec::new(), None);
    loop {
        let page =
            store.environment(namespace, &environment.id, At::Head, after.as_ref(), Limit::MAX);
        let page = page.await?;
        let Some(last) = page.last() else { break };
        after = Some(last.artifact.clone());
        for pointer in &page {
            live.extend(of_pointer(control, &environment, pointer).await?);
        }
    }
    let Environment { id, description, .. } = environment;
    let there = deployments.iter().filter(|deployment| deployment.environment == id);
    let health = EnvironmentHealthView::of(&live, &there.collect::<Vec<_>>());
    Ok(EnvironmentStatusView { id, description, health, live })
}

async fn of_pointer(
    control: &Control,
    environment: &Environment,
    pointer: &Pointer,
) -> Result<Option<LiveStatusView>, CliError> {
    let artifact = &pointer.artifact;
    let Some(live) = LiveView::of(pointer) else { return Ok(None) };
    let latest = control.store().artifact(control.namespace(), artifact, At::Head).await?;
    let latest = latest.map_or(live.version, |artifact| artifact.latest);
    let standing = Standing::load(control, artifact, &environment.id).await?;
    let version = control.version(artifact, live.version).await?;
    let subject = Subject {
        artifact: artifact.clone(),
        environment: environment.id.clone(),
        version: live.version,
        generation: live.generation,
    };
    let latch = control.latch(&subject).await?;
    let halted = latch.filter(|latch| latch.action.needs_a_person());
    // What a policy on trial would have done is no word on what is live.
    let noticed = control.notice(&subject).await?;
    let noticed = noticed.filter(|latch| latch.action != LatchAction::Shadowed);
    let newer = latest.get().saturating_sub(live.version.get());
    Ok(Some(LiveStatusView {
        latest,
        staged: newer.saturating_sub(standing.condemned_after(live.version)),
        condemned: standing.condemnation(&version).map(Into::into),
        halted: halted.as_ref().map(Into::into),
        noticed: noticed.as_ref().map(Into::into),
        live,
    }))
}

/// The newest rollbacks, newest first.
async fn rollbacks(control: &Control) -> Result<Vec<RollbackEventView>, CliError> {
    let commits = control.operations(None, Limit::new(REVISIONS)).await?;
    Ok(commits.iter().flat_map(of_commit).collect())
}

fn of_commit(commit: &Commit) -> Vec<RollbackEventView> {
    let moves = commit.applied.iter().filter_map(|applied| match applied {
        Applied::PointerMoved(moved) => Some(moved),
        Applied::NamespaceCreated | Applied::VersionAdded(_) | Applied::RecordChanged(_) => None,
    });
    let rollbacks = moves.filter(|moved| matches!(moved.cause, MoveCause::RolledBack(_)));
    rollbacks
        .map(|moved| RollbackEventView {
            moved: MoveView::from(moved.as_ref()),
            actor: commit.actor.clone(),
            reason: commit.reason.to_string(),
        })
        .collect()
}
