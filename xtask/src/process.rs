//! Programs that are run for their answer.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use crate::error::{Error, Said};

/// Where a program is that can be called by its name.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// Runs a program to its end, and gives back what it wrote to stdout.
pub(crate) fn output(command: &mut Command) -> Result<String, Error> {
    let shown = Path::new(command.get_program()).file_name().unwrap_or_default();
    let shown = shown.to_string_lossy().into_owned();
    let output = match command.output() {
        Ok(output) => output,
        Err(source) => return Err(Error::Start { command: shown, source }),
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    let source = Said([text(&output.stdout), text(&output.stderr)].join("\n").trim().to_owned());
    Err(Error::Failed { command: shown, code: output.status.code(), source })
}
