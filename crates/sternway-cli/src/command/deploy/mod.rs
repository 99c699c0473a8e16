//! `sternway deploy`: versions reach an environment step by step.
//!
//! [`plan`] makes the steps of what is typed, [`start`] begins a deployment, [`target`] finds one,
//! [`ask`] does what people ask of it, [`back`] takes it back, [`wait`] drives it and tells of every step, and
//! [`show`] shows it.

mod ask;
mod back;
mod list;
pub(crate) mod plan;
mod show;
mod start;
mod target;
mod wait;
pub(crate) mod waiting;

use std::process::ExitCode;

use clap::Subcommand;

pub(crate) use self::{
    ask::{Approve, Reject, approve, reject},
    show::line,
    wait::tell,
};
use crate::{context::Context, error::CliError};

const EXAMPLES: &str = "\
Examples:
  sternway deploy start tools/search@v4 --canary 5,25,50 --wait
  sternway deploy start prompts/greeting@latest --blue-green
  sternway deploy start tools/search@v5 --queue         after those that are under way, by itself
  sternway deploy plan tools/search@v4 --rolling 20     what it would do, and nothing more
  sternway deploy status tools/search
  sternway deploy promote tools/search                  on to the next step
  sternway deploy promote tools/search --full -m \"hotfix\"    live now, without proof
  sternway deploy abort tools/search -m \"wrong build\"
  sternway deploy rollback tools/search -m \"slow since\"      also once it is completed

States: queued, awaiting_approval, progressing, paused, promoting, baking, completed; rolling_back,
rolled_back, superseded, rejected, halted. In every one of them that is not the last, a candidate
that regresses goes back by itself. \"starved\": outcomes that a step waits for do not come. `sternway supervise` drives deployments; so does --wait.";

/// Bring a version live step by step, judged on what it does.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Begin a deployment.
    Start(start::Args),
    /// Show what a deployment would do. Begins none.
    Plan(start::PlanArgs),
    /// List deployments: those under way and those that wait for their turn, or all.
    List(list::Args),
    /// Show where a deployment is.
    Status(show::Args),
    /// Drive a deployment to its end, and tell of every step. Exit code 8: it went back.
    Watch(wait::Args),
    /// Go on to the next step, or live at once with --full.
    Promote(ask::PromoteArgs),
    /// Go no further. What regresses goes back all the same.
    Pause(ask::Args),
    /// Go on.
    Resume(ask::Args),
    /// Go back: what was live before is live alone, and the candidate is condemned.
    Abort(ask::Args),
    /// Go back, under way or over: what was live before the deployment is live alone.
    Rollback(back::Args),
    /// Begin the same deployment again.
    Retry(start::RetryArgs),
    /// Give up a deployment that nobody can see going back, or take one that waits out of the queue.
    Halt(ask::Args),
    /// Show what happened to a deployment, commit by commit.
    Logs(show::Args),
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    use sternway::deploy::Ask;
    match args.command {
        Command::Start(args) => start::run(context, args).await,
        Command::Plan(args) => start::plan(context, args).await,
        Command::List(args) => list::run(context, &args).await,
        Command::Status(args) => show::run(context, args).await,
        Command::Watch(args) => wait::run(context, args).await,
        Command::Promote(args) => ask::promote(context, args).await,
        Command::Pause(args) => ask::run(context, args, Ask::Pause).await,
        Command::Resume(args) => ask::run(context, args, Ask::Resume).await,
        Command::Abort(args) => ask::run(context, args, Ask::Abort).await,
        Command::Rollback(args) => back::run(context, args).await,
        Command::Retry(args) => start::retry(context, args).await,
        Command::Halt(args) => ask::run(context, args, Ask::Halt).await,
        Command::Logs(args) => show::logs(context, args).await,
    }
}
