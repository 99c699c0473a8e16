//! Files that are no store, or no longer one.

use std::{fs, path::Path};

use serde_json::Value;

use crate::world::World;

#[test]
fn a_file_that_is_no_store_is_left_alone() {
    let world = World::new();
    fs::create_dir(world.path(".sternway")).unwrap();
    fs::write(world.store(), b"not a store at all").unwrap();
    for words in [vec!["list"], vec!["init"], vec!["verify"]] {
        let said = world.fails(2, &words);
        assert!(said.contains("this is not a Sternway store"), "{said}");
        assert!(said.contains("help: name another place with --store"), "{said}");
    }
    assert_eq!(fs::read(world.store()).unwrap(), b"not a store at all");
}

#[test]
fn a_store_that_was_cut_short_is_damaged() {
    let world = World::with_greeting();
    let bytes = fs::read(world.store()).unwrap();
    fs::write(world.store(), &bytes[..bytes.len() / 2]).unwrap();
    for words in [vec!["list"], vec!["verify"], vec!["promote", "prompts/greeting@v2"]] {
        let said = world.fails(9, &words);
        assert!(said.contains("cannot open .sternway/store.redb"), "{said}");
        assert!(said.contains("damaged"), "{said}");
    }
    assert_eq!(world.run(&["doctor"]).code, 9);
}

#[test]
fn a_flipped_byte_is_named() {
    let world = World::with_greeting();
    flip(&world.store(), b"friendlier tone");
    let ran = world.run(&["verify", "--json"]);
    assert_eq!(ran.code, 9, "{}{}", ran.stdout, ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["sound"], false);
    let places = report["damages"].as_array().unwrap();
    assert!(!places.is_empty() && places.iter().all(|damage| damage["place"].is_string()));
    let ran = world.run(&["verify"]);
    assert!(ran.stdout.contains("✖ "), "{}", ran.stdout);
}

/// Flips a bit wherever these bytes stand.
fn flip(file: &Path, found: &[u8]) {
    let mut bytes = fs::read(file).unwrap();
    let places: Vec<usize> = bytes
        .windows(found.len())
        .enumerate()
        .filter(|(_, window)| *window == found)
        .map(|(place, _)| place)
        .collect();
    assert!(!places.is_empty());
    for place in places {
        bytes[place] ^= 1;
    }
    fs::write(file, bytes).unwrap();
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_a_store() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::with_greeting();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&world.path(".sternway")), 0o700);
    assert_eq!(mode(&world.store()), 0o600);
    let fine = world.ok(&["doctor"]);
    assert!(fine.lines().all(|line| line.starts_with("ok")), "{fine}");
    fs::set_permissions(world.store(), fs::Permissions::from_mode(0o644)).unwrap();
    let warned = world.ok(&["doctor"]);
    assert!(warned.contains("warn  permissions"), "{warned}");
    assert!(warned.contains("chmod 600 .sternway/store.redb"), "{warned}");
}
