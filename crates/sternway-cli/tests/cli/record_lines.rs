//! Files of outcomes: counted exactly once, taken as a whole or without their bad lines.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::world::World;

const GREETING: &str = r#""artifact":"prompts/greeting""#;

/// A world with a live version, and this file.
fn world(lines: &str) -> World {
    let world = World::with_greeting();
    world.write("runs.jsonl", lines.as_bytes());
    world
}

/// What recording the file answers: how many lines, new, counted before, and bad.
#[track_caller]
fn check(world: &World, words: &[&str], expected: [u64; 4]) -> Value {
    let words = [&["record", "--from", "runs.jsonl", "--json"], words].concat();
    let ran = world.run(&words);
    assert_eq!(ran.code, if expected[3] == 0 { 0 } else { 2 }, "{}", ran.stderr);
    let view: Value = serde_json::from_str(&ran.stdout).unwrap();
    let found = ["lines", "counted", "duplicates", "bad"].map(|name| view[name].as_u64().unwrap());
    assert_eq!(found, expected, "{view}");
    view
}

/// How many outcomes of what is live were counted.
fn total(world: &World, artifact: &str) -> u64 {
    world.json(&["check", artifact])["tally"]["total"].as_u64().unwrap()
}

#[test]
fn a_file_counts_once_however_often_it_is_recorded() {
    // More than one batch, with and without ids, and with lines that are all alike.
    let mut lines = String::new();
    for run in 0..60_000 {
        match run % 3 {
            0 => writeln!(lines, r#"{{{GREETING},"ok":true,"id":"run-{run}"}}"#).unwrap(),
            1 => writeln!(lines, r#"{{{GREETING},"ok":true,"duration_ms":{run}}}"#).unwrap(),
            _ => writeln!(lines, r#"{{{GREETING},"ok":true}}"#).unwrap(),
        }
    }
    let world = world(&lines);
    check(&world, &[], [60_000, 60_000, 0, 0]);
    check(&world, &[], [60_000, 0, 60_000, 0]);
    assert_eq!(total(&world, "prompts/greeting"), 60_000);
}

#[test]
fn the_same_text_is_told_of_other_runs_where_another_version_is_named() {
    let world = world(&"{\"ok\":true}\n".repeat(3));
    world.write("other", b"Hello again");
    world.ok(&["publish", "prompts/greeting", "other"]);
    for version in ["prompts/greeting@v1", "prompts/greeting@v2", "prompts/greeting"] {
        check(&world, &[version], [3, 3, 0, 0]);
        check(&world, &[version], [3, 0, 3, 0]);
    }
    world.ok(&["promote", "prompts/greeting@v2"]);
    check(&world, &["prompts/greeting"], [3, 0, 3, 0]);
}

#[test]
fn lines_may_move_and_others_come_between() {
    let line = |number: u64| format!("{{{GREETING},\"ok\":true,\"duration_ms\":{number}}}\n");
    let world = world(&[line(1), line(2), line(1)].concat());
    check(&world, &[], [3, 3, 0, 0]);
    let moved = [line(3), line(1), "\n".into(), line(2), line(1), line(1)].concat();
    world.write("runs.jsonl", moved.as_bytes());
    check(&world, &[], [5, 2, 3, 0]);
}

#[test]
fn a_line_and_a_single_record_of_one_id_are_one_run() {
    let world = world(&format!("{{{GREETING},\"ok\":true,\"id\":\"run-7\"}}\n"));
    world.ok(&["record", "prompts/greeting", "--ok", "--id", "run-7"]);
    check(&world, &[], [1, 0, 1, 0]);
}

#[test]
fn what_a_line_does_not_name_is_as_in_the_reference() {
    let world = world("{\"ok\":true}\n{\"version\":1,\"ok\":true}\n{\"ok\":false}\n");
    world.write("tool.py", b"1\n");
    world.ok(&["publish", "tools/search", "tool.py"]);
    let view = check(&world, &["prompts/greeting@v2"], [3, 3, 0, 0]);
    let of = |version: u64| {
        let subjects = view["subjects"].as_array().unwrap();
        subjects.iter().find(|it| it["subject"]["version"] == version).unwrap().clone()
    };
    assert_eq!((&of(1)["counted"], &of(2)["counted"]), (&json!(1), &json!(2)));
    assert_eq!(of(2)["tally"]["failed"], 1);
    // The same text is another run where it is about another artifact.
    check(&world, &["tools/search"], [3, 3, 0, 0]);
}

#[test]
fn nothing_is_recorded_of_a_file_with_a_bad_line() {
    let good = format!("{{{GREETING},\"ok\":true}}\n");
    let bad = "{\"ok\":true}\nnothing\n{\"artifact\":\"prompts/none\",\"ok\":true}\n";
    let world = world(&[good.as_str(), bad, good.as_str()].concat());
    let said = world.fails(2, &["record", "--from", "runs.jsonl"]);
    for expected in [
        "error: nothing was recorded: 2 of 5 lines of runs.jsonl cannot be taken\n",
        "  line 2: it names no \"artifact\", and no REF was given for such lines\n",
        "  line 3: it is no JSON object: each line is one, such as {\"ok\":true}\n",
        "help: mend them, or leave them out with --skip-bad\n",
    ] {
        assert!(said.contains(expected), "{said}");
    }
    let ran = world.run(&["record", "--from", "runs.jsonl", "--json"]);
    let problem: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!((&problem["bad"], &problem["bad_lines"][1]["line"]), (&json!(2), &json!(3)));
    let fewer = [good.as_str(), "{\"artifact\":\"prompts/none\",\"ok\":true}\n"].concat();
    world.write("runs.jsonl", fewer.as_bytes());
    let said = world.fails(2, &["record", "--from", "runs.jsonl"]);
    assert!(said.contains("line 2: there is no artifact prompts/none"), "{said}");
    assert_eq!(total(&world, "prompts/greeting"), 0);
}

#[test]
fn bad_lines_are_left_out_and_named_if_asked() {
    let good = format!("{{{GREETING},\"ok\":true}}\n");
    let bad = "{\"ok\":true\n{\"artifact\":\"prompts/none\",\"ok\":true}\n{\"artifact\":\"prompts/greeting\",\"ok\":true,\"cost\":-1}\n";
    let world = world(&[good.as_str(), bad, good.as_str()].concat());
    let view = check(&world, &["--skip-bad"], [5, 2, 0, 3]);
    let lines: Vec<_> =
        view["bad_lines"].as_array().unwrap().iter().map(|it| &it["line"]).collect();
    assert_eq!(lines, [2, 3, 4]);
    assert_eq!(view["bad_lines"][1]["problem"], "there is no artifact prompts/none");
    assert_eq!(total(&world, "prompts/greeting"), 2);
    let ran = world.run(&["record", "--from", "runs.jsonl", "--skip-bad"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.starts_with("0 outcomes recorded, 2 counted before\n3 lines left out:\n"));
}

#[test]
fn standard_input_is_taken_as_a_whole_too() {
    let world = World::with_greeting();
    let lines = format!("{{{GREETING},\"ok\":true}}\n{{{GREETING},\"ok\":true}}");
    let words = ["record", "--from", "-"];
    let ran = world.feed(&words, lines.as_bytes());
    let healthy = "2 outcomes recorded\nprompts/greeting v1: healthy  2 runs, 100.0 % success\n";
    assert_eq!((ran.code, ran.stdout.as_str()), (0, healthy), "{}", ran.stderr);
    let ran = world.feed(&words, format!("{lines}\n[]\n").as_bytes());
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("1 of 3 lines of standard input"), "{}", ran.stderr);
}

#[test]
fn a_version_that_regresses_in_the_middle_goes_back_once() {
    let line = |number: u64| {
        format!(
            "{{{GREETING},\"ok\":false,\"error\":{{\"class\":\"TypeError\"}},\"id\":\"{number}\"}}\n"
        )
    };
    let world = world(&(0..50).map(line).collect::<String>());
    world.ok(&["promote", "prompts/greeting@v2"]);
    let ran = world.run(&["record", "--from", "runs.jsonl"]);
    let expected = "50 outcomes recorded\nprompts/greeting v2 regressed: ";
    assert!(ran.stdout.starts_with(expected), "{}", ran.stdout);
    assert!(ran.stdout.contains("  rolled back: v2 → v1  live in production\n"), "{}", ran.stdout);
    // All of them are about what was live when the file was opened.
    assert_eq!(total(&world, "prompts/greeting"), 0);
    check(&world, &[], [50, 0, 50, 0]);
    assert_eq!(world.json(&["show", "prompts/greeting"])["version"], 1);
}

#[test]
fn a_dry_run_counts_nothing() {
    let world = world(&format!("{{{GREETING},\"ok\":true}}\n"));
    check(&world, &["--dry-run"], [1, 1, 0, 0]);
    assert_eq!(total(&world, "prompts/greeting"), 0);
}

#[test]
fn what_makes_no_sense_together_is_refused() {
    let world = world("");
    check(&world, &[], [0, 0, 0, 0]);
    for words in [
        vec!["record"],
        vec!["record", "--ok"],
        vec!["record", "prompts/greeting", "--ok", "--skip-bad"],
        vec!["record", "prompts/greeting", "--ok", "--from", "runs.jsonl"],
        vec!["record", "--from", "runs.jsonl", "--ms", "3"],
        vec!["record", "--from", "nothing.jsonl"],
        vec!["record", "--from", "."],
    ] {
        world.fails(2, &words);
    }
}
