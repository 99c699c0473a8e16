//! Many runs at once: each counts once, and one of them takes the version back.

use std::process::{Child, Output};

use crate::world::{World, assert_code, stderr};

/// As many processes as at once on one store.
const AT_ONCE: usize = 8;

fn run_at_once(world: &World) -> Vec<Output> {
    let start = || world.start(&["--lock-timeout", "60s", "--", "sh", "{file}"]);
    let children: Vec<Child> = (0..AT_ONCE).map(|_| start()).collect();
    children.into_iter().map(|child| child.wait_with_output().unwrap()).collect()
}

#[test]
fn every_run_counts_once() {
    let world = World::with_live("exit 0\n");
    for output in run_at_once(&world) {
        assert_code(&output, 0);
        assert_eq!(stderr(&output), "");
    }
    assert_eq!(world.outcomes(1).len(), AT_ONCE);
}

#[test]
fn however_many_find_out_the_version_goes_back_once() {
    let world = World::with_second("exit 1\n");
    let outputs = run_at_once(&world);
    let told = outputs.iter().filter(|output| stderr(output).contains("rolled back to v1"));
    assert_eq!(told.count(), 1, "{outputs:?}");
    assert_eq!(world.live(), 1);
    // Who began after the rollback ran the good version.
    assert_eq!(world.outcomes(2).len() + world.outcomes(1).len(), AT_ONCE);
    assert!(world.outcomes(2).len() >= 3);
}
