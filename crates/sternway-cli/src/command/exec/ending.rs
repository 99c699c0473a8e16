//! What the end of a command says about the version that ran, and about our own end.

use std::{io, process::ExitStatus};

use sternway::{Outcome, policy::failure::classify, types::Answered};

use super::child::{Cut, Ended, RunError};

/// Sternway itself failed.
pub(crate) const OWN_FAILURE: u8 = 125;
/// The command ran out of time, as `timeout` says it.
const TIMED_OUT: u8 = 124;
/// The command is there and cannot be run.
const NOT_EXECUTABLE: u8 = 126;
/// There is no such command.
const NOT_FOUND: u8 = 127;
/// What is added to the number of the signal that ended a command.
const SIGNALED: i32 = 128;

/// How a run went, in the words that are recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Conclusion {
    /// Exit status 0.
    Succeeded,
    /// It failed by itself.
    Failed {
        /// The class of the error, if the command said it in a form that is known.
        class: Option<String>,
        /// What it said last.
        message: String,
    },
    /// It was interrupted, which is nobody's fault.
    Unknown,
}

impl Conclusion {
    /// What is recorded.
    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Self::Succeeded => Outcome::ok(),
            Self::Failed { class: Some(class), message } => {
                Outcome::failed(message).class(class.as_str())
            }
            Self::Failed { class: None, message } => Outcome::failed(message),
            Self::Unknown => Outcome::unknown(),
        }
    }
}

impl Conclusion {
    /// How it ended, for who got a copy of the run; nothing if nobody knows.
    pub(crate) const fn answered(&self) -> Option<Answered> {
        match self {
            Self::Succeeded => Some(Answered::Succeeded),
            Self::Failed { .. } => Some(Answered::Failed),
            Self::Unknown => None,
        }
    }
}

impl Ended {
    /// How the run went.
    pub(crate) fn conclusion(&self) -> Conclusion {
        match self.cut {
            Some(Cut::Interrupted(_)) => Conclusion::Unknown,
            Some(Cut::TimedOut(after)) => {
                let message = self.said().1.unwrap_or_default();
                let message = format!("still running after {after:?}: {message}");
                let message = message.trim_end_matches([':', ' ']).into();
                Conclusion::Failed { class: Some("Timeout".into()), message }
            }
            None if self.status.success() => Conclusion::Succeeded,
            None => {
                let (class, message) = self.said();
                // A signal is what happened, whatever was said before.
                let class = signal(self.status).map(signal_name).or(class);
                let message = message.unwrap_or_else(|| end(self.status));
                Conclusion::Failed { class, message }
            }
        }
    }

    /// The class and the message that its standard error ends with.
    fn said(&self) -> (Option<String>, Option<String>) {
        let failure = classify(&String::from_utf8_lossy(&self.stderr));
        let Some(failure) = failure else { return (None, None) };
        let class = failure.class().map(ToString::to_string);
        (class, Some(failure.message().to_owned()).filter(|message| !message.is_empty()))
    }

    /// Our own exit status.
    pub(crate) fn code(&self) -> u8 {
        let own = match self.status.code() {
            Some(code) => u8::try_from(code).unwrap_or(1),
            None => signaled(signal(self.status).unwrap_or_default()),
        };
        match self.cut {
            // Who was told to end and did so in good order has done as asked.
            Some(Cut::Interrupted(_)) if self.status.success() => own,
            Some(Cut::Interrupted(number)) => signaled(number),
            Some(Cut::TimedOut(_)) => TIMED_OUT,
            None => own,
        }
    }
}

impl RunError {
    /// Our own exit status, as shells have it.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Start { cause, .. } if cause.kind() == io::ErrorKind::NotFound => NOT_FOUND,
            Self::Start { .. } => NOT_EXECUTABLE,
            Self::Interrupted { signal, .. } => signaled(*signal),
            Self::Wait { .. } => OWN_FAILURE,
        }
    }
}

fn signaled(number: i32) -> u8 {
    u8::try_from(SIGNALED + number).unwrap_or(OWN_FAILURE)
}

pub(super) fn end(status: ExitStatus) -> String {
    match (status.code(), signal(status)) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(number)) => format!("killed by {}", signal_name(number)),
        (None, None) => status.to_string(),
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(unix)]
fn signal_name(number: i32) -> String {
    let name = signal_hook::low_level::signal_name(number);
    name.map_or_else(|| format!("SIG{number}"), Into::into)
}

#[cfg(not(unix))]
const fn signal(_status: ExitStatus) -> Option<i32> {
    None
}

#[cfg(not(unix))]
fn signal_name(number: i32) -> String {
    format!("SIG{number}")
}

#[cfg(all(test, unix))]
mod tests {
    use std::{os::unix::process::ExitStatusExt, time::Duration};

    use super::*;

    const TRACEBACK: &str = "\
Traceback (most recent call last):
  File \"/tmp/search.py\", line 3, in <module>
    execute(query=\"x\")
TypeError: execute() got an unexpected keyword argument 'query'
";

    fn ended(raw: i32, cut: Option<Cut>, stderr: &str) -> Ended {
        let (status, stderr) = (ExitStatus::from_raw(raw), stderr.into());
        Ended { status, cut, stderr, took: Duration::ZERO }
    }

    fn check(raw: i32, cut: Option<Cut>, stderr: &str, expected: (&str, &str), code: u8) {
        let ended = ended(raw, cut, stderr);
        let (class, message) = match ended.conclusion() {
            Conclusion::Succeeded => (None, "ok".to_owned()),
            Conclusion::Unknown => (None, "unknown".to_owned()),
            Conclusion::Failed { class, message } => (class, message),
        };
        assert_eq!((class.as_deref().unwrap_or("-"), message.as_str()), expected);
        assert_eq!(ended.code(), code);
    }

    #[test]
    fn the_exit_status_says_whether_it_went_well() {
        check(0, None, "a warning\n", ("-", "ok"), 0);
        check(3 << 8, None, "", ("-", "exit status 3"), 3);
        check(2 << 8, None, "no such option\n", ("-", "no such option"), 2);
    }

    #[test]
    fn a_traceback_gives_class_and_message() {
        let message = "execute() got an unexpected keyword argument 'query'";
        check(1 << 8, None, TRACEBACK, ("TypeError", message), 1);
    }

    #[test]
    fn a_signal_is_the_class() {
        check(11, None, "", ("SIGSEGV", "killed by SIGSEGV"), 139);
        check(6, None, "assertion failed\n", ("SIGABRT", "assertion failed"), 134);
    }

    #[test]
    fn out_of_time_is_a_failure_however_it_ended() {
        let cut = Some(Cut::TimedOut(Duration::from_secs(5)));
        check(15, cut, "", ("Timeout", "still running after 5s"), 124);
        check(0, cut, "waiting\n", ("Timeout", "still running after 5s: waiting"), 124);
    }

    #[test]
    fn an_interrupt_is_no_failure() {
        check(2, Some(Cut::Interrupted(2)), "", ("-", "unknown"), 130);
        check(1 << 8, Some(Cut::Interrupted(15)), TRACEBACK, ("-", "unknown"), 143);
        check(0, Some(Cut::Interrupted(15)), "", ("-", "unknown"), 0);
    }

    #[test]
    fn a_command_that_did_not_run_is_told_as_shells_do() {
        let code = |kind: io::ErrorKind| {
            RunError::Start { command: "x".into(), cause: kind.into() }.exit_code()
        };
        assert_eq!(code(io::ErrorKind::NotFound), 127);
        assert_eq!(code(io::ErrorKind::PermissionDenied), 126);
        let interrupted = RunError::Interrupted { command: "x".into(), signal: 2 };
        assert_eq!(interrupted.exit_code(), 130);
    }
}
