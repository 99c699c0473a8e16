//! What holds where nothing was typed, and which of two places goes first.

use std::fs;

use serde_json::Value;

use crate::world::{OLDER, World};

fn world(project: &str) -> World {
    let world = World::with_greeting();
    world.write("sternway.toml", project.as_bytes());
    world
}

/// Which value a setting has, and which source says so.
fn check(world: &World, words: &[&str], key: &str, value: &str, source: Option<&str>) {
    let mut words = words.to_vec();
    words.extend(["settings", "get", key]);
    let view = world.json(&words);
    let found = view["source"].as_str().map(|source| source.rsplit('/').next().unwrap());
    assert_eq!((view["value"].as_str(), found), (Some(value), source), "{words:?}");
}

#[test]
fn each_layer_goes_before_the_next() {
    let key = "environment";
    let world = World::new();
    check(&world, &[], key, "production", None);
    world.ok(&["settings", "set", key, "own", "--user"]);
    check(&world, &[], key, "own", Some("config.toml:1"));
    world.ok(&["settings", "set", key, "ours"]);
    check(&world, &[], key, "ours", Some("sternway.toml:1"));
    let world = world.set("STERNWAY_ENVIRONMENT", "mine");
    check(&world, &[], key, "mine", Some("STERNWAY_ENVIRONMENT"));
    check(&world, &["-e", "now"], key, "now", Some("--env"));
}

#[test]
fn a_file_says_what_a_flag_would() {
    let world =
        world("environment = 'staging'\nactor = 'agent:planner-7'\n[ui]\noutput = 'name'\n");
    world.ok(&["env", "create", "staging"]);
    assert_eq!(world.ok(&["list"]), "prompts/greeting\n");
    world.ok(&["promote", "prompts/greeting@v2"]);
    assert_eq!(world.json(&["show", "prompts/greeting"])["version"], 2);
    assert_eq!(world.json(&["show", "prompts/greeting", "-e", "production"])["version"], 1);
    let feed = world.ok(&["watch", "--once", "-o", "jsonl"]);
    let last: Value = serde_json::from_str(feed.lines().last().unwrap()).unwrap();
    assert_eq!(last["actor"], "agent:planner-7");
}

#[test]
fn the_file_is_found_in_a_folder_above_and_its_paths_begin_there() {
    let world = World::new();
    world.write("v1.md", b"one\n");
    world.write("sternway.toml", b"store.url = 'redb:data/agents.redb'\n");
    fs::create_dir_all(world.path("deep/down")).unwrap();
    world.ok(&["-C", "deep/down", "publish", "prompts/greeting", "../../v1.md"]);
    assert!(world.path("data/agents.redb").is_file());
    assert_eq!(world.ok(&["list", "-o", "name"]), "prompts/greeting\n");
}

#[test]
fn what_is_typed_next_names_what_was_typed_and_no_more() {
    let world = world("environment = 'staging'\n");
    world.ok(&["env", "create", "staging"]);
    let page = world.ok(&["log", "prompts/greeting", "-n", "1"]);
    assert!(page.contains("more: sternway log"), "{page}");
    // Without the flag this would be about staging.
    let page = world.ok(&["log", "prompts/greeting", "-n", "1", "-e", "production"]);
    assert!(page.contains("more: sternway -e production log"), "{page}");
}

#[test]
fn a_secret_is_used_and_never_shown() {
    let world = world("namespace = { env = 'TEAM' }\n").set("TEAM", "team-a");
    let listed = world.ok(&["settings", "list"]);
    assert!(listed.contains("***") && !listed.contains("team-a"), "{listed}");
    world.ok(&["init"]);
    assert_eq!(world.json(&["status"])["namespace"], "team-a");
}

#[test]
fn a_secret_in_a_file_beside_it_is_used_and_never_shown() {
    let world = world("namespace = { file = 'team.txt' }\n");
    let refused = world.run(&["settings", "list"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("team.txt, which cannot be read"), "{}", refused.stderr);

    world.write("team.txt", b"team-a\r\n");
    let listed = world.ok(&["settings", "list"]);
    assert!(listed.contains("***") && !listed.contains("team-a"), "{listed}");
    world.ok(&["init"]);
    assert_eq!(world.json(&["status"])["namespace"], "team-a");

    for bad in [b"no such name".to_vec(), b"\xff".to_vec(), vec![b'a'; 70_000]] {
        world.write("team.txt", &bad);
        let refused = world.run(&["settings", "list"]);
        assert_eq!(refused.code, 2);
        assert!(refused.stderr.contains("line 1, column 13"), "{}", refused.stderr);
        assert!(!refused.stderr.contains("no such name"), "{}", refused.stderr);
    }
}

#[test]
fn the_url_of_another_database_is_passed_over() {
    let world = World::with_greeting().set("DATABASE_URL", "mysql://host/app");
    assert_eq!(world.ok(&["list", "-o", "name"]), "prompts/greeting\n");
    assert!(world.ok(&["settings", "list"]).contains("passed over: DATABASE_URL"));
    let ours = World::new();
    let ours = ours.set("DATABASE_URL", &format!("redb:{}", world.store().display()));
    assert_eq!(ours.ok(&["list", "-o", "name"]), "prompts/greeting\n");
    assert_eq!(ours.json(&["settings", "get", "store.url"])["source"], "DATABASE_URL");
    ours.write("sternway.toml", b"store.url = 'elsewhere'\n");
    assert_eq!(ours.json(&["settings", "get", "store.url"])["origin"], "file");
}

/// Every older name, each with a value that nobody is to see.
fn older() -> World {
    OLDER.iter().fold(World::new(), |world, name| world.set(name, "hunter2"))
}

#[test]
fn a_variable_of_an_older_name_is_said_to_have_no_effect_and_its_value_is_not_shown() {
    let (world, names) = (older(), OLDER);
    let page = world.ok(&["settings", "list"]);
    let json = world.json(&["settings", "list"]);
    let said: Vec<_> = json["passed_over"].as_array().unwrap().iter().collect();
    assert_eq!(said.iter().map(|it| it["variable"].as_str().unwrap()).collect::<Vec<_>>(), names);
    for name in names {
        assert!(page.contains(&format!("passed over: {name}, since ")), "{name}: {page}");
    }
    let policies = "sternway policy set namespace FILE";
    assert!(said[7]["help"].as_str().unwrap().starts_with(policies), "{json}");
    assert!(page.contains(policies), "{page}");
    assert!(!page.contains("hunter2") && !json.to_string().contains("hunter2"), "{page}{json}");
}

#[test]
fn what_has_no_effect_is_said_beside_lines_that_a_script_reads() {
    let world = older();
    for output in ["name", "jsonl"] {
        let ran = world.run(&["settings", "list", "-o", output]);
        assert!(ran.stderr.contains("passed over: ROLLBACK_THRESHOLD"), "{}", ran.stderr);
        assert!(!ran.stdout.contains("ROLLBACK_THRESHOLD"), "{}", ran.stdout);
        assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
    }
}

#[test]
fn a_variable_that_is_empty_or_not_set_is_not_spoken_of() {
    let world = World::new().set("ROLLBACK_THRESHOLD", "");
    assert!(!world.ok(&["settings", "list"]).contains("passed over"));
    assert_eq!(world.json(&["settings", "list"])["passed_over"], serde_json::json!([]));
}

#[test]
fn x78_the_limit_of_health_checks_that_say_none_may_be_in_a_variable_of_an_older_name() {
    let checks = b"health.up.command = ['true']\n\
                   health.down = { command = ['false'], timeout = '5s' }\n";
    let check = |world: &World, expected: [u64; 2]| {
        world.write("home/sternway/config.toml", checks);
        let all = world.json(&["health", "list"]);
        let all = all["items"].as_array().unwrap().iter();
        assert_eq!(all.map(|it| it["timeout_ms"].as_u64().unwrap()).collect::<Vec<_>>(), expected);
    };
    check(&World::new(), [5_000, 10_000]);
    let world = World::new().set("HEALTH_CHECK_TIMEOUT", "30000");
    check(&world, [5_000, 30_000]);
    assert!(!world.ok(&["settings", "list"]).contains("passed over"), "it is read");
}

#[test]
fn policies_and_environments_in_a_file_are_refused_with_the_command_that_sets_them() {
    for (text, help) in [
        ("[policy.default]\n", "policies are in the store: sternway policy set namespace FILE"),
        ("[environments.qa]\n", "environments are in the store: sternway env create NAME"),
    ] {
        let said = world(text).fails(2, &["list"]);
        assert!(said.contains(&format!("help: {help}\n")), "{said}");
    }
}

#[test]
fn a_file_that_makes_no_sense_keeps_nothing_from_being_looked_up() {
    let world = world("enviroment = 'qa'\n");
    let problem = world.fails(2, &["list", "--json"]);
    let problem: Value = serde_json::from_str(&problem).unwrap();
    assert_eq!((&problem["line"], &problem["column"]), (&1.into(), &1.into()));
    assert_eq!(problem["file"], "sternway.toml");
    for words in [&["settings", "path"][..], &["completion", "bash"], &["help", "settings"]] {
        world.ok(words);
    }
    world.fails(2, &["settings", "set", "environment", "qa"]);
}

#[test]
fn setting_keeps_what_stands_around_and_trying_writes_nothing() {
    let world = World::new();
    world.write("sternway.toml", b"# ours\n[ui]\nquiet = true # for now\n");
    world.ok(&["settings", "set", "ui.quiet", "false"]);
    world.ok(&["settings", "set", "ui.color", "never", "--dry-run"]);
    let file = fs::read_to_string(world.path("sternway.toml")).unwrap();
    assert_eq!(file, "# ours\n[ui]\nquiet = false # for now\n");
}

#[test]
fn the_demo_stays_in_its_own_folder() {
    let world = world("store.url = '.sternway'\n");
    let tried = world.json(&["demo", "--dry-run"]);
    assert_eq!(tried["store"], "sternway-demo/.sternway/store.redb");
}

/// A router that nobody answers for.
const AWAY: &str = "[routers.edge]\nhaproxy = 'unix:/nowhere/sternway.sock'\n\
                    artifacts = ['prompts/greeting']\nenvironment = 'production'\n";

#[test]
fn routers_are_listed_with_where_they_were_set() {
    let world = world(AWAY);
    let listed = world.ok(&["settings", "list"]);
    let line = listed.lines().find(|line| line.starts_with("routers.edge")).unwrap();
    assert!(line.contains("HAProxy at /nowhere/sternway.sock for prompts/greeting in production"));
    assert!(line.ends_with("sternway.toml:1"), "{line}");
    let all = world.json(&["settings", "list"]);
    let last = all["items"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["key"], &last["origin"]), (&"routers.edge".into(), &"file".into()));
    let wrong = self::world("[routers.edge]\nhaproxi = 'x'\n").run(&["list"]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.stderr.contains("line 2, column 1: a router has no haproxi: did you mean haproxy?")
    );
}

#[test]
fn a_router_that_is_away_is_said_by_who_moves_something_and_by_nobody_else() {
    let world = world(AWAY);
    let moved = world.run(&["promote", "prompts/greeting@v2"]);
    assert_eq!(moved.code, 0, "it stands: {}", moved.stderr);
    assert!(moved.stderr.contains("warning: prompts/greeting was moved in production"));
    assert!(moved.stderr.contains("sternway doctor"), "{}", moved.stderr);
    for words in [
        &["list"][..],
        &["status"],
        &["--dry-run", "promote", "prompts/greeting@v1"],
        &["-e", "staging", "env", "create", "staging"],
        &["--store", ".sternway", "promote", "prompts/greeting@v1"],
        &["demo"],
    ] {
        let ran = world.run(words);
        assert!(ran.code == 0 && !ran.stderr.contains("router"), "{words:?}: {}", ran.stderr);
    }
    let doctor = world.run(&["doctor"]);
    assert_eq!(doctor.code, 10, "{}", doctor.stdout);
    assert!(doctor.stdout.contains("edge: the router did not answer"), "{}", doctor.stdout);
}

#[test]
fn a_router_is_listed_with_what_it_can_and_shown_with_what_mends_it() {
    let world = world(AWAY);
    let listed = world.ok(&["router", "list"]);
    assert!(listed.contains("edge  HAProxy at /nowhere/sternway.sock"), "{listed}");
    assert!(listed.contains("shares of 0.01 % among 16 versions, by chance"), "{listed}");
    assert!(
        listed.contains("copies no requests, goes by no headers, forgets its routes"),
        "{listed}"
    );
    let all = world.json(&["router", "list"]);
    let able = &all["items"][0]["capabilities"];
    assert_eq!((&able["grain"], &able["shadows"]), (&1.into(), &false.into()));
    let shown = world.run(&["router", "show", "edge"]);
    assert_eq!(shown.code, 10, "{}", shown.stderr);
    assert!(shown.stdout.contains("prompts/greeting in production  away"), "{}", shown.stdout);
    let unknown = world.fails(2, &["router", "show", "egde"]);
    assert!(unknown.contains("did you mean edge?"), "{unknown}");
    let none = self::world("").ok(&["router", "list"]);
    assert!(none.contains("no router is in the settings"), "{none}");
}
