//! Compacting: what goes, what the file has afterwards, and who is asked.

use std::fs;

use serde_json::json;

use crate::world::World;

/// A policy that was set over and over, with reasons that take some room.
fn long_history(world: &World) {
    let reason = "because ".repeat(200);
    for round in 0..20 {
        let words = ["policy", if round % 2 == 0 { "off" } else { "unset" }, "namespace"];
        world.ok(&[&words[..], &["-m", &reason]].concat());
    }
}

#[test]
fn the_file_gets_smaller_and_says_by_how_much() {
    let world = World::with_greeting();
    long_history(&world);
    let before = fs::metadata(world.store()).unwrap().len();
    let rehearsed = world.json(&["compact", "--before", "r20", "--dry-run"]);
    assert_eq!(rehearsed["file"]["after"], json!(null), "nobody knows: {rehearsed}");
    assert_eq!(world.json(&["status"])["floor"], json!(null), "nothing went");
    let done = world.json(&["compact", "--before", "r20"]);
    for member in ["commits", "moves", "records", "bytes", "floor", "namespace"] {
        assert_eq!(done[member], rehearsed[member], "{member}");
    }
    assert_eq!((&done["commits"], &done["floor"]["revision"]), (&json!(19), &json!(20)));
    assert!(done["bytes"].as_u64().unwrap() > 10_000, "{done}");
    let after = fs::metadata(world.store()).unwrap().len();
    assert!(after < before, "{after} of {before}");
    assert_eq!(world.json(&["status"])["floor"], done["floor"]);
    let report = world.json(&["verify"]);
    assert_eq!((&report["sound"], &report["compacted"]), (&json!(true), &json!(19)));
    assert_eq!(report["floors"][0]["namespace"], json!("default"));
    let said = world.ok(&["doctor"]);
    assert!(said.contains("begins"), "{said}");
}

#[test]
fn without_a_moment_only_the_file_gets_smaller() {
    let world = World::with_greeting();
    let said = world.ok(&["compact"]);
    assert!(said.starts_with("the file has "), "{said}");
    assert_eq!(world.json(&["status"])["floor"], json!(null));
    world.ok(&["op", "show", "r1"]);
}

#[test]
fn a_failure_tells_programs_the_oldest_moment() {
    let world = World::with_greeting();
    let done = world.json(&["compact", "--before", "r3"]);
    let ran = world.run(&["op", "show", "r2", "--json"]);
    let problem: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(ran.code, 3);
    assert_eq!((&problem["code"], &problem["status"]), (&json!("compacted"), &json!(410)));
    assert_eq!(problem["oldest_revision"], done["floor"]["revision"]);
    assert_eq!(problem["oldest_at"], done["floor"]["at"]);
}

#[test]
fn a_head_that_was_signed_before_is_said_to_be_too_old() {
    let world = World::with_greeting();
    let key = world.ok(&["head", "key", "ops.key", "--name", "acme.example/prompts", "-o", "name"]);
    world.ok(&["head", "sign", "--key", "ops.key", "--to", "head"]);
    world.ok(&["policy", "off", "namespace"]);
    world.ok(&["compact", "--keep", "0s"]);
    let verify = ["verify", "--head", "head", "--signer", key.trim()];
    let ran = world.run(&verify);
    assert_eq!(ran.code, 3, "{}", ran.stdout);
    assert!(ran.stdout.starts_with("sound: "), "{}", ran.stdout);
    assert!(ran.stderr.contains("was let go by a compaction"), "{}", ran.stderr);
    world.ok(&["head", "sign", "--key", "ops.key", "--to", "head"]);
    world.ok(&verify);
}
