//! A command that takes too long.

use sternway::provider::Stopwatch;

use crate::world::{World, assert_code, failure};

#[test]
fn a_command_that_takes_too_long_is_ended_and_failed() {
    let world = World::with_live("echo waiting >&2; exec sleep 30\n");
    let output = world.exec(&["--timeout", "500ms", "--", "sh", "{file}"]);
    assert_code(&output, 124);
    let message = "still running after 500ms: waiting";
    assert_eq!(failure(&world.outcome(1)), (Some("Timeout"), message));
}

#[test]
fn a_command_that_does_not_listen_is_killed() {
    let world = World::with_live("trap '' TERM; while :; do sleep 0.1; done\n");
    let stopwatch = Stopwatch::start();
    let output = world.exec(&["--timeout", "100ms", "--", "sh", "{file}"]);
    assert_code(&output, 124);
    assert!(stopwatch.elapsed().as_secs() >= 2, "it was given time to end");
    assert_eq!(failure(&world.outcome(1)).0, Some("Timeout"));
}

#[test]
fn a_command_that_is_in_time_is_not_touched() {
    let world = World::with_live("exit 0\n");
    assert_code(&world.exec(&["--timeout", "1h", "--", "sh", "{file}"]), 0);
    assert_code(&world.exec(&["--timeout", "9999999h", "--", "sh", "{file}"]), 0);
    assert_eq!(world.outcomes(1).len(), 2);
}
