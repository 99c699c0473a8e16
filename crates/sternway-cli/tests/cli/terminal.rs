//! A terminal: `script` plays it. Where there is no `script`, nothing is tested on one.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use crate::world::{Ran, World};

/// What a shell on a terminal shows of the words that are typed there, and how that ends, where a person answers
/// with this line; nothing if there is no `script`.
pub(crate) fn on_terminal(world: &World, typed: &str, answer: Option<&str>) -> Option<Ran> {
    let mut terminal = Command::new("script");
    terminal.current_dir(world.path("")).args(["-qec", typed, "/dev/null"]);
    for (name, value) in world.command(&[]).get_envs() {
        match value {
            Some(value) => terminal.env(name, value),
            None => terminal.env_remove(name),
        };
    }
    let stdin = if answer.is_some() { Stdio::piped() } else { Stdio::null() };
    let mut script = terminal.stdin(stdin).stdout(Stdio::piped()).spawn().ok()?;
    if let Some(answer) = answer {
        writeln!(script.stdin.take().unwrap(), "{answer}").unwrap();
    }
    let mut ran: Ran = script.wait_with_output().unwrap().into();
    ran.stdout = ran.stdout.replace('\r', "");
    Some(ran)
}
