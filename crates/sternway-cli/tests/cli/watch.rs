//! Following what happens, without holding the store in between.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::world::World;

#[test]
fn once_prints_what_is_there() {
    let world = World::with_greeting();
    let lines = world.ok(&["watch", "--once", "-o", "jsonl"]);
    let revisions: Vec<u64> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["revision"].as_u64().unwrap())
        .collect();
    assert_eq!(revisions, [1, 2, 3]);
    assert_eq!(world.ok(&["watch", "--once", "--after", "2", "-o", "name"]), "3\n");
    assert_eq!(world.ok(&["watch", "--once", "--after", "3"]), "");
}

#[test]
fn one_artifact_can_be_followed_alone() {
    let world = World::with_greeting();
    world.ok(&["publish", "tools/search", "v1.md"]);
    world.ok(&["condemn", "tools/search@v1"]);
    let names = world.ok(&["watch", "tools/search", "--once", "-o", "name"]);
    assert_eq!(names, "4\n5\n");
}

#[cfg(unix)]
#[test]
fn a_status_is_shown_again_when_something_changed() {
    let world = World::with_greeting();
    let mut command = world.command(&["status", "--watch", "-o", "jsonl"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    assert_eq!(next()["revision"], 3);
    world.ok(&["promote", "prompts/greeting@v2"]);
    let seen = next();
    assert_eq!(seen["revision"], 4);
    assert_eq!(seen["environments"][0]["live"][0]["version"], 2);
    interrupt(&mut child);
}

#[cfg(unix)]
#[test]
fn off_a_terminal_each_change_is_a_block() {
    let world = World::with_greeting();
    let mut command = world.command(&["status", "-w"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut until = |text: &str| assert!(lines.any(|line| line.unwrap().contains(text)));
    until("revision 3");
    world.ok(&["promote", "prompts/greeting@v2"]);
    until("revision 4");
    interrupt(&mut child);
}

/// Follows what a command prints, one line after the other.
#[cfg(unix)]
fn follow(world: &World, words: &[&str]) -> (Child, impl FnMut() -> Value) {
    let mut command = world.command(words);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, move || serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap())
}

#[cfg(unix)]
#[test]
fn operations_are_followed_after_the_newest_ones() {
    let world = World::with_greeting();
    let (mut child, mut next) = follow(&world, &["op", "log", "-n", "2", "--watch", "-o", "jsonl"]);
    assert_eq!((&next()["revision"], &next()["revision"]), (&2.into(), &3.into()));
    world.ok(&["promote", "prompts/greeting@v2"]);
    assert_eq!(next()["revision"], 4);
    interrupt(&mut child);
}

#[cfg(unix)]
#[test]
fn versions_are_followed_after_those_that_are_there() {
    let world = World::with_greeting();
    let (mut child, mut next) = follow(&world, &["log", "prompts/greeting", "-w", "-o", "jsonl"]);
    assert_eq!((&next()["version"], &next()["version"]), (&1.into(), &2.into()));
    world.ok(&["publish", "tools/search", "v1.md"]);
    world.ok(&["promote", "prompts/greeting@v2"]);
    world.write("v3.md", b"three\n");
    world.ok(&["publish", "prompts/greeting", "v3.md"]);
    let seen = next();
    assert_eq!((&seen["version"], &seen["state"]), (&3.into(), &"staged".into()));
    interrupt(&mut child);
}

/// Types Ctrl-C, after which the store is as good as before.
#[cfg(unix)]
fn interrupt(child: &mut Child) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[cfg(unix)]
#[test]
fn what_others_do_is_seen_and_ctrl_c_ends_it() {
    let world = World::with_greeting();
    let mut command = world.command(&["watch", "--after", "3", "-o", "jsonl"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The watcher does not hold the store between two looks, so this comes through.
    world.ok(&["promote", "prompts/greeting@v2"]);
    let seen: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(seen["revision"], 4);
    assert_eq!(seen["changes"][0]["type"], "pointer_moved");
    assert_eq!(seen["changes"][0]["cause"], "promoted");
    interrupt(&mut child);
    world.ok(&["verify"]);
}
