//! Trees: one listing for one folder, and nothing that is none.

use std::error::Error as _;

use proptest::{collection::btree_map, prelude::*};
use sternway_types::{
    Content, ContentKind, Digest, FileMode, LinkTarget, Tree, TreeEntry, TreeError, TreeFile,
    TreePath,
};

use crate::make::{json, parsed};

/// What a text of three letters is listed as.
const ABC: &str = "3 sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const NOTHING: &str = "0 sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn file(bytes: &[u8]) -> TreeEntry {
    TreeEntry::File(TreeFile::of(FileMode::Plain, bytes))
}

fn tree(paths: &[&str]) -> Result<Tree, TreeError> {
    Tree::new(paths.iter().map(|path| (parsed(path), file(b"abc"))))
}

/// A listing is refused, in these words.
#[track_caller]
fn check_refused(listing: &str, problem: &str) {
    let refused = Tree::parse(listing.as_bytes()).expect_err("it is no listing");
    let because = refused.source().map(|err| format!(": {err}")).unwrap_or_default();
    assert_eq!(format!("{refused}{because}"), problem);
}

#[test]
fn there_is_one_listing() {
    let path: TreePath = parsed("latest");
    let target = LinkTarget::new(&path, "bin/run").expect("a target");
    let tree = Tree::new([
        (parsed("empty"), file(b"")),
        (path, TreeEntry::Link(target)),
        (parsed("bin/run"), TreeEntry::File(TreeFile::of(FileMode::Executable, b"abc"))),
        (parsed("a.md"), file(b"abc")),
        (parsed("bin.md"), file(b"abc")),
    ]);
    let tree = tree.expect("a tree");
    let listing = format!(
        "{{\n\"a.md\":\"file {ABC}\",\n\"bin.md\":\"file {ABC}\",\n\"bin/run\":\"executable {ABC}\",\n\
         \"empty\":\"file {NOTHING}\",\n\"latest\":\"link bin/run\"\n}}\n"
    );
    assert_eq!(tree.to_listing(), listing);
    assert_eq!(Tree::parse(listing.as_bytes()), Ok(tree.clone()));
    assert_eq!((tree.entries().len(), tree.files().count(), tree.size()), (5, 4, 9));
    assert!(matches!(tree.entry("bin/run"), Some(TreeEntry::File(_))));
    assert_eq!(tree.entry("bin"), None);
    let content = Content::tree(&tree).expect("a content");
    assert_eq!(content.digest(), Digest::of(listing.as_bytes()));
    assert_eq!(content.as_tree(), Some(tree));
    serde_json::from_slice::<serde_json::Value>(content.as_bytes()).expect("it is JSON, too");
}

#[test]
fn a_tree_is_a_kind_of_content() {
    assert_eq!(json(&ContentKind::Tree), r#"{"type":"tree"}"#);
    assert_eq!(ContentKind::Tree.to_string(), "a folder");
    let refused = Content::new(ContentKind::Tree, *b"[]").unwrap_err();
    assert_eq!(refused.to_string(), "the content is not a tree");
    assert_eq!(Content::json("{}").expect("JSON").as_tree(), None);
}

#[test]
fn what_is_not_the_listing_of_a_tree_is_refused() {
    check_refused("{}", "the tree has no files");
    check_refused(
        &format!("{{\n\"a\":\"file {ABC}\",\n\"a\":\"file {ABC}\"\n}}\n"),
        "a is listed twice",
    );
    check_refused(
        &format!("{{\n\"A\":\"file {ABC}\",\n\"a\":\"file {ABC}\"\n}}\n"),
        "A and a are the same on macOS and Windows: rename one of them",
    );
    check_refused(
        &format!("{{\n\"Lib/a\":\"file {ABC}\",\n\"lib/b\":\"file {ABC}\"\n}}\n"),
        "Lib and lib are the same on macOS and Windows: rename one of them",
    );
    check_refused(
        &format!("{{\n\"a\":\"file {ABC}\",\n\"a/b\":\"file {ABC}\"\n}}\n"),
        "a is both a file and a folder",
    );
    check_refused(
        &format!("{{\n\"../a\":\"file {ABC}\"\n}}\n"),
        "a path of the tree cannot be kept: \"../a\" has . or .. in it: a tree holds plain paths",
    );
    check_refused(
        "{\n\"a\":\"link ../b\"\n}\n",
        "the link a of the tree cannot be kept: \"../b\" leads out of the tree",
    );
    check_refused(
        &format!("{{\n\"a\":\"file 67108865 {}\"\n}}\n", &ABC[2..]),
        "a has 67108865 bytes: the limit is 67108864",
    );
}

#[test]
fn what_is_said_of_a_path_is_understood_or_refused() {
    let hex = &ABC[2..];
    for given in [
        String::new(),
        "file".into(),
        format!("file  {ABC}"),
        format!("File {ABC}"),
        format!("file -1 {hex}"),
        format!("file 3 {}", hex.to_uppercase()),
        format!("file 3 {hex} "),
        // Nothing would be stored for it, and it is not nothing.
        format!("file 0 {hex}"),
        format!("file 3 {}", &NOTHING[2..]),
        format!("folder {ABC}"),
    ] {
        let problem = format!(
            "\"a\" is listed as {:?}: expected `file SIZE DIGEST`, `executable SIZE DIGEST` or `link \
             TARGET`",
            given.chars().take(120).collect::<String>()
        );
        check_refused(&format!("{{\n\"a\":{given:?}\n}}\n"), &problem);
    }
}

#[test]
fn other_words_for_the_same_tree_are_refused_by_line() {
    let (one, other) = (format!("\"a\":\"file {ABC}\""), format!("\"b\":\"file {ABC}\""));
    let not_canonical = |line| {
        format!("line {line} of the listing is not written as the one canonical listing has it")
    };
    check_refused(&format!("{{\n{other},\n{one}\n}}\n"), &not_canonical(2));
    check_refused(&format!("{{\n{one},\n {other}\n}}\n"), &not_canonical(3));
    check_refused(&format!("{{{one}}}"), &not_canonical(1));
    check_refused(&format!("{{\n{one}\n}}"), &not_canonical(3));
    check_refused(&format!("{{\n{one}\n}}\n\n"), &not_canonical(4));
    check_refused(&format!("{{\n\"a\":\"file 03 {}\"\n}}\n", &ABC[2..]), &not_canonical(2));
    check_refused(&format!("{{\n\"\\u0061\":\"file {ABC}\"\n}}\n"), &not_canonical(2));
}

#[test]
fn what_is_no_json_object_of_texts_is_refused() {
    for listing in [
        "",
        "[]",
        "null",
        "{\"a\":1}",
        "{\"a\":{}}",
        "{\"a\":\"link b\"} x",
        "{\"a\"",
        "\u{feff}{}",
    ] {
        let refused = Tree::parse(listing.as_bytes()).expect_err("it is no listing");
        assert!(matches!(refused, TreeError::Syntax(_)), "{listing}: {refused}");
    }
    assert!(matches!(Tree::parse(b"{\"\xff\":\"link b\"}"), Err(TreeError::Syntax(_))));
}

#[test]
fn a_tree_has_at_most_10_000_entries() {
    let paths: Vec<String> = (0..10_001).map(|number| format!("file-{number}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let largest = tree(&paths[..10_000]).expect("the largest tree");
    assert_eq!(Tree::parse(largest.to_listing().as_bytes()), Ok(largest));
    assert_eq!(tree(&paths), Err(TreeError::TooMany));
}

#[test]
fn names_that_look_the_same_are_kept_apart_byte_for_byte() {
    let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}");
    let tree = tree(&[composed, decomposed]).expect("two files");
    let read = Tree::parse(tree.to_listing().as_bytes()).expect("a listing");
    let paths: Vec<&str> = read.entries().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, [decomposed, composed]);
}

fn entries() -> impl Strategy<Value = Vec<(String, TreeEntry)>> {
    let name = prop_oneof!["[a-c]{1,2}", "[a-zA-Z0-9 äé_.-]{1,8}"];
    let path = prop::collection::vec(name, 1..4).prop_map(|names| names.join("/"));
    let file =
        (any::<bool>(), prop::collection::vec(any::<u8>(), 0..4)).prop_map(|(run, bytes)| {
            let mode = if run { FileMode::Executable } else { FileMode::Plain };
            TreeEntry::File(TreeFile::of(mode, &bytes))
        });
    btree_map(path, file, 1..12).prop_map(|entries| entries.into_iter().collect())
}

proptest! {
    #[test]
    fn a_tree_is_listed_and_read_back_whatever_order_it_came_in(
        entries in entries().prop_shuffle()
    ) {
        let good = entries.into_iter().filter_map(|(path, entry)| Some((path.parse().ok()?, entry)));
        let good: Vec<(TreePath, TreeEntry)> = good.collect();
        let mut turned = good.clone();
        turned.reverse();
        match (Tree::new(good), Tree::new(turned)) {
            (Ok(tree), Ok(turned)) => {
                let listing = tree.to_listing();
                prop_assert_eq!(turned.to_listing(), listing.clone());
                prop_assert_eq!(Tree::parse(listing.as_bytes()), Ok(tree));
            }
            (tree, turned) => prop_assert!(tree.is_err() && turned.is_err()),
        }
    }
}
