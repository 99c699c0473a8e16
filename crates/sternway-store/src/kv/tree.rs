//! The files of a tree: that they are kept is checked when a version names the tree, and again by
//! `verify`.

use std::collections::HashSet;

use sternway_types::{ContentKind, ContentRef, Digest, Tree, TreePath};

use super::{blob, codec, key, staging::Get};
use crate::{Refusal, StoreError};

/// Refuses a tree with a file that is not kept. Whatever is no tree has no files.
pub(super) fn check_files(
    from: &(impl Get + ?Sized),
    content: &ContentRef,
) -> Result<(), StoreError> {
    let Some(tree) = read(from, content)? else { return Ok(()) };
    for (path, file) in tree.files() {
        if file.size > 0 && !blob::is_there(from, &file.digest, file.size)? {
            return Err(Refusal::NoFile {
                tree: content.digest,
                path: path.clone(),
                digest: file.digest,
                size: file.size,
            }
            .into());
        }
    }
    Ok(())
}

/// What is wrong with the files of a tree, given which stored contents are damaged.
pub(super) fn spoilt_files(
    from: &(impl Get + ?Sized),
    content: &ContentRef,
    damaged: &HashSet<Digest>,
) -> Result<Vec<(TreePath, &'static str)>, StoreError> {
    let Some(tree) = read(from, content)? else { return Ok(Vec::new()) };
    let mut spoilt = Vec::new();
    for (path, file) in tree.files() {
        let problem = if damaged.contains(&file.digest) {
            "its content is damaged"
        } else if file.size > 0 && !blob::is_whole(from, &file.digest, file.size)? {
            "its content is missing, or has another length"
        } else {
            continue;
        };
        spoilt.push((path.clone(), problem));
    }
    Ok(spoilt)
}

/// The tree that a content is, if it is one.
fn read(from: &(impl Get + ?Sized), content: &ContentRef) -> Result<Option<Tree>, StoreError> {
    if content.kind != ContentKind::Tree {
        return Ok(None);
    }
    let key = key::blob(&content.digest);
    let Some(bytes) = blob::bytes(from, &content.digest)? else {
        return Err(Refusal::NoContent(content.digest).into());
    };
    let tree = Tree::parse(&bytes);
    tree.map(Some).map_err(|err| codec::corrupt(&key, &format!("it is no tree ({err})")))
}
