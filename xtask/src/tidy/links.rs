//! Links of the documentation lead to files that exist.
//!
//! Looked at are the relative links of the Markdown files at the root and in `docs`. Addresses of
//! the web and headings within a page are not followed.

use std::collections::BTreeSet;

use super::{File, Finding};

pub(super) fn findings(files: &[File], paths: &BTreeSet<String>) -> Vec<Finding> {
    let pages = files.iter().filter(|file| is_page(file));
    pages.flat_map(|page| broken(page, paths)).collect()
}

fn is_page(file: &File) -> bool {
    let documentation = file.path.starts_with("docs/") || !file.path.contains('/');
    documentation && file.extension() == Some("md")
}

fn broken(page: &File, paths: &BTreeSet<String>) -> Vec<Finding> {
    let mut in_fence = false;
    let mut findings = Vec::new();
    for (number, line) in page.lines() {
        if line.trim_start().starts_with("```") {
            in_fence = !in_fence;
        } else if !in_fence {
            let gone = targets(line).into_iter().filter(|link| !resolves(page, link, paths));
            findings.extend(gone.map(|link| page.finding(number, format!("no file at {link}"))));
        }
    }
    findings
}

/// What the line links to: `](target)`, `](target "title")` and `[name]: target`.
fn targets(line: &str) -> Vec<String> {
    let prose = without_code(line);
    let inline = prose.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let definition = prose
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]: "))
        .and_then(|(_, target)| target.split_whitespace().next());
    inline.chain(definition).map(str::to_owned).collect()
}

/// The line without what stands between backticks.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect()
}

fn resolves(page: &File, link: &str, paths: &BTreeSet<String>) -> bool {
    let elsewhere = link.contains("://") || link.starts_with("mailto:");
    let file = link.split('#').next().unwrap_or_default();
    if elsewhere || file.is_empty() {
        return true;
    }
    let Some(target) = from_root(page, file) else { return false };
    let folder = if target.is_empty() { String::new() } else { format!("{target}/") };
    // The first path that is not before the folder is in it, if any is.
    let within = paths.range(folder.clone()..).next();
    paths.contains(&target) || within.is_some_and(|path| path.starts_with(&folder))
}

/// The link's target from the root; nothing if it leaves the workspace.
fn from_root(page: &File, link: &str) -> Option<String> {
    let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in link.split('/') {
        match part {
            "" | "." => (),
            ".." => drop(parts.pop()?),
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{assert_found, file},
        *,
    };

    fn check(page: &str, text: &str, expected: &[(usize, &str)]) {
        let paths = ["README.md", "docs/design.md", "docs/store/redb.md", "crates/a/src/lib.rs"];
        let paths = paths.map(str::to_owned).into_iter().collect();
        assert_found(&findings(&[file(page, text)], &paths), expected);
    }

    #[test]
    fn links_to_files_and_folders_resolve() {
        check("README.md", "[a](docs/design.md), [b](docs/), [c](./crates/a \"title\")\n", &[]);
        check("docs/design.md", "[a](store/redb.md#layout)\n[b]: ../README.md\n[c](..)\n", &[]);
    }

    #[test]
    fn a_broken_link_is_found() {
        let expected = [(1, "design.md"), (2, "docs/gone.md"), (3, "docs/des")];
        check("README.md", "[a](design.md)\n[b]: docs/gone.md\n[c](docs/des)\n", &expected);
    }

    #[test]
    fn every_broken_link_of_a_line_is_found() {
        check("README.md", "[a](x.md) and ![b](y.png)\n", &[(1, "x.md"), (1, "y.png")]);
    }

    #[test]
    fn a_link_out_of_the_workspace_is_found() {
        check("README.md", "[a](../other/README.md)\n", &[(1, "../other")]);
    }

    #[test]
    fn the_web_and_headings_are_not_followed() {
        check(
            "README.md",
            "[a](https://example.com/x) [b](#words) [c](mailto:a@example.com)\n",
            &[],
        );
    }

    #[test]
    fn code_holds_no_links() {
        check("README.md", "`[a](b)`\n```rust\nlet x = a[0](b);\n```\n", &[]);
    }
}
