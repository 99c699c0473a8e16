//! `sternway guard`: a command decides whether a version stays.

use std::{
    fs,
    process::{Command, Output, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::world::{KEY, World, assert_code, stderr, stdout};

/// `sternway guard` with a new content, and these words before the shell script that decides.
fn command(world: &World, words: &[&str], script: &str) -> Command {
    fs::write(world.path().join("new.sh"), "exit 0 # new\n").unwrap();
    let mut command = world.sternway();
    command.args(["guard", KEY, "new.sh"]).args(words);
    command.args(["--", "sh", "-c", script, "check", "{file}", "{version}"]);
    command
}

fn guard(world: &World, words: &[&str], script: &str) -> Output {
    command(world, words, script).output().unwrap()
}

#[test]
fn g16_a_command_that_succeeds_keeps_the_version() {
    let world = World::with_live("exit 0\n");
    let script =
        "grep -q new \"$1\" && test \"$2\" = 2 && test \"$STERNWAY_VERSION\" = 2 && echo ok";
    let output = guard(&world, &[], script);
    assert_code(&output, 0);
    assert!(stdout(&output).contains("kept: the command succeeded"), "{output:?}");
    assert!(!stdout(&output).contains("ok\n") && stderr(&output).contains("ok\n"), "{output:?}");
    assert_eq!(world.live(), 2);
}

#[test]
fn g16_a_command_that_fails_takes_it_back() {
    let world = World::with_live("exit 0\n");
    let output = guard(&world, &["--json"], "echo 'ValueError: no' >&2; exit 3");
    assert_code(&output, 8);
    let view: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(view["ending"], "taken_back");
    assert_eq!((&view["exit_status"], &view["live"]), (&Value::from(3), &Value::from(1)));
    assert_eq!(view["reason"], "ValueError: no");
    assert_eq!(world.live(), 1);
    let shown = world.sternway().args(["show", "tools/search@v2"]).output().unwrap();
    assert!(stdout(&shown).contains("in production: ValueError: no"), "{shown:?}");
}

#[test]
fn g16_a_command_that_cannot_be_run_takes_it_back() {
    let world = World::with_live("exit 0\n");
    fs::write(world.path().join("new.sh"), "exit 0 # new\n").unwrap();
    let mut command = world.sternway();
    command.args(["guard", KEY, "new.sh", "--", "no-such-check"]);
    let output = command.output().unwrap();
    assert_code(&output, 8);
    assert!(stdout(&output).contains("no-such-check could not be started"), "{output:?}");
    assert_eq!(world.live(), 1);
}

#[test]
fn g16_out_of_time_is_a_failure() {
    let world = World::with_live("exit 0\n");
    let output = guard(&world, &["--timeout", "200ms"], "exec sleep 600");
    assert_code(&output, 8);
    assert!(stdout(&output).contains("Timeout: still running after 200ms"), "{output:?}");
    assert_eq!(world.live(), 1);
}

#[test]
fn g16_who_moves_the_pointer_meanwhile_has_decided() {
    let world = World::with_second("exit 0 # the second version\n");
    let binary = env!("CARGO_BIN_EXE_sternway");
    let output = guard(&world, &[], &format!("{binary} promote {KEY}@v1 >&2; exit 1"));
    assert_code(&output, 5);
    assert!(stdout(&output).contains("not taken back: somebody made v1 live"), "{output:?}");
    assert_eq!(world.live(), 1);
}

#[test]
fn g16_a_first_version_stays_and_is_condemned() {
    let world = World::empty();
    let output = guard(&world, &[], "exit 1");
    assert_code(&output, 8);
    assert!(stdout(&output).contains("stays live, condemned: no good version"), "{output:?}");
    assert_eq!(world.live(), 1);
}

#[test]
fn g16_a_dry_run_runs_nothing() {
    let world = World::with_live("exit 0\n");
    let output = guard(&world, &["--dry-run"], "touch ran");
    assert_code(&output, 0);
    assert!(stdout(&output).contains("the command would be run then"), "{output:?}");
    assert!(!world.path().join("ran").exists());
    assert_eq!(world.live(), 1);
}

#[test]
fn g16_what_is_live_already_is_not_checked() {
    let world = World::with_live("exit 0 # new\n");
    let output = guard(&world, &["--type", "text", "--lang", "shell"], "touch ran");
    assert_code(&output, 0);
    assert!(stdout(&output).contains("the command was not run"), "{output:?}");
    assert!(!world.path().join("ran").exists());
}

#[test]
fn g16_an_interrupt_reaches_the_command_and_takes_the_version_back() {
    let world = World::with_live("exit 0\n");
    let script = "trap 'echo got TERM; exit 1' TERM; touch started; while :; do sleep 0.05; done";
    let mut command = command(&world, &[], script);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !world.path().join("started").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it was interrupted");
        std::thread::yield_now();
    }
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_code(&output, 8);
    assert!(stderr(&output).contains("got TERM"), "{output:?}");
    assert!(stdout(&output).contains("the check was interrupted"), "{output:?}");
    assert_eq!(world.live(), 1);
}
