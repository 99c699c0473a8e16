//! `sternway exec`: run a command with what is live, and record how it went.
//!
//! [`attempt`] is the whole of one run. Around it: [`argv`] fills in the command line, [`copy`] and
//! [`extension`] write the content where the command finds it, [`child`] runs it with its
//! [`stderr`] and through every [`signal`], [`ending`] says what its end means, and [`report`] what
//! a person is told. [`shadow`] runs the copy that a candidate gets. [`validator`] runs the commands that policies ask for by the same means.

mod argv;
mod attempt;
mod child;
mod copy;
mod ending;
mod extension;
mod health;
mod hidden;
mod report;
mod shadow;
mod signal;
mod stderr;
mod validator;

use std::{ffi::OsString, process::ExitCode, time::Duration};

use serde_json::json;
use sternway::types::ArtifactId;

pub(super) use self::{
    argv::Template,
    attempt::{Attempt, AttemptError, Order, Recorded, withdrawn},
    child::{Ended, Errand, Group, RunError, Streams, run as run_child},
    copy::PrivateCopy,
    ending::Conclusion,
    report::rolled_back,
    signal::Interrupts,
    stderr::Stderr,
};
use self::{attempt::Live, ending::OWN_FAILURE};
pub(crate) use self::{health::probe_of, validator::CommandValidator};
use crate::{
    command::resolve::{Attribute, attribute},
    context::Context,
    error::{self, CliError},
    format::duration,
};

const ABOUT: &str = "\
Run a command with what is live, and record how it went.

The content of the live version is written to a private folder, and {file} in the arguments is \
replaced by the path of its file, {dir} by that of the folder, {version} by its number. A version \
that is a folder itself has only {dir}; its files can be read and run, not written to. There is no \
shell in between. The command also gets STERNWAY_FILE (of one file), STERNWAY_DIR, \
STERNWAY_ARTIFACT, STERNWAY_VERSION, STERNWAY_ENVIRONMENT and STERNWAY_GENERATION in its \
environment. The store is not held while it runs.

While a deployment has a candidate shadowed, the command runs for the candidate as well, at the same time, with STERNWAY_SHADOW=1 and without input; nobody sees what it prints, and only its outcome is recorded, whatever it is. A run that reads a pipe or a file has no copy.

Exit status 0 is recorded as a success. Everything else is a failure, with the error class and \
message that a Python, Node.js, Java or Rust program printed last on stderr, or with the last line \
there. An interrupt (Ctrl-C, SIGTERM) is no failure. When the version regresses by it, the last \
good one is live again before this command returns.

stderr is passed through a pipe, so a command that asks whether stderr is a terminal sees none; \
--inherit-stderr gives it the terminal.";

const MORE: &str = "\
Exit status: the command's own; 128+N if signal N ended it; 124 if it ran out of time, 125 if \
Sternway itself failed, 126 if the command cannot be run, 127 if there is none.

Examples:
  sternway exec tools/search -- python3 {file} --query agents
  sternway exec tools/search --timeout 30s -- node --stack-trace-limit=5 {file}
  sternway exec tools/scraper -- python3 {dir}/main.py
  sternway exec prompts/greeting -- ./ask-model.sh --prompt={file}";

/// Run a command with what is live, and record how it went.
#[derive(Debug, clap::Args)]
#[command(long_about = ABOUT, after_help = MORE)]
pub(crate) struct Args {
    /// Whose live version: COLLECTION/NAME, such as tools/search.
    #[arg(value_name = "KEY")]
    artifact: ArtifactId,

    /// End the command after this long, and record a failure of class Timeout. It is sent SIGTERM,
    /// and SIGKILL after 2 more seconds; what it started itself is not.
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    timeout: Option<Duration>,

    /// Say in the store before the command runs that it begins: if nobody says so long after how it ended, such
    /// as since Sternway was killed, it failed.
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    deadline: Option<Duration>,

    /// A name for this run: recorded twice under one name for one KEY and environment, it counts
    /// once.
    #[arg(long, value_name = "ID")]
    id: Option<String>,

    /// The trace id to find the run by elsewhere.
    #[arg(long, value_name = "ID")]
    trace: Option<String>,

    /// Whose run it is, such as a user's name: while a deployment shares the runs out between two
    /// versions, the same name is given the same one. Default: by chance.
    #[arg(long, value_name = "NAME")]
    key: Option<String>,

    /// What the run carries, such as a header of the request that it is for: a candidate may be given it for
    /// that. Once for each.
    #[arg(long, value_name = "NAME=VALUE", value_parser = attribute)]
    attribute: Vec<Attribute>,

    /// Let the command write to stderr itself, such as to a terminal. Sternway does not see it, and
    /// records no class and message.
    #[arg(long)]
    inherit_stderr: bool,

    /// What to run. {file} is the path of the content, {dir} that of its folder, {version} the
    /// number of the version.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// Runs a command with what is live.
///
/// # Errors
///
/// [`CliError`] only for what can be said before anything is run.
pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let Some(template) = Template::new(args.command) else {
        return Err(CliError::invalid("the command is empty: name one after --"));
    };
    let (artifact, stderr) = (args.artifact, Stderr::shown(args.inherit_stderr));
    let (timeout, deadline, name) = (args.timeout, args.deadline, args.id);
    let (trace, key, attributes) = (args.trace, args.key, args.attribute);
    let order = Order { artifact, template, timeout, deadline, name, trace, key, attributes };
    if context.dry_run {
        return Ok(preview(context, &order).await.unwrap_or_else(|err| failed(context, &err)));
    }
    let interrupts = Interrupts::listen();
    let mut interrupts = match interrupts.map_err(CliError::Runtime) {
        Ok(interrupts) => interrupts,
        Err(err) => return Ok(failed(context, &err)),
    };
    Ok(match order.attempt(context, Streams::ours(stderr), &mut interrupts).await {
        Ok(attempt) => {
            report::say(context, &attempt);
            ExitCode::from(attempt.code())
        }
        Err(AttemptError::Before(err)) => failed(context, &err),
        Err(AttemptError::Run(err)) => not_run(context, &order, &err),
    })
}

impl Attempt {
    /// Our own exit status: the command's, unless it succeeded and its success was lost.
    fn code(&self) -> u8 {
        match (self.ended.code(), &self.recorded) {
            (0, Err(_)) => OWN_FAILURE,
            (code, _) => code,
        }
    }
}

/// Sternway itself failed: whoever looks at the exit status must not take it for the command's.
fn failed(context: &Context, err: &CliError) -> ExitCode {
    // Its own exit code is for commands that run nothing.
    let _ = error::report(err, context.output, &context.console);
    ExitCode::from(OWN_FAILURE)
}

fn not_run(context: &Context, order: &Order, err: &RunError) -> ExitCode {
    let recorded = order.deadline.map_or("nothing was recorded", |_| "it is recorded as unknown");
    let help = format!("{recorded}: this says nothing about {}", order.artifact);
    failed(context, &err.problem().with_help(help));
    ExitCode::from(err.exit_code())
}

async fn preview(context: &Context, order: &Order) -> Result<ExitCode, CliError> {
    let live = order.live(context).await?;
    let argv = order.preview(&live);
    let Live { subject, .. } = &live;
    let view = json!({
        "artifact": subject.artifact,
        "environment": subject.environment,
        "version": subject.version,
        "generation": subject.generation,
        "command": argv.shown(),
    });
    context.answer(&view, &format!("{}@{}", subject.artifact, subject.version), |page| {
        let (artifact, version) = (&subject.artifact, subject.version);
        page.line(format_args!("would run {artifact} {version}: {}", argv.quoted()));
    })?;
    Ok(ExitCode::SUCCESS)
}
