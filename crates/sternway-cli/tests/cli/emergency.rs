//! An emergency is confirmed by who stands at the terminal.

use crate::{terminal::on_terminal, world::World};

/// v2 is live, and there is a point of v1.
fn world() -> World {
    let world = World::with_greeting();
    world.ok(&["point", "create", "-m", "good"]);
    world.ok(&["promote", "prompts/greeting@v2"]);
    world
}

fn live(world: &World) -> String {
    world.ok(&["resolve", "prompts/greeting", "-o", "name"])
}

#[test]
fn the_name_of_the_environment_is_typed_once_more() {
    let world = world();
    let typed = format!("{} emergency production --reason red", env!("CARGO_BIN_EXE_sternway"));
    for another in ["prod", "y", ""] {
        let Some(ran) = on_terminal(&world, &typed, Some(another)) else { return };
        assert_eq!(ran.code, 2, "{}", ran.stdout);
        assert!(ran.stdout.contains("is not production: nothing was done"), "{}", ran.stdout);
        assert_eq!(live(&world), "prompts/greeting@v2\n");
    }
    let ran = on_terminal(&world, &typed, Some("production")).unwrap();
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stdout.contains("Type its name to go on: production?"), "{}", ran.stdout);
    assert_eq!(live(&world), "prompts/greeting@v1\n");
}

#[test]
fn where_nobody_can_answer_nothing_is_done_without_yes() {
    let world = world();
    let said = world.fails(2, &["emergency", "production", "--reason", "red"]);
    assert!(said.contains("nobody is there to confirm it"), "{said}");
    assert_eq!(live(&world), "prompts/greeting@v2\n");
}
