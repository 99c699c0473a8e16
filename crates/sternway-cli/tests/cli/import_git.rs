//! The history of a file in git: each commit once, the oldest first, as it was written.

use std::{fs, process::Stdio};

use serde_json::{Value, json};

use crate::{git::Git, world::World};

/// The first lines are alike, so that a rename with an edit is known for one.
fn text(last: &str) -> Vec<u8> {
    let alike: String = (0..20).map(|line| format!("line {line}\n")).collect();
    format!("{alike}{last}\n").into_bytes()
}

/// What importing answers: how many commits, versions added, known before, unchanged, and left out.
#[track_caller]
fn check(world: &World, words: &[&str], expected: [u64; 5]) -> Value {
    let view = world.json(&[&["import", "git"], words].concat());
    let left_out = view["left_out"].as_array().unwrap().len() as u64;
    let [commits, added, known, unchanged] =
        ["commits", "added", "known", "unchanged"].map(|name| view[name].as_u64().unwrap());
    assert_eq!([commits, added, known, unchanged, left_out], expected, "{view}");
    view
}

/// The last lines of every version, the first version first.
fn last_lines(world: &World, artifact: &str) -> Vec<String> {
    let log = world.json(&["log", artifact, "-n", "100"]);
    let count = log["items"].as_array().unwrap().len();
    let content = |number: usize| world.ok(&["get", &format!("{artifact}@v{number}")]);
    (1..=count).map(|number| content(number).lines().last().unwrap().to_owned()).collect()
}

/// Why commits were left out.
fn reasons(view: &Value) -> Vec<&str> {
    let left_out = view["left_out"].as_array().unwrap();
    left_out.iter().map(|it| it["why"].as_str().unwrap()).collect()
}

#[test]
fn each_commit_becomes_a_version_as_it_was_written() {
    let world = World::new();
    let mut git = Git::new(&world, "repo");
    git.commit("greeting.md", &text("one"), "first version");
    git.commit("other.md", b"other\n", "nothing to do with it");
    let hash = git.commit("greeting.md", &text("two"), "friendlier\n\nbecause of complaints");
    check(&world, &["repo", "greeting.md"], [2, 2, 0, 0, 0]);
    assert_eq!(last_lines(&world, "prompts/greeting"), ["one", "two"]);
    let version = world.json(&["show", "prompts/greeting@v2"]);
    assert_eq!(version["reason"], "friendlier\n\nbecause of complaints");
    assert_eq!(version["author"], "human:Ada Lovelace");
    let authored = version["authored_at"].as_str().unwrap();
    assert!(authored.starts_with("2026-01-01T"), "{authored}");
    let metadata = json!({
        "git_author": "Ada Lovelace <ada@example.com>", "git_commit": hash,
        "git_path": "greeting.md",
    });
    assert_eq!(version["metadata"], metadata);
    let live = world.json(&["show", "prompts/greeting"]);
    assert_eq!(live["version"], 1, "the first version goes live, as a published one does");
}

#[test]
fn a_second_run_adds_what_is_new() {
    let world = World::new();
    let mut git = Git::new(&world, "repo");
    git.commit("greeting.md", &text("one"), "one");
    git.commit("greeting.md", &text("two"), "two");
    check(&world, &["repo", "greeting.md"], [2, 2, 0, 0, 0]);
    git.commit("greeting.md", &text("three"), "three");
    let view = check(&world, &["repo", "greeting.md"], [3, 1, 2, 0, 0]);
    assert_eq!((&view["first"], &view["last"], &view["live"]), (&json!(3), &json!(3), &json!(1)));
    check(&world, &["repo", "greeting.md"], [3, 0, 3, 0, 0]);
    // Another artifact is another history.
    check(&world, &["repo", "greeting.md", "--as", "prompts/other"], [3, 3, 0, 0, 0]);
}

#[test]
fn two_at_once_add_each_commit_once() {
    let world = World::new();
    let mut git = Git::new(&world, "repo");
    for number in 0..20 {
        git.commit("greeting.md", &text(&number.to_string()), "again");
    }
    let words = ["--lock-timeout", "60s", "import", "git", "repo", "greeting.md"];
    let start = || {
        let mut command = world.command(&words);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let both = [start(), start()];
    for child in both {
        let ended = child.wait_with_output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }
    let expected: Vec<_> = (0..20).map(|number| number.to_string()).collect();
    assert_eq!(last_lines(&world, "prompts/greeting"), expected);
}

#[test]
fn renames_are_followed_and_add_nothing_by_themselves() {
    let world = World::new();
    let mut git = Git::new(&world, "repo");
    git.commit("old.md", &text("one"), "one");
    git.run(&["mv", "old.md", "between.md"]);
    git.commit_all("only renamed");
    git.run(&["mv", "between.md", "greeting.md"]);
    git.commit("greeting.md", &text("two"), "renamed and edited");
    check(&world, &["repo", "greeting.md"], [3, 2, 0, 1, 0]);
    assert_eq!(last_lines(&world, "prompts/greeting"), ["one", "two"]);
    let first = world.json(&["show", "prompts/greeting@v1"]);
    assert_eq!(first["metadata"]["git_path"], "old.md");
}

#[test]
fn a_copy_begins_its_own_history() {
    let world = World::new();
    let mut git = Git::new(&world, "repo");
    git.commit("template.md", &text("template"), "the template");
    git.commit("greeting.md", &text("one"), "made from the template");
    check(&world, &["repo", "greeting.md"], [1, 1, 0, 0, 0]);
}

#[test]
fn what_a_merge_makes_is_a_version_and_what_it_brings_in_is_not_one_more() {
    let world = World::new();
    let mut git = Git::new(&world, "repo");
    let both = |first: &str, last: &str| [first.as_bytes(), b"\n", &text(last)].concat();
    git.commit("greeting.md", &both("a", "a"), "base");
    git.run(&["checkout", "--quiet", "-b", "side"]);
    git.commit("greeting.md", &both("a", "side"), "on the side");
    git.run(&["checkout", "--quiet", "main"]);
    git.commit("greeting.md", &both("main", "a"), "on main");
    git.run(&["merge", "--quiet", "--no-edit", "side"]);
    // This one only brings in what is a commit already.
    git.run(&["checkout", "--quiet", "-b", "other"]);
    git.commit("greeting.md", &both("main", "other"), "on another side");
    git.run(&["checkout", "--quiet", "main"]);
    git.commit("unrelated.md", b"x\n", "beside it");
    git.run(&["merge", "--quiet", "--no-edit", "other"]);
    check(&world, &["repo", "greeting.md"], [5, 5, 0, 0, 0]);
    let expected = ["a", "side", "a", "side", "other"];
    assert_eq!(last_lines(&world, "prompts/greeting"), expected);
    assert!(world.ok(&["get", "prompts/greeting@v4"]).starts_with("main\n"));
}

#[test]
fn a_merge_of_a_renamed_file_has_both_sides() {
    let world = World::new();
    let mut git = Git::new(&world, "repo");
    git.commit("old.md", &text("one"), "base");
    git.run(&["checkout", "--quiet", "-b", "side"]);
    git.run(&["mv", "old.md", "greeting.md"]);
    git.commit_all("renamed on the side");
    git.run(&["checkout", "--quiet", "main"]);
    git.commit("old.md", &[b"main\n", &text("one")[..]].concat(), "edited under the old name");
    git.run(&["merge", "--quiet", "--no-edit", "side"]);
    // The edit is found in the merge, and not by itself: git follows one name at a time.
    check(&world, &["repo", "greeting.md"], [3, 2, 0, 1, 0]);
    assert!(world.ok(&["get", "prompts/greeting@v2"]).starts_with("main\n"));
}

#[test]
fn deleted_empty_and_broken_contents_are_left_out_and_named() {
    let world = World::new();
    let mut git = Git::new(&world, "repo");
    git.commit("bot.json", b"{\"a\":1}", "one");
    git.commit("bot.json", b"{\"a\":1,\"a\":2}", "broken");
    git.commit("bot.json", b"", "emptied");
    fs::remove_file(git.path("bot.json")).unwrap();
    let gone = git.commit_all("deleted");
    git.commit("bot.json", b"{\"a\":1}", "back");
    git.commit("bot.json", b"{\"a\":2}", "two");
    let view = check(&world, &["repo", "bot.json"], [6, 3, 0, 0, 3]);
    let why = reasons(&view);
    assert!(why[0].starts_with("the content is not strict JSON: a member is named twice at /a"));
    assert!(why[1].starts_with("the content is empty"));
    assert_eq!((why[2], &view["left_out"][2]["commit"]), ("it deletes the file", &json!(gone)));
    // As a text it can be kept, and what was known stays known.
    check(&world, &["repo", "bot.json", "--type", "text"], [6, 1, 3, 0, 2]);
    let said = world.ok(&["import", "git", "repo", "bot.json"]);
    assert!(said.contains(&format!("\n  {} it deletes the file\n", &gone[..12])), "{said}");
}

#[test]
fn bytes_are_kept_as_bytes() {
    let world = World::new();
    let mut git = Git::new(&world, "repo");
    git.commit("logo.png", b"\x89PNG\0\n", "logo");
    check(&world, &["repo", "logo.png"], [1, 1, 0, 0, 0]);
    assert_eq!(world.run(&["get", "files/logo"]).bytes, b"\x89PNG\0\n");
}

#[cfg(unix)]
#[test]
fn a_link_is_no_file() {
    let world = World::new();
    let mut git = Git::new(&world, "repo");
    git.commit("greeting.md", &text("one"), "one");
    fs::remove_file(git.path("greeting.md")).unwrap();
    std::os::unix::fs::symlink("elsewhere", git.path("greeting.md")).unwrap();
    git.commit_all("a link now");
    let view = check(&world, &["repo", "greeting.md"], [2, 1, 0, 0, 1]);
    assert_eq!(reasons(&view), ["the file is a symbolic link there"]);
}

#[test]
fn what_cannot_be_read_makes_no_store_and_says_what_to_do() {
    let world = World::new();
    let mut git = Git::new(&world, "repo");
    let refused = |words: &[&str], expected: &str, help: &str| {
        let said = world.fails(2, &[&["import", "git"], words].concat());
        assert!(said.contains(expected) && said.contains(help), "{said}");
    };
    refused(&["repo", "a.md"], "the repository repo has no commits yet", "commit something first");
    git.commit("one.md", &text("one"), "one");
    fs::create_dir(git.path("prompts")).unwrap();
    git.commit("prompts/two.md", &text("two"), "two");
    fs::create_dir(git.path("gone")).unwrap();
    git.commit("gone/three.md", &text("three"), "three");
    fs::remove_dir_all(git.path("gone")).unwrap();
    git.commit_all("the folder is gone");
    git.commit("empty.md", b"", "empty");
    git.commit("世界.md", b"x", "a name that an artifact cannot have");
    refused(&["repo", "a.md"], "no commit of repo ever touched a.md", "is the right branch");
    refused(&["repo", "prompts"], "prompts is a folder", "sternway import dir");
    refused(&["repo", "gone"], "gone is a folder", "sternway import dir");
    refused(&["repo", "."], ". is a folder", "sternway import dir");
    refused(&["repo", "../a.md"], "git says: ../a.md: '../a.md' is outside repository", "");
    refused(&[".", "one.md"], ". is not a repository of git", "name the folder of a clone");
    refused(&["nowhere", "one.md"], "git says: cannot change to 'nowhere'", "");
    refused(&["repo", "世界.md"], "is not an artifact", "--as KEY");
    assert!(!world.path(".sternway").exists());
    refused(&["repo", "empty.md"], "no version came of 1 commit: ", "git show");
    let mut command = world.command(&["import", "git", "repo", "one.md"]);
    let ran = command.env("PATH", world.path("repo")).output().unwrap();
    let said = String::from_utf8(ran.stderr).unwrap();
    assert!(said.contains("error: git is not installed, or is not on the PATH\n"), "{said}");
}

#[test]
fn a_shallow_clone_gives_what_it_has_and_says_what_is_missing() {
    let world = World::new();
    let mut git = Git::new(&world, "repo");
    for last in ["one", "two", "three"] {
        git.commit("greeting.md", &text(last), last);
    }
    let from = format!("file://{}", git.path("").display());
    let clone = world.path("clone").display().to_string();
    git.run(&["clone", "--quiet", "--depth", "2", &from, &clone]);
    let ran = world.run(&["import", "git", "clone", "greeting.md"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("warning: clone is a shallow clone"), "{}", ran.stderr);
    assert!(ran.stderr.contains("next: git -C clone fetch --unshallow"), "{}", ran.stderr);
    assert_eq!(last_lines(&world, "prompts/greeting"), ["two", "three"]);
    let view = check(&world, &["clone", "greeting.md"], [2, 0, 2, 0, 0]);
    assert_eq!(view["shallow"], true);
}

#[test]
fn a_repository_is_the_one_that_is_named_wherever_git_was_called_from() {
    let world = World::new();
    let mut git = Git::new(&world, "repo");
    git.commit("greeting.md", &text("one"), "one");
    Git::new(&world, "elsewhere");
    let mut command = world.command(&["import", "git", "repo", "greeting.md"]);
    // As in a hook of another repository.
    let ran = command.env("GIT_DIR", world.path("elsewhere/.git")).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn versions_that_were_there_before_are_said_to_come_first() {
    let world = World::with_greeting();
    let mut git = Git::new(&world, "repo");
    git.commit("greeting.md", &text("one"), "one");
    let ran = world.run(&["import", "git", "repo", "greeting.md"]);
    assert!(ran.stdout.starts_with("prompts/greeting  1 version added: v3\n"), "{}", ran.stdout);
    assert!(ran.stderr.contains("had versions before"), "{}", ran.stderr);
}

#[test]
fn a_dry_run_says_what_would_be_and_writes_nothing() {
    let world = World::with_greeting();
    let mut git = Git::new(&world, "repo");
    git.commit("bot.json", b"{\"a\":1}", "one");
    git.commit("bot.json", b"{\"a\":2}", "two");
    let words = ["import", "git", "repo", "bot.json", "--dry-run"];
    let said = world.ok(&words);
    let expected = "configs/bot  2 versions would be added: v1 to v2\n  2 commits\n  \
                    v1 would be live in production\n";
    assert_eq!(said, expected);
    world.fails(3, &["log", "configs/bot"]);
    let fresh = World::new();
    let repository = git.path("").display().to_string();
    fresh.ok(&["import", "git", &repository, "bot.json", "--dry-run"]);
    assert!(!fresh.path(".sternway").exists());
}
