//! `sternway supervise`: judge again and again what nobody judged, drive deployments, and keep routers told.
//!
//! The store's file is used by one process at a time, so it is not held in between: it is opened,
//! which judges what nobody judged, and closed, which notes that.

mod due;

use std::{process::ExitCode, time::Duration};

use sternway::{
    Missing,
    api::{DeploymentView, ProblemCode, SupervisedView},
    control::{
        Control, ControlError,
        deploy::{Driven, HealthChecks, Unrouted},
        record::Judged,
    },
    types::{ArtifactId, At, DeploymentId, EnvironmentId, Revision, Subject, Verdict},
};

use self::due::Due;
use crate::{
    cli::Output,
    command::{deploy, notify::Post},
    context::Context,
    error::CliError,
    format::{duration, visible},
    open::pause,
    place,
    render::style,
    view,
};

/// What a command that Ctrl-C ended ends with.
const INTERRUPTED: u8 = 130;
/// How often the time between two looks is doubled at most, while the store cannot be used.
const MOST_DOUBLINGS: u32 = 3;

const EXAMPLES: &str = "\
Examples:
  sternway supervise                         until Ctrl-C, a look every 30 seconds
  sternway supervise --every 5s -o jsonl     one JSON object per stay that was judged
  sternway supervise --once                  one look, such as from cron

Whoever records a run judges it at once. This is for runs that were recorded by a process that died
before it judged them. It takes deployments from step to step, has routers that were started again share the
requests out as before, and tells channels what happened (sternway notify). Any number of them may run.";

/// Take back what regressed by runs that nobody judged, drive deployments, and tell channels: one line
/// for each thing that happens. Ctrl-C ends it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Look once, and end.
    #[arg(long)]
    once: bool,

    /// How long to wait between two looks.
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration::parse)]
    every: Duration,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    if args.every.is_zero() {
        return Err(CliError::invalid("--every takes a length of time above zero"));
    }
    tokio::select! {
        biased;
        ended = tokio::signal::ctrl_c() => {
            ended.map_err(CliError::Runtime)?;
            Ok(ExitCode::from(INTERRUPTED))
        }
        supervised = supervise(context, &args) => supervised,
    }
}

async fn supervise(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    if !args.once {
        let every = args.every;
        context.console.note(&format!("looking every {every:?} for runs that nobody judged"));
    }
    let (mut troubled, mut rounds) = (0, Rounds::default());
    loop {
        match look(context, &mut rounds).await {
            Ok(()) if args.once && !rounds.post.is_sending() => return Ok(ExitCode::SUCCESS),
            Ok(()) => troubled = 0,
            // What may be over at the next look is no reason to end.
            Err(err) if !args.once && passes(&err) => {
                troubled = (troubled + 1).min(MOST_DOUBLINGS);
                let why = err.chain().join(": ");
                context.console.complain(&format!("trying again: {}", visible::line(&why)));
                // Who was found not to be well gets no requests meanwhile.
                let routers = context.routers(&place::find(context.place.as_ref()));
                context.say_taken(rounds.checks.withdraw(&routers, context.now()).await);
            }
            Err(err) => return Err(err),
        }
        let every = args.every.saturating_mul(1 << troubled);
        if args.once {
            rounds.post.send().await;
        } else {
            wait(every, &mut rounds).await;
        }
    }
}

/// What is kept from one look to the next.
#[derive(Default)]
struct Rounds {
    /// Behind which artifact routers are looked at next.
    after: Option<ArtifactId>,
    post: Post,
    checks: HealthChecks,
    deployments: Due,
}

/// Waits for the next look, which comes at once when something was sent, or found out, to be written down.
async fn wait(every: Duration, rounds: &mut Rounds) {
    tokio::select! {
        biased;
        () = rounds.post.send() => (),
        () = rounds.checks.next() => (),
        () = pause(every) => (),
    }
}

fn passes(err: &CliError) -> bool {
    matches!(
        err.code(),
        ProblemCode::StoreBusy | ProblemCode::StoreUnavailable | ProblemCode::StoreFull
    )
}

/// One look: opening judges what nobody judged.
async fn look(context: &Context, rounds: &mut Rounds) -> Result<(), CliError> {
    let found = place::find(context.place.as_ref());
    let sternway = context.open_unsaid(found, Missing::Refuse).await?;
    context
        .finish(sternway, async |sternway| {
            let swept = sternway.swept().map_err(|err| CliError::from(err.clone()))?;
            for judged in &swept.judged {
                say(context, judged)?;
            }
            swept.failed.iter().try_for_each(|(subject, err)| complain(context, subject, err))?;
            let control = sternway.control();
            if !rounds.checks.say(control).await?.is_empty() || !swept.judged.is_empty() {
                rounds.deployments.again();
            }
            // What others commit meanwhile is looked at in the next round.
            let (head, now) = (head(control).await?, control.now());
            if rounds.deployments.is_now(head, now) {
                rounds.deployments = Due::looked(now, head);
                rounds.deployments.note(control.tell_windows().await?);
                drive(context, control, rounds).await?;
            }
            for unrouted in control.keep_routes(&mut rounds.after).await? {
                routed(context, &unrouted);
                if unrouted.is_withdrawn() {
                    rounds.deployments.again();
                }
            }
            rounds.post.call(context, control).await
        })
        .await
}

async fn head(control: &Control) -> Result<Revision, ControlError> {
    let head = control.store().head(control.namespace(), At::Head).await?;
    Ok(head.map_or(Revision::ZERO, |head| head.revision))
}

/// Drives every deployment that is under way as far as it goes now, and those that have their turn since, and notes
/// when to look again. What is in the way of one is in the way of no other.
async fn drive(context: &Context, control: &Control, rounds: &mut Rounds) -> Result<(), CliError> {
    while drive_all(context, control, rounds).await? {}
    Ok(())
}

/// Drives each of them once, and says whether one ended, behind which another may wait.
async fn drive_all(
    context: &Context,
    control: &Control,
    rounds: &mut Rounds,
) -> Result<bool, CliError> {
    let mut ended = false;
    for (environment, id) in control.deployments_under_way().await? {
        match drive_one(control, &environment, id).await {
            Ok((driven, moved)) => {
                rounds.checks.make(control, &driven.deployment);
                rounds.deployments.note(driven.due);
                ended |= moved && driven.deployment.phase.is_over();
                if let Some(err) = &driven.trouble {
                    again(context, err);
                    rounds.deployments.again();
                }
                if moved {
                    deploy::tell(context, &DeploymentView::from(&driven.deployment))?;
                }
            }
            Err(err) => {
                again(context, &err);
                rounds.deployments.again();
            }
        }
    }
    Ok(ended)
}

async fn drive_one(
    control: &Control,
    environment: &EnvironmentId,
    id: DeploymentId,
) -> Result<(Driven, bool), ControlError> {
    let before = control.deployment(environment, id).await?.deployment;
    let driven = control.drive_one(environment, id).await?;
    let moved = driven.deployment != before;
    Ok((driven, moved))
}

fn again(context: &Context, err: &ControlError) {
    let why = CliError::from(err.clone()).chain().join(": ");
    context.console.complain(&format!("trying again: {}", visible::line(&why)));
}

/// What a router did not do as the store wants.
fn routed(context: &Context, unrouted: &Unrouted) {
    let Unrouted { artifact, environment, trouble } = unrouted;
    match trouble {
        Some(err) => again(context, err),
        None => context.console.note(&format!(
            "the router had lost the route of {artifact} in {environment}, and has it again"
        )),
    }
}

fn say(context: &Context, judged: &Judged) -> Result<(), CliError> {
    let view = SupervisedView {
        at: context.now(),
        subject: (&judged.subject).into(),
        verdict: Some((&judged.verdict).into()),
        reaction: view::reaction(judged, context.dry_run),
        problem: None,
        dry_run: context.dry_run,
    };
    match context.output {
        // A document that never ends would be of no use: both are one object per line.
        Output::Json | Output::Jsonl => context.console.print_json_line(&view),
        Output::Name if judged.verdict == Verdict::Undecided => Ok(()),
        Output::Name => {
            let mut page = context.console.page();
            page.line(&judged.subject.artifact);
            context.console.print(&page)
        }
        Output::Table => {
            let Some(said) = view::swept(judged, context.dry_run) else { return Ok(()) };
            let mut page = context.console.page();
            page.line(format_args!("{}  {}", view.at, visible::line(&said)));
            context.console.print(&page)
        }
    }
}

fn complain(context: &Context, subject: &Subject, err: &ControlError) -> Result<(), CliError> {
    let why = CliError::from(err.clone()).chain().join(": ");
    if context.output.is_json() {
        return context.console.print_json_line(&SupervisedView {
            at: context.now(),
            subject: subject.into(),
            verdict: None,
            reaction: None,
            problem: Some(why),
            dry_run: context.dry_run,
        });
    }
    let Subject { artifact, version, environment, .. } = subject;
    let warning = style::paint(style::WAITING, "warning:");
    let why = visible::line(&why);
    context.console.complain(&format!(
        "{warning} runs of {artifact} {version} in {environment} cannot be judged: {why}; next: \
         sternway{} {}",
        context.flags(),
        view::after_not_judged(artifact, err)
    ));
    Ok(())
}
