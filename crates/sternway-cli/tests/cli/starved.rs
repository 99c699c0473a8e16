//! A deployment that nobody runs.

use crate::world::World;

#[test]
fn who_gets_no_outcomes_is_said_to_starve_with_what_to_type() {
    let world = World::with_greeting();
    let start = ["deploy", "start", "prompts/greeting@v2", "--canary", "10"];
    world.ok(&[start.as_slice(), &["--starved-after", "1ms"]].concat());
    world.ok(&["supervise", "--once"]);
    let shown = world.ok(&["deploy", "status", "prompts/greeting"]);
    assert!(shown.contains("analyze 20 outcomes (starved)"), "{shown}");
    assert!(shown.contains("deploy promote prompts/greeting"), "{shown}");
    assert!(world.ok(&["op", "log"]).contains("(starved)"));
    assert!(world.ok(&["status"]).contains("1 thing needs you"), "nobody else would notice");
    let view = world.json(&["deploy", "status", "prompts/greeting"]);
    assert_eq!((&view["starved"], &view["state"]), (&true.into(), &"progressing".into()));
    world.ok(&["deploy", "promote", "prompts/greeting"]);
    world.ok(&["supervise", "--once"]);
    let baking = world.ok(&["deploy", "status", "prompts/greeting"]);
    assert!(
        baking.contains("baking") && baking.contains("promote prompts/greeting --full"),
        "{baking}"
    );
}
