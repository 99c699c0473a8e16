//! What Rust and shells print.

use super::check;

#[test]
fn a_panic_has_its_message_on_the_next_line() {
    check(
        r"
thread 'main' (9698) panicked at p.rs:4:44:
called `Option::unwrap()` on a `None` value
stack backtrace:
   0: __rustc::rust_begin_unwind
             at /rustc/library/std/src/panicking.rs:689:5
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.
",
        Some("panic"),
        "called `Option::unwrap()` on a `None` value",
    );
}

#[test]
fn a_failed_assertion_is_a_panic() {
    check(
        r"
thread 'main' (9701) panicked at p.rs:5:14:
assertion `left == right` failed: numbers: TypeError: no
  left: 1
 right: 2
stack backtrace:
   0: __rustc::rust_begin_unwind
             at /rustc/library/std/src/panicking.rs:689:5
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.
",
        Some("panic"),
        "assertion `left == right` failed: numbers: TypeError: no",
    );
}

#[test]
fn a_panic_may_say_nothing() {
    check(
        r"
thread 'main' (9711) panicked at p.rs:8:13:

stack backtrace:
   0: __rustc::rust_begin_unwind
             at /rustc/library/std/src/panicking.rs:689:5
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.
",
        Some("panic"),
        "",
    );
}

#[test]
fn a_returned_error_is_printed_by_main() {
    check(
        r#"Error: "cannot read the file"
"#,
        Some("Error"),
        r#""cannot read the file""#,
    );
}

#[test]
fn a_shell_says_only_a_line() {
    check(
        r"sh: 1: nope_cmd: not found
",
        None,
        "sh: 1: nope_cmd: not found",
    );
}
