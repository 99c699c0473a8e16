//! The edit script, word marks and the side-by-side view.

use proptest::prelude::*;
use sternway_diff::text::{Line, Row, Span, Stat, TextDiff};

use crate::unified::texts;

/// Checks the edit script, written with the two line numbers in front.
fn check(old: &str, new: &str, script: &[&str]) {
    let diff = TextDiff::new(old, new);
    let lines: Vec<String> = diff
        .lines()
        .map(|line| match line {
            Line::Unchanged { old, new, text } => format!("{old} {new}  {text}"),
            Line::Removed { old, text } => format!("{old} . -{text}"),
            Line::Added { new, text } => format!(". {new} +{text}"),
        })
        .collect();
    assert_eq!(lines, script);
}

/// Checks the marked lines: `[]` around what was emphasized, the line's sign in front.
fn check_marks(old: &str, new: &str, expected: &str) {
    let marked: String = TextDiff::new(old, new)
        .marked_lines()
        .map(|marked| {
            let sign = match marked.line {
                Line::Unchanged { .. } => ' ',
                Line::Removed { .. } => '-',
                Line::Added { .. } => '+',
            };
            format!("{sign}{}", brackets(&marked.spans))
        })
        .collect();
    assert_eq!(marked, expected);
}

fn brackets(spans: &[Span<'_>]) -> String {
    spans
        .iter()
        .map(|span| if span.emphasized { format!("[{}]", span.text) } else { span.text.into() })
        .collect()
}

#[test]
fn every_line_knows_its_number_on_both_sides() {
    check(
        "a\nb\nc\n",
        "a\nB\nc\nd\n",
        &["1 1  a\n", "2 . -b\n", ". 2 +B\n", "3 3  c\n", ". 4 +d\n"],
    );
}

#[test]
fn a_missing_line_end_is_a_difference() {
    check("a\nb", "a\nb\n", &["1 1  a\n", "2 . -b", ". 2 +b\n"]);
}

#[test]
fn a_carriage_return_belongs_to_its_line() {
    check("a\r\nb\n", "a\nb\n", &["1 . -a\r\n", ". 1 +a\n", "2 2  b\n"]);
    check("a\rb\n", "a\rb\n", &["1 1  a\rb\n"]);
}

#[test]
fn an_empty_text_has_no_lines() {
    check("", "", &[]);
    check("", "\n", &[". 1 +\n"]);
}

#[test]
fn a_removed_line_that_begins_with_dashes_is_counted() {
    let diff = TextDiff::new("keep\n--flag\n-- x\n", "keep\n++flag\n");
    assert_eq!(diff.stat(), Stat { added: 1, removed: 2, unchanged: 1 });
}

#[test]
fn similarity_goes_from_nothing_in_common_to_equal() {
    let similarity = |old, new| TextDiff::new(old, new).stat().similarity();
    assert_eq!(similarity("a\n", "b\n"), 0.0);
    assert_eq!(similarity("a\nb\n", "a\nc\n"), 0.5);
    assert_eq!(similarity("a\n", "a\n"), 1.0);
    assert_eq!(similarity("", ""), 1.0);
}

#[test]
fn changed_words_are_marked() {
    check_marks(
        "You are a helpful bot.\nStay.\n",
        "You are a careful bot.\nStay.\n",
        "-You are a [helpful] bot.\n+You are a [careful] bot.\n Stay.\n",
    );
}

#[test]
fn words_are_found_across_scripts() {
    check_marks("größe über alles\n", "größe unter alles\n", {
        "-größe [über] alles\n+größe [unter] alles\n"
    });
}

#[test]
fn a_line_that_has_little_in_common_is_not_marked() {
    check_marks("one two three\n", "4, 5 and 6\n", "-one two three\n+4, 5 and 6\n");
}

#[test]
fn a_block_too_large_to_read_is_not_marked() {
    let (old, new) = ("word ".repeat(4_000) + "a\n", "word ".repeat(4_000) + "b\n");
    check_marks(&old, &new, &format!("-{old}+{new}"));
}

#[test]
fn rows_put_what_was_replaced_side_by_side() {
    let diff = TextDiff::new("a\nold 1\nold 2\nb\nc\n", "a\nnew 1\nb\nc\nd\n");
    let rows: Vec<String> = diff
        .rows()
        .map(|row| match row {
            Row::Unchanged { left, right, text } => format!("{left} {right} {text}"),
            Row::Changed { left, right } => format!(
                "{} {} {}| {}",
                left.number,
                right.number,
                brackets(&left.spans),
                brackets(&right.spans)
            ),
            Row::Removed { left } => format!("{} . {}", left.number, left.text),
            Row::Added { right } => format!(". {} {}", right.number, right.text),
        })
        .collect();
    assert_eq!(
        rows,
        ["1 1 a\n", "2 2 [old] 1\n| [new] 1\n", "3 . old 2\n", "4 3 b\n", "5 4 c\n", ". 5 d\n"]
    );
}

#[test]
fn a_text_too_large_for_one_search_still_finds_small_edits() {
    let old: String = (0..120_000).map(|n| format!("{n}\n")).collect();
    let new = old.replace("\n5\n", "\nfive\n").replace("\n119990\n", "\n");
    let stat = TextDiff::new(&old, &new).stat();
    assert_eq!(stat, Stat { added: 1, removed: 2, unchanged: 119_998 });
}

#[test]
fn debug_output_keeps_the_content_secret() {
    let shown = format!("{:?}", TextDiff::new("hunter2\n", "hunter3\n"));
    assert!(!shown.contains("hunter"), "{shown}");
}

proptest! {
    #[test]
    fn the_script_spells_both_texts_and_the_counts_count_it((old, new) in texts()) {
        let diff = TextDiff::new(&old, &new);
        let (mut left, mut right, mut stat) = (String::new(), String::new(), Stat::default());
        for line in diff.lines() {
            match line {
                Line::Unchanged { old, new, text } => {
                    left += text;
                    right += text;
                    prop_assert_eq!(left.split_inclusive('\n').count(), old.value());
                    prop_assert_eq!(right.split_inclusive('\n').count(), new.value());
                    stat.unchanged += 1;
                }
                Line::Removed { old, text } => {
                    left += text;
                    prop_assert_eq!(left.split_inclusive('\n').count(), old.value());
                    stat.removed += 1;
                }
                Line::Added { new, text } => {
                    right += text;
                    prop_assert_eq!(right.split_inclusive('\n').count(), new.value());
                    stat.added += 1;
                }
            }
        }
        prop_assert_eq!((&left, &right), (&old, &new));
        prop_assert_eq!(diff.stat(), stat);
        prop_assert_eq!(diff.is_empty(), old == new);
    }

    #[test]
    fn marks_and_rows_say_the_same_as_the_script((old, new) in texts()) {
        let diff = TextDiff::new(&old, &new);
        let script: Vec<Line<'_>> = diff.lines().collect();
        let marked: Vec<Line<'_>> = diff.marked_lines().map(|marked| marked.line).collect();
        prop_assert_eq!(&marked, &script);
        for marked in diff.marked_lines() {
            let spelled: String = marked.spans.iter().map(|span| span.text).collect();
            prop_assert_eq!(spelled, marked.line.text());
        }
        let (mut left, mut right) = (String::new(), String::new());
        for row in diff.rows() {
            match row {
                Row::Unchanged { text, .. } => { left += text; right += text; }
                Row::Changed { left: old, right: new } => { left += old.text; right += new.text; }
                Row::Removed { left: old } => left += old.text,
                Row::Added { right: new } => right += new.text,
            }
        }
        prop_assert_eq!((left, right), (old, new));
    }

    #[test]
    fn a_text_does_not_differ_from_itself((text, _) in texts()) {
        let diff = TextDiff::new(&text, &text);
        prop_assert!(diff.is_empty());
        let kept = |line| matches!(line, Line::Unchanged { .. });
        prop_assert!(diff.lines().all(kept));
        prop_assert_eq!(diff.hunks(3).count(), 0);
        prop_assert_eq!(diff.unified().to_string(), "");
    }
}
