//! What `exec` ends with.

use crate::world::{KEY, World, assert_code, failure, run, stderr};

#[test]
fn the_status_of_the_command_is_ours() {
    let world = World::with_live("exit 3\n");
    let output = world.run();
    assert_code(&output, 3);
    assert_eq!(stderr(&output), "");
    assert_eq!(failure(&world.outcome(1)), (None, "exit status 3"));
}

#[test]
fn a_signal_that_ends_the_command_is_told_as_shells_do() {
    let world = World::with_live("kill -SEGV $$\n");
    let output = world.run();
    assert_code(&output, 139);
    assert_eq!(stderr(&output), "");
    assert_eq!(failure(&world.outcome(1)), (Some("SIGSEGV"), "killed by SIGSEGV"));
}

#[test]
fn a_command_that_is_not_there_says_nothing_about_the_version() {
    let world = World::with_live("exit 0\n");
    let output = world.exec(&["--", "no-such-command", "{file}"]);
    assert_code(&output, 127);
    assert!(stderr(&output).contains("no-such-command could not be started"), "{output:?}");
    assert!(stderr(&output).contains("nothing was recorded"), "{output:?}");
    assert_eq!(world.outcomes(1), []);
}

#[test]
fn a_command_that_cannot_be_run_says_nothing_about_the_version() {
    let world = World::with_live("exit 0\n");
    // The content does not say what runs it, so the file is not executable.
    let output = world.exec(&["--", "{file}"]);
    assert_code(&output, 126);
    assert!(stderr(&output).contains("nothing was recorded"), "{output:?}");
    assert_eq!(world.outcomes(1), []);
}

#[test]
fn a_failure_of_sternway_is_not_taken_for_the_commands() {
    let world = World::with_live("exit 0\n");
    let output = world.sternway().args(["exec", "tools/serch", "--", "true"]).output().unwrap();
    assert_code(&output, 125);
    assert!(stderr(&output).contains("tools/serch"), "{output:?}");

    let nowhere = World::empty();
    assert_code(&nowhere.run(), 125);
    assert!(!nowhere.path().join(".sternway").exists(), "exec makes no store");
}

#[test]
fn a_command_must_be_named() {
    let world = World::with_live("exit 0\n");
    assert_code(&world.exec(&[]), 2);
    assert_code(&world.exec(&["--"]), 2);
    assert_code(&world.exec(&["--", ""]), 2);
    assert_code(&world.exec(&["--trace", "", "--", "true"]), 125);
    assert_eq!(world.outcomes(1), []);
}

#[test]
fn a_success_that_cannot_be_recorded_is_no_success() {
    let world = World::with_live("mv .sternway elsewhere\n");
    let output = world.run();
    assert_code(&output, 125);
    let by_hand = format!("sternway record {KEY}@v1 --ok --ms ");
    assert!(stderr(&output).contains("was not recorded"), "{output:?}");
    assert!(stderr(&output).contains(&by_hand), "{output:?}");
}

#[test]
fn a_failure_that_cannot_be_recorded_keeps_its_status() {
    let world = World::with_live("mv .sternway elsewhere; echo \"no 'x' here\" >&2; exit 7\n");
    let output = world.run();
    assert_code(&output, 7);
    let by_hand = format!("sternway record {KEY}@v1 --fail ");
    let (_, typed) = stderr(&output).split_once(&by_hand).unwrap();
    assert!(typed.contains(r"--message='no '\''x'\'' here' --ms "), "{output:?}");
}

#[test]
fn what_is_typed_to_record_it_by_hand_works() {
    by_hand(&["--", "sh", "{file}"]);
}

#[test]
fn what_is_typed_to_record_it_by_hand_has_its_name() {
    let world = by_hand(&["--id=--it's 17", "--", "sh", "{file}"]);
    let again = world.exec(&["--id=--it's 17", "--", "true"]);
    assert!(stderr(&again).contains("one named --it's 17 was recorded before"), "{again:?}");
    assert_eq!(world.outcome(1).id, run("--it's 17"));
}

/// A run that could not be recorded, and was recorded by hand, twice.
fn by_hand(words: &[&str]) -> World {
    let world = World::with_live("mv .sternway elsewhere; echo 'no luck' >&2; exit 7\n");
    let output = world.exec(words);
    std::fs::rename(world.path().join("elsewhere"), world.path().join(".sternway")).unwrap();
    let typed = stderr(&output).lines().find_map(|line| line.trim().strip_prefix("sternway "));
    let by_hand = format!("\"$STERNWAY\" {}", typed.unwrap());
    for _ in 0..2 {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &by_hand]).current_dir(world.path());
        shell.env("STERNWAY", env!("CARGO_BIN_EXE_sternway"));
        assert_code(&shell.output().unwrap(), 0);
    }
    assert_eq!(failure(&world.outcome(1)), (None, "no luck"));
    world
}
