//! What changed between two folders: path by path, and the lines of each changed text.

use std::borrow::Cow;

use sternway::{
    Sternway,
    api::{PathDiffView, TreeDiffView, TreeStatView},
    control::Control,
    diff::{
        text::TextDiff,
        tree::{Change, changes},
    },
    folder::Folder,
    types::{Tree, TreeEntry, TreeFile, TreePath},
};

use crate::{error::CliError, format::visible};

/// How many changed files are opened to compare their lines.
const MAX_OPENED: usize = 100;

/// How many bytes all files that are opened may have together, the old and the new ones.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// A changed file with the texts that were compared.
#[derive(Debug)]
pub(super) struct Texts {
    pub(super) path: String,
    pub(super) old: String,
    pub(super) new: String,
}

/// What changed between two folders.
#[derive(Debug)]
pub(super) struct TreeDiff {
    pub(super) view: TreeDiffView,
    /// The texts that were compared, by path.
    pub(super) texts: Vec<Texts>,
}

/// Where the files of one side are.
#[derive(Clone, Copy)]
pub(super) enum Files<'a> {
    Store(&'a Control),
    Folder(&'a Folder),
}

impl<'a> Files<'a> {
    /// Where the files of a side are that came from a folder, or else from the store.
    pub(super) fn of(sternway: &'a Sternway, folder: Option<&'a Folder>) -> Self {
        folder.map_or(Files::Store(sternway.control()), Files::Folder)
    }

    async fn text(self, path: &TreePath, file: &TreeFile) -> Result<Option<String>, CliError> {
        let bytes = match self {
            Files::Store(control) => control.file(file).await?,
            Files::Folder(folder) => folder.read(path)?.1,
        };
        Ok(String::from_utf8(bytes).ok().filter(|text| !text.contains('\0')))
    }
}

/// Compares two folders.
///
/// # Errors
///
/// [`CliError`] if a file cannot be read.
pub(super) async fn compare(
    (old, old_files): (&Tree, Files<'_>),
    (new, new_files): (&Tree, Files<'_>),
) -> Result<TreeDiff, CliError> {
    let mut stat = TreeStatView::default();
    let (mut paths, mut texts, mut left, mut unopened) = (Vec::new(), Vec::new(), MAX_BYTES, 0);
    for (path, change) in changes(old, new) {
        count(&mut stat, &change);
        let mut view = view(path, &change);
        if let Change::Changed { .. } = change
            && !change.is_mode_only()
            && let Some((one, other)) = change.old_file().zip(change.new_file())
        {
            let size = one.size.saturating_add(other.size);
            if texts.len() >= MAX_OPENED || size > left {
                unopened += 1;
            } else if let Some(old) = old_files.text(path, one).await?
                && let Some(new) = new_files.text(path, other).await?
            {
                left -= size;
                let diff = TextDiff::new(&old, &new);
                let names = [format!("a/{path}"), format!("b/{path}")];
                view.stat = Some(super::stat(&diff));
                view.unified = Some(diff.unified().with_names(&names[0], &names[1]).to_string());
                texts.push(Texts { path: path.to_string(), old, new });
            }
        }
        paths.push(view);
    }
    stat.unchanged = (new.entries().len() as u64).saturating_sub(stat.added + stat.changed);
    Ok(TreeDiff { view: TreeDiffView { stat, paths, unopened }, texts })
}

/// How many paths differ.
pub(crate) fn stat(old: &Tree, new: &Tree) -> TreeStatView {
    let mut stat = TreeStatView::default();
    changes(old, new).iter().for_each(|(_, change)| count(&mut stat, change));
    stat.unchanged = (new.entries().len() as u64).saturating_sub(stat.added + stat.changed);
    stat
}

/// What changed at a path, as `diff -r` says it. `patch` passes over what has no lines.
pub(super) fn unified(path: &PathDiffView) -> Cow<'_, str> {
    let name = visible::line(&path.path);
    match (&path.unified, &path.from, &path.to) {
        (Some(unified), ..) => unified.into(),
        (None, Some(_), None) => format!("Only in a: {name}\n").into(),
        (None, None, Some(_)) => format!("Only in b: {name}\n").into(),
        (None, ..) => format!("Files a/{name} and b/{name} differ\n").into(),
    }
}

const fn count(stat: &mut TreeStatView, change: &Change<'_>) {
    match change {
        Change::Added(_) => stat.added += 1,
        Change::Removed(_) => stat.removed += 1,
        Change::Changed { .. } => stat.changed += 1,
    }
}

fn view(path: &TreePath, change: &Change<'_>) -> PathDiffView {
    let (from, to): (Option<&TreeEntry>, Option<&TreeEntry>) = match change {
        Change::Added(to) => (None, Some(to)),
        Change::Removed(from) => (Some(from), None),
        Change::Changed { from, to } => (Some(from), Some(to)),
    };
    let (from, to) = (from.map(Into::into), to.map(Into::into));
    PathDiffView { path: path.to_string(), from, to, stat: None, unified: None }
}
