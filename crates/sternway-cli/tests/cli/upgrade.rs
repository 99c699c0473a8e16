//! A store of an older layout: it says what to type, and that brings it here.

use std::fs;

use serde_json::json;
use sternway::{
    redb::{RedbKv, RedbOptions},
    store::{Batch, Kv as _},
};

use crate::world::World;

/// Every row of a store, in hexadecimal, written by the code that had that layout.
const LAYOUT_3: &str = include_str!("../../../sternway-store/tests/it/golden/layout-3.txt");

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16));
    pairs.collect::<Result<_, _>>().unwrap()
}

/// A folder with a store of layout 3.
fn older() -> World {
    let world = World::new().set("STERNWAY_NAMESPACE", "shop");
    fs::create_dir(world.path(".sternway")).unwrap();
    let rows = LAYOUT_3.lines().map(|line| line.split_once(' ').unwrap());
    let rows: Batch = rows.map(|(key, value)| (bytes(key), Some(bytes(value)))).collect();
    let kv = RedbKv::open(&world.store(), RedbOptions::default()).unwrap();
    kv.commit(&rows).unwrap();
    world
}

#[test]
fn an_older_store_says_what_to_type_and_that_helps() {
    let world = older();
    for words in [vec!["list"], vec!["verify"], vec!["promote", "prompts/greeting@v1"]] {
        let said = world.fails(1, &words);
        assert!(said.contains("the store has layout 3"), "{said}");
        assert!(said.contains("help: sternway upgrade"), "{said}");
    }
    let problem = world.fails(1, &["list", "--json"]);
    assert!(problem.contains("\"code\":\"upgrade-needed\""), "{problem}");
    let checkup = world.run(&["doctor"]);
    assert!(checkup.stdout.contains("sternway upgrade"), "{}", checkup.stdout);

    let said = world.ok(&["upgrade", "--dry-run"]);
    assert!(said.starts_with("would be upgraded: layout 3 → 5, 3 contents, 1 stay\n"), "{said}");
    world.fails(1, &["list"]);

    let said = world.ok(&["upgrade"]);
    assert!(said.starts_with("upgraded: layout 3 → 5, 3 contents, 1 stay\n"), "{said}");
    assert_eq!(world.ok(&["get", "prompts/greeting@v1"]), "Hello!");
    assert!(world.ok(&["verify"]).starts_with("sound: 6 revisions"));
    let said = world.ok(&["upgrade"]);
    assert!(said.starts_with("nothing to do: the store has layout 5\n"), "{said}");
}

#[test]
fn contents_that_are_there_in_full_can_be_kept_smaller() {
    let world = World::new();
    let text: String = (0..200).map(|line| format!("{line}: what is {}\n", line * line)).collect();
    // Nobody says that the two resemble each other.
    world.write("one.md", text.as_bytes());
    world.write("two.md", format!("{text}more").as_bytes());
    world.ok(&["publish", "prompts/two", "two.md"]);
    world.ok(&["publish", "prompts/one", "one.md"]);
    world.ok(&["publish", "prompts/one", "two.md"]);
    let upgraded = world.json(&["upgrade", "--repack"]);
    assert_eq!((&upgraded["from"], &upgraded["to"]), (&json!(5), &json!(5)));
    assert_eq!(upgraded["repacked"]["deltas"], 1, "{upgraded}");
    let bytes = |name: &str| upgraded["repacked"][name].as_u64().unwrap();
    assert!(bytes("bytes_after") < bytes("bytes_before"), "{upgraded}");
    assert_eq!(world.ok(&["get", "prompts/two@v1"]), format!("{text}more"));
    assert!(world.ok(&["verify"]).starts_with("sound"));
    let said = world.ok(&["upgrade", "--repack"]);
    assert!(said.contains("0 deltas made, and 0 cut into chunks"), "{said}");
}

#[test]
fn where_no_store_is_none_is_made() {
    let world = World::new();
    let said = world.fails(3, &["upgrade"]);
    assert!(said.contains("help: sternway init"), "{said}");
    assert!(!world.path(".sternway").exists());
}
