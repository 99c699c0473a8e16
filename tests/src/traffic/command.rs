//! The `sternway` command in a folder, as a process.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::faults::Told;

/// The command beside a program of the same build.
///
/// # Errors
///
/// If it was not built.
pub fn program_beside(program: &Path) -> Told<PathBuf> {
    let command = program.with_file_name("sternway");
    if command.is_file() {
        return Ok(command);
    }
    Err(format!("there is no {}: run cargo build -p sternway-cli first", command.display()).into())
}

/// What a command said, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// Its exit code; nothing if it was killed.
    pub code: Option<i32>,
    /// What it answered.
    pub stdout: String,
    /// What it said beside that.
    pub stderr: String,
}

/// Runs commands in a folder, by whose settings they go.
#[derive(Clone, Debug)]
pub struct Commands {
    program: PathBuf,
    folder: PathBuf,
}

impl Commands {
    /// Of a program, in a folder.
    #[must_use]
    pub fn of(program: PathBuf, folder: &Path) -> Self {
        Self { program, folder: folder.to_owned() }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(&self.folder).args(words).env("HOME", &self.folder);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("STERNWAY_") || text.starts_with("XDG_") || text == "DATABASE_URL" {
                command.env_remove(&name);
            }
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Begins a command.
    ///
    /// # Errors
    ///
    /// If it cannot be run.
    pub fn begin(&self, words: &[&str]) -> Told<Child> {
        Ok(self.command(words).spawn()?)
    }

    /// Runs a command to its end.
    ///
    /// # Errors
    ///
    /// If it cannot be run.
    pub fn run(&self, words: &[&str], input: &str) -> Told<Ran> {
        let mut child = self.begin(words)?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes())?;
        }
        Self::end(child)
    }

    /// Waits for the end of a command.
    ///
    /// # Errors
    ///
    /// If what it said cannot be read.
    pub fn end(child: Child) -> Told<Ran> {
        let output = child.wait_with_output()?;
        Ok(Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout)?,
            stderr: String::from_utf8(output.stderr)?,
        })
    }

    /// Runs a command that ends well, and answers with what it said.
    ///
    /// # Errors
    ///
    /// If it does not end well.
    pub fn ok(&self, words: &[&str], input: &str) -> Told<String> {
        let ran = self.run(words, input)?;
        if ran.code == Some(0) { Ok(ran.stdout) } else { Err(format!("{words:?}: {ran:?}").into()) }
    }
}
