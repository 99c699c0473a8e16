//! What terminals and broken programs add.

use proptest::prelude::*;
use sternway_policy::failure::classify;
use sternway_types::Failure;

use super::check;

#[test]
fn nothing_said_is_no_failure() {
    for stderr in ["", "\n\n", "  \r\n\t", "\u{1b}[0m\n", "\0"] {
        assert_eq!(classify(stderr), None, "{stderr:?}");
    }
}

#[test]
fn colors_links_and_control_characters_are_taken_away() {
    check(
        "\u{1b}[1mTraceback (most recent call last):\u{1b}[0m\n  \u{1b}[35mFile\u{1b}[0m\n\
         \u{1b}[1;35mValueError\u{1b}[0m: a\0\u{8}\u{1b}]8;;http://x\u{1b}\\\tb\u{1b}]0;t\u{7}\n",
        Some("ValueError"),
        "a b",
    );
}

#[test]
fn what_a_progress_bar_overwrote_is_not_read() {
    check("10 %\r90 %\rgave up\n", None, "gave up");
}

#[test]
fn a_message_is_cut_after_a_thousand_characters() {
    let report = |text: &str| format!("Traceback (most recent call last):\nValueError: {text}\n");
    check(&report(&"ü".repeat(3_000)), Some("ValueError"), &"ü".repeat(1_000));
}

#[test]
fn the_end_of_a_huge_traceback_is_enough() {
    let frame = "  File \"/tmp/x.py\", line 1, in f\n    g()\n";
    let report = format!("{}RecursionError: too deep\n", frame.repeat(100_000));
    check(&report, Some("RecursionError"), "too deep");
}

#[test]
fn the_end_of_a_huge_line_is_its_message() {
    check(&"ä".repeat(1_000_000), None, &"ä".repeat(1_000));
}

#[test]
fn a_line_that_begins_where_reading_begins_is_read() {
    let report = "thread 'main' panicked at x.rs:1:1:\nboom\n";
    let log = format!("{}{report}{}", "x\n".repeat(9), "\n".repeat(64 * 1024 - report.len()));
    let class = classify(&log).and_then(|failure| failure.class().cloned());
    assert_eq!(class.map(String::from).as_deref(), Some("panic"));
}

/// Text made of what reports are made of.
fn reports() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,8}",
        "[\\x00-\\x20\\x7f-\\u{a0}]{0,4}",
        prop::sample::select(vec![
            "Traceback (most recent call last):\n",
            "  File \"x\", line 1",
            "  | ",
            "Error",
            ": ",
            "Error: ",
            "\n",
            "\r\n",
            "\n\n",
            "    at f (x:1:2)",
            "\tat ",
            "Caused by: ",
            "^",
            ":1\n",
            "Exception in thread \"",
            "\" ",
            "thread '",
            "' panicked at ",
            "', ",
            "[",
            "]",
            "a.B",
            "\u{1b}",
            "\u{1b}[",
            "\u{1b}]",
            "\u{7}",
            "\u{feff}",
            "\u{10ffff}",
            "ß",
            "Uncaught ",
        ])
        .prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_read_within_bounds(stderr in reports(), times in 1_usize..300) {
        let stderr = stderr.repeat(times);
        let Some(failure) = classify(&stderr) else { return Ok(()) };
        prop_assert!(failure.message().chars().count() <= 1_000);
        prop_assert!(!failure.message().contains(char::is_control));
        prop_assert!(failure.class().is_none_or(|class| (1..=200).contains(&class.as_str().len())));
    }

    #[test]
    fn any_single_line_without_a_report_is_its_own_message(line in "[a-z][a-z :.]{0,40}[a-z]") {
        let failure = classify(&line);
        prop_assert_eq!(failure, Some(Failure::new(None, &line)));
    }
}
