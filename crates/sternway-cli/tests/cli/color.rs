//! Colors: who asked for them, and what stands for them where nobody did.

use crate::world::World;

const ESCAPE: char = '\u{1b}';

fn check(world: &World, flags: &[&str], colored: bool) {
    let mut words = vec!["log", "prompts/greeting"];
    words.extend(flags);
    assert_eq!(world.ok(&words).contains(ESCAPE), colored, "{flags:?}");
}

#[test]
fn a_pipe_is_not_colored() {
    check(&World::with_greeting(), &[], false);
}

#[test]
fn who_asks_for_colors_gets_them() {
    let world = World::with_greeting();
    check(&world, &["--color", "always"], true);
    check(&world, &["--color=never"], false);
}

#[test]
fn the_flag_goes_before_no_color() {
    let world = World::with_greeting().set("NO_COLOR", "1").set("CLICOLOR_FORCE", "1");
    check(&world, &[], false);
    check(&world, &["--color", "always"], true);
}

#[test]
fn our_variable_goes_before_no_color_and_the_flag_before_it() {
    let world = World::with_greeting().set("NO_COLOR", "1").set("STERNWAY_COLOR", "always");
    check(&world, &[], true);
    check(&world, &["--color", "never"], false);
}

#[test]
fn clicolor_force_colors_a_pipe() {
    check(&World::with_greeting().set("CLICOLOR_FORCE", "1"), &[], true);
}

#[test]
fn help_and_errors_follow_the_same_flags() {
    let world = World::new();
    let help = world.ok(&["--color", "always", "--help"]);
    assert!(help.contains(ESCAPE));
    assert!(!world.ok(&["--help"]).contains(ESCAPE));
    assert!(world.fails(3, &["list", "--color", "always"]).contains(ESCAPE));
    assert!(!world.fails(3, &["list"]).contains(ESCAPE));
}

#[test]
fn a_color_is_never_alone() {
    let world = World::with_greeting();
    let colored = world.ok(&["log", "prompts/greeting", "--color", "always"]);
    let plain = world.ok(&["log", "prompts/greeting"]);
    assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plain);
    assert!(plain.contains("● v1 live") && plain.contains("◐ v2 staged"), "{plain}");
}

#[test]
fn changed_words_are_bracketed_only_without_color() {
    let world = World::with_greeting();
    let words = ["diff", "prompts/greeting@v1", "@v2"];
    assert!(world.ok(&words).contains("[-helpful-]"));
    let colored = world.ok(&["diff", "prompts/greeting@v1", "@v2", "--color", "always"]);
    assert!(!colored.contains("[-helpful-]"));
}

#[test]
fn a_c_locale_gets_ascii_only() {
    let world = World::with_greeting().set("LC_ALL", "C");
    world.ok(&["promote", "prompts/greeting@v2"]);
    world.ok(&["rollback", "prompts/greeting"]);
    for words in [
        vec!["log", "prompts/greeting"],
        vec!["list"],
        vec!["status"],
        vec!["diff", "prompts/greeting@v1", "@v2"],
        vec!["diff", "prompts/greeting@v1", "@v2", "--side-by-side"],
        vec!["check", "prompts/greeting"],
        vec!["show", "prompts/greeting"],
        vec!["watch", "--once"],
    ] {
        let shown = world.ok(&words);
        assert!(shown.is_ascii(), "{words:?}: {shown}");
    }
    assert!(world.ok(&["log", "prompts/greeting"]).contains("x v2 condemned"));
}
