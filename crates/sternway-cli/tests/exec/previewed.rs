//! A run that carries what a header route asks for is the candidate's.

use sternway::types::OutcomeStatus;

use crate::world::{World, assert_code, stdout};

#[test]
fn a_run_with_the_header_is_the_candidates_and_counts_for_it() {
    let world = World::with_live("echo one\n");
    world.publish("echo two\n", Some("shell"));
    let mut start = world.sternway();
    start.args(["deploy", "start", "tools/search@v2", "--blue-green", "--header", "x-preview=yes"]);
    assert_code(&start.output().unwrap(), 0);
    let exec = |attribute| world.exec(&["--attribute", attribute, "--", "sh", "{file}"]);
    assert_eq!(stdout(&exec("X-Preview=yes")), "two\n");
    assert_eq!(stdout(&exec("x-preview=no")), "one\n");
    assert_eq!(world.outcome(2).status, OutcomeStatus::Succeeded);
    assert_eq!((world.outcomes(1).len(), world.outcomes(2).len()), (1, 1));
}
