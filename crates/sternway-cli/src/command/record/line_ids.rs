//! What a run is called that its line gives no id.
//!
//! Its place in the file would not do: lines move when others are added before them or a log is
//! rotated. So it is named by its text, and by how often the same text came before it in the file.
//! Limits: what was seen takes about 30 bytes a line without an id. Two files that hold the same
//! text, and no ids, are taken for the same runs.

use std::collections::HashMap;

use sternway::types::Digest;

/// What lines without an id were seen.
#[derive(Debug, Default)]
pub(super) struct LineIds {
    // By the beginning of their digests. Where two of these are equal, a line is only counted as
    // the second of its text that is the first: its name is its own all the same.
    seen: HashMap<u64, u32>,
}

impl LineIds {
    /// The name of the run that the next line with this text is about.
    pub(super) fn name(&mut self, text: &[u8]) -> String {
        let digest = Digest::of(text);
        let beginning = digest.as_bytes().first_chunk().copied().map_or(0, u64::from_be_bytes);
        let before = self.seen.entry(beginning).or_default();
        let name = format!("line {} {before}", digest.to_hex());
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
    fn the_same_text_twice_is_two_runs() {
        let [one, other] = names(&["a", "a"]).try_into().unwrap();
        assert_ne!(one, other);
    }
}
