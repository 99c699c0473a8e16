//! What a run is called that its line gives no id.
//!
//! Its place in the file would not do: lines move when others are added before them or a log is
//! rotated. So it is named by its text, and by how often the same text came before it in the file.
//! A version that the command names is part of the name: the same text is told of other runs then.
//! Limits: what was seen takes about 30 bytes a line without an id. Two files that hold the same
//! text, and no ids, are taken for the same runs, unless they are said to be of other versions.

use std::collections::HashMap;

use sternway::types::{Digest, Reference, Selector};

/// What lines without an id were seen.
#[derive(Debug, Default)]
pub(super) struct LineIds {
    /// The version that the command names, if that is always the same. What is live may be another one when the file
    /// is recorded again.
    of: Option<Selector>,
    // By the beginning of their digests. Where two of these are equal, a line is only counted as
    // the second of its text that is the first: its name is its own all the same.
    seen: HashMap<u64, u32>,
}

impl LineIds {
    /// Of a file whose lines are about this, where they do not say.
    pub(super) fn about(reference: Option<&Reference>) -> Self {
        let fixed = |of: &&Selector| match of {
            Selector::Number(_) | Selector::Digest(_) | Selector::At(_) => true,
            Selector::Live | Selector::Latest | Selector::Before(_) | Selector::Label(_) => false,
        };
        let of = reference.map(|it| &it.selector).filter(fixed).cloned();
        Self { of, ..Self::default() }
    }

    /// The name of the run that the next line with this text is about.
    pub(super) fn name(&mut self, text: &[u8]) -> String {
        let digest = Digest::of(text);
        let beginning = digest.as_bytes().first_chunk().copied().map_or(0, u64::from_be_bytes);
        let before = self.seen.entry(beginning).or_default();
        let of = self.of.as_ref().map(|version| format!(" of {version}")).unwrap_or_default();
        let name = format!("line {} {before}{of}", digest.to_hex());
        *before = before.saturating_add(1);
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(lines: &[&str]) -> Vec<String> {
        let mut ids = LineIds::default();
        lines.iter().map(|line| ids.name(line.as_bytes())).collect()
    }

    #[test]
    fn lines_that_move_keep_their_names() {
        let mut names_before = names(&["a", "b", "a"]);
        let mut names_after = names(&["b", "a", "a"]);
        names_before.sort();
        names_after.sort();
        assert_eq!(names_before, names_after);
    }

    #[test]
    fn the_same_text_of_another_version_is_another_run() {
        let of = |written: &str| LineIds::about(Some(&written.parse().unwrap())).name(b"a");
        assert_eq!(of("tools/search@v2"), of("tools/search@v2"));
        assert_ne!(of("tools/search@v2"), of("tools/search@v1"));
        assert_eq!(of("tools/search"), names(&["a"])[0], "whatever is live by then");
    }

    #[test]
    fn the_same_text_twice_is_two_runs() {
        let [one, other] = names(&["a", "a"]).try_into().unwrap();
        assert_ne!(one, other);
    }
}
