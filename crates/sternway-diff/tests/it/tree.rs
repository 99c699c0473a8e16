//! What changed between two trees.

use sternway_diff::tree::{Change, changes};
use sternway_types::{FileMode, LinkTarget, Tree, TreeEntry, TreeFile, TreePath};

fn tree(entries: &[(&str, &str)]) -> Tree {
    let entry = |(path, what): &(&str, &str)| {
        let path: TreePath = path.parse().expect("a path");
        let entry = match what.split_once(' ') {
            Some(("link", target)) => {
                TreeEntry::Link(LinkTarget::new(&path, target).expect("a target"))
            }
            Some(("run", text)) => {
                TreeEntry::File(TreeFile::of(FileMode::Executable, text.as_bytes()))
            }
            _ => TreeEntry::File(TreeFile::of(FileMode::Plain, what.as_bytes())),
        };
        (path, entry)
    };
    Tree::new(entries.iter().map(entry)).expect("a tree")
}

fn check(old: &[(&str, &str)], new: &[(&str, &str)], expected: &[&str]) {
    let (old, new) = (tree(old), tree(new));
    let found: Vec<String> = changes(&old, &new)
        .into_iter()
        .map(|(path, change)| match change {
            Change::Added(_) => format!("+{path}"),
            Change::Removed(_) => format!("-{path}"),
            Change::Changed { .. } if change.is_mode_only() => format!("mode {path}"),
            Change::Changed { .. } => format!("!{path}"),
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn the_same_folders_differ_nowhere() {
    check(&[("a", "1"), ("b/c", "2")], &[("b/c", "2"), ("a", "1")], &[]);
}

#[test]
fn every_path_that_differs_is_named_once_and_in_order() {
    check(
        &[("a", "1"), ("b", "2"), ("d/x", "3"), ("z", "link a")],
        &[("a", "one"), ("c", "2"), ("d/x", "run 3"), ("z", "link b")],
        &["!a", "-b", "+c", "mode d/x", "!z"],
    );
}

#[test]
fn a_file_that_became_a_link_or_a_folder_changed() {
    check(&[("a", "1")], &[("a", "link b")], &["!a"]);
    check(&[("a", "link b")], &[("a", "run 1")], &["!a"]);
    check(&[("a", "1")], &[("a/b", "1")], &["-a", "+a/b"]);
}
