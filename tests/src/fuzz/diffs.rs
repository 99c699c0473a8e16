//! Diffs lead from the old to the new, and back.

use sternway::diff::{
    json::{JsonDiff, same},
    text::{Line, TextDiff},
};

use super::{json_patch, two};

/// The lines of a diff are those of the old text, and those of the new one.
///
/// # Panics
///
/// If that is not so.
pub fn text_diff(data: &[u8]) {
    let Some((old, new)) = two(data) else { return };
    let diff = TextDiff::new(old, new);
    let side = |wanted: fn(&Line<'_>) -> bool| -> String {
        diff.lines().filter(wanted).map(|line| line.text()).collect()
    };
    assert_eq!(side(|line| !matches!(line, Line::Added { .. })), old);
    assert_eq!(side(|line| !matches!(line, Line::Removed { .. })), new);
    for marked in diff.marked_lines() {
        let spans: String = marked.spans.iter().map(|span| span.text).collect();
        assert_eq!(spans, marked.line.text(), "a marked line is its line");
    }
    assert_eq!(diff.is_empty(), old == new);
    assert_eq!(diff.unified().to_string().is_empty(), old == new);
    assert!(diff.rows().count() <= diff.lines().count());
}

/// The patch of a diff makes the new document of the old one.
///
/// # Panics
///
/// If that is not so.
pub fn json_diff(data: &[u8]) {
    let Some((old, new)) = two(data) else { return };
    let (Ok(old), Ok(new)) = (serde_json::from_str(old), serde_json::from_str(new)) else { return };
    let diff = JsonDiff::new(&old, &new);
    let patch = diff.to_patch();
    let made = json_patch::apply(&patch, &old);
    let met = made.as_ref().is_some_and(|made| same(made, &new));
    assert!(met, "{patch} makes {made:?} of {old}, and not {new}");
    assert_eq!(diff.changes().len() == 0, same(&old, &new));
}
