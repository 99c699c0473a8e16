//! Texts of others never steer the terminal, and hide nothing.

use crate::world::World;

const EVIL: &str = "fine\u{1b}]0;title\u{7}\u{1b}[2J\u{202e}live";

fn is_clean(text: &str) -> bool {
    !text.chars().any(|c| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c))
}

#[test]
fn escapes_in_stored_texts_are_shown() {
    let world = World::with_greeting();
    world.write("v3.md", b"three\n");
    world.write("changes.md", EVIL.as_bytes());
    world.ok(&[
        "publish",
        "prompts/greeting",
        "v3.md",
        "-m",
        EVIL,
        "--changelog",
        "changes.md",
        "--meta",
        &format!("note={EVIL}"),
    ]);
    world.ok(&["condemn", "prompts/greeting@v3", "-m", EVIL]);
    world.ok(&["env", "create", "staging", "--description", EVIL]);
    for words in [
        vec!["log", "prompts/greeting"],
        vec!["show", "prompts/greeting@v3"],
        vec!["status"],
        vec!["env", "list"],
        vec!["env", "show", "staging"],
        vec!["watch", "--once"],
    ] {
        let shown = world.ok(&words);
        assert!(is_clean(&shown), "{words:?}: {shown:?}");
        assert!(shown.contains("fine"), "{words:?}: {shown}");
    }
    let refused = world.fails(6, &["promote", "prompts/greeting@v3"]);
    assert!(is_clean(&refused), "{refused:?}");
}

#[test]
fn a_diff_shows_what_turns_the_direction_around() {
    let world = World::with_greeting();
    world.write("evil.md", "You are a \u{202e}helpful bot.\u{1b}[31m\n".as_bytes());
    for flag in ["--stat", "--word", "--side-by-side"] {
        let shown = world.ok(&["diff", "prompts/greeting", "./evil.md", flag]);
        assert!(is_clean(&shown), "{flag}: {shown:?}");
    }
    let shown = world.ok(&["diff", "prompts/greeting", "./evil.md"]);
    assert!(is_clean(&shown) && shown.contains("\\u{202e}"), "{shown:?}");
}

#[test]
fn a_pipe_gets_every_byte() {
    let world = World::new();
    let bytes = [b"\x1b[31mred\x00\xff\r\n".as_slice(), EVIL.as_bytes()].concat();
    world.write("evil.bin", &bytes);
    world.ok(&["publish", "tools/evil", "evil.bin"]);
    assert_eq!(world.run(&["get", "tools/evil"]).bytes, bytes);
}

#[test]
fn a_patch_in_a_pipe_is_exact() {
    let world = World::new();
    world.write("one.md", b"\x1b[31mred\r\n");
    world.write("two.md", b"\x1b[32mgreen\r\n");
    world.ok(&["publish", "prompts/color", "one.md"]);
    let patch = world.ok(&["diff", "prompts/color", "./two.md", "--unified"]);
    assert!(patch.ends_with("-\u{1b}[31mred\r\n+\u{1b}[32mgreen\r\n"), "{patch:?}");
}
