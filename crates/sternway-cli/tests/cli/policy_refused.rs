//! Policy files that make no sense.

use crate::world::World;

#[test]
fn a_policy_that_makes_no_sense_is_refused_with_its_place_and_nothing_is_set() {
    let world = World::new();
    world.ok(&["init"]);
    for (name, text, expected) in [
        (
            "nan.toml",
            "[[rules]]\nrule = 'worse'\nalpha = nan\n",
            "nan.toml, line 3, column 9: NaN is not a threshold",
        ),
        (
            "points.json",
            "{\"rules\": [{\"rule\": \"degraded\", \"metric\": \"success_rate\",\n\
             \"mode\": \"points\", \"threshold\": 15}]}",
            "points.json, line 2, column 32: degraded: threshold is 15, so that the rule could never hold",
        ),
        (
            "slip.toml",
            "[[rules]]\nrule = 'all_faild'\n",
            "slip.toml, line 2, column 8: unknown variant `all_faild`",
        ),
    ] {
        world.write(name, text.as_bytes());
        let said = world.fails(2, &["policy", "set", "namespace", name]);
        assert!(said.contains(expected), "{said}");
        world.fails(2, &["simulate", name, "--base", "0.9", "--drop", "0.1"]);
    }
    assert!(world.ok(&["policy", "list"]).contains("none was set"));
}

#[test]
fn a_rule_that_only_another_program_has_is_never_taken_for_healthy() {
    let world = World::with_greeting();
    world.write("own.toml", b"[[rules]]\nrule = 'custom'\ntrigger = 'good-start'\n");
    let set = world.ok(&["policy", "set", "namespace", "own.toml"]);
    let leaves =
        "good-start: this command does not have it, and leaves the judging to a program that does";
    assert!(set.contains(leaves), "{set}");
    let lacks = "the policy asks for the trigger good-start, which this program does not have";
    let next = "sternway policy show prompts/greeting";
    let checked = world.fails(2, &["check", "prompts/greeting"]);
    assert_eq!(checked, format!("error: {lacks}\nhelp: {next}\n"));
    world.fails(2, &["record", "prompts/greeting", "--fail"]);
    let said = world.run(&["get", "prompts/greeting"]).stderr;
    assert!(said.contains(lacks) && said.ends_with(&format!("; next: {next}\n")), "{said}");
}
