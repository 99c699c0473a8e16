//! How well environments are, at a glance.

use crate::world::World;

fn check(world: &World, expected: &str, note: &str) {
    let status = world.json(&["status"]);
    let all = status["environments"].as_array().unwrap();
    let production = all.iter().find(|it| it["id"] == "production").unwrap();
    assert_eq!(production["health"], expected, "{production}");
    let said = world.ok(&["status"]);
    assert_eq!(said.contains(&format!("production  {expected}")), expected != "healthy", "{said}");
    assert!(said.contains(note), "{said}");
    assert_eq!(world.json(&["env", "show", "production"])["health"], expected);
    let listed = world.json(&["env", "list"]);
    let listed = listed["items"].as_array().unwrap().iter().find(|it| it["id"] == "production");
    assert_eq!(listed.unwrap()["health"], expected);
}

fn fails(world: &World) {
    for _ in 0..3 {
        world.run(&["record", "prompts/greeting", "--fail"]);
    }
}

#[test]
fn x15_what_was_found_worse_ails_and_what_cannot_go_back_is_unhealthy() {
    let world = World::with_greeting();
    world.ok(&["env", "create", "staging"]);
    check(&world, "healthy", "");
    world.write("notify.toml", b"action = 'notify'\n");
    world.ok(&["policy", "set", "namespace", "notify.toml"]);
    fails(&world);
    check(&world, "degraded", "found to be worse: ");
    world.ok(&["policy", "unset", "namespace"]);
    fails(&world);
    check(&world, "unhealthy", "no good version is left");
    let staging = &world.json(&["status"])["environments"][1];
    assert_eq!((&staging["id"], &staging["health"]), (&"staging".into(), &"healthy".into()));
}

#[test]
fn x15_what_stays_since_too_many_went_back_says_so() {
    let world = World::with_greeting();
    world.write("once.toml", b"rollbacks_per_day = 1\n");
    world.ok(&["policy", "set", "namespace", "once.toml"]);
    world.ok(&["promote", "prompts/greeting@v2"]);
    fails(&world);
    world.write("third", b"Good day");
    world.ok(&["publish", "prompts/greeting", "third"]);
    world.ok(&["promote", "prompts/greeting@v3"]);
    fails(&world);
    let note = "regressed, and the policy's rollbacks are used up for now: ";
    check(&world, "unhealthy", note);
    let said = world.run(&["check", "prompts/greeting"]).stdout;
    assert!(
        said.contains("and the policy's rollbacks are used up for now: a person must act"),
        "{said}"
    );
}

#[test]
fn x15_a_candidate_that_keeps_its_share_although_it_is_worse_ails() {
    let world = World::with_greeting();
    world.write("pause.toml", b"action = 'pause'\n");
    world.ok(&["policy", "set", "namespace", "pause.toml"]);
    world.ok(&["deploy", "start", "prompts/greeting@v2", "--canary", "50"]);
    check(&world, "healthy", "progressing");
    for _ in 0..3 {
        world.run(&["record", "prompts/greeting@v2", "--fail", "--error", "TypeError"]);
    }
    check(&world, "degraded", "paused");
}
