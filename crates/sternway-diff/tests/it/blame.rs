//! Who wrote each line and each leaf.

use std::num::NonZeroUsize;

use proptest::prelude::*;
use serde_json::{Value, json};
use sternway_diff::{
    blame::{LeafBlame, LineBlame},
    json::{leaves, same},
    text::LineNumber,
};

use crate::{json::values, unified::texts};

/// Who wrote each line of the newest of these texts, which come newest first: how many steps back.
fn lines<T: AsRef<str>>(texts: &[T]) -> Vec<usize> {
    let mut texts = texts.iter().map(AsRef::as_ref).enumerate();
    let (_, newest) = texts.next().expect("there is a newest text");
    let mut blame = LineBlame::new(newest, 0);
    for (steps, text) in texts {
        blame.back(text, steps);
    }
    let written = blame.settle();
    let numbers = written.iter().map(|(line, _)| line.value());
    assert!(numbers.eq(1..=newest.split_inclusive('\n').count()), "a line is missing");
    written.into_iter().map(|(_, steps)| steps).collect()
}

/// Who wrote each leaf of the newest of these documents, which come newest first.
fn check_leaves(documents: &[Value], expected: &[&str]) {
    let written = written_leaves(documents);
    let written: Vec<String> =
        written.iter().map(|(pointer, steps)| format!("{pointer} {steps}")).collect();
    assert_eq!(written, expected);
}

fn written_leaves(documents: &[Value]) -> Vec<(String, usize)> {
    let mut all = documents.iter().cloned().enumerate();
    let (_, newest) = all.next().expect("there is a newest document");
    let mut blame = LeafBlame::new(newest, 0);
    for (steps, document) in all {
        blame.back(document, steps);
    }
    blame.settle().into_iter().map(|(pointer, steps)| (pointer.to_string(), steps)).collect()
}

fn number(line: usize) -> LineNumber {
    LineNumber::new(NonZeroUsize::new(line).expect("lines are counted from 1"))
}

#[test]
fn a_line_belongs_to_the_version_that_brought_it() {
    assert_eq!(lines(&["a\nb\nc\n", "a\nb\n", "b\n"]), [1, 2, 0]);
    assert_eq!(lines(&["a\nb\n"]), [0, 0]);
}

#[test]
fn a_line_that_came_back_was_written_again() {
    assert_eq!(lines(&["a\nb\n", "a\n", "a\nb\n"]), [2, 0]);
}

#[test]
fn a_missing_line_end_is_another_line() {
    assert_eq!(lines(&["a\nb", "a\nb\n"]), [1, 0]);
}

#[test]
fn nothing_wrote_an_empty_text() {
    assert!(lines(&["", "a\n"]).is_empty());
    assert!(LineBlame::new("", ()).is_settled());
}

#[test]
fn a_part_is_settled_sooner() {
    let mut blame = LineBlame::new("a\nb\nc\n", 3).within(&(number(2)..=number(2)));
    blame.back("a\nc\n", 2);
    assert!(blame.is_settled());
    assert_eq!(blame.settle(), [(number(2), 3)]);
}

#[test]
fn the_same_content_is_passed_on_without_looking() {
    let mut blame = LineBlame::new("a\nb\n", 3);
    blame.pass_on(2);
    blame.back("a\n", 1);
    assert_eq!(blame.settle(), [(number(1), 1), (number(2), 2)]);
    let mut blame = LeafBlame::new(json!([1, 2]), 3);
    blame.pass_on(2);
    blame.back(json!([1]), 1);
    let written: Vec<i32> = blame.settle().into_iter().map(|(_, version)| version).collect();
    assert_eq!(written, [1, 2]);
}

#[test]
fn a_leaf_belongs_to_the_version_that_brought_its_value() {
    check_leaves(
        &[
            json!({"model": "large", "stop": [], "temperature": 1}),
            json!({"temperature": 1.0, "model": "large"}),
            json!({"model": "small", "temperature": 1}),
        ],
        &["/model 1", "/stop 0", "/temperature 2"],
    );
}

#[test]
fn an_element_that_shifted_keeps_its_writer() {
    check_leaves(
        &[
            json!({"tools": [{"name": "fetch"}, {"name": "search", "limit": 9}]}),
            json!({"tools": [{"name": "search", "limit": 5}]}),
        ],
        &["/tools/0/name 0", "/tools/1/name 1", "/tools/1/limit 0"],
    );
}

#[test]
fn an_object_that_became_empty_was_written_when_it_did() {
    check_leaves(&[json!({"a": {}}), json!({"a": {"b": 1}}), json!({"a": {}})], &["/a 0"]);
    check_leaves(&[json!({"a": {}}), json!({"a": {}})], &["/a 1"]);
    check_leaves(&[json!(7), json!(7), json!([7])], &[" 1"]);
}

/// Texts of lines that are all different, newest first, and who wrote each line of the newest: a
/// line has one place, so there is one right answer.
fn histories() -> impl Strategy<Value = (Vec<String>, Vec<usize>)> {
    let edit = (any::<prop::sample::Index>(), 0_usize..4, 0_usize..4);
    prop::collection::vec(prop::collection::vec(edit, 0..4), 1..12).prop_map(|versions| {
        let (mut lines, mut texts, mut next) = (Vec::new(), Vec::new(), 0);
        for (version, edits) in versions.iter().enumerate() {
            for (place, removed, added) in edits {
                let at = place.index(lines.len() + 1);
                let end = (at + removed).min(lines.len());
                let written: Vec<(usize, usize)> =
                    (next..next + added).map(|line| (line, version)).collect();
                next += added;
                lines.splice(at..end, written);
            }
            texts.insert(0, lines.iter().map(|(line, _)| format!("{line}\n")).collect());
        }
        let newest = versions.len() - 1;
        (texts, lines.iter().map(|(_, version)| newest - version).collect())
    })
}

proptest! {
    #[test]
    fn the_writer_of_a_line_is_the_first_version_of_its_unbroken_run(
        (texts, writers) in histories(),
    ) {
        prop_assert_eq!(lines(&texts), writers);
    }

    #[test]
    fn a_line_is_in_every_version_back_to_its_writer(
        pairs in prop::collection::vec(texts(), 1..4),
    ) {
        let texts: Vec<String> = pairs.into_iter().flat_map(|(one, other)| [one, other]).collect();
        let writers = lines(&texts);
        for (line, writer) in texts[0].split_inclusive('\n').zip(writers) {
            for text in &texts[..=writer] {
                prop_assert!(text.split_inclusive('\n').any(|other| other == line));
            }
        }
    }

    #[test]
    fn a_part_says_what_the_whole_says(
        pairs in prop::collection::vec(texts(), 1..3),
        from in 1_usize..9,
        more in 0_usize..9,
    ) {
        let texts: Vec<String> = pairs.into_iter().flat_map(|(one, other)| [one, other]).collect();
        let part = number(from)..=number(from + more);
        let mut blame = LineBlame::new(texts[0].as_str(), 0).within(&part);
        for (steps, text) in texts.iter().enumerate().skip(1) {
            blame.back(text.as_str(), steps);
        }
        let whole: Vec<(LineNumber, usize)> = lines(&texts)
            .into_iter()
            .enumerate()
            .map(|(at, steps)| (number(at + 1), steps))
            .filter(|(line, _)| part.contains(line))
            .collect();
        prop_assert_eq!(blame.settle(), whole);
    }

    #[test]
    fn every_leaf_has_a_writer_and_that_version_had_its_value(
        documents in prop::collection::vec(values(), 1..5),
    ) {
        let written = written_leaves(&documents);
        let all = leaves(&documents[0]);
        prop_assert_eq!(written.len(), all.len());
        for ((pointer, value), (named, steps)) in all.into_iter().zip(written) {
            prop_assert_eq!(pointer.as_str(), named);
            // Its place there may be another, if an array shifted.
            for document in &documents[..=steps] {
                prop_assert!(leaves(document).iter().any(|(_, there)| same(there, value)));
            }
        }
    }

    #[test]
    fn what_did_not_change_belongs_to_the_oldest(document in values(), again in 0_usize..4) {
        let documents = vec![document; again + 1];
        for (pointer, steps) in written_leaves(&documents) {
            prop_assert_eq!(steps, again, "{}", pointer);
        }
    }
}
