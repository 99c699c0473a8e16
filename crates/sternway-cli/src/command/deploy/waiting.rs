//! `sternway approvals`: the deployments that wait for a person, for whom, and what to type.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::{AwaitingView, ListView, WaitsFor},
    types::EnvironmentId,
};

use crate::{
    context::Context,
    error::CliError,
    format::{number::counted, visible, when},
    render::{page::Page, style},
};

const EXAMPLES: &str = "\
Examples:
  sternway approvals                   everywhere
  sternway approvals production
  sternway approvals -o json";

/// List the deployments that wait for a person, for whom, and what to type.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Where. Default: everywhere.
    #[arg(value_name = "ENV")]
    environment: Option<EnvironmentId>,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let found = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        if let Some(id) = &args.environment {
            control.environment(id).await?;
        }
        let mut found = Vec::new();
        for (place, id) in control.deployments_under_way().await? {
            if args.environment.as_ref().is_none_or(|wanted| *wanted == place) {
                let deployment = control.deployment(&place, id).await?.deployment;
                found.extend(AwaitingView::of(&deployment, context.now()));
            }
        }
        Ok(found)
    });
    let list = ListView::whole(found.await?);
    context.answer_list(
        &list,
        |view| view.id.to_string(),
        |page| {
            if list.items.is_empty() {
                page.hint("no deployment waits for a person");
            }
            list.items.iter().for_each(|view| write(context, view, page));
        },
    )?;
    Ok(ExitCode::SUCCESS)
}

fn write(context: &Context, view: &AwaitingView, page: &mut Page) {
    let arrow = page.symbols().arrow;
    let members = view.members.iter().map(|member| {
        let name = style::paint(style::NAME, &member.artifact);
        format!("{name} {} {arrow} {}", member.from, member.to)
    });
    let since = when::ago(view.since, context.now());
    let why = visible::line(view.reason.as_str());
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    page.line(format_args!(
        "{}  in {}, by {}{why}",
        members.collect::<Vec<_>>().join(", "),
        view.environment,
        view.by
    ));
    page.line(format_args!("  {} (since {since})", waits(view)));
    let key = view.members.first().map(|member| member.artifact.to_string()).unwrap_or_default();
    let verb = match &view.waits_for {
        WaitsFor::Approvals { .. } => "approve",
        WaitsFor::Withdrawal(_) => "reject --withdraw",
        WaitsFor::Promotion | WaitsFor::Choice(_) | WaitsFor::Decision => "deploy promote",
        WaitsFor::Resumption(_) => "deploy resume",
    };
    page.hint(format_args!("  sternway -e {} {verb} {key}", view.environment));
}

fn waits(view: &AwaitingView) -> String {
    match &view.waits_for {
        WaitsFor::Approvals { missing, roles, agreed } => {
            let people = counted(u64::try_from(*missing).unwrap_or(u64::MAX), "approval");
            let mut not: Vec<_> = agreed.iter().map(ToString::to_string).collect();
            not.insert(0, view.by.to_string());
            let roles = roles.iter().map(|(role, able)| {
                let able: Vec<_> = able.iter().map(ToString::to_string).collect();
                format!(", one as {role} ({})", able.join(", "))
            });
            let roles: String = roles.collect();
            format!("waits for {people}{roles}, by others than {}", not.join(", "))
        }
        WaitsFor::Withdrawal(objections) => {
            let by = objections.iter().map(|it| match visible::line(it.reason.as_str()) {
                reason if reason.is_empty() => it.by.to_string(),
                reason => format!("{} ({reason})", it.by),
            });
            format!("rejected by {}", by.collect::<Vec<_>>().join(", "))
        }
        WaitsFor::Choice(candidates) => {
            let candidates: Vec<_> = candidates.iter().map(ToString::to_string).collect();
            format!("waits for somebody to choose {} (--winner)", candidates.join(" or "))
        }
        WaitsFor::Promotion => "waits for somebody to promote it".into(),
        WaitsFor::Resumption(pauses) => format!("paused ({})", pauses.join(", ")),
        WaitsFor::Decision => "what it waits for did not end well".into(),
    }
}
