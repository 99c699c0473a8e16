//! A candidate that is shadowed runs beside what answers, and nobody sees it.

use std::process::Stdio;

use sternway::types::{Answered, Assigned, OutcomeStatus};

use crate::world::{World, assert_code, failure, run, stderr, stdout};

/// What answers, and a candidate that does this and gets a copy of every run.
fn shadowed(script: &str) -> World {
    let world = World::with_live("echo one; exit 0\n");
    world.publish(script, Some("shell"));
    let mut start = world.sternway();
    start.args(["deploy", "start", "tools/search@v2", "--shadow", "100"]);
    assert_code(&start.output().unwrap(), 0);
    world
}

#[test]
fn a_copy_that_fails_is_seen_by_nobody_and_recorded_for_the_candidate() {
    let world = shadowed("echo two; echo $STERNWAY_SHADOW $1 >> seen; echo bad >&2; exit 3\n");
    let ran = world.exec(&["--id", "a-run", "--", "sh", "{file}", "agents"]);
    assert_code(&ran, 0);
    assert_eq!((stdout(&ran), stderr(&ran)), ("one\n", ""));
    assert_eq!(std::fs::read_to_string(world.path().join("seen")).unwrap(), "1 agents\n");
    assert_eq!(world.outcome(1).status, OutcomeStatus::Succeeded);
    let copy = world.outcome(2);
    assert_eq!(failure(&copy), (None, "bad"));
    assert_eq!(copy.beside, Some(Answered::Succeeded), "it says how what answered ended");
    assert_eq!(world.outcome(1).beside, None);
    assert_eq!([world.outcome(1).assigned, copy.assigned], [Some(Assigned::Chance); 2]);
    assert_eq!(copy.id, run("a-run (copy)"), "both count, each under a name of its own");
    let again = world.exec(&["--id", "a-run", "--", "sh", "{file}", "agents"]);
    assert_code(&again, 0);
    assert_eq!((world.outcomes(1).len(), world.outcomes(2).len()), (1, 1), "each of them once");
}

#[test]
fn a_candidate_that_fails_in_its_copies_loses_them() {
    let world = shadowed("exit 1\n");
    for _ in 0..40 {
        assert_code(&world.run(), 0);
        if world.outcomes(2).is_empty() {
            break;
        }
        let mut status = world.sternway();
        status.args(["deploy", "status", "tools/search", "-o", "name"]);
        if stdout(&status.output().unwrap()) == "rolled_back\n" {
            return;
        }
    }
    panic!("it was not taken back");
}

#[test]
fn what_answers_keeps_its_exit_code_and_a_run_that_reads_a_pipe_has_no_copy() {
    let world = shadowed("echo x >> seen\n");
    assert_code(&world.exec(&["--", "sh", "-c", "test -n \"$STERNWAY_SHADOW\" || exit 7"]), 7);
    assert_eq!(world.outcome(2).status, OutcomeStatus::Succeeded);
    assert_eq!(world.outcome(2).beside, Some(Answered::Failed));
    let mut piped = world.command(&["--", "sh", "{file}"]);
    let mut child = piped.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    assert_eq!((world.outcomes(1).len(), world.outcomes(2).len()), (2, 1));
}

#[test]
fn a_copy_that_cannot_run_is_in_nobodys_way() {
    let world = shadowed("exit 0\n");
    let ran = world.exec(&["--", "sh", "-c", "test -z \"$STERNWAY_SHADOW\""]);
    assert_code(&ran, 0);
    assert_eq!(stderr(&ran), "");
    assert!(matches!(world.outcome(2).status, OutcomeStatus::Failed(_)));
}

#[test]
fn a_copy_that_takes_longer_than_it_may_is_ended_and_failed_as_what_answers_would() {
    let world = shadowed("echo waiting >&2; exec sleep 30\n");
    let ran = world.exec(&["--timeout", "500ms", "--", "sh", "{file}"]);
    assert_code(&ran, 0);
    assert_eq!((stdout(&ran), stderr(&ran)), ("one\n", ""));
    assert_eq!(world.outcome(1).status, OutcomeStatus::Succeeded);
    let message = "still running after 500ms: waiting";
    assert_eq!(failure(&world.outcome(2)), (Some("Timeout"), message));
}

#[test]
fn the_outcome_of_a_key_says_which_bucket_it_belongs_to() {
    let world = shadowed("exit 0\n");
    let resolve = ["resolve", "tools/search", "--key", "ann", "--json"];
    let resolved = world.sternway().args(resolve).output().unwrap();
    let resolved: serde_json::Value = serde_json::from_slice(&resolved.stdout).unwrap();
    let ran = world.exec(&["--key", "ann", "--id", "a-run", "--", "sh", "{file}"]);
    assert_code(&ran, 0);
    let assigned = world.outcome(1).assigned.unwrap();
    assert!(matches!(assigned, Assigned::Key(_)), "{assigned:?}");
    assert_eq!(serde_json::to_value(assigned).unwrap(), resolved["assigned"]);
}
