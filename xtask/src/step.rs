//! One command to run, and the words that show it.
//!
//! A step is shown as a person would type it, runs with our stdout and stderr, and fails when its
//! status is not zero.

use std::{
    env,
    ffi::OsStr,
    io::{self, BufRead, BufReader},
    iter,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
};

use crate::{console, error::Error};

#[must_use = "a step does nothing until it is run"]
pub(crate) struct Step {
    command: Command,
    shown: String,
}

impl Step {
    /// `program` is the word that is shown, and run unless the command says otherwise.
    pub(crate) fn new(program: &str, command: Command) -> Self {
        Self { command, shown: program.to_owned() }
    }

    pub(crate) fn arg(mut self, arg: &str) -> Self {
        self.command.arg(arg);
        self.shown.push(' ');
        self.shown.push_str(&quoted(arg));
        self
    }

    pub(crate) fn args<S: AsRef<str>>(self, args: impl IntoIterator<Item = S>) -> Self {
        args.into_iter().fold(self, |step, arg| step.arg(arg.as_ref()))
    }

    pub(crate) fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, &value);
        self.shown = format!("{key}={} {}", quoted(&value.as_ref().to_string_lossy()), self.shown);
        self
    }

    /// Sets a variable and shows only that it is set.
    pub(crate) fn secret_env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, value);
        self.shown = format!("{key}=… {}", self.shown);
        self
    }

    pub(crate) fn without_env(mut self, key: &OsStr) -> Self {
        self.command.env_remove(key);
        self
    }

    /// Looks for programs in `folder` before it looks anywhere else.
    pub(crate) fn path_first(mut self, folder: &Path) -> Result<Self, Error> {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = iter::once(folder.to_owned()).chain(env::split_paths(&path));
        self.command.env("PATH", env::join_paths(folders).map_err(Error::Path)?);
        Ok(self)
    }

    /// Shows a name in place of a command too long to show.
    pub(crate) fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.shown);
        self
    }

    pub(crate) fn current_dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Shows the step and runs it.
    pub(crate) fn run(self) -> Result<(), Error> {
        console::say(format_args!("$ {}", self.shown));
        self.run_bare()
    }

    /// Runs the step and adds no line of our own: for output that a program may read.
    pub(crate) fn run_bare(mut self) -> Result<(), Error> {
        let status = self.command.status().map_err(|source| self.not_started(source))?;
        self.judge(status)
    }

    /// Shows the step and runs it; `hear` is told each line of its stdout after it was passed on.
    pub(crate) fn run_heard(mut self, mut hear: impl FnMut(&str)) -> Result<(), Error> {
        console::say(format_args!("$ {}", self.shown));
        let mut child = self
            .command
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|source| self.not_started(source))?;
        let passed_on = pass_on(&mut child, &mut hear);
        let status = child.wait().and_then(|status| passed_on.map(|()| status));
        let status = status.map_err(|source| self.not_started(source))?;
        self.judge(status)
    }

    /// Runs the step without a word, and gives back what it wrote to stdout.
    pub(crate) fn read(mut self) -> Result<Vec<u8>, Error> {
        let output = self
            .command
            .stderr(Stdio::null())
            .output()
            .map_err(|source| self.not_started(source))?;
        self.judge(output.status)?;
        Ok(output.stdout)
    }

    /// Runs the step in our place, if the system can do that: then nobody stands between it and the
    /// terminal.
    pub(crate) fn become_it(mut self) -> Result<(), Error> {
        match replace(&mut self.command) {
            Some(source) => Err(self.not_started(source)),
            None => self.run_bare(),
        }
    }

    fn judge(self, status: ExitStatus) -> Result<(), Error> {
        if status.success() {
            return Ok(());
        }
        Err(Error::Status { command: self.shown, code: status.code() })
    }

    fn not_started(&self, source: io::Error) -> Error {
        Error::Start { command: self.shown.clone(), source }
    }
}

fn pass_on(child: &mut Child, hear: &mut impl FnMut(&str)) -> io::Result<()> {
    let Some(stdout) = child.stdout.take() else { return Ok(()) };
    let mut reader = BufReader::new(stdout);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes)? > 0 {
        let line = String::from_utf8_lossy(&bytes);
        let line = line.trim_end_matches(['\n', '\r']);
        console::say(line);
        hear(line);
        bytes.clear();
    }
    Ok(())
}

/// Comes back with an error only; with none, where no process can take the place of another.
#[cfg(unix)]
fn replace(command: &mut Command) -> Option<io::Error> {
    Some(std::os::unix::process::CommandExt::exec(command))
}

#[cfg(not(unix))]
const fn replace(_: &mut Command) -> Option<io::Error> {
    None
}

fn quoted(arg: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "-_=./:@,+".contains(char);
    if !arg.is_empty() && arg.chars().all(plain) { arg.to_owned() } else { format!("'{arg}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Step {
        Step::new("sh", Command::new("sh")).args(["-c", script])
    }

    #[test]
    fn a_status_that_is_not_zero_is_an_error_that_shows_the_command() {
        let err = shell("exit 3").run().unwrap_err();
        assert_eq!(err.to_string(), "`sh -c 'exit 3'` ended with status 3");
    }

    #[test]
    fn a_program_that_does_not_exist_is_an_error() {
        let missing = Step::new("missing", Command::new("sternway-no-such-program"));
        assert!(matches!(missing.run(), Err(Error::Start { .. })));
    }

    #[test]
    fn a_secret_is_set_and_not_shown() {
        let step = shell("exit $STATUS").secret_env("STATUS", "7");
        let err = step.run().unwrap_err();
        assert_eq!(err.to_string(), "`STATUS=… sh -c 'exit $STATUS'` ended with status 7");
    }

    #[test]
    fn the_listener_hears_every_line() {
        let mut heard = Vec::new();
        shell("echo one; echo two").run_heard(|line| heard.push(line.to_owned())).unwrap();
        assert_eq!(heard, ["one", "two"]);
    }
}
