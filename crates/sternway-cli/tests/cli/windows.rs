//! Windows of the calendar, as whoever drives says of them.

use crate::world::World;

#[test]
fn a_window_that_opened_is_said_once_by_whoever_looks() {
    let world = World::with_greeting();
    let always = "always: UTC 2020-01-01T00:00 FREQ=DAILY for 24h";
    world.ok(&["env", "set", "production", "--window", always]);
    for _ in 0..2 {
        world.ok(&["supervise", "--once"]);
    }
    let log = world.ok(&["op", "log"]);
    assert_eq!(log.matches("environment production: window always opened").count(), 1, "{log}");
    assert_eq!(world.json(&["env", "show", "production"])["opened"], serde_json::json!(["always"]));
}
