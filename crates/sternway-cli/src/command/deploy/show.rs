//! Shows a deployment.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::{
        ArmProgressView, CauseView, CommitView, DeploymentProgressView, DeploymentView, ListView,
        MemberView, ProblemCode, ProgressView,
    },
    control::Control,
    store::Limit,
    types::{Applied, At, Commit, Deployment, DeploymentId, Phase, Record, Revision, Weight},
};

use super::{start::steps, target::Target};
use crate::{
    context::Context,
    error::CliError,
    format::{number, visible, when},
    render::{event, page::Page, style},
    view,
};

/// Which deployment.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which: KEY, or the id of a deployment.
    #[arg(value_name = "KEY|ID")]
    target: Target,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let found = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let found = args.target.find(context, control).await?.deployment;
        let progress = view::progress::progress(control, &found, context.now()).await?;
        let deployment = placed(control, &found).await?;
        let view = DeploymentProgressView { deployment, ..progress };
        Ok((view, control.deployments_behind(&found).await?))
    });
    let (view, behind) = found.await?;
    context.answer(&view, view.deployment.state, |page| {
        write(context, &view.deployment, page);
        fares(&view.progress, page);
        for id in &behind {
            page.hint(format_args!("  deployment {id} is queued behind it"));
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// A deployment as it is shown, and behind whom it waits.
pub(super) async fn placed(
    control: &Control,
    deployment: &Deployment,
) -> Result<DeploymentView, CliError> {
    let before = control.deployments_before(deployment).await?;
    Ok(DeploymentView::from(deployment).behind(before))
}

/// A deployment that went back ends with 8, as `--wait` does.
pub(super) fn exit(deployment: &Deployment) -> ExitCode {
    match deployment.phase {
        Phase::Queued | Phase::Running | Phase::Completed => ExitCode::SUCCESS,
        Phase::RollingBack
        | Phase::RolledBack
        | Phase::Superseded
        | Phase::Rejected
        | Phase::Halted => ExitCode::from(ProblemCode::Regressed.exit_code()),
    }
}

/// A deployment in one line.
pub(crate) fn line(view: &DeploymentView, page: &Page) -> String {
    let arrow = page.symbols().arrow;
    let members = view.members.iter().map(|member| {
        let name = style::paint(style::NAME, &member.artifact);
        format!("{name} {} {arrow} {}", member.from, candidates(member))
    });
    let members: Vec<_> = members.collect();
    let state = view.state.replace('_', " ");
    let state = match view.state {
        "completed" => style::paint(style::GOOD, state),
        "rolled_back" | "rolling_back" | "halted" | "rejected" => style::paint(style::BAD, state),
        _ => style::paint(style::WAITING, state),
    };
    let now = match Weight::new(u32::from(view.weight)) {
        Ok(weight) if under_way(view) => format!(", {weight} of the runs"),
        _ => String::new(),
    };
    let now = match Weight::new(u32::from(view.shadow)) {
        Ok(copies) if !copies.is_zero() => format!("{now}, copies of {copies}"),
        _ => now,
    };
    let now = match &view.matched {
        Some(by) => format!("{now}, runs with {by}"),
        None => now,
    };
    let step = match view.steps.get(view.step - 1) {
        Some(step) if under_way(view) => {
            format!(", step {} of {}: {step}", view.step, view.steps.len())
        }
        _ => String::new(),
    };
    format!("{}  {state} in {}{now}{step}{}", members.join(", "), view.environment, why(view))
}

/// The candidate, or those of an experiment that are not out of it.
pub(super) fn candidates(member: &MemberView) -> String {
    let chosen = member.candidates.iter().any(|it| it.state == "chosen");
    let running = member.candidates.iter().filter(|it| it.state != "out");
    let running: Vec<_> = running.map(|it| it.version.to_string()).collect();
    if running.is_empty() || chosen { member.to.to_string() } else { running.join(" or ") }
}

fn under_way(view: &DeploymentView) -> bool {
    !matches!(
        view.state,
        "queued" | "completed" | "rolled_back" | "superseded" | "rejected" | "halted"
    )
}

/// Why it went back, or goes no further.
fn why(view: &DeploymentView) -> String {
    let said = |reason: &str| {
        let reason = visible::line(reason);
        if reason.is_empty() { String::new() } else { format!(" ({reason})") }
    };
    match &view.cause {
        Some(CauseView::Regressed { artifact }) => format!(": {artifact} regressed"),
        Some(CauseView::Unhealthy { probe, problem }) => {
            format!(": {probe} says that it is not well{}", said(problem.as_str()))
        }
        Some(CauseView::Aborted { by, reason }) => {
            format!(": aborted by {by}{}", said(reason.as_str()))
        }
        Some(CauseView::Withdrawn { at, by, reason }) => {
            format!(
                ": {by} took its requests away at {at}, while the store was away: {}",
                visible::line(reason.as_str())
            )
        }
        Some(CauseView::Deadline) => ": it took too long".into(),
        Some(CauseView::Overtaken { artifact }) => {
            format!(": what is live of {artifact} was moved by hand")
        }
        Some(CauseView::Replaced { by }) => format!(": {by} took its place"),
        Some(CauseView::Unbegun { problem }) => {
            format!(": it could not begin in its turn{}", said(problem.as_str()))
        }
        Some(CauseView::Rejected { by, reason }) => {
            format!(": {by} said no{}", said(reason.as_str()))
        }
        Some(_) => String::new(),
        None if !view.behind.is_empty() => {
            let before: Vec<_> = view.behind.iter().map(ToString::to_string).collect();
            format!(" behind {}", before.join(", "))
        }
        None => {
            let starved = view.starved.then_some("starved");
            let words: Vec<_> = view.pauses.iter().copied().chain(starved).collect();
            if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
        }
    }
}

fn write(context: &Context, view: &DeploymentView, page: &mut Page) {
    page.line(line(view, page));
    for (member, it) in
        view.members.iter().flat_map(|of| of.candidates.iter().map(move |it| (of, it)))
    {
        let share = Weight::new(u32::from(it.weight)).unwrap_or_default();
        let state = if it.state == "running" { String::new() } else { format!("  {}", it.state) };
        page.line(format_args!("  {} {}  {share}{state}", member.artifact, it.version));
    }
    steps(page, &view.steps, under_way(view).then_some(view.step));
    for approval in &view.approvals {
        page.line(format_args!(
            "  approved by {} {}",
            approval.by,
            when::ago(approval.at, context.now())
        ));
    }
    for objection in &view.objections {
        let (by, at) = (&objection.by, when::ago(objection.at, context.now()));
        let reason = visible::line(objection.reason.as_str());
        let because = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        page.line(format_args!("  rejected by {by} {at}{because}"));
    }
    if let Some(waiver) = &view.waiver {
        page.line(format_args!(
            "  without proof, by {}: {}",
            waiver.by,
            visible::line(waiver.reason.as_str())
        ));
    }
    let begun = if view.state == "queued" { "queued" } else { "begun" };
    let (id, strategy, began) = (view.id, view.strategy, when::ago(view.started, context.now()));
    page.hint(format_args!("  {strategy}, {begun} {began} by {}, deployment {id}", view.by));
    if view.starved {
        starving(context, view, page);
    }
}

/// How the runs of both sides ended, if there were any.
fn fares(progress: &ProgressView, page: &mut Page) {
    let dot = page.symbols().dot;
    for member in &progress.members {
        let arms = member.arms.iter().filter(|arm| arm.runs.total > 0).map(ran);
        let arms: Vec<_> = arms.collect();
        if !arms.is_empty() {
            let arms = arms.join(&format!(" {dot} "));
            page.hint(format_args!("  {}: {arms}", member.artifact));
        }
    }
}

fn ran(arm: &ArmProgressView) -> String {
    let ArmProgressView { version, runs, .. } = arm;
    let success = runs.success_ratio.map(|ratio| format!(", {} success", number::percent(ratio)));
    format!("{version} {}{}", number::counted(runs.total, "run"), success.unwrap_or_default())
}

/// What to type where outcomes do not come.
fn starving(context: &Context, view: &DeploymentView, page: &mut Page) {
    let Some(member) = view.members.first() else { return };
    let (flags, key, to) = (context.flags(), &member.artifact, member.to);
    page.hint(
        "  it waits for outcomes that do not come: nothing runs it, or nobody says how that went",
    );
    let on = if view.weight == Weight::ALL.get() {
        "--full -m \"WHY\"    ends it without proof"
    } else {
        "   goes on without them"
    };
    page.next(&[
        format!("sternway{flags} record {key}@{to} --ok    for each run, or --fail"),
        format!("sternway{flags} deploy promote {key} {on}"),
        format!("sternway{flags} deploy abort {key} -m \"WHY\""),
    ]);
}

/// What happened to a deployment, commit by commit.
pub(super) async fn logs(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let commits = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let deployment = args.target.find(context, control).await?.deployment;
        let (store, ns) = (control.store(), control.namespace());
        // The feed from the last commit before it began.
        let start = store.head(ns, At::Time(deployment.started)).await?;
        let mut after = start
            .map_or(Revision::ZERO, |head| Revision::new(head.revision.get().saturating_sub(1)));
        let (mut found, mut over) = (Vec::new(), false);
        while !over {
            let page = store.feed(ns, after, Limit::MAX).await?;
            let Some(last) = page.last() else { break };
            after = last.revision;
            for commit in page {
                let record = of(&commit, deployment.id);
                over |= record.is_some_and(|it| it.phase.is_over());
                if record.is_some() {
                    found.push(commit);
                }
            }
        }
        Ok(found)
    });
    let commits = commits.await?;
    let list = ListView::whole(commits.iter().map(CommitView::from).collect());
    context.answer_list(
        &list,
        |commit| commit.revision.to_string(),
        |page| {
            for commit in &commits {
                event::write(commit, page);
            }
        },
    )?;
    Ok(ExitCode::SUCCESS)
}

/// What a commit made of a deployment, if it changed it.
fn of(commit: &Commit, id: DeploymentId) -> Option<&Deployment> {
    commit.applied.iter().find_map(|applied| match applied {
        Applied::RecordChanged(change) => match &change.after {
            Some(Record::Deployment(it)) if it.id == id => Some(it.as_ref()),
            _ => None,
        },
        Applied::NamespaceCreated | Applied::VersionAdded(_) | Applied::PointerMoved(_) => None,
    })
}
