//! What is told of the work, to who asks for it.

use crate::world::World;

#[test]
fn nothing_is_told_to_who_does_not_ask() {
    let ran = World::with_greeting().run(&["get", "prompts/greeting"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

#[test]
fn each_call_of_the_store_is_told_and_no_content() {
    for (variable, level) in [("STERNWAY_LOG", "debug"), ("LOG_LEVEL", "DEBUG")] {
        let world = World::with_greeting().set(variable, level);
        let ran = world.run(&["get", "prompts/greeting"]);
        assert_eq!(ran.code, 0);
        assert!(ran.stdout.starts_with("You are a helpful bot."), "{}", ran.stdout);
        let content = ran.stderr.lines().find(|line| line.contains("op=\"content\""));
        assert!(content.is_some_and(|line| line.contains("found=1")), "{}", ran.stderr);
        assert!(!ran.stderr.contains("helpful") && !ran.stderr.contains("tone"), "{}", ran.stderr);
    }
}

#[test]
fn ours_goes_before_the_one_of_others_and_must_make_sense() {
    let world = World::with_greeting().set("LOG_LEVEL", "debug").set("STERNWAY_LOG", "info");
    assert_eq!(world.run(&["list"]).stderr, "");
    let world = World::with_greeting().set("LOG_LEVEL", "loud");
    assert_eq!(world.run(&["list"]).stderr, "", "it was meant for others");
    let world = World::with_greeting().set("STERNWAY_LOG", "=loud=");
    assert!(world.fails(2, &["list"]).contains("STERNWAY_LOG"));
}
