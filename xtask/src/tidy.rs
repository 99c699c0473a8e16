//! `cargo xtask tidy`: the rules that no compiler checks.
//!
//! Every rule is a function from paths and texts to findings, and all findings are reported, not
//! only the first. Limits: a rule looks at lines and not at syntax, and it sees the files that git
//! tracks or would offer to track.

mod links;
mod manifest;
mod proofs;
mod source;
mod suites;
mod text;

use std::{
    collections::BTreeSet,
    fmt::{self, Display},
    fs,
};

use crate::{
    console,
    error::Error,
    gate::{Gate, When},
    workspace::Workspace,
};

pub(crate) const GATE: Gate = Gate {
    name: "tidy",
    promise: "files are short, manifests inherit, links and named tests exist, and no test file is forgotten",
    when: When::Always,
    run,
    remedy: "repair the lines named above, then repeat `cargo xtask tidy`",
};

/// A text file of the workspace.
#[derive(Debug)]
struct File {
    /// From the root, with `/`.
    path: String,
    text: String,
}

/// A line that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    line: usize,
    message: String,
}

pub(crate) fn run(workspace: &Workspace) -> Result<(), Error> {
    let paths = tracked(workspace)?;
    let files: Vec<File> = paths.iter().filter_map(|path| text_file(workspace, path)).collect();
    let findings = findings(&files, &paths);
    for finding in &findings {
        console::say(finding);
    }
    if !findings.is_empty() {
        return Err(Error::Findings(findings.len()));
    }
    console::say(format_args!("tidy: {} files, nothing to repair", files.len()));
    Ok(())
}

/// What every rule finds, in the order of paths and lines.
fn findings(files: &[File], paths: &BTreeSet<String>) -> Vec<Finding> {
    let one_by_one = files.iter().flat_map(|file| {
        [source::findings(file), text::findings(file), manifest::findings(file)].concat()
    });
    let mut findings: Vec<Finding> = one_by_one
        .chain(manifest::order(files))
        .chain(suites::findings(files))
        .chain(links::findings(files, paths))
        .chain(proofs::findings(files))
        .collect();
    findings.sort();
    findings
}

/// The files in the index, and those that are new and not ignored.
fn tracked(workspace: &Workspace) -> Result<BTreeSet<String>, Error> {
    let options = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listed = workspace.git(options).read()?;
    let listed = String::from_utf8_lossy(&listed);
    let paths = listed.split('\0').filter(|path| !path.is_empty());
    // A file deleted but not committed is still in the index.
    Ok(paths.filter(|path| workspace.root().join(path).is_file()).map(str::to_owned).collect())
}

/// Nothing where the file is no text.
fn text_file(workspace: &Workspace, path: &str) -> Option<File> {
    let text = String::from_utf8(fs::read(workspace.root().join(path)).ok()?).ok()?;
    (!text.contains('\0')).then(|| File { path: path.to_owned(), text })
}

impl File {
    fn finding(&self, line: usize, message: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line, message: message.into() }
    }

    /// The lines with their numbers, as editors count them. A carriage return stays on its line.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.split_terminator('\n').enumerate();
        lines.map(|(index, line)| (index + 1, line))
    }

    /// `rs` of `src/main.rs`.
    fn extension(&self) -> Option<&str> {
        self.path.rsplit('/').next()?.rsplit_once('.').map(|(_, extension)| extension)
    }
}

impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

#[cfg(test)]
mod testing {
    use super::{File, Finding};

    pub(super) fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    /// Line numbers and the words that each message must contain.
    pub(super) fn assert_found(findings: &[Finding], expected: &[(usize, &str)]) {
        let lines: Vec<usize> = findings.iter().map(|finding| finding.line).collect();
        let expected_lines: Vec<usize> = expected.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, expected_lines, "{findings:?}");
        for (finding, (_, words)) in findings.iter().zip(expected) {
            assert!(finding.message.contains(words), "{finding}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{testing::file, *};

    #[test]
    fn all_findings_are_reported_in_the_order_of_paths_and_lines() {
        let files = [file("b.md", "[gone](gone.md) \n"), file("a.rs", "\tx\n\ty\n")];
        let paths = files.iter().map(|file| file.path.clone()).collect();
        let found: Vec<_> = findings(&files, &paths)
            .iter()
            .map(|finding| format!("{}:{}", finding.path, finding.line))
            .collect();
        assert_eq!(found, ["a.rs:1", "a.rs:2", "b.md:1", "b.md:1"]);
    }

    #[test]
    fn a_finding_reads_like_a_compiler_error() {
        let finding = file("src/a.rs", "").finding(7, "too long");
        assert_eq!(finding.to_string(), "src/a.rs:7: too long");
    }
}
