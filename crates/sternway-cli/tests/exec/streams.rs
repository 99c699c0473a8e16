//! What goes in and out.

use std::{io::Write, process::Stdio};

use sternway::{provider::Stopwatch, types::OutcomeStatus};

use crate::world::{World, assert_code, failure, stderr, stdout};

#[test]
fn a_success_is_recorded_and_nothing_is_said() {
    let world = World::with_live("echo found\n");
    let output = world.run();
    assert_code(&output, 0);
    assert_eq!((stdout(&output), stderr(&output)), ("found\n", ""));
    let outcome = world.outcome(1);
    assert_eq!(outcome.status, OutcomeStatus::Succeeded);
    assert!(outcome.duration.is_some_and(|took| !took.is_zero()));
}

#[test]
fn stdin_is_the_commands() {
    let world = World::with_live("tr a-z A-Z\n");
    let mut command = world.command(&["--", "sh", "{file}"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"hello\n").unwrap();
    assert_eq!(stdout(&child.wait_with_output().unwrap()), "HELLO\n");
}

#[test]
fn stderr_passes_byte_for_byte() {
    let world = World::with_live(r"printf 'caf\351 \033[31m\r\000\n no line end' >&2");
    let output = world.run();
    assert_code(&output, 0);
    assert_eq!(output.stderr, b"caf\xe9 \x1b[31m\r\0\n no line end");
}

#[test]
fn of_a_long_stderr_everything_is_shown_and_the_end_is_read() {
    let lines =
        "i=0; while [ $i -lt 30000 ]; do echo \"line $i of a long story\"; i=$((i+1)); done";
    let world = World::with_live(&format!("{lines} >&2\necho 'the end' >&2; exit 1\n"));
    let output = world.run();
    assert_code(&output, 1);
    assert_eq!(stderr(&output).lines().count(), 30_001);
    assert!(stderr(&output).starts_with("line 0 of"));
    assert_eq!(failure(&world.outcome(1)), (None, "the end"));
}

#[test]
fn what_the_command_leaves_running_is_not_waited_for() {
    let world = World::with_live("sleep 20 >/dev/null & echo $! ; echo 'last words' >&2; exit 1\n");
    let stopwatch = Stopwatch::start();
    let output = world.run();
    assert!(stopwatch.elapsed().as_secs() < 10, "{:?}", stopwatch.elapsed());
    assert_eq!(stderr(&output), "last words\n");
    assert_eq!(failure(&world.outcome(1)), (None, "last words"));
    let left = std::process::Command::new("kill").arg(stdout(&output).trim()).status().unwrap();
    assert!(left.success(), "it was still running");
}

#[test]
fn stderr_can_be_the_commands_alone() {
    let world = World::with_live("echo 'TypeError: no' >&2; exit 1\n");
    let output = world.exec(&["--inherit-stderr", "--", "sh", "{file}"]);
    assert_eq!(stderr(&output), "TypeError: no\n");
    assert_eq!(failure(&world.outcome(1)), (None, "exit status 1"));
}

#[test]
fn a_reader_of_stderr_may_take_its_time() {
    let world = World::with_live(
        "i=0; while [ $i -lt 5000 ]; do echo \"this is line $i\"; i=$((i+1)); done >&2; exit 1\n",
    );
    let binary = env!("CARGO_BIN_EXE_sternway");
    // All of it fits into the pipes, so the command is over long before anybody reads.
    let line = format!("{binary} exec tools/search -- sh {{file}} 2>&1 | (sleep 3; tail -n 1)");
    let mut shell = std::process::Command::new("sh");
    let output = shell.args(["-c", &line]).current_dir(world.path()).output().unwrap();
    assert_eq!(stdout(&output), "this is line 4999\n");
    assert_eq!(failure(&world.outcome(1)), (None, "this is line 4999"));
}

#[test]
fn a_reader_of_stderr_that_goes_away_does_no_harm() {
    let world = World::with_live(
        "i=0; while [ $i -lt 20000 ]; do echo \"line $i\" >&2; i=$((i+1)); done\n",
    );
    let mut child = world.start(&["--", "sh", "{file}"]);
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(world.outcome(1).status, OutcomeStatus::Succeeded);
}
