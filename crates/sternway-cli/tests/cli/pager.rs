//! What is longer than the screen, on a terminal. `script` plays the terminal; where there is none,
//! nothing is tested.

use std::process::{Command, Stdio};

use crate::world::World;

/// A pager that marks what it was given.
const MARKING: &str = "sed s/^/paged:/";

/// What a terminal of so many rows shows of a command; nothing if there is no `script`.
fn shown(world: &World, rows: u8, words: &str) -> Option<String> {
    let typed = format!("stty rows {rows} cols 80; {} {words}", env!("CARGO_BIN_EXE_sternway"));
    let mut terminal = Command::new("script");
    terminal.current_dir(world.path("")).args(["-qec", &typed, "/dev/null"]);
    for (name, value) in world.command(&[]).get_envs() {
        match value {
            Some(value) => terminal.env(name, value),
            None => terminal.env_remove(name),
        };
    }
    let shown = terminal.stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&shown.stdout).replace('\r', "");
    assert!(shown.status.success(), "{text}");
    Some(text)
}

fn check(world: &World, rows: u8, words: &str, paged: bool) {
    let Some(shown) = shown(world, rows, words) else { return };
    assert!(shown.contains("greeting"), "{shown}");
    assert_eq!(shown.contains("paged:"), paged, "{words} in {rows} rows: {shown}");
}

#[test]
fn what_is_longer_than_the_screen_is_paged() {
    let world = World::with_greeting().set("STERNWAY_PAGER", MARKING);
    check(&world, 3, "log prompts/greeting", true);
    check(&world, 40, "log prompts/greeting", false);
}

#[test]
fn who_wants_no_pager_gets_none() {
    let world = World::with_greeting().set("STERNWAY_PAGER", MARKING);
    check(&world, 3, "log prompts/greeting --no-pager", false);
    check(&world, 3, "log prompts/greeting -o json", false);
    check(&world.set("STERNWAY_PAGER", "never"), 3, "log prompts/greeting", false);
}

#[test]
fn the_pager_of_other_programs_is_taken_last() {
    let world = World::with_greeting().set("PAGER", MARKING);
    check(&world, 3, "log prompts/greeting", true);
    world.ok(&["settings", "set", "ui.pager", "cat", "--user"]);
    check(&world, 3, "log prompts/greeting", false);
}

#[test]
fn a_pager_that_is_not_there_hides_nothing() {
    let world = World::with_greeting().set("STERNWAY_PAGER", "no-such-pager");
    let Some(shown) = shown(&world, 3, "log prompts/greeting") else { return };
    assert!(shown.contains("v1 live"), "{shown}");
    assert!(shown.contains("cannot run the pager no-such-pager"), "{shown}");
}

#[test]
fn a_pipe_is_not_paged() {
    let world = World::with_greeting().set("STERNWAY_PAGER", MARKING);
    assert!(!world.ok(&["log", "prompts/greeting"]).contains("paged:"));
}
