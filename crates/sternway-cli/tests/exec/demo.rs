//! The demo keeps its word.

use std::{
    fs,
    process::{Command, Output},
};

use sternway::provider::Stopwatch;

use crate::world::{World, assert_code, stderr, stdout};

/// What it prints after this is to be typed.
pub(crate) const NEXT: &str = "Try next\n";

#[test]
fn it_shows_a_rollback_in_seconds_as_often_as_one_likes() {
    let world = World::empty();
    for again in [false, true] {
        let stopwatch = Stopwatch::start();
        let output = world.sternway().arg("demo").output().unwrap();
        assert!(stopwatch.elapsed().as_secs() < 5, "{:?}", stopwatch.elapsed());
        assert_code(&output, 0);
        assert_eq!(stderr(&output), "");
        let said = stdout(&output);
        assert_eq!(said.contains("made again"), again, "{said}");
        let rollback = "✖ tools/report v2 regressed: fewer runs succeed than the expected \
                        0.95 (3 of 3 runs failed)\n  7  ↩ rolled back to v1 in ";
        assert!(said.contains(rollback), "{said}");
        assert!(said.contains("report: unknown option --input"), "{said}");
        assert!(said.contains("+     --file) text=$2 ;;"), "{said}");
        assert!(!said.contains('\u{1b}'), "a pipe gets no colors: {said}");
    }
}

#[test]
fn what_it_says_to_try_next_works() {
    let world = World::empty();
    let output = world.sternway().arg("demo").output().unwrap();
    assert!(commands(&output).len() >= 4, "{output:?}");
    for command in commands(&output) {
        check_command(&world, command, &[]);
    }
}

#[test]
fn what_is_set_does_not_lead_away_from_it() {
    let world = World::with_live("exit 0\n");
    let settings = "namespace = 'team'\nenvironment = 'qa'\nstore.url = '.sternway'\n";
    fs::write(world.path().join("sternway.toml"), settings).unwrap();
    let output = world.sternway().arg("demo").output().unwrap();
    assert_code(&output, 0);
    for command in &commands(&output)[..3] {
        check_command(&world, command, &[]);
    }
}

#[test]
fn it_works_where_the_store_is_said_to_be() {
    let world = World::empty();
    let output = world.sternway().args(["--store", "my demo", "demo"]).output().unwrap();
    assert_code(&output, 0);
    assert!(world.path().join("my demo/store.redb").exists());
    assert!(!world.path().join("sternway-demo").exists());
    for command in &commands(&output)[..3] {
        check_command(&world, command, &[]);
    }
}

#[test]
fn it_works_in_another_folder() {
    let world = World::empty();
    fs::create_dir(world.path().join("sub")).unwrap();
    let output = world.sternway().args(["-C", "sub", "demo"]).output().unwrap();
    assert_code(&output, 0);
    assert!(world.path().join("sub/sternway-demo").exists());
    for command in &commands(&output)[..3] {
        check_command(&world, command, &[]);
    }
}

#[test]
fn it_touches_no_folder_that_it_did_not_make() {
    let world = World::empty();
    let folder = world.path().join("sternway-demo");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("mine"), "precious").unwrap();
    let output = world.sternway().arg("demo").output().unwrap();
    assert_code(&output, 2);
    assert!(stderr(&output).contains("the demo did not make it"), "{output:?}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);

    let store = World::with_live("exit 0\n");
    let output = store.sternway().args(["--store", ".sternway", "demo"]).output().unwrap();
    assert_code(&output, 2);
    assert_eq!(store.live(), 1);
}

#[test]
fn a_file_that_is_named_alone_is_in_this_folder() {
    let world = World::with_live("exit 0\n");
    let mine = world.path().join("mine.redb");
    fs::copy(world.path().join(".sternway/store.redb"), &mine).unwrap();
    let before = fs::read(&mine).unwrap();
    let output = world.sternway().args(["--store", "mine.redb", "demo"]).output().unwrap();
    assert_code(&output, 2);
    assert_eq!(fs::read(&mine).unwrap(), before);
    assert!(!world.path().join("notes.txt").exists());
}

#[test]
fn programs_get_the_facts() {
    let world = World::empty();
    let output = world.sternway().args(["--json", "demo"]).output().unwrap();
    let facts: serde_json::Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(facts["store"], "sternway-demo/.sternway/store.redb");
    assert_eq!(facts["namespace"], "default");
    assert_eq!(facts["rollback"]["from"], 2);
    assert_eq!(facts["rollback"]["to"], 1);
    assert_eq!(facts["runs"].as_array().unwrap().len(), 7);
}

#[test]
fn a_dry_run_makes_nothing() {
    let world = World::empty();
    let output = world.sternway().args(["--dry-run", "demo"]).output().unwrap();
    assert_code(&output, 0);
    assert!(!world.path().join("sternway-demo").exists());
}

/// What it prints to be typed next.
pub(crate) fn commands(output: &Output) -> Vec<&str> {
    stdout(output).split_once(NEXT).unwrap().1.lines().collect()
}

/// Types a command, where these variables are set.
pub(crate) fn check_command(world: &World, command: &str, variables: &[(&str, &str)]) {
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_sternway")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(world.path()).envs(variables.iter().copied());
    shell.env("PATH", format!("{}:{path}", folder.display()));
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{command}: {output:?}");
    assert!(!output.stdout.is_empty(), "{command}: {output:?}");
}
