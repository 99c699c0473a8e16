//! What Node.js prints where a report has another shape, or is none.

use super::check;

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
