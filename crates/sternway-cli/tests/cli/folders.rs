//! Folders as versions, as programs and the system see them.

use std::{fs, path::Path};

use serde_json::json;

use crate::world::World;

fn with_folder() -> World {
    let world = World::new();
    world.write("tool/main.py", b"print(1)\n");
    world.write("tool/in/data.bin", b"\0\xff");
    world.write("tool/in/empty", b"");
    world
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn programs_see_what_is_in_a_folder() {
    let world = with_folder();
    let published = world.json(&["publish", "tools/search", "tool"]);
    assert_eq!(published["content"]["type"], "tree");
    assert_eq!(published["tree"], json!({"files": 3, "links": 0, "size": 11}));
    assert_eq!(published["tree_changes"], json!(null));
    let shown = world.json(&["show", "tools/search"]);
    let entries = shown["tree"]["entries"].as_array().unwrap();
    let paths: Vec<_> = entries.iter().map(|entry| entry["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["in/data.bin", "in/empty", "main.py"]);
    assert_eq!((&entries[2]["type"], &entries[2]["size"]), (&json!("file"), &json!(9)));

    world.write("tool/main.py", b"print(2)\n");
    world.write("tool/new.py", b"print(3)\n");
    let published = world.json(&["publish", "tools/search", "tool"]);
    let stat = json!({"added": 1, "removed": 0, "changed": 1, "unchanged": 2});
    assert_eq!(published["tree_changes"], stat);
    let diff = world.json(&["diff", "tools/search@v1", "@v2"]);
    assert_eq!((&diff["kind"], &diff["tree"]["stat"]), (&json!("tree"), &stat));
    let changed = &diff["tree"]["paths"][0];
    assert_eq!((&changed["path"], &changed["stat"]["added"]), (&json!("main.py"), &json!(1)));
    assert!(changed["unified"].as_str().unwrap().starts_with("--- a/main.py\n+++ b/main.py\n"));
    let written = world.json(&["get", "tools/search@v1", "--to", "copy"]);
    assert_eq!((&written["version"], &written["files"]), (&json!(1), &json!(3)));
    assert_eq!(fs::read(world.path("copy/in/data.bin")).unwrap(), b"\0\xff");
}

#[test]
fn a_dry_run_of_a_folder_keeps_and_writes_nothing() {
    let world = with_folder();
    let ran = world.ok(&["publish", "tools/search", "tool", "--dry-run"]);
    assert!(ran.contains("would be live in production"), "{ran}");
    assert!(!world.store().exists());
    world.ok(&["publish", "tools/search", "tool"]);
    world.ok(&["get", "tools/search", "--to", "copy", "--dry-run"]);
    assert_eq!(names(&world.path(".")), [".sternway", "tool"]);
    let refused = world.fails(2, &["get", "tools/search", "--to", "tool", "--dry-run"]);
    assert!(refused.contains("tool is not empty"), "{refused}");
}

#[test]
fn what_cannot_be_kept_makes_no_store() {
    let world = with_folder();
    world.write("tool/aux.py", b"x");
    let refused = world.fails(2, &["publish", "tools/search", "tool"]);
    assert!(refused.contains("help: --exclude aux.py"), "{refused}");
    assert!(!world.store().exists());
    world.ok(&["publish", "tools/search", "tool", "--exclude", "aux.py"]);
}

#[cfg(unix)]
mod unix {
    use std::{
        os::unix::fs::{PermissionsExt as _, symlink},
        process::Stdio,
    };

    use super::*;

    #[test]
    fn modes_and_links_come_back() {
        let world = with_folder();
        let run = world.path("tool/run.sh");
        world.write("tool/run.sh", b"#!/bin/sh\n");
        fs::set_permissions(&run, fs::Permissions::from_mode(0o755)).unwrap();
        symlink("main.py", world.path("tool/latest.py")).unwrap();
        world.ok(&["publish", "tools/search", "tool"]);
        world.ok(&["get", "tools/search", "--to", "copy"]);
        let mode = |path| fs::metadata(world.path(path)).unwrap().permissions().mode() & 0o111;
        assert_ne!(mode("copy/run.sh"), 0);
        assert_eq!(mode("copy/main.py"), 0);
        assert_eq!(fs::read_link(world.path("copy/latest.py")).unwrap(), Path::new("main.py"));
        let diff = world.json(&["diff", "tools/search", "./copy"]);
        assert_eq!(diff["identical"], true);
        fs::set_permissions(world.path("copy/run.sh"), fs::Permissions::from_mode(0o644)).unwrap();
        let diff = world.ok(&["diff", "tools/search", "./copy"]);
        assert!(diff.contains("~ run.sh  executable → file"), "{diff}");
    }

    #[expect(clippy::disallowed_methods, reason = "a kill comes at no moment in particular")]
    fn pass(millis: u64) {
        std::thread::sleep(std::time::Duration::from_millis(millis));
    }

    /// Wherever it is ended, there is the old folder or the new one.
    #[test]
    fn a_get_that_is_killed_leaves_the_old_folder_or_the_new_one() {
        let world = World::new();
        for number in 0..300 {
            world.write(&format!("tool/{number}.txt"), format!("new {number}").as_bytes());
        }
        world.ok(&["publish", "tools/search", "tool"]);
        world.write("copy/old", b"old");
        let mut ended_early = 0;
        for pause in 0..30_u64 {
            let mut command = world.command(&["get", "tools/search", "--to", "copy", "--force"]);
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            pass(pause * 4);
            child.kill().unwrap();
            let ended = child.wait().unwrap();
            let found = names(&world.path("copy"));
            if found == ["old"] {
                ended_early += u32::from(!ended.success());
            } else {
                assert_eq!(found.len(), 300, "{ended:?}");
                fs::remove_dir_all(world.path("copy")).unwrap();
                world.write("copy/old", b"old");
            }
        }
        assert!(ended_early > 0, "it was always done before it was killed");
    }
}
