//! Listings of folders.

use std::path::{Component, Path};

use sternway::types::{Content, ContentKind, Digest, Tree, TreeEntry, TreePath};

/// A listing that is taken is the only one of its tree, and nothing in the tree lies or leads
/// outside it.
///
/// # Panics
///
/// If that is not so.
pub fn trees(data: &[u8]) {
    let Ok(tree) = Tree::parse(data) else {
        assert!(Content::new(ContentKind::Tree, data).is_err());
        return;
    };
    assert_eq!(tree.to_listing().as_bytes(), data);
    let entries = tree.entries().map(|(path, entry)| (path.clone(), entry.clone()));
    assert_eq!(Tree::new(entries.collect::<Vec<_>>()).as_ref(), Ok(&tree));
    let content = Content::new(ContentKind::Tree, data);
    assert_eq!(content.map(|content| content.digest()), Ok(Digest::of(data)));
    assert!(sternway::types::check_json(data).is_ok());
    for (path, entry) in tree.entries() {
        assert!(is_plain(path), "{path:?}");
        if let TreeEntry::Link(target) = entry {
            assert!(is_inside(path, target.as_str()), "{path:?} -> {target:?}");
        }
    }
}

fn is_plain(path: &TreePath) -> bool {
    Path::new(path.as_str()).components().all(|part| matches!(part, Component::Normal(_)))
}

/// Whether a link stays in its tree, as the system walks it: up only from folders that are no links.
fn is_inside(link: &TreePath, target: &str) -> bool {
    let (mut depth, mut down) = (link.folders().count(), false);
    Path::new(target).components().all(|part| match part {
        Component::CurDir => true,
        Component::ParentDir if down || depth == 0 => false,
        Component::ParentDir => {
            depth -= 1;
            true
        }
        Component::Normal(_) => {
            down = true;
            true
        }
        Component::RootDir | Component::Prefix(_) => false,
    })
}
