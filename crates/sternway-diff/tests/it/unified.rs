//! The unified format, read back by an applier that refuses whatever `patch` would.

use proptest::prelude::*;
use sternway_diff::text::TextDiff;

/// Two texts of few different lines, so that they have some in common; any line end, or none.
pub(crate) fn texts() -> impl Strategy<Value = (String, String)> {
    let line = prop_oneof![
        4 => "[ab]",
        1 => Just(String::new()),
        1 => "(--|\\+\\+|@@ -1 \\+1 @@|\\\\ No newline at end of file| )[ab]?",
        1 => "[ab] ([ab]|ü|\r|\0| ){0,6}",
    ];
    let text = (prop::collection::vec((line, "\n|\n|\n|\r\n"), 0..30), any::<bool>());
    let text = text.prop_map(|(lines, end)| {
        let text: String = lines.into_iter().flat_map(|(line, end)| [line, end]).collect();
        if end { text } else { text.trim_end_matches('\n').into() }
    });
    (text.clone(), text)
}

fn check(old: &str, new: &str, unified: &str) {
    assert_eq!(TextDiff::new(old, new).unified().to_string(), unified);
    assert_eq!(apply(unified, old).as_deref(), Some(new));
}

/// Applies a unified diff, or says that it does not fit.
fn apply(unified: &str, old: &str) -> Option<String> {
    let mut lines = unified.split_inclusive('\n').peekable();
    if lines.peek().is_none() {
        return Some(old.into());
    }
    lines.next().filter(|line| line.starts_with("--- "))?;
    lines.next().filter(|line| line.starts_with("+++ "))?;
    let mut old = old.split_inclusive('\n');
    let (mut new, mut old_at, mut new_at) = (String::new(), 0, 0);
    while let Some(header) = lines.next() {
        let header = header.strip_prefix("@@ -")?.strip_suffix(" @@\n")?;
        let (from, to) = header.split_once(" +")?;
        let ((from_start, mut removable), (to_start, mut addable)) = (extent(from)?, extent(to)?);
        let before = from_start.checked_sub(old_at)?;
        new.extend(old.by_ref().take(before));
        (old_at, new_at) = (old_at + before, new_at + before);
        assert_eq!(new_at, to_start, "where the hunk starts in the new text");
        while removable + addable > 0 {
            let (sign, text) = lines.next()?.split_at_checked(1)?;
            let text = match lines.next_if_eq(&"\\ No newline at end of file\n") {
                Some(_) => text.strip_suffix('\n')?,
                None => text,
            };
            if sign != "+" {
                assert_eq!(old.next(), Some(text), "a line that should be there");
                (old_at, removable) = (old_at + 1, removable - 1);
            }
            if sign != "-" {
                new += text;
                (new_at, addable) = (new_at + 1, addable - 1);
            }
        }
    }
    new.extend(old);
    Some(new)
}

/// Reads `start,count` into the number of lines before, and the count.
fn extent(text: &str) -> Option<(usize, usize)> {
    let (start, count) = text.split_once(',').unwrap_or((text, "1"));
    let (start, count): (usize, usize) = (start.parse().ok()?, count.parse().ok()?);
    Some((if count == 0 { start } else { start.checked_sub(1)? }, count))
}

#[test]
fn distant_changes_come_in_hunks_of_their_own() {
    check(
        "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n",
        "one\n2\n3\n4\n5\n6\n7\n8\n9\n",
        "\
--- old
+++ new
@@ -1,4 +1,4 @@
-1
+one
 2
 3
 4
@@ -7,4 +7,3 @@
 7
 8
 9
-10
",
    );
}

#[test]
fn a_missing_line_end_is_said_on_each_side() {
    check(
        "a\nb",
        "a\nc",
        "\
--- old
+++ new
@@ -1,2 +1,2 @@
 a
-b
\\ No newline at end of file
+c
\\ No newline at end of file
",
    );
    check(
        "a",
        "b\na",
        "\
--- old
+++ new
@@ -1 +1,2 @@
+b
 a
\\ No newline at end of file
",
    );
}

#[test]
fn an_empty_side_starts_before_the_first_line() {
    check("", "a\n", "--- old\n+++ new\n@@ -0,0 +1 @@\n+a\n");
    check("a\nb\n", "", "--- old\n+++ new\n@@ -1,2 +0,0 @@\n-a\n-b\n");
}

#[test]
fn carriage_returns_are_kept() {
    check(
        "a\r\nb\r\n",
        "a\r\nc\n",
        "\
--- old
+++ new
@@ -1,2 +1,2 @@
 a\r
-b\r
+c
",
    );
}

#[test]
fn equal_texts_have_no_diff() {
    check("a\n", "a\n", "");
}

#[test]
fn lines_that_look_like_headers_do_no_harm() {
    check(
        "-- a\n",
        "++ a\n@@ -1 +1 @@\n",
        "\
--- old
+++ new
@@ -1 +1,2 @@
--- a
+++ a
+@@ -1 +1 @@
",
    );
}

#[test]
fn names_that_would_break_the_header_are_quoted() {
    let diff = TextDiff::new("a\n", "b\n");
    let unified = diff.unified().with_names("my prompt", "x\n\"y\"\\").to_string();
    assert!(unified.starts_with("--- my prompt\t\n+++ \"x\\012\\\"y\\\"\\\\\"\n@@"), "{unified}");
}

#[test]
fn a_hunk_can_be_read_by_itself() {
    let diff = TextDiff::new("a\nb\nc\n", "a\nb\nd\n");
    let hunk = diff.hunks(1).next().unwrap();
    assert_eq!(hunk.header(), "@@ -2,2 +2,2 @@");
    assert_eq!((hunk.lines().count(), hunk.marked_lines().count()), (3, 3));
}

proptest! {
    #[test]
    fn applying_the_diff_of_two_texts_to_one_gives_the_other(
        (old, new) in texts(),
        context in 0_usize..5,
    ) {
        let diff = TextDiff::new(&old, &new);
        let unified = diff.unified().with_context(context).to_string();
        prop_assert_eq!(apply(&unified, &old), Some(new));
    }
}
