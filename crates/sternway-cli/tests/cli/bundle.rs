//! Bundles as files and in pipes: whole or not there, and only its owner may read one.

use std::fs;

use crate::world::World;

/// The bundle of a world, as its export prints it.
fn exported(world: &World) -> Vec<u8> {
    let exported = world.run(&["export", "-"]);
    assert_eq!(exported.code, 0, "{}", exported.stderr);
    assert_eq!(exported.stderr, "exported default up to revision 3\n");
    exported.bytes
}

#[test]
fn a_bundle_goes_through_a_pipe() {
    let (here, there) = (World::with_greeting(), World::new());
    let bundle = exported(&here);
    let imported = there.feed(&["import", "bundle", "-"], &bundle);
    assert_eq!(imported.code, 0, "{}", imported.stderr);
    let log = |world: &World| world.run(&["log", "prompts/greeting", "-o", "name"]).stdout;
    assert_eq!(log(&there), log(&here));
    let again = there.feed(&["import", "bundle", "-"], &exported(&there));
    assert!(again.stdout.starts_with("default unchanged"), "{}", again.stdout);
    assert_eq!(there.run(&["verify"]).code, 0);
}

#[test]
fn a_bundle_that_is_cut_off_or_changed_brings_nothing_in() {
    let here = World::with_greeting();
    let bundle = exported(&here);
    for (number, end) in (0..bundle.len()).step_by(bundle.len() / 9).enumerate() {
        let there = World::new();
        let cut = there.feed(&["import", "bundle", "-"], &bundle[..end]);
        assert!(matches!(cut.code, 2 | 9), "{number}: {} {}", cut.code, cut.stderr);
        let mut changed = bundle.clone();
        changed[end] ^= 1;
        let changed = there.feed(&["import", "bundle", "-"], &changed);
        assert!(matches!(changed.code, 2 | 9), "{number}: {} {}", changed.code, changed.stderr);
        assert_eq!(there.run(&["list"]).code, 3, "there is no such namespace");
    }
}

#[test]
fn a_file_that_is_there_stays_unless_it_is_forced() {
    let world = World::with_greeting();
    world.write("default.sternway", b"a letter");
    let refused = world.run(&["export"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("is there already"), "{}", refused.stderr);
    assert_eq!(fs::read(world.path("default.sternway")).unwrap(), b"a letter");
    assert_eq!(world.run(&["export", "--force", "--dry-run"]).code, 0);
    assert_eq!(fs::read(world.path("default.sternway")).unwrap(), b"a letter");
    assert_eq!(world.run(&["export", "--force"]).code, 0);
    assert!(fs::read(world.path("default.sternway")).unwrap().len() > 600);
}

#[test]
fn what_could_not_be_exported_leaves_no_file() {
    let world = World::with_greeting();
    let refused = world.run(&["export", "nowhere/at.all"]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert_eq!(world.run(&["export", "--namespace", "another"]).code, 3);
    let mut names: Vec<_> = fs::read_dir(world.path("."))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "home")
        .collect();
    names.sort();
    assert_eq!(names, [".sternway", "v1.md", "v2.md"]);
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_a_bundle() {
    use std::os::unix::fs::PermissionsExt as _;

    let world = World::with_greeting();
    assert_eq!(world.run(&["export"]).code, 0);
    let mode = fs::metadata(world.path("default.sternway")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_signed_bundle_is_taken_from_its_signer_alone() {
    let (here, there) = (World::with_greeting(), World::new());
    let key = |name: &str| {
        let made = here.run(&["head", "key", name, "--name", "acme.example", "-o", "name"]);
        assert_eq!(made.code, 0, "{}", made.stderr);
        made.stdout.trim().to_owned()
    };
    let (ours, theirs) = (key("ours.key"), key("theirs.key"));
    assert_eq!(here.run(&["export", "--key", "ours.key"]).code, 0);
    let bundle = fs::read(here.path("default.sternway")).unwrap();
    let import =
        |signer: &str| there.feed(&["import", "bundle", "-", "--signer", signer], &bundle).code;
    assert_eq!(import(&theirs), 9);
    assert_eq!(import(&ours), 0);
    assert_eq!(there.feed(&["import", "bundle", "-", "--signer", &ours], &exported(&here)).code, 2);
}
