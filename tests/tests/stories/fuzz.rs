//! What is fuzzed, without a fuzzer: the kept seeds, and what chance makes of them.
//!
//! `PROPTEST_CASES` says how many inputs each target gets (400 if it is not set).

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use proptest::{
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, TestRunner},
};
use sternway_tests::fuzz::{self, TARGETS};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    entries.map(|it| it.expect("it can be read").file_name().display().to_string()).collect()
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = folder().join("seeds").join(target);
    let read = |name: String| fs::read(folder.join(name)).expect("it can be read");
    names_in(&folder).into_iter().map(read).collect()
}

/// A seed with some bytes changed, put in or taken out, or with the end of another; or any bytes.
fn inputs(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<Index>(), any::<u8>(), 0..4_u8);
    let edited = (select(seeds.clone()), prop::collection::vec(edit, 0..8), select(seeds));
    let edited = edited.prop_map(|(mut bytes, edits, other)| {
        for (place, byte, what) in edits {
            let place = place.index(bytes.len() + 1);
            match what {
                0 => bytes.insert(place, byte),
                1 => bytes.iter_mut().skip(place).take(1).for_each(|found| *found = byte),
                2 if place < bytes.len() => drop(bytes.remove(place)),
                3 if byte < 32 => {
                    bytes.truncate(place);
                    bytes.extend(other.iter().skip(place));
                }
                _ => (),
            }
        }
        bytes
    });
    prop_oneof![8 => edited, 1 => prop::collection::vec(any::<u8>(), 0..200)]
}

fn try_out(target: &str, body: fn(&[u8])) {
    let seeds = seeds(target);
    assert!(!seeds.is_empty(), "a target without a seed begins from nothing");
    seeds.iter().for_each(|seed| body(seed));
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let config =
        Config { cases: cases.unwrap_or(400), failure_persistence: None, ..Config::default() };
    let tried = TestRunner::new(config).run(&inputs(seeds), |bytes| {
        body(&bytes);
        Ok(())
    });
    tried.unwrap_or_else(|err| panic!("{target}: {err}"));
}

#[test]
fn a_bundle_is_refused_or_is_written_as_one_that_says_the_same() {
    try_out("bundles", fuzz::bundles);
}

#[test]
fn any_text_is_strict_json_or_is_not() {
    try_out("json", fuzz::json);
}

#[test]
fn a_patch_makes_the_new_document_of_the_old_one() {
    try_out("json_diff", fuzz::json_diff);
}

#[test]
fn a_name_that_parses_is_shown_as_one_that_parses_to_the_same() {
    try_out("names", fuzz::names);
}

#[test]
fn a_policy_means_the_same_when_it_is_written_and_read_again() {
    try_out("policies", fuzz::policies);
}

#[test]
fn a_record_means_the_same_when_it_is_written_and_read_again() {
    try_out("records", fuzz::records);
}

#[test]
fn a_store_whose_rows_were_changed_answers_and_does_not_panic() {
    try_out("rows", fuzz::rows);
}

#[test]
fn whatever_a_program_prints_makes_a_failure_that_can_be_stored() {
    try_out("stderr", fuzz::stderr);
}

#[test]
fn the_lines_of_a_diff_are_those_of_both_texts() {
    try_out("text_diff", fuzz::text_diff);
}

#[test]
fn a_listing_is_that_of_one_tree_which_stays_where_it_is_put() {
    try_out("trees", fuzz::trees);
}

#[test]
fn seeds_of_documents_are_read() {
    use sternway::types::{Changeset, Outcome, Policy, Record};

    for seed in seeds("records") {
        let read = serde_json::from_slice::<Record>(&seed).is_ok()
            || serde_json::from_slice::<Outcome>(&seed).is_ok()
            || serde_json::from_slice::<Changeset>(&seed).is_ok();
        assert!(read, "{}", String::from_utf8_lossy(&seed));
    }
    let trees = seeds("trees");
    let read = |seed: &&Vec<u8>| sternway::types::Tree::parse(seed).is_ok();
    assert_eq!(trees.iter().filter(read).count() + 1, trees.len(), "one seed is no tree");
    for seed in seeds("policies") {
        let text = String::from_utf8(seed).expect("a text");
        let read = toml::from_str::<Policy>(&text).is_ok();
        assert!(read || serde_json::from_str::<Policy>(&text).is_ok(), "{text}");
    }
}

#[test]
fn every_target_has_a_file_seeds_and_a_line_in_the_manifest() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names_in(&folder().join("seeds")), targets);
    let files: BTreeSet<String> = targets.iter().map(|name| format!("{name}.rs")).collect();
    assert_eq!(names_in(&folder().join("fuzz_targets")), files);
    let manifest = fs::read_to_string(folder().join("Cargo.toml")).expect("it is there");
    for target in &targets {
        assert!(manifest.contains(&format!("name = \"{target}\"")), "{target} is not built");
    }
}
