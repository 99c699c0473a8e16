//! Policies that are artifacts, as they are typed.

use std::{fs, path::Path};

use crate::world::World;

#[test]
fn what_the_manual_types_is_what_a_story_types() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let story = fs::read_to_string(here.join("tests/cli/golden/released_policies.txt")).unwrap();
    let manual = fs::read_to_string(here.join("../../docs/policy.md")).unwrap();
    let (_, section) = manual.split_once("## Policies as artifacts").expect("the section");
    let (_, block) = section.split_once("```sh\n").expect("a walk through");
    let (block, _) = block.split_once("```").expect("it ends");
    let typed = block.lines().map(|line| line.split(" #").next().unwrap_or(line).trim_end());
    let mut rest = story.as_str();
    for command in typed {
        let found = rest.split_once(&format!("$ {command}\n"));
        (_, rest) = found.unwrap_or_else(|| panic!("no story types this next: {command}"));
    }
}

#[test]
fn the_doctor_says_what_was_never_released() {
    let world = World::with_greeting();
    world.write("strict.toml", b"preset = 'tiers'\n");
    world.ok(&["publish", "policies/strict", "strict.toml"]);
    world.ok(&["env", "create", "staging"]);
    let fine = world.ok(&["doctor"]);
    assert!(!fine.contains("policies"), "{fine}");
    let set = world.ok(&["policy", "set", "namespace", "--from", "policies/strict"]);
    assert!(set.contains("nothing of it is live in staging"), "{set}");
    let warned = world.ok(&["doctor"]);
    assert!(
        warned.contains(
            "warn  policies     nothing of policies/strict is live in staging, which is the policy of \
             namespace: what holds around it holds there"
        ),
        "{warned}"
    );
    assert!(warned.contains("sternway --env staging promote policies/strict@latest"), "{warned}");
    world.ok(&["promote", "policies/strict@latest", "--env", "staging"]);
    assert!(!world.ok(&["doctor"]).contains("policies"));
}
