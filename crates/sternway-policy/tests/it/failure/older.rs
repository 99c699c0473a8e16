//! What older and other runtimes print.

use super::check;

#[test]
fn an_older_panic_has_its_message_in_quotes() {
    check(
        "thread 'main' panicked at 'it's a bug, isn't it', src/main.rs:2:5\nnote: run with x\n",
        Some("panic"),
        "it's a bug, isn't it",
    );
}

#[test]
fn a_panic_without_a_thread_number_is_one_too() {
    check(
        "thread 'tokio-worker' panicked at src/main.rs:2:5:\nboom\nTypeError: no\n    at a:1\n",
        Some("panic"),
        "boom",
    );
}

#[test]
fn a_chain_of_causes_without_classes_keeps_the_outermost() {
    check(
        "warning: slow\nError: cannot start\n\nCaused by:\n    0: no such file\n",
        Some("Error"),
        "cannot start",
    );
}

#[test]
fn deno_says_uncaught_first() {
    check(
        "error: Uncaught (in promise) TypeError: no\n    at file:///tmp/x.ts:1:7\n",
        Some("TypeError"),
        "no",
    );
}
