//! What Node.js prints when an error is thrown and nobody catches it.

use super::check;

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
