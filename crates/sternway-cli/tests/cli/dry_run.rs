//! A dry run says what would happen, and nothing happens.

use std::fs;

use serde_json::json;

use crate::world::World;

#[test]
fn a_dry_run_makes_no_store() {
    let world = World::new();
    world.write("v1.md", b"one\n");
    let said = world.ok(&["--dry-run", "publish", "prompts/greeting", "v1.md"]);
    assert!(said.starts_with("prompts/greeting v1  would be live in production"), "{said}");
    let said = world.ok(&["init", "--dry-run"]);
    assert_eq!(said.lines().next(), Some("the store .sternway/store.redb would be made"));
    assert!(!world.path(".sternway").exists());
}

#[test]
fn no_command_writes_in_a_dry_run() {
    let world = World::with_greeting();
    world.write("v3.md", b"three\n");
    world.write("policy.toml", b"activation = 'immediate'\n");
    world.ok(&["promote", "prompts/greeting@v2"]);
    let before = world.json(&["status"]);
    let log = world.json(&["log", "prompts/greeting"]);
    for words in [
        vec!["publish", "prompts/greeting", "v3.md", "--promote", "--label", "new"],
        vec!["publish", "prompts/other", "v3.md"],
        vec!["promote", "prompts/greeting@v2"],
        vec!["condemn", "prompts/greeting@v2"],
        vec!["label", "prompts/greeting@v2", "best"],
        vec!["policy", "set", "namespace", "policy.toml"],
        vec!["policy", "off", "namespace"],
        vec!["env", "create", "staging"],
        vec!["record", "prompts/greeting", "--fail", "--error", "TypeError"],
        vec!["compact", "--keep", "0s"],
        vec!["--namespace", "other", "init"],
        vec!["namespace", "create", "other"],
        vec!["undo", "r4"],
        vec!["op", "restore", "r3"],
    ] {
        let mut words = words;
        words.push("--dry-run");
        world.ok(&words);
    }
    assert_eq!(world.json(&["status"]), before);
    assert_eq!(world.json(&["log", "prompts/greeting"]), log);
    world.fails(3, &["--namespace", "other", "list"]);
}

#[test]
fn a_dry_run_ends_as_the_real_one_would() {
    let world = World::with_greeting();
    world.write("v3.md", b"three\n");
    world.fails(5, &["publish", "prompts/greeting", "v3.md", "--expect", "v1", "--dry-run"]);
    world.fails(6, &["rollback", "prompts/greeting", "--dry-run"]);
    world.fails(3, &["promote", "prompts/greeting@v2", "-e", "staging", "--dry-run"]);
    world.fails(3, &["policy", "off", "environment:staging", "--dry-run"]);
    world.ok(&["condemn", "prompts/greeting@v2"]);
    world.fails(6, &["promote", "prompts/greeting@v2", "--dry-run"]);
}

#[test]
fn an_outcome_that_would_decide_is_named_and_not_counted() {
    let world = World::with_greeting();
    world.ok(&["promote", "prompts/greeting@v2"]);
    let fail = ["record", "prompts/greeting", "--fail", "--error", "TypeError"];
    world.ok(&fail);
    let rehearsed = world.json(&[&fail[..], &["--dry-run"]].concat());
    assert_eq!(rehearsed["verdict"], "regressed");
    assert_eq!(rehearsed["reaction"]["type"], "rolled_back");
    assert_eq!(rehearsed["dry_run"], true);
    let live = world.json(&["show", "prompts/greeting"]);
    assert_eq!(live["version"], 2);
    assert_eq!(live["stays"][0]["tally"]["total"], 1);
}

#[test]
fn the_variable_says_the_same_as_the_flag() {
    let world = World::new().set("STERNWAY_DRY_RUN", "1");
    world.write("v1.md", b"one\n");
    assert_eq!(world.json(&["publish", "prompts/greeting", "v1.md"])["dry_run"], json!(true));
    assert!(!world.path(".sternway").exists());
    let world = World::new().set("STERNWAY_DRY_RUN", "0");
    world.ok(&["init"]);
    assert!(fs::metadata(world.store()).is_ok());
}
