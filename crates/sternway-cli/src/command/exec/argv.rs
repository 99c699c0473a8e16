//! The command line of the child: what is written in braces is filled in, and nothing else is
//! touched. There is no shell in between.

use std::ffi::{OsStr, OsString};

use sternway::types::VersionNumber;

use super::copy::Place;
use crate::format::shell;

/// A command and its arguments, with `{file}`, `{dir}` and `{version}` where the version goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    // Invariant: not empty.
    words: Vec<OsString>,
}

impl Template {
    /// Takes a command line; nothing if it names no command.
    pub(crate) fn new(words: Vec<OsString>) -> Option<Self> {
        words.first().is_some_and(|command| !command.is_empty()).then_some(Self { words })
    }

    /// Whether it names the one file of a version.
    pub(crate) fn names_file(&self) -> bool {
        self.words.iter().any(|word| replace(word, "{file}", OsStr::new("")) != *word)
    }

    /// What is run for one version.
    pub(crate) fn fill(&self, place: &Place, version: VersionNumber) -> Argv {
        let version = OsString::from(version.get().to_string());
        let words = self.words.iter().map(|word| replace(word, "{version}", &version));
        Self { words: words.collect() }.fill_place(place)
    }

    /// What is run for a content that is no version yet.
    pub(crate) fn fill_place(&self, place: &Place) -> Argv {
        let filled = |word: &OsString| {
            let word = replace(word, "{dir}", place.dir.as_os_str());
            match &place.file {
                Some(file) => replace(&word, "{file}", file.as_os_str()),
                None => word,
            }
        };
        Argv(self.words.iter().map(filled).collect())
    }

    /// What it says before anything is filled in, as a person would type it.
    pub(crate) fn quoted(&self) -> String {
        Argv(self.words.clone()).quoted()
    }
}

/// What is run: a command and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Argv(Vec<OsString>);

impl Argv {
    /// These words as they are; nothing if there is no command.
    pub(super) fn verbatim(words: &[OsString]) -> Option<Self> {
        words.first().filter(|word| !word.is_empty()).map(|_| Self(words.to_vec()))
    }

    /// The command.
    pub(crate) fn command(&self) -> &OsStr {
        self.0.first().map_or(OsStr::new(""), OsString::as_os_str)
    }

    /// The arguments.
    pub(crate) fn arguments(&self) -> &[OsString] {
        self.0.get(1..).unwrap_or_default()
    }

    /// Word by word, as far as it is text.
    pub(crate) fn shown(&self) -> Vec<String> {
        self.0.iter().map(|word| word.to_string_lossy().into_owned()).collect()
    }

    /// The same as a person would type it in a POSIX shell.
    pub(crate) fn quoted(&self) -> String {
        self.0.iter().map(|word| shell::quoted(word)).collect::<Vec<_>>().join(" ")
    }
}

/// Arguments need not be UTF-8 where they are bytes.
#[cfg(unix)]
fn replace(word: &OsStr, pattern: &str, with: &OsStr) -> OsString {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};

    let (mut rest, pattern, with) = (word.as_bytes(), pattern.as_bytes(), with.as_bytes());
    let mut replaced = Vec::with_capacity(rest.len());
    while let Some(at) = rest.windows(pattern.len()).position(|window| window == pattern) {
        let (before, found) = rest.split_at(at);
        replaced.extend_from_slice(before);
        replaced.extend_from_slice(with);
        rest = found.get(pattern.len()..).unwrap_or_default();
    }
    replaced.extend_from_slice(rest);
    OsString::from_vec(replaced)
}

#[cfg(not(unix))]
fn replace(word: &OsStr, pattern: &str, with: &OsStr) -> OsString {
    match (word.to_str(), with.to_str()) {
        (Some(word), Some(with)) => word.replace(pattern, with).into(),
        _ => word.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &[&str], expected: &str) {
        let template = Template::new(words.iter().map(OsString::from).collect()).unwrap();
        let version = VersionNumber::new(2).unwrap();
        let place = Place { file: Some("/tmp/a b/x.py".into()), dir: "/tmp/a b".into() };
        assert_eq!(template.fill(&place, version).quoted(), expected);
    }

    #[test]
    fn placeholders_are_filled_wherever_they_stand() {
        check(&["python3", "{file}"], "python3 '/tmp/a b/x.py'");
        check(&["run", "--script={file}", "{version}"], "run '--script=/tmp/a b/x.py' 2");
        check(&["{file}", "{file}:{file}"], "'/tmp/a b/x.py' '/tmp/a b/x.py:/tmp/a b/x.py'");
        check(&["ls", "{dir}", "{dir}/in"], "ls '/tmp/a b' '/tmp/a b/in'");
    }

    #[test]
    fn it_is_known_whether_the_file_is_named() {
        let template = |words: &[&str]| Template::new(words.iter().map(OsString::from).collect());
        assert!(template(&["run", "--script={file}"]).unwrap().names_file());
        assert!(!template(&["run", "{dir}", "{files}"]).unwrap().names_file());
    }

    #[test]
    fn what_is_no_placeholder_is_left_alone() {
        check(&["jq", "{files}", "{ file }", "it's", ""], r"jq {files} '{ file }' 'it'\''s' ''");
    }

    #[test]
    fn a_command_line_names_a_command() {
        assert_eq!(Template::new(Vec::new()), None);
        assert_eq!(Template::new(vec!["".into(), "x".into()]), None);
    }

    #[cfg(unix)]
    #[test]
    fn arguments_that_are_not_utf_8_are_kept() {
        use std::os::unix::ffi::OsStringExt;

        let word = OsString::from_vec(b"\xff{file}\xfe".to_vec());
        let expected = OsString::from_vec(b"\xff/x\xfe".to_vec());
        assert_eq!(replace(&word, "{file}", OsStr::new("/x")), expected);
    }
}
