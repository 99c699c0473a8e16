//! The files of a folder: each an artifact, each once.

use std::fs;

use serde_json::Value;

use crate::world::World;

fn world() -> World {
    let world = World::new();
    fs::create_dir_all(world.path("all/texts/de")).unwrap();
    fs::create_dir_all(world.path("all/.git")).unwrap();
    world.write("all/texts/greeting.md", b"Hello\n");
    world.write("all/texts/de/greeting.md", b"Hallo\n");
    world.write("all/bot.json", b"{\"a\":1}");
    world.write("all/search.py", b"print(1)\n");
    world.write("all/.env", b"SECRET=1\n");
    world.write("all/.git/config", b"[core]\n");
    world
}

/// What became of each file, and of what artifact it is a version.
fn files(view: &Value) -> Vec<String> {
    let files = view["files"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    files
        .map(|it| {
            let [file, status, artifact] =
                ["file", "status", "artifact"].map(|name| text(&it[name]));
            format!("{file} {status} {artifact} {}", it["version"])
        })
        .collect()
}

#[test]
fn each_file_becomes_an_artifact() {
    let world = world();
    let view = world.json(&["import", "dir", "all"]);
    let expected = [
        "bot.json added configs/bot.json 1",
        "search.py added tools/search.py 1",
        "texts/de/greeting.md added prompts/texts.de.greeting.md 1",
        "texts/greeting.md added prompts/texts.greeting.md 1",
    ];
    assert_eq!(files(&view), expected);
    assert_eq!(world.ok(&["get", "prompts/texts.de.greeting.md"]), "Hallo\n");
}

#[test]
fn what_is_there_already_is_not_saved_again() {
    let world = world();
    world.ok(&["import", "dir", "all", "-m", "as shipped"]);
    assert_eq!(world.json(&["show", "configs/bot.json"])["reason"], "as shipped");
    world.write("all/bot.json", b"{\"a\":2}");
    let said = world.ok(&["import", "dir", "all"]);
    let expected = "configs/bot.json v2  staged  bot.json\n\
        tools/search.py unchanged, still v1  search.py\n\
        prompts/texts.de.greeting.md unchanged, still v1  texts/de/greeting.md\n\
        prompts/texts.greeting.md unchanged, still v1  texts/greeting.md\n\
        4 files: 1 added, 3 unchanged, 0 refused\n";
    assert_eq!(said, expected);
}

#[test]
fn a_collection_can_be_named_for_all() {
    let world = world();
    let said = world.ok(&["import", "dir", "all", "--collection", "bots", "-o", "name"]);
    let expected = "bots/bot.json@v1\nbots/search.py@v1\n\
        bots/texts.de.greeting.md@v1\nbots/texts.greeting.md@v1\n";
    assert_eq!(said, expected);
}

#[test]
fn a_file_that_cannot_be_taken_is_named_and_the_others_are_taken() {
    let world = world();
    world.write("all/broken.json", b"{");
    world.write("all/empty.md", b"");
    world.write("all/texts/世界.md", b"x\n");
    world.write("all/a b.md", b"x\n");
    world.write("all/a-b.md", b"x\n");
    let ran = world.run(&["import", "dir", "all"]);
    assert_eq!(ran.code, 2);
    for expected in [
        "a-b.md refused: it would be prompts/a-b.md, as a b.md is: rename one of them\n",
        "broken.json refused: the content is not strict JSON: not valid JSON at the top",
        "empty.md refused: the content is empty",
        "\n9 files: 6 added, 0 unchanged, 3 refused\n",
    ] {
        assert!(ran.stdout.contains(expected), "{}", ran.stdout);
    }
    // A name is made of what is left of it.
    assert_eq!(world.ok(&["get", "prompts/texts.--.md"]).as_str(), "x\n");
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let world = world();
    std::os::unix::fs::symlink("/etc/hostname", world.path("all/link.md")).unwrap();
    std::os::unix::fs::symlink("..", world.path("all/up")).unwrap();
    let view = world.json(&["import", "dir", "all"]);
    assert_eq!((files(&view).len(), &view["passed_over"]), (4, &2.into()));
}

#[test]
fn a_dry_run_writes_nothing() {
    let world = world();
    let said = world.ok(&["import", "dir", "all", "--dry-run"]);
    assert!(said.contains("configs/bot.json v1  would be live  bot.json\n"), "{said}");
    assert!(said.ends_with("4 files: 4 would be added, 0 unchanged, 0 refused\n"), "{said}");
    assert!(!world.path(".sternway").exists());
}

#[test]
fn what_is_no_folder_is_refused() {
    let world = world();
    assert!(world.fails(2, &["import", "dir", "nowhere"]).contains("cannot open nowhere"));
    assert!(
        world.fails(2, &["import", "dir", "all/bot.json"]).contains("cannot open all/bot.json")
    );
    assert!(!world.path(".sternway").exists());
}
