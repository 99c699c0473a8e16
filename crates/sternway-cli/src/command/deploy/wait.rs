//! Drives a deployment to its end, and tells of every step.
//!
//! The store's file is used by one process at a time, so it is let go of between two looks: those who
//! run the versions record how they went meanwhile.

use std::{process::ExitCode, time::Duration};

use sternway::{
    Missing,
    api::{DeploymentView, ProblemCode},
    control::{ControlError, deploy::Probing},
    provider::Stopwatch,
    types::Deployment,
};

use super::{
    show::{exit, line, placed},
    target::Target,
};
use crate::{
    cli::Output,
    context::Context,
    error::CliError,
    format::{duration, visible},
    open::pause,
    place,
};

/// What `--wait` ends with when time is up.
const NOT_OVER: u8 = 7;
/// How long the store is let go of between two looks.
const BETWEEN: Duration = Duration::from_millis(200);

/// Which deployment, and how long.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which: KEY, or the id of a deployment.
    #[arg(value_name = "KEY|ID")]
    target: Target,

    /// For how long at most. Exit code 7: it is not over by then.
    #[arg(long, value_name = "DURATION", default_value = "90d", value_parser = duration::parse_days)]
    timeout: Duration,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let found = context.with(Missing::Refuse, async |sternway| {
        let found = args.target.find(context, sternway.control()).await?.deployment;
        let view = placed(sternway.control(), &found).await?;
        Ok((found, view))
    });
    let (deployment, view) = found.await?;
    to_the_end(context, deployment, view, args.timeout).await
}

/// Drives a deployment until it is over, or time is up.
pub(super) async fn to_the_end(
    context: &Context,
    mut deployment: Deployment,
    mut view: DeploymentView,
    length: Duration,
) -> Result<ExitCode, CliError> {
    let watch = Stopwatch::start();
    let (mut troubled, mut questions) = (String::new(), Questions::default());
    tell(context, &view)?;
    while !deployment.phase.is_over() {
        if watch.elapsed() >= length {
            return Ok(ExitCode::from(NOT_OVER));
        }
        pause(BETWEEN.min(length)).await;
        let driven = context.with(Missing::Refuse, async |sternway| {
            let control = sternway.control();
            let driven = control.drive_one(&deployment.environment, deployment.id).await?;
            let probing = control.probing(&driven.deployment);
            let view = placed(control, &driven.deployment).await?;
            Ok((driven, view, probing))
        });
        let (driven, after, probing) = match driven.await {
            Ok(driven) => driven,
            // Those who record have it just now.
            Err(err) if err.code() == ProblemCode::StoreBusy => continue,
            Err(err) => return Err(err),
        };
        troubled = complain(context, driven.trouble, &troubled);
        let before = std::mem::replace(&mut view, after);
        deployment = driven.deployment;
        let seen =
            |it: &DeploymentView| (it.state, it.step, it.weight, it.starved, it.behind.len());
        if seen(&before) != seen(&view) {
            tell(context, &view)?;
        }
        if let Some(probing) = probing.filter(|_| watch.elapsed() >= questions.next) {
            questions.ask(context, &probing).await?;
            questions.next = watch.elapsed().saturating_add(questions.rest);
        }
    }
    Ok(exit(&deployment))
}

/// Says what is in the way, once for as long as it is the same.
fn complain(context: &Context, trouble: Option<ControlError>, before: &str) -> String {
    let Some(trouble) = trouble else { return String::new() };
    let why = CliError::from(trouble).chain().join(": ");
    if why != before {
        context.console.complain(&format!("trying again: {}", visible::line(&why)));
    }
    why
}

/// When the health of the candidates is asked for next.
#[derive(Default)]
struct Questions {
    /// When, since the waiting began.
    next: Duration,
    /// How long they are left alone after the last answer.
    rest: Duration,
    /// Why nothing was found out the last time.
    said: String,
}

impl Questions {
    /// Asks, with the store let go of, and says what came of it.
    async fn ask(&mut self, context: &Context, probing: &Probing) -> Result<(), CliError> {
        let health = match probing.ask().await {
            Ok(health) => health,
            Err(err) => {
                self.rest = probing.again();
                self.note(context, format!("the health check found nothing out: {err}"));
                return Ok(());
            }
        };
        self.rest = Duration::ZERO;
        let said = context.with(Missing::Refuse, async |sternway| {
            Ok(sternway.control().probed(probing, &health).await?)
        });
        match said.await {
            Ok(_) => Ok(()),
            // It is asked again.
            Err(err) if err.code() == ProblemCode::StoreBusy => Ok(()),
            Err(err) => {
                // Who is not well gets no requests meanwhile, whether or not the store can be opened.
                let routers = context.routers(&place::find(context.place.as_ref()));
                let taken = probing.withdraw(&routers, &health, context.now()).await;
                context.say_taken(taken);
                Err(err)
            }
        }
    }

    /// Says it once for as long as it is the same.
    fn note(&mut self, context: &Context, why: String) {
        if self.said != why {
            context.console.note(&visible::line(&why));
            self.said = why;
        }
    }
}

/// One line for each step.
pub(crate) fn tell(context: &Context, view: &DeploymentView) -> Result<(), CliError> {
    match context.output {
        // A document that grows would be of no use: both are one object per line.
        Output::Json | Output::Jsonl => context.console.print_json_line(view),
        Output::Name | Output::Table => {
            let mut page = context.console.page();
            let line = if context.output == Output::Name {
                view.state.to_owned()
            } else {
                format!("{}  {}", context.now(), line(view, &page))
            };
            page.line(line);
            context.console.print(&page)
        }
    }
}
