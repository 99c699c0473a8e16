//! What changed between two trees, path by path. A file that moved is one that went and one that
//! came.

use std::{cmp::Ordering, iter::Peekable};

use sternway_types::{Tree, TreeEntry, TreeFile, TreePath};

/// What changed at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// Only the new tree has something there.
    Added(&'a TreeEntry),
    /// Only the old tree has something there.
    Removed(&'a TreeEntry),
    /// Both have something there, and not the same.
    Changed {
        /// What the old tree has.
        from: &'a TreeEntry,
        /// What the new tree has.
        to: &'a TreeEntry,
    },
}

impl<'a> Change<'a> {
    /// The file of the old tree, if there is one.
    #[must_use]
    pub const fn old_file(&self) -> Option<&'a TreeFile> {
        match self {
            Self::Removed(TreeEntry::File(file))
            | Self::Changed { from: TreeEntry::File(file), .. } => Some(file),
            Self::Added(_) | Self::Removed(_) | Self::Changed { .. } => None,
        }
    }

    /// The file of the new tree, if there is one.
    #[must_use]
    pub const fn new_file(&self) -> Option<&'a TreeFile> {
        match self {
            Self::Added(TreeEntry::File(file))
            | Self::Changed { to: TreeEntry::File(file), .. } => Some(file),
            Self::Added(_) | Self::Removed(_) | Self::Changed { .. } => None,
        }
    }

    /// Whether a file has the same bytes, and only whether it may be run changed.
    #[must_use]
    pub fn is_mode_only(&self) -> bool {
        let both = self.old_file().zip(self.new_file());
        both.is_some_and(|(old, new)| old.digest == new.digest)
    }
}

/// What changed, in the order of the paths.
///
/// ```
/// use sternway_diff::tree::{Change, changes};
/// use sternway_types::{FileMode, Tree, TreeEntry, TreeFile};
///
/// let file = |text: &[u8]| TreeEntry::File(TreeFile::of(FileMode::Plain, text));
/// let old = Tree::new([("a".parse()?, file(b"1")), ("b".parse()?, file(b"2"))])?;
/// let new = Tree::new([("a".parse()?, file(b"1")), ("c".parse()?, file(b"3"))])?;
/// let changes = changes(&old, &new);
/// let [(b, Change::Removed(_)), (c, Change::Added(_))] = changes.as_slice() else { panic!() };
/// assert_eq!((b.as_str(), c.as_str()), ("b", "c"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn changes<'a>(old: &'a Tree, new: &'a Tree) -> Vec<(&'a TreePath, Change<'a>)> {
    let (mut old, mut new) = (old.entries().peekable(), new.entries().peekable());
    std::iter::from_fn(|| next(&mut old, &mut new))
        .filter(|(_, change)| !matches!(change, Change::Changed { from, to } if from == to))
        .collect()
}

type Entry<'a> = (&'a TreePath, &'a TreeEntry);

/// The next path of either, in order, and what each has there.
fn next<'a>(
    old: &mut Peekable<impl Iterator<Item = Entry<'a>>>,
    new: &mut Peekable<impl Iterator<Item = Entry<'a>>>,
) -> Option<(&'a TreePath, Change<'a>)> {
    let order = match (old.peek(), new.peek()) {
        (Some((one, _)), Some((other, _))) => one.cmp(other),
        (Some(_), None) => Ordering::Less,
        (None, _) => Ordering::Greater,
    };
    match order {
        Ordering::Less => old.next().map(|(path, entry)| (path, Change::Removed(entry))),
        Ordering::Greater => new.next().map(|(path, entry)| (path, Change::Added(entry))),
        Ordering::Equal => {
            let ((path, from), (_, to)) = (old.next()?, new.next()?);
            Some((path, Change::Changed { from, to }))
        }
    }
}
