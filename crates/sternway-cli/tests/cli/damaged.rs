//! A store with a damaged row can be looked into: what is sound works, and `verify` names the row.

use std::ops::ControlFlow;

use sternway::{
    redb::{RedbKv, RedbOptions},
    store::{Batch, Direction, Kv as _, Range},
};

use crate::{swept, world::World};

/// A world with outcomes that nobody judged, where every row of a table is damaged whose key holds
/// this name.
fn damaged(table: u8, name: &str) -> World {
    let world = swept::unjudged();
    let kv = RedbKv::open(&world.store(), RedbOptions::default()).expect("a store");
    let mut batch = Batch::new();
    let all = Range { from: vec![table], to: vec![table + 1], direction: Direction::Forward };
    let scanned = kv.snapshot().expect("it can be read").scan(&all, &mut |key, value| {
        let (mut value, name) = (value.to_vec(), name.as_bytes());
        if key.windows(name.len()).any(|part| part == name) {
            *value.last_mut().expect("a checksum") ^= 1;
            batch.insert(key.to_vec(), Some(value));
        }
        ControlFlow::Continue(())
    });
    scanned.expect("it can be read");
    assert!(!batch.is_empty(), "there is no {name}");
    kv.commit(&batch).expect("it can be written");
    world
}

/// What is damaged is named by `verify` and by `doctor`, and by them alone.
fn check(world: &World, place: &str) {
    let ran = world.run(&["verify"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (9, ""), "{}", ran.stdout);
    assert!(ran.stdout.contains(place), "{}", ran.stdout);
    let ran = world.run(&["doctor"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (9, ""), "{}", ran.stdout);
    assert!(ran.stdout.contains("sternway verify"), "{}", ran.stdout);
}

#[test]
fn outcomes_that_are_damaged_are_named_and_the_rest_works() {
    let world = damaged(b'o', "prompts/greeting");
    check(&world, "a block of outcomes");
    for words in [["status", "-q"], ["log", "prompts/greeting"], ["get", "prompts/greeting"]] {
        world.ok(&words);
    }
    let said = world.run(&["status"]).stderr;
    let start = "warning: outcomes of prompts/greeting v2 in production cannot be judged: the \
                 store is damaged at a block of outcomes";
    assert!(said.starts_with(start), "{said}");
    assert!(said.ends_with("; next: sternway verify\n"), "{said}");
}

#[test]
fn a_list_of_unjudged_subjects_that_is_damaged_is_named_and_the_rest_works() {
    let world = damaged(b'u', "prompts/greeting");
    check(&world, "a mark of unjudged outcomes");
    let said = world.run(&["get", "prompts/greeting"]).stderr;
    let start = "warning: outcomes that nobody judged cannot be found: the store is damaged at a \
                 mark of unjudged outcomes";
    assert!(said.starts_with(start), "{said}");
    assert!(said.ends_with("; next: sternway verify\n"), "{said}");
}

#[test]
fn a_namespace_whose_head_is_damaged_is_named() {
    let world = damaged(b'h', "default");
    check(&world, "the head of a namespace");
}

#[test]
fn verifying_judges_nothing() {
    let world = swept::unjudged();
    let ran = world.run(&["verify"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let ran = world.run(&["doctor"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let said = world.run(&["status"]).stderr;
    assert!(said.contains("v2 rolled back to v1"), "{said}");
}
