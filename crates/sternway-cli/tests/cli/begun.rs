//! Runs that are said to begin: they end as is recorded under their names, or fail.

use serde_json::{Value, json};

use crate::world::World;

const KEY: &str = "prompts/greeting";

fn outcomes(world: &World, reference: &str) -> Value {
    let list = world.json(&["outcomes", reference, "-o", "json"]);
    let seen = |it: &Value| json!([it["status"], it["error_class"]]);
    list["items"].as_array().expect("a list").iter().map(seen).collect()
}

fn open(world: &World) -> usize {
    world.json(&["outcomes", "--open", "-o", "json"])["items"].as_array().expect("a list").len()
}

#[test]
fn a_run_is_about_what_was_live_when_it_began() {
    let world = World::with_greeting();
    let begun = world.ok(&["record", KEY, "--begin", "--id", "a run", "--deadline", "5m"]);
    let said = "begun. prompts/greeting v1 fails unless its end is recorded within 5m\n  \
                next: sternway record prompts/greeting --ok --id 'a run'\n";
    assert_eq!(begun, said);
    world.ok(&["promote", "prompts/greeting@v2"]);
    let other = world.fails(2, &["record", "prompts/greeting@v2", "--ok", "--id", "a run"]);
    let why = "the run \"a run\" is one of v1, and prompts/greeting@v2 is v2";
    assert_eq!(other, format!("error: {why}\nhelp: name prompts/greeting alone\n"));
    world.ok(&["record", KEY, "--ok", "--id", "a run"]);
    assert_eq!(outcomes(&world, "prompts/greeting@v1"), json!([["succeeded", null]]));
    assert_eq!((outcomes(&world, "prompts/greeting@v2"), open(&world)), (json!([]), 0));
}

#[test]
fn who_repeats_it_changes_nothing() {
    let world = World::with_greeting();
    let begin = ["record", KEY, "--begin", "--id", "run", "--deadline", "5m"];
    world.ok(&begin);
    let again = world.ok(&begin);
    assert!(again.starts_with("unchanged: this run is open since before. "), "{again}");
    world.ok(&["record", KEY, "--fail", "--id", "run"]);
    let ended = "prompts/greeting v1 unchanged: how this run ended was recorded before\n";
    assert_eq!(world.ok(&begin), ended);
    assert_eq!(open(&world), 0);
}

#[test]
fn what_nobody_ended_fails_and_the_next_command_says_so() {
    let world = World::with_greeting();
    world.ok(&["promote", "prompts/greeting@v2"]);
    for _ in 0..3 {
        world.ok(&["record", KEY, "--begin", "--deadline", "1s"]);
    }
    assert_eq!(open(&world), 3, "they have time yet");
    let mut said = String::new();
    while !said.contains("failed") {
        said = world.run(&["--dry-run", "get", KEY]).stderr;
    }
    // All of them are due by now, or will be at once.
    while open(&world) > 0 {}
    let failed = json!(["failed", "NoOutcome"]);
    assert_eq!(outcomes(&world, "prompts/greeting@v2"), json!([failed, failed, failed]));
    assert_eq!(world.run(&["get", KEY]).stdout, "You are a helpful bot.\nAnswer briefly.\n");
}

#[test]
fn a_look_at_the_past_closes_nothing() {
    let world = World::with_greeting();
    world.ok(&["record", KEY, "--begin", "--id", "run", "--deadline", "1s"]);
    // Due by now, as the dry run says, which closes nothing either.
    while !world.run(&["--dry-run", "get", KEY]).stderr.contains("failed") {}
    let past = world.run(&["--at", "2", "get", KEY]);
    assert_eq!((past.code, past.stderr.as_str()), (0, ""));
    world.ok(&["record", KEY, "--ok", "--id", "run"]);
    assert_eq!(outcomes(&world, KEY), json!([["failed", "NoOutcome"]]), "it was due before");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let world = World::with_greeting();
    let never = world.fails(2, &["record", KEY, "--begin", "--deadline", "0s"]);
    assert_eq!(never, "error: a run cannot be given 0s: expected 1s to 24h\n");
    let ends = world.fails(2, &["record", KEY, "--ok", "--deadline", "5m"]);
    assert!(ends.contains("'--ok' cannot be used with '--deadline <DURATION>'"), "{ends}");
    let took = world.fails(2, &["record", KEY, "--begin", "--ms", "5"]);
    assert!(took.contains("'--begin' cannot be used with '--ms <N>'"), "{took}");
}

#[test]
fn a_dry_run_opens_nothing() {
    let world = World::with_greeting();
    let begun = world.ok(&["--dry-run", "record", KEY, "--begin", "--id", "run"]);
    assert!(begun.starts_with("would be begun. prompts/greeting v1 fails unless"), "{begun}");
    assert_eq!(open(&world), 0);
}
