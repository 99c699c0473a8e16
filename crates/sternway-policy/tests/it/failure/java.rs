//! What Java prints.

use super::check;

#[test]
fn a_null_pointer_loses_its_package() {
    check(
        r#"Exception in thread "main" java.lang.NullPointerException: Cannot invoke "String.length()" because "<local3>" is null
→at A.main(A.java:3)
"#,
        Some("NullPointerException"),
        r#"Cannot invoke "String.length()" because "<local3>" is null"#,
    );
}

#[test]
fn a_missing_method_is_told_by_its_class() {
    check(
        r#"Exception in thread "main" java.lang.NoSuchMethodError: 'void B.run(java.lang.String)'
→at A.main(A.java:10)
"#,
        Some("NoSuchMethodError"),
        "'void B.run(java.lang.String)'",
    );
}

#[test]
fn the_root_cause_counts() {
    check(
        r#"Exception in thread "main" java.lang.RuntimeException: outer
→at A.main(A.java:4)
Caused by: java.lang.IllegalStateException: middle
→... 1 more
Caused by: java.lang.NumberFormatException: For input string: "x"
→at java.base/java.lang.NumberFormatException.forInputString(NumberFormatException.java:67)
→at java.base/java.lang.Integer.parseInt(Integer.java:668)
→at java.base/java.lang.Integer.parseInt(Integer.java:786)
→... 1 more
"#,
        Some("NumberFormatException"),
        r#"For input string: "x""#,
    );
}

#[test]
fn an_inner_class_keeps_its_outer_one() {
    check(
        r#"Exception in thread "main" A$Inner: in
→at A.main(A.java:6)
"#,
        Some("A$Inner"),
        "in",
    );
}

#[test]
fn a_second_line_of_an_exception_is_not_a_class() {
    check(
        r#"Exception in thread "main" java.lang.RuntimeException: first
TypeError: second
→at A.main(A.java:7)
"#,
        Some("RuntimeException"),
        "first",
    );
}

#[test]
fn a_suppressed_exception_is_not_the_failure() {
    check(
        r#"Exception in thread "main" java.lang.Exception: main one
→at A.main(A.java:8)
→Suppressed: java.lang.TypeNotPresentException: Type T not present
→→... 1 more
"#,
        Some("Exception"),
        "main one",
    );
}

#[test]
fn a_printed_stack_trace_is_told_by_its_frames() {
    check(
        r"java.lang.ClassCastException: class java.lang.String cannot be cast to class java.lang.Integer (java.lang.String and java.lang.Integer are in module java.base of loader 'bootstrap')
→at A.main(A.java:9)
",
        Some("ClassCastException"),
        "class java.lang.String cannot be cast to class java.lang.Integer (java.lang.String and java.lang.Integer are in module java.base of loader 'bootstrap')",
    );
}

#[test]
fn a_missing_main_class_is_told_by_its_cause() {
    check(
        r"Error: Could not find or load main class Nope
Caused by: java.lang.ClassNotFoundException: Nope
",
        Some("ClassNotFoundException"),
        "Nope",
    );
}
