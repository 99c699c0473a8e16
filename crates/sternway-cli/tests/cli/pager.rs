//! What is longer than the screen, on a terminal.

use crate::{terminal::on_terminal, world::World};

/// A pager that marks what it was given.
const MARKING: &str = "sed s/^/paged:/";

/// What a terminal of so many rows shows of a command; nothing if there is none.
fn shown(world: &World, rows: u8, words: &str) -> Option<String> {
    let typed = format!("stty rows {rows} cols 80; {} {words}", env!("CARGO_BIN_EXE_sternway"));
    let ran = on_terminal(world, &typed, None)?;
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    Some(ran.stdout)
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
