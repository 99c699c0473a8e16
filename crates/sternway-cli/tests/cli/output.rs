//! Formats, the flags that every command takes, and the variables that say the same.

use std::{fs, process::Stdio};

use serde_json::Value;

use crate::world::World;

#[test]
fn a_list_has_one_line_per_item_in_jsonl() {
    let world = World::with_greeting();
    let lines = world.ok(&["log", "prompts/greeting", "-o", "jsonl"]);
    let versions: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["version"].clone())
        .collect();
    assert_eq!(versions, [2, 1]);
}

#[test]
fn names_can_be_typed_again() {
    let world = World::with_greeting();
    assert_eq!(world.ok(&["list", "-o", "name"]), "prompts/greeting\n");
    let names = world.ok(&["log", "prompts/greeting", "-o", "name"]);
    assert_eq!(names, "prompts/greeting@v2\nprompts/greeting@v1\n");
    for name in names.lines() {
        world.ok(&["show", name]);
    }
}

#[test]
fn a_failure_in_json_leaves_stdout_empty() {
    let world = World::with_greeting();
    for format in ["json", "jsonl"] {
        let said = world.fails(3, &["show", "prompts/greeting@v9", "-o", format]);
        let problem: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(problem["type"], "urn:sternway:problem:version-not-found");
        assert_eq!(problem["help"], "sternway log prompts/greeting");
        assert_eq!((&problem["status"], &problem["retryable"]), (&404.into(), &false.into()));
    }
    let said = world.fails(2, &["show", "greeting", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap()["code"], "invalid");
}

#[test]
fn quiet_prints_the_answer_and_nothing_else() {
    let world = World::new();
    world.write("v1.md", b"one\n");
    world.write("v2.md", b"two\n");
    let ran = world.run(&["-q", "publish", "prompts/greeting", "v1.md"]);
    assert_eq!(ran.stderr, "");
    let said = world.ok(&["-q", "publish", "prompts/greeting", "v2.md"]);
    assert!(!said.contains("next:"), "{said}");
}

#[test]
fn the_store_is_found_in_a_folder_above() {
    let world = World::with_greeting();
    fs::create_dir_all(world.path("deep/down")).unwrap();
    assert_eq!(world.ok(&["-C", "deep/down", "list", "-o", "name"]), "prompts/greeting\n");
    world.ok(&["-C", "deep/down", "init"]);
    assert_eq!(world.ok(&["-C", "deep/down", "list", "-o", "name"]), "");
}

#[test]
fn a_store_is_named_in_three_ways() {
    let world = World::with_greeting();
    for place in [".sternway", "redb:.sternway", "redb:.sternway/store.redb"] {
        assert_eq!(world.ok(&["--store", place, "list", "-o", "name"]), "prompts/greeting\n");
    }
    world.ok(&["--store", "redb:other/agents.redb", "init"]);
    assert!(world.path("other/agents.redb").is_file());
}

#[test]
fn variables_say_the_same_as_flags() {
    let world = World::with_greeting();
    let elsewhere = World::new()
        .set("STERNWAY_STORE", world.store().to_str().unwrap())
        .set("STERNWAY_OUTPUT", "name")
        .set("STERNWAY_ACTOR", "agent:planner-7");
    assert_eq!(elsewhere.ok(&["list"]), "prompts/greeting\n");
    elsewhere.ok(&["label", "prompts/greeting@v2", "best"]);
    let feed = world.ok(&["watch", "--once", "-o", "jsonl"]);
    let last: Value = serde_json::from_str(feed.lines().last().unwrap()).unwrap();
    assert_eq!(last["actor"], "agent:planner-7");
}

#[test]
fn a_namespace_is_a_world_of_its_own() {
    let world = World::with_greeting();
    let said = world.fails(3, &["--namespace", "team-a", "list"]);
    assert!(said.contains("sternway --namespace team-a init"), "{said}");
    world.ok(&["--namespace", "team-a", "init"]);
    assert_eq!(world.ok(&["--namespace", "team-a", "list", "-o", "name"]), "");
    world.ok(&["--namespace", "team-a", "publish", "prompts/greeting", "v2.md"]);
    assert_eq!(world.json(&["--namespace", "team-a", "show", "prompts/greeting"])["version"], 1);
}

#[test]
fn pages_of_a_log_and_a_list_end_and_go_on() {
    let world = World::with_greeting();
    world.ok(&["publish", "tools/search", "v1.md"]);
    let page = world.json(&["log", "prompts/greeting", "-n", "1"]);
    assert_eq!((&page["items"][0]["version"], &page["next"]), (&2.into(), &"v2".into()));
    let page = world.json(&["log", "prompts/greeting", "-n", "1", "--before", "v2"]);
    assert_eq!((&page["items"][0]["version"], &page["next"]), (&1.into(), &Value::Null));
    let page = world.json(&["list", "-n", "1"]);
    assert_eq!(page["next"], "prompts/greeting");
    let page = world.json(&["list", "-n", "1", "--after", "prompts/greeting"]);
    assert_eq!((&page["items"][0]["id"], &page["next"]), (&"tools/search".into(), &Value::Null));
    assert_eq!(world.ok(&["list", "-o", "name", "*/sea*"]), "tools/search\n");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let world = World::with_greeting();
    world.write("long.txt", &b"a line of some length\n".repeat(100_000));
    world.ok(&["publish", "prompts/long", "long.txt"]);
    let mut command = world.command(&["get", "prompts/long"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty());
}

#[test]
fn an_outcome_counts_once_by_its_name() {
    let world = World::with_greeting();
    let record = ["record", "prompts/greeting", "--ok", "--id", "run-1"];
    assert_eq!(world.json(&record)["counted"], true);
    assert_eq!(world.json(&record)["counted"], false);
    let shown = world.json(&["show", "prompts/greeting"]);
    assert_eq!(shown["stays"][0]["tally"]["total"], 1);
}

#[test]
fn the_name_of_a_run_belongs_to_its_artifact_and_environment() {
    let world = World::with_greeting();
    world.write("search.py", b"one\n");
    world.ok(&["publish", "tools/search", "search.py"]);
    world.ok(&["env", "create", "staging"]);
    world.ok(&["promote", "tools/search@v1", "-e", "staging"]);
    let uuid = "01988f6e-0b7a-7c3e-9f4e-2f5a6b7c8d9e";
    for name in ["run-1", uuid] {
        for (artifact, environment) in [
            ("prompts/greeting", "production"),
            ("tools/search", "production"),
            ("tools/search", "staging"),
        ] {
            let record = ["record", artifact, "--ok", "--id", name, "-e", environment];
            assert_eq!(world.json(&record)["counted"], true, "{record:?}");
            assert_eq!(world.json(&record)["counted"], false, "{record:?}");
        }
    }
}

#[test]
fn the_hidden_names_of_commands_work() {
    let world = World::new();
    world.write("v1.md", b"one\n");
    world.write("v2.md", b"two\n");
    world.write("v3.md", b"three\n");
    world.ok(&["push", "prompts/greeting", "v1.md"]);
    world.ok(&["save", "prompts/greeting", "v2.md"]);
    world.ok(&["add", "prompts/greeting", "v3.md"]);
    world.ok(&["activate", "prompts/greeting@v3"]);
    world.ok(&["outcome", "prompts/greeting", "--ok"]);
    world.ok(&["revert", "prompts/greeting"]);
    assert_eq!(world.ok(&["cat", "prompts/greeting"]), "one\n");
    assert_eq!(world.ok(&["history", "prompts/greeting", "-o", "name"]).lines().count(), 3);
}
