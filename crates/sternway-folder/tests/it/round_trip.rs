//! Any folder that can be kept is the same when it is written again.
#![cfg(unix)]

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
};

use proptest::{collection::btree_map, prelude::*};
use sternway_folder::Replace;

use crate::world::{copy, place, scan};

#[derive(Clone, Debug)]
enum Thing {
    File { bytes: Vec<u8>, executable: bool },
    Link(String),
}

fn things() -> impl Strategy<Value = BTreeMap<String, Thing>> {
    let name = || "[a-z0-9 äé_-]{0,3}[a-z0-9é]";
    let path = prop::collection::vec(name(), 1..4).prop_map(|names| names.join("/"));
    let bytes = prop::collection::vec(any::<u8>(), 0..2_000);
    let file =
        (bytes, any::<bool>()).prop_map(|(bytes, executable)| Thing::File { bytes, executable });
    let thing = prop_oneof![4 => file, 1 => name().prop_map(Thing::Link)];
    btree_map(path, thing, 1..20)
}

/// Makes of it what can be made: a name that is a file already is no folder.
fn make(things: &BTreeMap<String, Thing>, root: &Path) {
    for (path, thing) in things {
        let place = root.join(path);
        if fs::create_dir_all(place.parent().expect("it is below the root")).is_err() {
            continue;
        }
        match thing {
            Thing::File { bytes, executable } => {
                if fs::write(&place, bytes).is_ok() {
                    let mode = if *executable { 0o755 } else { 0o644 };
                    let mode = fs::Permissions::from_mode(mode);
                    fs::set_permissions(&place, mode).expect("it can be set");
                }
            }
            Thing::Link(target) => drop(symlink(target, &place)),
        }
    }
}

/// Every path with its bytes and whether it may be run, or where it leads.
fn seen(root: &Path, below: &str, all: &mut BTreeMap<String, (Vec<u8>, u32)>) {
    for entry in fs::read_dir(root.join(below)).expect("it can be read") {
        let entry = entry.expect("it can be read");
        let path = format!("{below}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().expect("it has one");
        if kind.is_dir() {
            seen(root, &format!("{path}/"), all);
        } else if kind.is_symlink() {
            let target = fs::read_link(entry.path()).expect("a link");
            all.insert(path, (target.to_string_lossy().into_owned().into_bytes(), u32::MAX));
        } else {
            let mode = entry.metadata().expect("it has them").permissions().mode();
            all.insert(path, (fs::read(entry.path()).expect("it can be read"), mode & 0o111));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn bytes_modes_and_links_are_those_that_were_taken(things in things()) {
        let (from, to) = (place(), place());
        // A name such as `con` is refused, which is tried elsewhere; a link may lead to nothing.
        make(&things, from.path());
        let copied = to.path().join("copy");
        let tree = copy(from.path(), &copied, Replace::Nothing).expect("it can be kept");
        let (mut one, mut other) = (BTreeMap::new(), BTreeMap::new());
        seen(from.path(), "", &mut one);
        seen(&copied, "", &mut other);
        prop_assert_eq!(one, other);
        prop_assert_eq!(scan(&copied).tree().expect("a tree").to_listing(), tree.to_listing());
    }
}
