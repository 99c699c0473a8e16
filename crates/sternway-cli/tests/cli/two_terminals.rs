//! What one process does in a database, another one sees.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use serde_json::Value;

use crate::{database::Database, world::World};

/// A tool whose new version fails as a renamed parameter does.
const BROKEN: &[u8] = b"def search(words): pass\nsearch(query='sternway')\n";

#[test]
fn a_rollback_caused_in_one_terminal_appears_in_the_other() {
    let database = Database::new();
    let world = World::new().set("STERNWAY_STORE", database.address());
    world.write("good.py", b"def search(query): pass\nsearch(query='sternway')\n");
    world.write("bad.py", BROKEN);
    world.ok(&["publish", "tools/search", "good.py"]);
    world.ok(&["publish", "tools/search", "bad.py", "--promote"]);

    let mut watch = world.command(&["watch", "-o", "jsonl", "--after", "3"]);
    let mut watch = watch.stdout(Stdio::piped()).spawn().unwrap();
    let mut seen = BufReader::new(watch.stdout.take().unwrap()).lines();

    for _ in 0..2 {
        world.run(&["exec", "tools/search", "--", "python3", "{file}"]);
    }
    let line = seen.next().unwrap().unwrap();
    let commit: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(commit["revision"], 4, "{line}");
    assert!(line.contains("rolled_back") && line.contains("signature_errors"), "{line}");
    watch.kill().unwrap();
    watch.wait().unwrap();

    let ran = world.run(&["exec", "tools/search", "--", "python3", "{file}"]);
    assert_eq!(ran.code, 0, "the good version is live again: {}", ran.stderr);
}
