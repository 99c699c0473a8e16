//! Runs a command and waits for it: with a limit of time, and through signals.

use std::{
    ffi::OsString,
    io,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use sternway::provider::Stopwatch;
use tokio::{process::Child, time::Instant};

use super::{
    argv::Argv,
    signal::{Interrupt, Interrupts},
    stderr::{Passage, Stderr},
};
use crate::error::CliError;

/// How long a command that is out of time has between being asked to end and being killed.
const GRACE: Duration = Duration::from_secs(2);

/// A command that is ready to run.
#[derive(Debug)]
pub(crate) struct Errand {
    /// What is run.
    pub(crate) argv: Argv,
    /// What its environment has besides ours.
    pub(crate) variables: Vec<(&'static str, OsString)>,
    /// How long it may take.
    pub(crate) timeout: Option<Duration>,
    /// What it reads and writes.
    pub(crate) streams: Streams,
    /// Whom it runs among.
    pub(crate) group: Group,
}

/// Whom a command runs among.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// Us: a terminal's signals reach it, and what it leaves behind goes on.
    Ours,
    /// Its own: it sees no terminal, and nothing of it outlives it.
    Own,
}

/// What a command reads and writes.
#[derive(Debug)]
pub(crate) struct Streams {
    /// Where its standard input comes from.
    pub(crate) stdin: Stdio,
    /// Where its standard output goes.
    pub(crate) stdout: Stdio,
    /// Where its standard error goes.
    pub(crate) stderr: Stderr,
}

impl Streams {
    /// Everything is the terminal's, or whatever ours is.
    pub(crate) fn ours(stderr: Stderr) -> Self {
        Self { stdin: Stdio::inherit(), stdout: Stdio::inherit(), stderr }
    }
}

/// What ended a command before it ended by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// It took longer than this.
    TimedOut(Duration),
    /// Sternway received this signal, and the child with it.
    Interrupted(i32),
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    /// What it said itself.
    pub(crate) status: ExitStatus,
    /// What ended it, if not itself.
    pub(crate) cut: Option<Cut>,
    /// The end of its standard error.
    pub(crate) stderr: Vec<u8>,
    /// How long it took.
    pub(crate) took: Duration,
}

impl Ended {
    /// Whether a signal to Sternway ended the run.
    pub(crate) const fn was_interrupted(&self) -> bool {
        matches!(self.cut, Some(Cut::Interrupted(_)))
    }
}

/// Why a command did not run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    /// It could not be started.
    #[error("{command} could not be started")]
    Start {
        /// Which command.
        command: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// It was not started: Sternway was interrupted before.
    #[error("interrupted before {command} was started")]
    Interrupted {
        /// Which command.
        command: String,
        /// By which signal.
        signal: i32,
    },
    /// It was started, and nobody knows how it ended.
    #[error("the end of {command} could not be waited for")]
    Wait {
        /// Which command.
        command: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
}

impl RunError {
    /// What a person is told.
    pub(crate) fn problem(&self) -> CliError {
        CliError::invalid(match self {
            Self::Start { cause, .. } | Self::Wait { cause, .. } => format!("{self}: {cause}"),
            Self::Interrupted { .. } => self.to_string(),
        })
    }
}

/// Runs a command until it ends.
pub(crate) async fn run(errand: Errand, interrupts: &mut Interrupts) -> Result<Ended, RunError> {
    let command = errand.argv.command().to_string_lossy().into_owned();
    let timeout = errand.timeout;
    // A terminal's Ctrl-C has reached nobody but us so far.
    if let Some(Interrupt { number: signal, .. }) = interrupts.pending() {
        return Err(RunError::Interrupted { command, signal });
    }
    let stopwatch = Stopwatch::start();
    let (mut child, passage) = match start(errand) {
        Ok(started) => started,
        Err(cause) => return Err(RunError::Start { command, cause }),
    };
    let waited = wait(&mut child, timeout, interrupts).await;
    let took = stopwatch.elapsed();
    // What it left behind in a group of its own ends here, and writes no more.
    drop(child);
    let (status, cut) = waited.map_err(|cause| RunError::Wait { command, cause })?;
    let stderr = match passage {
        Some(passage) => last_words(passage, cut, interrupts).await,
        None => Vec::new(),
    };
    Ok(Ended { status, cut, stderr, took })
}

/// The end of the standard error, once all of it was shown or nobody waits for that any more.
async fn last_words(
    mut passage: Passage,
    cut: Option<Cut>,
    interrupts: &mut Interrupts,
) -> Vec<u8> {
    let patience = async {
        match cut {
            // A pager that nobody scrolls would keep the command until they do.
            None => std::future::pending().await,
            // It was to end now.
            Some(_) => tokio::time::sleep_until(Instant::now() + GRACE).await,
        }
    };
    tokio::select! {
        () = passage.shown() => (),
        () = patience => (),
        _ = interrupts.next() => (),
    }
    passage.tail()
}

/// A command that runs.
struct Running {
    child: Child,
    group: Group,
    /// Its id, which is also that of a group of its own.
    id: Option<u32>,
}

impl Drop for Running {
    /// Ends what is left of a group of its own, whatever became of who waited.
    fn drop(&mut self) {
        if self.group == Group::Own {
            end_group(self.id);
        }
    }
}

fn start(errand: Errand) -> io::Result<(Running, Option<Passage>)> {
    let Streams { stdin, stdout, stderr } = errand.streams;
    let (stderr, passage) = Passage::open(stderr)?;
    let mut command = tokio::process::Command::new(errand.argv.command());
    command.args(errand.argv.arguments()).envs(errand.variables);
    let group = errand.group;
    if group == Group::Own {
        own_group(&mut command);
    }
    let child = command.stdin(stdin).stdout(stdout).stderr(stderr).spawn()?;
    let id = child.id();
    Ok((Running { child, group, id }, passage))
}

async fn wait(
    running: &mut Running,
    timeout: Option<Duration>,
    interrupts: &mut Interrupts,
) -> io::Result<(ExitStatus, Option<Cut>)> {
    let mut cut = None;
    let mut limit = Limit::new(timeout);
    loop {
        tokio::select! {
            status = running.child.wait() => {
                let interrupted = |it: Interrupt| Cut::Interrupted(it.number);
                return Ok((status?, cut.or_else(|| interrupts.pending().map(interrupted))));
            }
            interrupt = interrupts.next() => {
                cut.get_or_insert(Cut::Interrupted(interrupt.number));
                running.pass_on(interrupt);
            }
            out_of_time = limit.reached() => {
                cut.get_or_insert(Cut::TimedOut(out_of_time));
                limit = limit.enforce(running)?;
            }
        }
    }
}

/// What is done next to a command that does not end.
#[derive(Clone, Copy, Debug)]
enum Limit {
    /// Nothing, however long it takes.
    None,
    /// It is asked to end.
    Ask { at: Instant, timeout: Duration },
    /// It is killed.
    Kill { at: Instant, timeout: Duration },
}

impl Limit {
    fn new(timeout: Option<Duration>) -> Self {
        let at = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        // A moment too far away to be told is never reached.
        at.zip(timeout).map_or(Self::None, |(at, timeout)| Self::Ask { at, timeout })
    }

    async fn reached(self) -> Duration {
        match self {
            Self::None => std::future::pending().await,
            Self::Ask { at, timeout } | Self::Kill { at, timeout } => {
                tokio::time::sleep_until(at).await;
                timeout
            }
        }
    }

    fn enforce(self, running: &mut Running) -> io::Result<Self> {
        match self {
            Self::None => Ok(self),
            Self::Ask { timeout, .. } => {
                running.ask_to_end()?;
                Ok(Self::Kill { at: Instant::now() + GRACE, timeout })
            }
            Self::Kill { .. } => {
                running.child.start_kill()?;
                Ok(Self::None)
            }
        }
    }
}

impl Running {
    #[cfg(unix)]
    fn ask_to_end(&mut self) -> io::Result<()> {
        self.send(signal_hook::consts::SIGTERM);
        Ok(())
    }

    #[cfg(not(unix))]
    fn ask_to_end(&mut self) -> io::Result<()> {
        self.child.start_kill()
    }

    #[cfg(unix)]
    fn pass_on(&self, interrupt: Interrupt) {
        // No terminal's signal reaches a group of its own.
        if interrupt.pass_on || self.group == Group::Own {
            self.send(interrupt.number);
        }
    }

    #[cfg(not(unix))]
    fn pass_on(&self, _interrupt: Interrupt) {}

    #[cfg(unix)]
    fn send(&self, signal: i32) {
        use rustix::process::{Signal, kill_process, kill_process_group};

        // A child whose end was seen has no id any more, so no stranger is hit.
        if let (Some(id), Some(signal)) = (pid(self.child.id()), Signal::from_named_raw(signal)) {
            // A child that may not be signalled, such as one under sudo, is waited for.
            let _: Result<(), _> = match self.group {
                Group::Ours => kill_process(id, signal),
                Group::Own => kill_process_group(id, signal),
            };
        }
    }
}

#[cfg(unix)]
fn own_group(command: &mut tokio::process::Command) {
    command.process_group(0);
}

#[cfg(not(unix))]
fn own_group(command: &mut tokio::process::Command) {
    command.kill_on_drop(true);
}

/// Kills what is left of a group. Its id is nobody else's while there is anything left of it; if
/// there is not, nobody has it so soon.
#[cfg(unix)]
fn end_group(id: Option<u32>) {
    use rustix::process::{Signal, kill_process_group};

    if let Some(id) = pid(id) {
        let _: Result<(), _> = kill_process_group(id, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn end_group(_id: Option<u32>) {}

#[cfg(unix)]
fn pid(id: Option<u32>) -> Option<rustix::process::Pid> {
    id.and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw)
}
