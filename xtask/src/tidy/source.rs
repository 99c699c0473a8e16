//! Rules for Rust files.
//!
//! Length and module doc bind the code that users get, under `src`; the rest binds every file.
//! Comments and plain string literals are left out of the search for forbidden code; a raw string
//! of several lines is not.

use super::{File, Finding};

/// Lines a file may have before its first test module.
const LONGEST: usize = 400;

const FORBIDDEN: [(&str, &str); 5] = [
    ("#[allow(", "`allow` never expires: use `#[expect(lint, reason = \"…\")]`"),
    ("#![allow(", "`allow` never expires: use `#![expect(lint, reason = \"…\")]`"),
    ("todo!(", "unfinished code: write it, or file an issue"),
    ("dbg!(", "left over from debugging"),
    ("#[ignore", "a test that is not run: if behavior is wrong, assert the wrong behavior"),
];

pub(super) fn findings(file: &File) -> Vec<Finding> {
    if file.extension() != Some("rs") {
        return Vec::new();
    }
    let mut findings = forbidden(file);
    if is_product(&file.path) {
        findings.extend(module_doc(file));
        findings.extend(length(file));
    }
    findings
}

fn is_product(path: &str) -> bool {
    path.starts_with("xtask/src/") || (path.starts_with("crates/") && path.contains("/src/"))
}

fn forbidden(file: &File) -> Vec<Finding> {
    let in_line = |(number, line): (usize, &str)| {
        let code = code(line);
        let hits = FORBIDDEN.iter().filter(|(pattern, _)| code.contains(pattern));
        hits.map(|(_, message)| file.finding(number, *message)).collect::<Vec<_>>()
    };
    file.lines().flat_map(in_line).collect()
}

fn module_doc(file: &File) -> Option<Finding> {
    let missing = !file.text.starts_with("//!");
    missing.then(|| file.finding(1, "no module doc: begin with `//!`, purpose first, then limits"))
}

fn length(file: &File) -> Option<Finding> {
    let tests = file.lines().find(|(_, line)| line.trim_start().starts_with("#[cfg(test)]"));
    let length = tests.map_or_else(|| file.text.lines().count(), |(number, _)| number - 1);
    (length > LONGEST).then(|| {
        let message =
            format!("{length} lines before the tests, and {LONGEST} are allowed: split it");
        file.finding(LONGEST + 1, message)
    })
}

/// The line without its string literals and its comment.
fn code(line: &str) -> String {
    let mut code = String::new();
    let mut chars = line.chars().peekable();
    let mut in_string = false;
    while let Some(char) = chars.next() {
        match char {
            '\\' if in_string => skip(&mut chars),
            // A quote as a character is no string.
            '\'' if !in_string && chars.peek() == Some(&'"') => skip(&mut chars),
            '"' => in_string = !in_string,
            '/' if !in_string && chars.peek() == Some(&'/') => break,
            _ if in_string => (),
            _ => code.push(char),
        }
    }
    code
}

fn skip(chars: &mut impl Iterator) {
    chars.next();
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{assert_found, file},
        *,
    };

    fn check(text: &str, expected: &[(usize, &str)]) {
        assert_found(&findings(&file("crates/a/src/lib.rs", text)), expected);
    }

    fn lines(count: usize) -> String {
        format!("//! Doc.\n{}", "x\n".repeat(count - 1))
    }

    #[test]
    fn a_file_of_400_lines_is_short_enough() {
        check(&lines(400), &[]);
    }

    #[test]
    fn a_file_of_401_lines_is_too_long() {
        check(&lines(401), &[(401, "401 lines")]);
    }

    #[test]
    fn tests_do_not_count() {
        let text = format!("{}#[cfg(test)]\n{}", lines(400), lines(900));
        check(&text, &[]);
    }

    #[test]
    fn length_binds_the_product_only() {
        let long = file("tests/tests/stories/long.rs", &lines(900));
        assert_found(&findings(&long), &[]);
    }

    #[test]
    fn a_file_begins_with_its_doc() {
        check("use std::fmt;\n\n//! Late.\n", &[(1, "no module doc")]);
    }

    #[test]
    fn what_is_forbidden_is_found() {
        check(
            "//! Doc.\n#[allow(unused)]\n#![allow(unused)]\ntodo!()\ndbg!(1);\n#[ignore]\n#[ignore = \"slow\"]\n",
            &[
                (2, "never expires"),
                (3, "never expires"),
                (4, "unfinished"),
                (5, "debugging"),
                (6, "not run"),
                (7, "not run"),
            ],
        );
    }

    #[test]
    fn comments_and_strings_may_name_what_is_forbidden() {
        check("//! No `todo!(…)`.\nf(\"dbg!(\"); // todo!()\n", &[]);
    }

    #[test]
    fn code_after_a_string_is_still_code() {
        let line = "a(\"\\\"x\", '\"'); b() // c";
        assert_eq!(code(line), "a(, '); b() ");
    }
}
