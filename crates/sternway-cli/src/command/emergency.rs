//! `sternway emergency`: an environment back to its newest healthy rollback point.

use std::process::ExitCode;

use sternway::{
    Missing,
    api::{EmergencyView, PointPassedOverView, ProblemCode, UnroutedView},
    control::point::emergency::{Emergency, PassedOver},
    types::{EnvironmentId, Reason},
};

use super::{
    deploy, point,
    restore_to::{moves, view_of},
};
use crate::{
    context::Context,
    error::CliError,
    format::visible,
    render::{page::Page, style},
    settings::key::Key,
};

const EXAMPLES: &str = "\
Examples:
  sternway emergency production --reason \"checkout is red\"
  sternway emergency production --reason \"checkout is red\" --dry-run     what it would do
  sternway emergency production --reason \"alert 4711\" --yes              from a script

Every pointer of the environment goes back in one operation, to the newest rollback point none of
whose versions is condemned, regressed or being deployed. Deployments under way there are aborted.
No approval and no pause is waited for. Asked again, it changes nothing. Further back: sternway
point restore.";

/// Take an environment back at once, to its newest healthy rollback point.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Which environment. It is typed once more, unless --yes is given.
    #[arg(value_name = "ENV")]
    environment: EnvironmentId,

    /// Why. It stays in the history.
    #[arg(short = 'm', long, value_name = "TEXT")]
    reason: Reason,

    /// Ask nothing. Needed where nobody can answer.
    #[arg(short, long)]
    yes: bool,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    if args.reason.is_empty() {
        return Err(CliError::invalid("an emergency has a reason: it stays in the history")
            .with_help(format!("sternway emergency {} --reason WHY", args.environment)));
    }
    if !args.yes && !context.dry_run {
        confirm(context, &args.environment)?;
    }
    let intent = context.intent(args.reason);
    let context = &Context { environment: args.environment.clone(), ..context.clone() };
    let done = context.with(Missing::Refuse, async |sternway| {
        if context.dry_run {
            // Nothing is driven either.
            return Ok(sternway
                .control()
                .rehearsal()
                .emergency(&args.environment, &intent)
                .await?);
        }
        Ok(sternway.control().emergency(&args.environment, &intent).await?)
    });
    let done = done.await.map_err(|err| context.or_withdraw(err))?;
    let view = view(context, &done);
    let name = view.revision.map_or_else(|| "unchanged".to_owned(), |it| it.to_string());
    context.answer(&view, &name, |page| write(context, &view, &done, page))?;
    Ok(if view.unrouted.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(ProblemCode::RouterUnavailable.exit_code())
    })
}

/// Has a person type which environment it is.
fn confirm(context: &Context, environment: &EnvironmentId) -> Result<(), CliError> {
    let again = |problem: String| {
        let help = format!("sternway emergency {environment} --reason … --yes");
        Err(CliError::invalid(problem).with_help(help))
    };
    if !context.console.is_asked() {
        return again("nobody is there to confirm it".into());
    }
    let question =
        format!("Everything in {environment} goes back. Type its name to go on: {environment}?");
    let answer = context.console.ask_for(&question)?;
    if answer == environment.as_str() {
        return Ok(());
    }
    again(format!("{} is not {environment}: nothing was done", visible::line(&answer)))
}

fn view(context: &Context, done: &Emergency) -> EmergencyView {
    let unrouted = done.unrouted.iter().map(|(artifact, err)| UnroutedView {
        artifact: artifact.clone(),
        code: err.code(),
        detail: err.to_string(),
    });
    EmergencyView {
        environment: done.environment.clone(),
        point: (&done.point).into(),
        moved: done.moved.iter().map(view_of).collect(),
        stays: done.stays.iter().map(view_of).collect(),
        unfit: done.unfit.as_ref().map(ToString::to_string),
        aborted: done.aborted.iter().map(Into::into).collect(),
        passed_over: done.passed_over.iter().map(passed_over).collect(),
        unrouted: unrouted.collect(),
        revision: done.revision,
        dry_run: context.dry_run,
    }
}

fn passed_over(it: &PassedOver) -> PointPassedOverView {
    let why = it.why.to_string();
    PointPassedOverView { id: it.point, revision: it.revision, at: it.at, why }
}

fn write(context: &Context, view: &EmergencyView, done: &Emergency, page: &mut Page) {
    let (environment, would, to) = (&view.environment, context.would(), view.point.revision);
    let Some(revision) = view.revision else {
        page.line(format_args!(
            "nothing to do: an emergency took {environment} back to r{to}, and nothing moved since"
        ));
        let (flags, typed) = (context.flags(), context.settings.is_typed(Key::Environment));
        let place = if typed { String::new() } else { format!(" -e {environment}") };
        page.next(&[
            format!("sternway{flags}{place} status"),
            format!("sternway{flags}{place} point list"),
        ]);
        return;
    };
    let heading = format!("{environment} {would}back at r{to}, in revision {revision}");
    page.line(style::paint(style::GOOD, heading));
    page.line(format_args!("  {}", point::line(&view.point)));
    moves(&done.moved, &done.stays, page);
    for aborted in &view.aborted {
        page.line(format_args!("  {}", deploy::line(aborted, page)));
    }
    for passed in &view.passed_over {
        let why = visible::line(&passed.why).into_owned();
        page.hint(format_args!("  not r{}: {why}", passed.revision));
    }
    if let Some(unfit) = &view.unfit {
        let unfit = format!("  stays live: {}", visible::line(unfit));
        page.line(style::paint(style::BAD, unfit));
    }
    for it in &view.unrouted {
        let said = format!("  the router of {} does not follow: {}", it.artifact, it.detail);
        page.line(style::paint(style::BAD, visible::line(&said)));
    }
    if !context.dry_run {
        page.hint(format_args!("  undo with: sternway{} undo r{revision}", context.flags()));
    }
}
