//! What runtimes print when a program fails, and what is read from it.
//!
//! The reports were printed by Python 3.11, Node.js 20, Java 17 and Rust 1.95. Paths are shortened,
//! some stack frames inside the runtimes are left out, and `→` stands for a tab.

use proptest::prelude::*;
use sternway_policy::failure::classify;
use sternway_types::Failure;

fn check(stderr: &str, class: Option<&str>, message: &str) {
    let class = class.map(|class| class.parse().expect("the expected class is one"));
    let expected = Failure::new(class, message);
    let stderr = stderr.replace('→', "\t");
    assert_eq!(classify(&stderr).as_ref(), Some(&expected));
    let other_ends = stderr.replace('\n', "\r\n");
    assert_eq!(classify(&other_ends), Some(expected), "with other line ends");
}

// Python.

#[test]
fn an_unexpected_keyword_is_a_type_error() {
    check(
        r#"Traceback (most recent call last):
  File "/tmp/type.py", line 4, in <module>
    greet("a", quiet=True)
TypeError: greet() got an unexpected keyword argument 'quiet'
"#,
        Some("TypeError"),
        "greet() got an unexpected keyword argument 'quiet'",
    );
}

#[test]
fn a_message_that_mentions_another_class_changes_nothing() {
    check(
        r#"Traceback (most recent call last):
  File "/tmp/doc.py", line 1, in <module>
    raise ValueError("doc mentions TypeError: not this one")
ValueError: doc mentions TypeError: not this one
"#,
        Some("ValueError"),
        "doc mentions TypeError: not this one",
    );
}

#[test]
fn an_exception_without_a_message_has_only_a_class() {
    check(
        r#"Traceback (most recent call last):
  File "/tmp/bare.py", line 1, in <module>
    assert 1 == 2
           ^^^^^^
AssertionError
"#,
        Some("AssertionError"),
        "",
    );
}

#[test]
fn a_class_loses_its_module() {
    check(
        r#"Traceback (most recent call last):
  File "/tmp/json_.py", line 2, in <module>
    json.loads("{nope")
  File "/usr/lib/python3.11/json/decoder.py", line 353, in raw_decode
    obj, end = self.scan_once(s, idx)
               ^^^^^^^^^^^^^^^^^^^^^^
json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)
"#,
        Some("JSONDecodeError"),
        "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
    );
}

#[test]
fn a_class_inside_a_function_loses_its_path() {
    check(
        r#"Traceback (most recent call last):
  File "/tmp/local.py", line 4, in <module>
    f()
  File "/tmp/local.py", line 3, in f
    raise E("x")
f.<locals>.E: x
"#,
        Some("E"),
        "x",
    );
}

#[test]
fn of_exceptions_raised_while_handling_others_the_last_counts() {
    check(
        r#"Traceback (most recent call last):
  File "/tmp/chain.py", line 2, in <module>
    {}["a"]
    ~~^^^^^
KeyError: 'a'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/tmp/chain.py", line 4, in <module>
    raise RuntimeError("no key a")
RuntimeError: no key a
"#,
        Some("RuntimeError"),
        "no key a",
    );
}

#[test]
fn an_exception_group_is_a_class_of_its_own() {
    check(
        r#"  + Exception Group Traceback (most recent call last):
  |   File "/tmp/tg.py", line 7, in <module>
  |     asyncio.run(main())
  |   File "/tmp/tg.py", line 5, in main
  |     async with asyncio.TaskGroup() as g:
  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/tmp/tg.py", line 3, in bad
    |     raise TypeError("bad call")
    | TypeError: bad call
    +------------------------------------
"#,
        Some("ExceptionGroup"),
        "unhandled errors in a TaskGroup (1 sub-exception)",
    );
}

#[test]
fn a_syntax_error_has_no_traceback() {
    check(
        r#"  File "/tmp/syntax.py", line 1
    def f(:
          ^
SyntaxError: invalid syntax
"#,
        Some("SyntaxError"),
        "invalid syntax",
    );
}

#[test]
fn the_second_line_of_a_message_is_not_a_class() {
    check(
        r#"Traceback (most recent call last):
  File "/tmp/own.py", line 3, in <module>
    raise ToolFailed("search\nTypeError: second line")
ToolFailed: search
TypeError: second line
"#,
        Some("ToolFailed"),
        "search",
    );
}

#[test]
fn a_note_is_not_a_class() {
    check(
        r#"Traceback (most recent call last):
  File "/tmp/note.py", line 1, in <module>
    e = ValueError("x"); e.add_note("TypeError: note"); raise e
                                                        ^^^^^^^
ValueError: x
TypeError: note
"#,
        Some("ValueError"),
        "x",
    );
}

#[test]
fn a_missing_module_is_told_by_its_class() {
    check(
        r#"Traceback (most recent call last):
  File "/tmp/mod.py", line 1, in <module>
    import nope_nope
ModuleNotFoundError: No module named 'nope_nope'
"#,
        Some("ModuleNotFoundError"),
        "No module named 'nope_nope'",
    );
}

#[test]
fn a_logged_traceback_counts_and_a_logged_class_does_not() {
    check(
        r#"INFO:root:TypeError: seen by the logger
ERROR:root:first try
Traceback (most recent call last):
  File "/tmp/log.py", line 5, in <module>
    int("x")
ValueError: invalid literal for int() with base 10: 'x'
"#,
        Some("ValueError"),
        "invalid literal for int() with base 10: 'x'",
    );
}

#[test]
fn a_child_s_report_inside_a_message_is_not_the_program_s() {
    check(
        r#"Traceback (most recent call last):
  File "/tmp/sub.py", line 3, in <module>
    raise RuntimeError("tool failed:\n" + done.stderr)
RuntimeError: tool failed:
/tmp/type.js:2
tool.run("a");
     ^

TypeError: tool.run is not a function
    at Object.<anonymous> (/tmp/type.js:2:6)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)

Node.js v20.20.2
"#,
        Some("RuntimeError"),
        "tool failed:",
    );
}

#[test]
fn a_warning_is_not_a_failure() {
    check(
        r#"/tmp/warn.py:2: DeprecationWarning: old
  warnings.warn("old", DeprecationWarning)
gave up
"#,
        None,
        "gave up",
    );
}

#[test]
fn a_text_printed_on_exit_has_no_class() {
    check(
        r"usage: TypeError: is only text here
",
        None,
        "usage: TypeError: is only text here",
    );
}

// Node.js.

#[test]
fn a_call_of_what_is_no_function_is_a_type_error() {
    check(
        r#"/tmp/type.js:2
tool.run("a");
     ^

TypeError: tool.run is not a function
    at Object.<anonymous> (/tmp/type.js:2:6)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)

Node.js v20.20.2
"#,
        Some("TypeError"),
        "tool.run is not a function",
    );
}

#[test]
fn a_message_of_many_lines_gives_its_first() {
    check(
        r"node:internal/modules/cjs/loader:1210
  throw err;
  ^

Error: Cannot find module './nope'
Require stack:
- /tmp/missing.js
    at Module._resolveFilename (node:internal/modules/cjs/loader:1207:15)
    at Object.<anonymous> (/tmp/missing.js:1:1)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12) {
  code: 'MODULE_NOT_FOUND',
  requireStack: [ '/tmp/missing.js' ]
}

Node.js v20.20.2
",
        Some("Error"),
        "Cannot find module './nope'",
    );
}

#[test]
fn a_code_goes_into_the_message() {
    check(
        r"node:internal/modules/esm/resolve:283
    throw new ERR_MODULE_NOT_FOUND(
          ^

Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/tmp/nope.mjs' imported from /tmp/esm.mjs
    at finalizeResolution (node:internal/modules/esm/resolve:283:11)
    at ModuleJob._link (node:internal/modules/esm/module_job:168:49) {
  code: 'ERR_MODULE_NOT_FOUND',
  url: 'file:///tmp/nope.mjs'
}

Node.js v20.20.2
",
        Some("Error"),
        "[ERR_MODULE_NOT_FOUND] Cannot find module '/tmp/nope.mjs' imported from /tmp/esm.mjs",
    );
}

#[test]
fn a_code_leaves_the_class_alone() {
    check(
        r#"node:internal/fs/utils:331
    throw new ERR_INVALID_ARG_TYPE('options', ['string', 'Object'], options);
    ^

TypeError [ERR_INVALID_ARG_TYPE]: The "options" argument must be one of type string or object. Received type number (7)
    at getOptions (node:internal/fs/utils:331:11)
    at Object.readFileSync (node:fs:442:13)
    at Object.<anonymous> (/tmp/code.js:1:15)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    at node:internal/main/run_main_module:28:49 {
  code: 'ERR_INVALID_ARG_TYPE'
}

Node.js v20.20.2
"#,
        Some("TypeError"),
        r#"[ERR_INVALID_ARG_TYPE] The "options" argument must be one of type string or object. Received type number (7)"#,
    );
}

#[test]
fn an_assertion_spreads_over_empty_lines() {
    check(
        r"node:assert:90
  throw new AssertionError(obj);
  ^

AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:

1 !== 2

    at Object.<anonymous> (/tmp/assert.js:1:19)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    at node:internal/main/run_main_module:28:49 {
  generatedMessage: true,
  code: 'ERR_ASSERTION',
  actual: 1,
  expected: 2,
  operator: 'strictEqual'
}

Node.js v20.20.2
",
        Some("AssertionError"),
        "[ERR_ASSERTION] Expected values to be strictly equal:",
    );
}

#[test]
fn the_cause_of_an_error_is_not_the_error() {
    check(
        r#"/tmp/cause.js:1
throw new Error("outer", { cause: new TypeError("inner") });
^

Error: outer
    at Object.<anonymous> (/tmp/cause.js:1:7)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    ... 4 lines matching cause stack trace ...
    at node:internal/main/run_main_module:28:49 {
  [cause]: TypeError: inner
      at Object.<anonymous> (/tmp/cause.js:1:35)
      at Module._compile (node:internal/modules/cjs/loader:1521:14)
}

Node.js v20.20.2
"#,
        Some("Error"),
        "outer",
    );
}

#[test]
fn the_errors_of_an_aggregate_are_not_the_error() {
    check(
        r#"/tmp/agg.js:1
throw new AggregateError([new TypeError("a"), new RangeError("b")], "all failed")
^

AggregateError: all failed
    at Object.<anonymous> (/tmp/agg.js:1:7)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    at node:internal/main/run_main_module:28:49 {
  [errors]: [
    TypeError: a
        at Object.<anonymous> (/tmp/agg.js:1:27)
        at Module._compile (node:internal/modules/cjs/loader:1521:14)
        at node:internal/main/run_main_module:28:49,
    RangeError: b
        at Object.<anonymous> (/tmp/agg.js:1:47)
        at Module._compile (node:internal/modules/cjs/loader:1521:14)
  ]
}

Node.js v20.20.2
"#,
        Some("AggregateError"),
        "all failed",
    );
}

#[test]
fn a_subclass_is_named_before_its_parent() {
    check(
        r#"/tmp/sub.js:1
class E extends Error{}; throw new E("m")
                         ^

E [Error]: m
    at Object.<anonymous> (/tmp/sub.js:1:32)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)

Node.js v20.20.2
"#,
        Some("E"),
        "m",
    );
}

#[test]
fn an_error_without_a_stack_stands_in_brackets() {
    check(
        r#"/tmp/nostack.js:1
const e=new TypeError("x"); e.stack=undefined; throw e
                                               ^

[TypeError: x]

Node.js v20.20.2
"#,
        Some("TypeError"),
        "x",
    );
}

#[test]
fn an_error_without_a_message_has_only_a_class() {
    check(
        r#"/tmp/empty.js:1
throw new Error("")
^

Error
    at Object.<anonymous> (/tmp/empty.js:1:7)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)

Node.js v20.20.2
"#,
        Some("Error"),
        "",
    );
}

#[test]
fn a_syntax_error_at_the_end_of_a_module_has_no_caret() {
    check(
        r"file:///tmp/syn.mjs:2



SyntaxError: Unexpected end of input
    at compileSourceTextModule (node:internal/modules/esm/utils:346:16)

Node.js v20.20.2
",
        Some("SyntaxError"),
        "Unexpected end of input",
    );
}

#[test]
fn a_second_line_above_the_frames_is_not_a_class() {
    check(
        r#"/tmp/multi.js:1
throw new Error("first\nTypeError: second");
^

Error: first
TypeError: second
    at Object.<anonymous> (/tmp/multi.js:1:7)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)

Node.js v20.20.2
"#,
        Some("Error"),
        "first",
    );
}

#[test]
fn a_thrown_text_is_not_an_error_whatever_it_says() {
    check(
        r#"
/tmp/fake.js:1
throw "TypeError: fake\nRangeError: x"
^
TypeError: fake
RangeError: x
(Use `node --trace-uncaught ...` to show where the exception was thrown)

Node.js v20.20.2
"#,
        None,
        "TypeError: fake",
    );
}

#[test]
fn a_printed_error_is_told_by_its_frames() {
    check(
        r"TypeError: Cannot read properties of null (reading 'x')
    at Object.<anonymous> (/tmp/caught.js:1:12)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
",
        Some("TypeError"),
        "Cannot read properties of null (reading 'x')",
    );
}

#[test]
fn an_error_in_the_middle_of_a_line_is_not_taken() {
    check(
        r"failed: TypeError: Cannot read properties of null (reading 'x')
    at Object.<anonymous> (/tmp/caught2.js:1:12)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
",
        None,
        "failed: TypeError: Cannot read properties of null (reading 'x')",
    );
}

#[test]
fn the_report_of_a_child_is_part_of_the_message() {
    check(
        r#"node:child_process:966
    throw err;
    ^

Error: Command failed: node type.js
/tmp/type.js:2
tool.run("a");
     ^

TypeError: tool.run is not a function
    at Object.<anonymous> (/tmp/type.js:2:6)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)

Node.js v20.20.2

    at genericNodeError (node:internal/errors:984:15)
    at checkExecSyncError (node:child_process:891:11)
    at Object.execSync (node:child_process:963:15)
    at Object.<anonymous> (/tmp/exec.js:1:26)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12) {
  status: 1,
  signal: null,
}

Node.js v20.20.2
"#,
        Some("Error"),
        "Command failed: node type.js",
    );
}

// Java.

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

// Rust.

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

// others.

#[test]
fn a_shell_says_only_a_line() {
    check(
        r"sh: 1: nope_cmd: not found
",
        None,
        "sh: 1: nope_cmd: not found",
    );
}

// Printed by older or other runtimes.

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

// Texts that only look like a report.

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

// What terminals and broken programs add.

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
