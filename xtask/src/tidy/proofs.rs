//! The tests that the documentation names exist.
//!
//! Looked at are the tables of `docs/features.md` and `docs/invariants.md`. A test is named between
//! backticks by its suite, its module and its function: `control::publish::the_first_version_…`. The
//! suite is a crate without `sternway-`, or `stories`; `*` stands for every test of a module, or for
//! those whose names begin alike.

use super::{File, Finding};

/// The pages that name tests.
const PAGES: [&str; 2] = ["docs/features.md", "docs/invariants.md"];

pub(super) fn findings(files: &[File]) -> Vec<Finding> {
    let pages = files.iter().filter(|file| PAGES.contains(&file.path.as_str()));
    pages.flat_map(|page| unproven(page, files)).collect()
}

fn unproven(page: &File, files: &[File]) -> Vec<Finding> {
    let rows = page.lines().filter(|(_, line)| line.starts_with('|'));
    rows.flat_map(|(number, line)| {
        let names = line.split('`').skip(1).step_by(2).filter(|code| code.contains("::"));
        let gone = names.filter(|name| !exists(name, files));
        gone.map(move |name| page.finding(number, format!("no test `{name}`")))
    })
    .collect()
}

fn exists(name: &str, files: &[File]) -> bool {
    let Some((suite, rest)) = name.split_once("::") else { return false };
    let Some((module, function)) = rest.rsplit_once("::") else { return false };
    let folder = match suite {
        "stories" => "tests/tests/stories/".into(),
        "sternway" => "crates/sternway/".into(),
        _ => format!("crates/sternway-{suite}/"),
    };
    let module = module.replace("::", "/");
    let (file, root) = (format!("/{module}.rs"), format!("/{module}/mod.rs"));
    let declaration = match function.strip_suffix('*') {
        Some(beginning) => format!("fn {beginning}"),
        None => format!("fn {function}("),
    };
    // A story that is told in a file beside its suite is a test of that name.
    let story = format!("/{module}/{function}.txt");
    let mut of_suite = files.iter().filter(|it| it.path.starts_with(&folder));
    of_suite.any(|it| {
        let of_module = it.path.ends_with(&file) || it.path.ends_with(&root);
        let declares = || it.lines().any(|(_, line)| line.contains(&declaration));
        it.path.ends_with(&story) || (of_module && declares())
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{assert_found, file},
        *,
    };

    fn check(page: &str, text: &str, expected: &[(usize, &str)]) {
        let files = [
            file(page, text),
            file("crates/sternway-control/tests/it/publish.rs", "#[test]\nfn it_is_staged() {}\n"),
            file("crates/sternway-cli/tests/exec/python.rs", "fn a_renamed_parameter() {}\n"),
            file("crates/sternway-cli/tests/cli/golden/past.txt", "$ sternway log\n"),
            file("tests/tests/stories/kill_9.rs", "fn nothing_is_lost() {}\n"),
        ];
        assert_found(&findings(&files), expected);
    }

    #[test]
    fn a_test_that_is_there_is_fine() {
        let row = "| 1 | x | `control::publish::it_is_staged`, `cli::exec::python::a_ren*`, `cli::golden::past` |\n";
        check("docs/features.md", row, &[]);
        check("docs/invariants.md", "| 1 | x | `stories::kill_9::*`, `cargo xtask sim` |\n", &[]);
    }

    #[test]
    fn a_test_that_is_gone_is_found() {
        let row = "# T\n| 1 | x | `control::publish::it_is`, `control::gone::*` |\n";
        let expected = [(2, "`control::publish::it_is`"), (2, "`control::gone::*`")];
        check("docs/features.md", row, &expected);
    }

    #[test]
    fn what_is_no_row_and_other_pages_name_no_tests() {
        check("docs/features.md", "`control::publish::gone`\n", &[]);
        check("docs/design.md", "| 1 | x | `control::publish::gone` |\n", &[]);
    }
}
