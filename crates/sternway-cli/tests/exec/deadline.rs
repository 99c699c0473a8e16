//! A run that is said to begin: if Sternway is killed before it can say how it ended, it failed.

use std::io::{BufRead, BufReader};

use sternway::{
    store::Limit,
    types::{OpenRun, Outcome, OutcomeStatus, Timestamp},
};

use crate::world::{World, assert_code, failure, stderr};

const HANGS: &str = "echo ready\nexec sleep 3\n";

/// Runs what is live, and kills Sternway once it runs.
fn killed(world: &World) {
    let mut child = world.start(&["--deadline", "1s", "--", "sh", "{file}"]);
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    child.kill().unwrap();
    child.wait().unwrap();
}

fn open(world: &World) -> Vec<OpenRun> {
    world.with(async |sternway| {
        let (store, namespace) = (sternway.control().store(), sternway.control().namespace());
        store.open_runs(namespace, Timestamp::MAX, None, Limit::MAX).await.unwrap()
    })
}

/// Waits until each run that was begun has ended.
fn ended(world: &World, version: u64) -> Vec<Outcome> {
    while !open(world).is_empty() {}
    world.outcomes(version)
}

#[test]
fn who_is_killed_has_failed_at_the_deadline() {
    let world = World::with_live(HANGS);
    killed(&world);
    assert_eq!(open(&world).len(), 1);
    let outcomes = ended(&world, 1);
    assert_eq!(outcomes.len(), 1, "{outcomes:?}");
    let message = "no outcome was reported before the deadline of the run";
    assert_eq!(failure(&outcomes[0]), (Some(OpenRun::NO_OUTCOME), message));
}

#[test]
fn a_version_that_takes_its_runner_down_is_taken_back() {
    let world = World::with_second(HANGS);
    for _ in 0..3 {
        killed(&world);
    }
    assert_eq!(ended(&world, 2).len(), 3);
    assert_eq!(world.live(), 1);
}

#[test]
fn who_is_in_time_is_recorded_once() {
    let world = World::with_live("exit 0\n");
    assert_code(&world.exec(&["--deadline", "1h", "--", "sh", "{file}"]), 0);
    assert_eq!(world.outcome(1).status, OutcomeStatus::Succeeded);
    assert_eq!(open(&world), []);
}

#[test]
fn a_command_that_cannot_be_run_is_no_failure() {
    let world = World::with_live("exit 0\n");
    let output = world.exec(&["--deadline", "1h", "--", "no-such-command", "{file}"]);
    assert_code(&output, 127);
    assert!(stderr(&output).contains("it is recorded as unknown"), "{}", stderr(&output));
    assert_eq!(world.outcome(1).status, OutcomeStatus::Unknown);
    assert_eq!(open(&world), []);
}

#[test]
fn a_deadline_that_no_run_can_have_is_refused_before_anything_runs() {
    let world = World::with_live("echo ran\n");
    let output = world.exec(&["--deadline", "48h", "--", "sh", "{file}"]);
    assert_code(&output, 125);
    let said = "error: a run cannot be given 172800s: expected 1s to 24h\n";
    assert_eq!((stderr(&output), output.stdout.as_slice()), (said, b"".as_slice()));
}
