//! `sternway check`: the verdict on what is live, without changing anything.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::{CheckView, LatchActionView, ProblemCode},
    control::{ControlError, check::Check},
    policy::{Found, nearest},
    types::{ArtifactId, Policy, Rule, TriggerId},
};

use super::policy::passed_over;
use crate::{
    context::Context,
    error::CliError,
    format::{
        number::{counted, percent},
        visible,
    },
    render::{page::Page, style},
    view,
};

const EXAMPLES: &str = "\
Examples:
  sternway check prompts/greeting            exit code 0: healthy, 8: would be rolled back
  sternway check tools/search -e staging --json";

/// Judge what is live by its policy, and change nothing. Exit code 8: it would be rolled back.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Whose live version.
    #[arg(value_name = "KEY")]
    artifact: ArtifactId,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let check = context.with(Missing::Refuse, async |sternway| {
        Ok(sternway.control().check(&args.artifact, &context.environment).await?)
    });
    let check = check.await?;
    // Whoever asks for an exit code must not take it for healthy.
    if let (None, Some(trigger)) = (&check.latch, lacking(&check)) {
        let help = format!("sternway{} policy show {}", context.flags(), args.artifact);
        return Err(CliError::from(ControlError::NoTrigger { trigger }).with_help(help));
    }
    let view = view::check(&check);
    context.answer(&view, view.verdict.verdict, |page| write(context, &check, &view, page))?;
    let regressed = ExitCode::from(ProblemCode::Regressed.exit_code());
    Ok(if view.verdict.regression.is_some() { regressed } else { ExitCode::SUCCESS })
}

/// A rule that the policy asks for and this program does not have.
fn lacking(check: &Check) -> Option<TriggerId> {
    let lacks = check.standings.iter().any(|standing| standing.found == Found::NoTrigger);
    let rules = check.policy.policy().filter(|_| lacks).into_iter().flat_map(Policy::rules);
    rules.into_iter().find_map(Rule::trigger).cloned()
}

fn write(context: &Context, check: &Check, view: &CheckView, page: &mut Page) {
    let subject = &view.subject;
    let name = format!("{} {}", style::paint(style::NAME, &subject.artifact), subject.version);
    let (environment, dot) = (&subject.environment, page.symbols().dot);
    let success = view.tally.success_ratio.map(|ratio| format!(", {} success", percent(ratio)));
    let runs = format!("{}{}", counted(view.tally.total, "run"), success.unwrap_or_default());
    let mut scope = view.policy.scope.clone().unwrap_or_else(|| "built in".into());
    if let Some(from) = &check.policy.from {
        scope = format!("{scope}, {from}");
    }
    match (&view.verdict.regression, check.policy.policy()) {
        (Some(regression), _) => {
            let symbol = page.symbols().condemned;
            let verdict = style::paint(style::BAD, format_args!("{symbol} {}", found(view)));
            page.line(format_args!("{name}  {verdict}"));
            let (tier, description) = (&regression.tier, visible::line(&regression.description));
            let severity = regression.severity.map(|severity| format!(", {severity}"));
            let severity = severity.unwrap_or_default();
            page.line(format_args!("  {tier} tier{severity}: {description}"));
        }
        (None, Some(_)) => {
            let healthy = style::paint(style::GOOD, format_args!("healthy in {environment}"));
            let near = nearest(&check.standings);
            let near = near.map_or_else(String::new, |near| format!(" ({})", near.found));
            page.line(format_args!("{name}  {healthy}{near}"));
        }
        (None, None) => page.line(format_args!("{name}  not judged: the policy is off")),
    }
    // Rules that count are said above, once they have begun to.
    for standing in check.standings.iter().filter(|standing| standing.measured.is_some()) {
        let line = standing.to_string();
        let line = visible::line(&line);
        let mark = if standing.holds { style::paint(style::BAD, &line) } else { line.to_string() };
        page.line(format_args!("  {mark}"));
    }
    for candidate in &view.candidates {
        let (version, found) = (candidate.version, visible::line(&candidate.rule.description));
        page.line(format_args!("  {version} beside it: {found}"));
    }
    if let Some(drift) = &view.drift {
        let warning = format_args!("{} {}", page.symbols().warning, drift.description);
        page.line(format_args!("  {}", style::paint(style::WAITING, warning)));
    }
    passed_over(&check.policy, page);
    page.hint(format_args!("  {runs} {dot} policy: {scope}"));
    if view.verdict.regression.is_some() {
        let (flags, artifact) = (context.flags(), &subject.artifact);
        let halted = view.latch.is_some();
        let next = if halted { "log" } else { "rollback" };
        page.next(&[format!("sternway{flags} {next} {artifact}")]);
    }
}

fn found(view: &CheckView) -> String {
    let environment = &view.subject.environment;
    match view.latch.as_ref().map(|latch| latch.action) {
        Some(action @ (LatchActionView::Halted | LatchActionView::OverBudget)) => {
            let why = view::why_it_stays(action);
            format!("regressed in {environment}, and {why}: a person must act")
        }
        Some(_) => format!("regressed in {environment}"),
        None => format!("would be rolled back in {environment}"),
    }
}
