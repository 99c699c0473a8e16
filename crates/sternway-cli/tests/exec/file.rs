//! The file that the command is given, and what else it is told.

use std::fs;

use sternway::types::Content;

use crate::world::{KEY, World, assert_code, run, stderr, stdout};

#[test]
fn the_file_is_put_wherever_it_is_asked_for() {
    let world = World::with_live("echo \"$@\"; cat \"$1\"\n");
    let words = ["--", "sh", "{file}", "{file}", "--script={file}", "v{version}", "{other}"];
    let output = world.exec(&words);
    assert_code(&output, 0);
    let (words, content) = stdout(&output).split_once('\n').unwrap();
    let file = words.split(' ').next().unwrap();
    assert!(file.ends_with("/search.sh"), "{file}");
    assert_eq!(words, format!("{file} --script={file} v1 {{other}}"));
    assert_eq!(content, "echo \"$@\"; cat \"$1\"\n");
}

#[test]
fn the_environment_says_what_runs() {
    let world = World::with_second("env | grep ^STERNWAY_ | sort; cat \"$STERNWAY_FILE\"\n");
    // No {file}: the command finds it by the environment.
    let output = world.exec(&["--", "sh", "-c", "sh \"$STERNWAY_FILE\""]);
    let printed = stdout(&output);
    assert!(printed.starts_with(&format!("STERNWAY_ARTIFACT={KEY}\nSTERNWAY_DIR=")));
    assert!(printed.contains("\nSTERNWAY_ENVIRONMENT=production\nSTERNWAY_FILE="), "{printed}");
    assert!(printed.contains("/search.sh\nSTERNWAY_GENERATION=2\nSTERNWAY_VERSION=2\nenv |"));
}

#[test]
fn the_file_is_private_and_gone_afterwards() {
    let world = World::with_live("ls -ld \"$(dirname \"$0\")\" \"$0\"; touch \"$0.log\"\n");
    let output = world.run();
    let modes: Vec<&str> = stdout(&output).lines().map(|line| &line[..10]).collect();
    assert_eq!(modes, ["drwx------", "-rw-------"]);
    assert_eq!(fs::read_dir(world.temporary()).unwrap().count(), 0);
}

#[test]
fn a_script_that_says_what_runs_it_is_the_command() {
    let world = World::with_live("#!/bin/sh\necho \"$1, I am ${0##*/}\"\n");
    let output = world.exec(&["--", "{file}", "Hello"]);
    assert_eq!(stdout(&output), "Hello, I am search.sh\n", "{output:?}");
}

#[test]
fn bytes_are_what_was_published() {
    let world = World::empty();
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let content = Content::bytes(bytes.clone(), "application/octet-stream".parse().unwrap());
    world.with(async |sternway| {
        sternway.artifact(KEY).publish(content.unwrap()).await.unwrap();
    });
    assert_eq!(world.exec(&["--", "cat", "{file}"]).stdout, bytes);
}

#[test]
fn there_is_no_shell_in_between() {
    let world = World::with_live("exit 0\n");
    let output = world.exec(&["--", "printf", "%s|", "$HOME", "a b", "*", ";", "it's"]);
    assert_eq!(stdout(&output), "$HOME|a b|*|;|it's|");
}

#[test]
fn a_dry_run_says_what_would_run() {
    let world = World::with_live("touch ran\n");
    let output = world.exec(&["--dry-run", "--", "sh", "{file}", "a b"]);
    assert_code(&output, 0);
    let said = stdout(&output);
    assert!(said.starts_with(&format!("would run {KEY} v1: sh ")), "{said}");
    assert!(said.ends_with("/search.sh 'a b'\n"), "{said}");
    assert!(!world.path().join("ran").exists());
    assert_eq!(world.outcomes(1), []);
}

#[test]
fn a_run_can_be_named_and_traced() {
    let world = World::with_live("exit 0\n");
    let words = ["--id", "order-17", "--trace", "4bf92f35", "--", "sh", "{file}"];
    assert_eq!(stderr(&world.exec(&words)), "");
    let again = world.exec(&words);
    assert_code(&again, 0);
    assert!(stderr(&again).contains("does not count"), "{again:?}");
    let outcome = world.outcome(1);
    assert_eq!(outcome.id, run("order-17"));
    assert_eq!(outcome.trace_id.as_deref(), Some("4bf92f35"));
}

#[test]
fn the_store_is_free_while_the_command_runs() {
    let world = World::with_live("\"$1\" --lock-timeout 10ms list -o name\n");
    let output = world.exec(&["--", "sh", "{file}", env!("CARGO_BIN_EXE_sternway")]);
    assert_code(&output, 0);
    assert_eq!(stdout(&output).trim(), KEY);
}
