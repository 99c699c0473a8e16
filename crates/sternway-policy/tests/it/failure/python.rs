//! What Python prints.

use super::check;

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
