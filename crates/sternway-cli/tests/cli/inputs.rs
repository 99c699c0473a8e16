//! What is not taken as a content or a name, and what is said about it.

use std::fs::File;

use crate::world::World;

fn refused(name: &str, bytes: &[u8], flags: &[&str], why: &str) {
    let world = World::new();
    world.write(name, bytes);
    let mut words = vec!["publish", "configs/bot", name];
    words.extend(flags);
    let said = world.fails(2, &words);
    assert!(said.contains(why), "{said}");
    assert!(!world.path(".sternway").exists(), "a refused content makes no store");
}

#[test]
fn names_outside_the_grammar_are_refused() {
    let world = World::new();
    world.write("v1.md", b"one\n");
    let long = format!("prompts/{}", "a".repeat(101));
    for name in [
        "greeting",
        "../etc/passwd",
        "prompts/..",
        "prompts/a/b",
        "prompts/-a",
        "a b/c",
        "é/x",
        &long,
    ] {
        let said = world.fails(2, &["publish", name, "v1.md"]);
        assert!(said.contains("is not an artifact"), "{said}");
    }
}

#[test]
fn json_that_readers_would_disagree_about_is_refused() {
    let place = "a member is named twice at /a (line 1, column 10)";
    refused("bot.json", br#"{"a":1,"a":2}"#, &[], place);
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    refused("bot.json", deep.as_bytes(), &[], "nested deeper than 127 levels");
    refused("bot.json", b"{\"n\": 1e400}", &[], "number out of range (line 1");
    refused("bot.json", br#"["\ud800"]"#, &[], "not valid JSON at");
    refused("bot.json", b"{\"a\":1} trailing", &[], "not valid JSON at");
    refused("bot.json", b"\xff", &[], "not valid JSON at");
}

#[test]
fn a_content_of_the_wrong_kind_is_refused() {
    refused("bot.txt", b"no json", &["--type", "json"], "the content is not strict JSON");
    refused("bot.txt", b"a\0b", &["--type", "text"], "byte 1 is a NUL character");
    refused("bot.txt", b"a\xff", &["--type", "text"], "byte 1 is not valid UTF-8");
    refused("bot.txt", b"a", &["--type", "json", "--lang", "python"], "--lang is for a text");
    refused("bot.txt", b"a", &["--lang", "Python!"], "is not a language");
    refused("bot.txt", b"a", &["--media-type", "png"], "is not a media type");
}

#[test]
fn an_empty_content_is_refused() {
    refused("bot.json", b"", &[], "the content is empty");
    refused("bot.md", b"", &[], "the content is empty");
}

#[test]
fn a_content_beyond_the_limit_is_refused_before_it_is_read() {
    let world = World::new();
    File::create(world.path("huge.bin")).unwrap().set_len(u64::from(u32::MAX) * 4096).unwrap();
    let said = world.fails(2, &["publish", "configs/bot", "huge.bin"]);
    assert!(said.contains("the limit is 67108864"), "{said}");
}

#[test]
fn standard_input_beyond_the_limit_is_refused() {
    let world = World::new();
    let ran = world.feed(&["publish", "configs/bot", "-"], &vec![b'a'; 64 * 1024 * 1024 + 1]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("the limit is 67108864"), "{}", ran.stderr);
}

#[test]
fn standard_input_is_taken_as_what_it_is() {
    let world = World::new();
    for (input, kind) in [(b"{\"a\":1}".as_slice(), "text"), (b"a\0b", "bytes")] {
        let ran = world.feed(&["publish", "configs/bot", "-", "--json"], input);
        let view: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(view["content"]["type"], kind);
        assert_eq!(world.run(&["get", "configs/bot@latest"]).bytes, input);
    }
}

#[test]
fn what_is_beside_the_content_is_checked_too() {
    let world = World::with_greeting();
    world.write("v3.md", b"three\n");
    world.write("nul.md", b"a\0b");
    let publish = |flags: &[&str]| {
        let mut words = vec!["publish", "prompts/greeting", "v3.md"];
        words.extend(flags);
        world.fails(2, &words)
    };
    assert!(publish(&["--meta", "novalue"]).contains("is not NAME=VALUE"));
    assert!(publish(&["--label", "latest"]).contains("reserved for selecting versions"));
    assert!(publish(&["--semver", "1.x"]).contains("1.x"));
    assert!(publish(&["--expect", "newest"]).contains("is not a version number"));
    assert!(publish(&["--changelog", "nul.md"]).contains("NUL"));
    assert!(publish(&["-m", &"a".repeat(8193)]).contains("the limit is 8192"));
    assert!(publish(&["--author", ""]).contains("the name is empty"));
    assert_eq!(world.json(&["log", "prompts/greeting"])["items"].as_array().unwrap().len(), 2);
}
