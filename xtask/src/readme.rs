//! `cargo xtask readme`: what README.md tells people to type works.
//!
//! The first block is typed at the root, as a reader with a fresh clone would. The blocks of
//! `sternway` commands after it are one session in a new folder. What the commands print is not
//! compared with what the page shows. All of it is the dev profile, of which the tests have built nearly
//! everything.

mod markdown;

use std::env;

use markdown::Plan;

use crate::{
    console,
    error::Error,
    gate::{Gate, When},
    step::Step,
    test,
    workspace::Workspace,
};

pub(crate) const GATE: Gate = Gate {
    name: "readme",
    promise: "every command that README.md shows works",
    when: When::Always,
    run,
    remedy: "repair the command or the page, then repeat `cargo xtask readme`",
};

/// Gates run these already, or would run themselves again.
const ALREADY_GATES: [&str; 2] = ["cargo xtask test", "cargo xtask check"];

pub(crate) fn run(workspace: &Workspace) -> Result<(), Error> {
    let plan = Plan::of(&workspace.read("README.md")?);
    if plan.is_empty() {
        return Err(Error::NoCommands);
    }
    for command in &plan.first {
        if ALREADY_GATES.contains(&command.as_str()) {
            console::say(format_args!("`{command}` is left out: a gate of its own"));
            continue;
        }
        typed(workspace, command).named(command).run()?;
    }
    if plan.session.is_empty() { Ok(()) } else { session(workspace, &plan.session) }
}

fn session(workspace: &Workspace, commands: &[String]) -> Result<(), Error> {
    // Tests put another one in its place, with the features of the whole workspace.
    test::build_binary(workspace)?;
    let binaries = workspace.metadata()?.target_directory.join("debug").into_std_path_buf();
    let folder = tempfile::tempdir().map_err(Error::TemporaryDirectory)?;
    let step = typed(workspace, &script(commands)).named("the session of README.md");
    step.current_dir(folder.path()).path_first(&binaries)?.run()
}

/// As a reader would type it, who has no settings yet: ours must not be met.
fn typed(workspace: &Workspace, script: &str) -> Step {
    let names = env::vars_os().map(|(name, _)| name);
    let settings = names.filter(|name| name.to_string_lossy().starts_with("STERNWAY_"));
    settings.fold(workspace.shell(script), |step, name| step.without_env(&name))
}

/// Each command after a line that shows it, so that the one that failed is the last one shown.
fn script(commands: &[String]) -> String {
    let show = |command: &String| command.replace('\'', r"'\''");
    let lines = commands.iter().map(|line| format!("printf '%s\\n' '$ {}'\n{line}\n", show(line)));
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_shows_each_command_before_it_runs() {
        let script = script(&["echo 'a b'".to_owned()]);
        assert_eq!(script, "printf '%s\\n' '$ echo '\\''a b'\\'''\necho 'a b'\n");
    }
}
