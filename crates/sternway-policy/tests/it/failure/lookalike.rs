//! Texts that only look like a report.

use super::check;

#[test]
fn a_class_without_a_report_around_it_is_not_taken() {
    check("TypeError: in a log\nstopping\n", None, "stopping");
    check("TypeError: in a log\n", None, "TypeError: in a log");
    check("12:01 TypeError: in a log\n    at noon: x\n", None, "12:01 TypeError: in a log");
    check("TypeError: in a log\n    at noon\n", None, "at noon");
    check("Traceback (most recent call last): see the log\nbye\n", None, "bye");
    check("Caused by: the weather\n", None, "Caused by: the weather");
}

#[test]
fn frames_belong_to_the_error_quoted_right_above_them() {
    check(
        "ConnectionError: try again\nfailed: TypeError: x\n    at f (a.js:1:2)\n",
        None,
        "failed: TypeError: x",
    );
}

#[test]
fn frames_far_below_a_class_are_not_its_own() {
    let log = format!("ConnectionError: try again\n{}    at f (a.js:1:2)\n", "tick\n".repeat(40));
    check(&log, None, "tick");
}

#[test]
fn a_compiler_s_caret_is_not_a_thrown_error() {
    check(
        "A.java:3: error: cannot find symbol\n\tfoo();\n\t^\n\nNote: A.java is old\n1 error\n",
        None,
        "1 error",
    );
}

#[test]
fn a_report_wins_over_an_error_line_below_it() {
    check(
        "Traceback (most recent call last):\n  File \"x\", line 1, in f\nOSError: gone\nError: exit 1\n",
        Some("OSError"),
        "gone",
    );
}

#[test]
fn of_several_reports_the_last_counts() {
    check(
        "TypeError: first\n    at f (a.js:1:2)\nthread 'main' panicked at a.rs:1:1:\nsecond\n",
        Some("panic"),
        "second",
    );
}
