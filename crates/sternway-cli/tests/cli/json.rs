//! The JSON schema is a promise: the members of every answer, and what they hold.
//!
//! `golden/keys.json` has them; with `UPDATE_GOLDEN=1` it is written anew, to be looked at before
//! it is committed.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::Path,
};

use serde_json::Value;

use crate::{git::Git, world::World};

/// A version that regresses, and a line that is bad.
const RUNS: &[u8] =
    br#"{"artifact":"configs/bot","ok":false,"error":{"class":"TypeError"},"id":"a"}
{"artifact":"configs/bot","ok":false,"error":{"class":"TypeError"},"id":"b"}
{}
"#;

type Keys = BTreeMap<String, BTreeSet<String>>;

/// The pointers into a value, and the kinds of what is there. Items of an array count as one.
fn keys(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    found.insert(format!("{at}: {kind}"));
    match value {
        Value::Array(items) => items.iter().for_each(|item| keys(item, &format!("{at}[]"), found)),
        Value::Object(members) => {
            for (name, member) in members {
                keys(member, &format!("{at}.{name}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (),
    }
}

fn note(world: &World, all: &mut Keys, name: &str, words: &[&str]) {
    let mut words = words.to_vec();
    if !words.contains(&"--json") {
        words.push("--json");
    }
    let ran = world.run(&words);
    let json = if ran.stdout.is_empty() { ran.stderr } else { ran.stdout };
    for line in json.lines() {
        let value: Value =
            serde_json::from_str(line).unwrap_or_else(|_| panic!("{words:?}: {json}"));
        keys(&value, "", all.entry(name.into()).or_default());
    }
}

/// What the story reads.
fn files(world: &World) {
    world.write("bot.json", br#"{"model": "small"}"#);
    world.write("other.json", br#"{"model": "large"}"#);
    world.write("policy.toml", b"activation = 'staged'\n");
    world.write("logo.png", b"\x89PNG\0");
    world.write("runs.jsonl", RUNS);
    fs::create_dir(world.path("files")).unwrap();
    world.write("files/one.md", b"one\n");
    world.write("files/empty.md", b"");
    let mut git = Git::new(world, "repo");
    git.commit("two.md", b"two\n", "two");
    git.commit("two.md", b"", "emptied");
}

/// How a store is shown whose past was let go.
fn compacted(world: &World, all: &mut Keys) {
    for (name, words) in [
        ("compact", vec!["compact", "--before", "r4"]),
        ("compacted", vec!["op", "show", "r1"]),
        ("a compacted status", vec!["status"]),
        ("a compacted verify", vec!["verify"]),
    ] {
        note(world, all, name, &words);
    }
}

#[expect(clippy::too_many_lines, reason = "a list of what is typed")]
fn story(world: &World) -> Keys {
    files(world);
    let all = &mut Keys::new();
    for (name, words) in [
        ("init", vec!["init"]),
        (
            "publish",
            vec!["publish", "configs/bot", "bot.json", "--label", "first", "--meta", "a=1"],
        ),
        ("publish", vec!["publish", "configs/bot", "other.json", "--semver", "1.0.0"]),
        ("publish", vec!["publish", "images/logo", "logo.png"]),
        ("promote", vec!["promote", "configs/bot@v2"]),
        ("record", vec!["record", "configs/bot", "--ok"]),
        ("record", vec!["record", "configs/bot", "--fail", "--error", "TypeError"]),
        ("record", vec!["record", "configs/bot", "--fail", "--error", "TypeError", "--id", "x"]),
        ("record", vec!["record", "configs/bot@v2", "--fail", "--id", "x"]),
        ("record_late", vec!["record", "configs/bot@v2", "--fail", "--error", "TypeError"]),
        ("log", vec!["log", "configs/bot"]),
        ("show", vec!["show", "configs/bot@v2", "--content"]),
        ("show", vec!["show", "configs/bot", "--content"]),
        ("show", vec!["show", "images/logo", "--content"]),
        ("blame", vec!["blame", "configs/bot@v2"]),
        ("list", vec!["list"]),
        ("diff", vec!["diff", "configs/bot@v1", "@v2"]),
        ("diff", vec!["diff", "images/logo", "./bot.json"]),
        ("promote", vec!["promote", "configs/bot@v2", "--force"]),
        ("aging", vec!["aging"]),
        ("rollback", vec!["rollback", "configs/bot"]),
        ("check", vec!["check", "configs/bot"]),
        ("record", vec!["record", "configs/bot", "--fail", "--error", "AttributeError"]),
        ("record", vec!["record", "configs/bot", "--fail", "--error", "AttributeError"]),
        ("check", vec!["check", "configs/bot"]),
        ("status", vec!["status"]),
        ("record from", vec!["record", "--from", "runs.jsonl", "--skip-bad"]),
        ("record begin", vec!["record", "configs/bot", "--begin", "--id", "y"]),
        ("outcomes open", vec!["outcomes", "--open"]),
        ("record", vec!["record", "configs/bot", "--ok", "--id", "y"]),
        ("pardon", vec!["pardon", "configs/bot@v2"]),
        ("condemn", vec!["condemn", "configs/bot@v1"]),
        ("label", vec!["label", "configs/bot@v1", "first"]),
        ("label", vec!["label", "configs/bot@v2", "first"]),
        ("policy show", vec!["policy", "show", "configs/bot"]),
        ("policy set", vec!["policy", "set", "namespace", "policy.toml"]),
        ("policy off", vec!["policy", "off", "collection:configs"]),
        ("policy list", vec!["policy", "list"]),
        ("policy unset", vec!["policy", "unset", "namespace"]),
        ("env create", vec!["env", "create", "staging", "--description", "tries"]),
        ("env list", vec!["env", "list"]),
        ("env show", vec!["env", "show", "production"]),
        ("watch", vec!["watch", "--once"]),
        ("publish", vec!["publish", "prompts/greeting", "policy.toml"]),
        ("blame", vec!["blame", "prompts/greeting"]),
        ("import dir", vec!["import", "dir", "files"]),
        ("import git", vec!["import", "git", "repo", "two.md"]),
        ("export", vec!["export"]),
        ("import bundle", vec!["import", "bundle", "default.sternway"]),
        ("verify", vec!["verify"]),
        ("doctor", vec!["doctor"]),
        ("upgrade", vec!["upgrade", "--repack"]),
        ("a problem", vec!["show", "configs/bot@v9"]),
        ("a conflict", vec!["publish", "configs/bot", "logo.png", "--expect", "v1"]),
    ] {
        note(world, all, name, &words);
    }
    back(world, all);
    measured(world, all);
    deployed(world, all);
    told(world, all);
    routed(world, all);
    around(world, all);
    checked(world, all);
    compacted(world, all);
    all.clone()
}

/// Commands about what is checked, and about what a command decides.
fn checked(world: &World, all: &mut Keys) {
    world.write("checks.toml", br#"checks = [{name = "object", schema = {type = "object"}}]"#);
    world.write(
        "late.toml",
        br#"checks = [{name = "none", on_failure = "condemn", schema = false}]"#,
    );
    world.write("new.json", b"{}");
    for (name, words) in [
        ("policy set", vec!["policy", "set", "collection:checked", "checks.toml"]),
        ("policy show", vec!["policy", "show", "checked/it"]),
        ("validate", vec!["validate", "checked/it", "bot.json"]),
        ("validate", vec!["validate", "checked/it", "logo.png"]),
        ("publish", vec!["publish", "checked/it", "bot.json"]),
        ("a failed check", vec!["publish", "checked/it", "logo.png"]),
        ("guard", vec!["guard", "checked/it", "other.json", "--json", "--", "true"]),
        ("guard", vec!["guard", "checked/it", "new.json", "--json", "--", "false"]),
        ("policy set", vec!["policy", "set", "collection:checked", "late.toml"]),
        ("restore", vec!["restore", "checked/it@v1"]),
        ("show", vec!["show", "checked/it@v4"]),
        ("publish", vec!["publish", "policies/none", "checks.toml"]),
        ("policy set", vec!["policy", "set", "artifact:checked/it", "--from", "policies/none"]),
        ("policy show", vec!["policy", "show", "checked/it"]),
        ("policy show", vec!["policy", "show", "checked/it", "--env", "staging"]),
        ("policy list", vec!["policy", "list"]),
        ("policy unset", vec!["policy", "unset", "artifact:checked/it"]),
    ] {
        note(world, all, name, &words);
    }
}

/// What takes back what was done, and what is beside the namespace.
fn back(world: &World, all: &mut Keys) {
    for (name, words) in [
        ("label", vec!["label", "configs/bot@v2", "second"]),
        ("undo", vec!["undo"]),
        ("redo", vec!["redo"]),
        ("op restore", vec!["op", "restore", "r7", "--force"]),
        ("op log", vec!["op", "log"]),
        ("op show", vec!["op", "show", "r2"]),
        ("namespace create", vec!["namespace", "create", "team-a"]),
        ("namespace list", vec!["namespace", "list", "-n", "1"]),
        ("namespace show", vec!["namespace", "show"]),
    ] {
        note(world, all, name, &words);
    }
}

/// What is measured of runs, and what is made of it.
fn measured(world: &World, all: &mut Keys) {
    for (name, words) in [
        ("publish", vec!["publish", "tools/search", "bot.json"]),
        ("publish", vec!["publish", "tools/search", "other.json", "--promote"]),
        ("policy set", vec!["policy", "set", "namespace", "--preset", "tiers"]),
        ("record", vec!["record", "tools/search@v1", "--ok", "--ms", "90"]),
        ("record", vec!["record", "tools/search@v2", "--ok", "--ms", "80", "--cost", "1"]),
        ("check", vec!["check", "tools/search"]),
        ("metrics", vec!["metrics", "tools/search", "--window", "1h"]),
        ("metrics", vec!["metrics", "images/logo"]),
        ("metrics compare", vec!["metrics", "tools/search", "--compare", "v1,v2"]),
        ("outcomes", vec!["outcomes", "tools/search"]),
        ("outcomes", vec!["outcomes", "configs/bot@v2"]),
        ("log moves", vec!["log", "configs/bot", "--moves"]),
        ("explain", vec!["explain", "tools/search"]),
        ("explain", vec!["explain", "configs/bot@v2"]),
        ("stability", vec!["stability", "tools/search"]),
        ("stability", vec!["stability", "images/logo"]),
        ("aging", vec!["aging"]),
    ] {
        note(world, all, name, &words);
    }
}

/// What is deployed step by step.
fn deployed(world: &World, all: &mut Keys) {
    let named = |name: &'static str, words: &'static str| (name, words.split(' ').collect());
    let steps: [(&str, Vec<&str>); 12] = [
        named("publish", "publish tools/ship bot.json"),
        named("publish", "publish tools/ship other.json"),
        named("deploy plan", "deploy plan tools/ship@v2 --canary 5"),
        named("deploy start", "deploy start tools/ship@v2 --canary 5"),
        named("resolve", "resolve tools/ship --key ann"),
        named("deploy list", "deploy list"),
        named("deploy pause", "deploy pause tools/ship"),
        named("status", "status"),
        named("deploy promote", "deploy promote tools/ship --full -m why"),
        named("deploy status", "deploy status tools/ship"),
        named("deploy watch", "deploy watch tools/ship"),
        named("deploy logs", "deploy logs tools/ship"),
    ];
    for (name, words) in steps {
        note(world, all, name, &words);
    }
    let points: [(&str, Vec<&str>); 14] = [
        named("deploy start", "deploy start tools/ship@v1 --canary 5"),
        named("deploy start", "deploy start tools/ship@v1 --canary 5 --queue"),
        named("deploy list", "deploy list"),
        named("point create", "point create -m kept --keep 2"),
        named("point create", "point create --keep 2"),
        named("promote", "promote configs/bot@v1 --force"),
        named("point list", "point list"),
        named("emergency", "emergency production --reason red"),
        named("emergency", "emergency production --reason red --yes"),
        named("emergency", "emergency production --reason red -y"),
        named("point list", "point list"),
        named("point show", "point show newest"),
        named("promote", "promote tools/ship@v1"),
        named("point restore", "point restore newest"),
    ];
    for (name, words) in points {
        note(world, all, name, &words);
    }
    let back: [(&str, Vec<&str>); 4] = [
        named("publish", "publish tools/back bot.json"),
        named("publish", "publish tools/back other.json"),
        named(
            "deploy start",
            "deploy start tools/back@v2 --immediate --without-proof --outcomes 0",
        ),
        named("deploy rollback", "deploy rollback tools/back -m slow"),
    ];
    for (name, words) in back {
        note(world, all, name, &words);
    }
}

/// Who is told what happens. Nobody listens there.
fn told(world: &World, all: &mut Keys) {
    let checks =
        b"health.up.command = ['true']\nhealth.down.command = ['false']\nhealth.down.retries = 0";
    world.write("home/sternway/config.toml", checks);
    let named = |name: &'static str, words: &'static str| (name, words.split(' ').collect());
    let steps: [(&str, Vec<&str>); 14] = [
        named("health list", "health list"),
        named("health check", "health check up"),
        named("health check", "health check down"),
        named(
            "notify add",
            "notify add ci --webhook http://127.0.0.1:1/ --secret env:NO_SUCH --allow-private --on *",
        ),
        named(
            "notify add",
            "notify add team --slack env:NO_SUCH --about production --template {{version}}",
        ),
        named("publish", "publish tools/told bot.json"),
        named("notify list", "notify list"),
        named("supervise", "supervise --once -o jsonl"),
        named("notify deliveries", "notify deliveries ci"),
        named("notify test", "notify test ci --dry-run"),
        named("a failed test", "notify test ci"),
        named("notify replay", "notify replay ci --from r1"),
        named("notify remove", "notify remove ci"),
        named("op log of channels", "op log -n 6"),
    ];
    for (name, words) in steps {
        note(world, all, name, &words);
    }
}

/// What shares the requests out. Nobody listens there.
fn routed(world: &World, all: &mut Keys) {
    let router =
        b"[routers.edge]\nhaproxy = 'unix:/nowhere/sternway.sock'\nartifacts = ['configs/bot']\n\
                   environment = 'production'\n";
    world.write("sternway.toml", router);
    for (name, words) in [
        ("router list", vec!["router", "list"]),
        ("router show", vec!["router", "show", "edge"]),
        ("router withdraw", vec!["router", "withdraw", "edge", "-m", "red"]),
    ] {
        note(world, all, name, &words);
    }
    fs::remove_file(world.path("sternway.toml")).unwrap();
}

/// A simulation that takes no time.
fn simulated(drop: &str) -> Vec<&str> {
    let few = ["--runs", "20", "--horizon", "100", "--baseline", "100", "--svg", "share.svg"];
    [&["simulate", "tiers", "--base", "0.9", "--drop", drop], &few[..]].concat()
}

/// Commands that are about no store.
fn around(world: &World, all: &mut Keys) {
    for (name, words) in [
        ("settings list", vec!["settings", "list"]),
        ("settings get", vec!["settings", "get", "namespace"]),
        ("settings set", vec!["settings", "set", "ui.quiet", "true", "-q"]),
        ("settings set", vec!["settings", "set", "ui.color", "never"]),
        ("settings path", vec!["settings", "path"]),
        ("man", vec!["man", "man"]),
        ("simulate", simulated("0.4")),
        ("simulate", simulated("0")),
    ] {
        note(world, all, name, &words);
    }
}

#[test]
fn the_members_of_every_answer_are_as_promised() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/golden/keys.json");
    // Of what has no effect, one has something to type instead, and one has not.
    let world = World::new().set("ROLLBACK_THRESHOLD", "5").set("MAX_ROLLBACK_POINTS", "10");
    let found = story(&world);
    let actual = serde_json::to_string_pretty(&found).unwrap() + "\n";
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &actual).unwrap();
    }
    let promised: Keys = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    for (command, promised) in &promised {
        let found = found.get(command).unwrap_or_else(|| panic!("{command} is missing"));
        let gone: Vec<&String> = promised.difference(found).collect();
        assert!(gone.is_empty(), "{command} lost {gone:?}");
    }
    assert_eq!(found, promised, "something new: note it in golden/keys.json");
}

#[test]
fn lists_show_no_content() {
    let world = World::with_greeting();
    for words in [
        vec!["list"],
        vec!["log", "prompts/greeting"],
        vec!["show", "prompts/greeting"],
        vec!["status"],
        vec!["watch", "--once"],
    ] {
        let mut words = words;
        words.push("--json");
        assert!(!world.ok(&words).contains("helpful bot"), "{words:?}");
    }
}

#[test]
fn names_are_snake_case_and_ratios_say_so() {
    let found = story(&World::new());
    for key in found.values().flatten() {
        let name = key.split(": ").next().unwrap().rsplit('.').next().unwrap();
        let snake =
            name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_[]".contains(c));
        assert!(snake, "{key}");
    }
}

#[test]
fn times_are_in_utc_and_versions_give_theirs_in_seconds_too() {
    let world = World::with_greeting();
    let version = world.json(&["show", "prompts/greeting@v1"]);
    let created = version["created_at"].as_str().unwrap();
    assert!(created.ends_with('Z'), "{created}");
    let seconds = version["created_at_unix"].as_f64().unwrap();
    let moment: sternway::types::Timestamp = created.parse().unwrap();
    assert!((moment.as_unix_seconds() - seconds).abs() < 1e-6);
}

#[test]
fn what_policy_show_prints_can_be_set_again() {
    let world = World::with_greeting();
    let shown = world.json(&["policy", "show", "prompts/greeting"]);
    world.write("policy.json", shown["policy"].to_string().as_bytes());
    world.ok(&["policy", "set", "namespace", "policy.json"]);
    let again = world.json(&["policy", "show", "prompts/greeting"]);
    assert_eq!(again["policy"], shown["policy"]);
    assert_eq!(again["scope"], "namespace");
}
