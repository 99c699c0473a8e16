//! The commands about maps, and what their answers mean.

use sternway_provider::RouterError;

use crate::session::Session;

/// How far the transactions of a map are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stand {
    /// The one that was committed last.
    pub(crate) current: u64,
    /// The one that was prepared last.
    pub(crate) newest: u64,
}

/// An entry of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// What became of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Commit {
    Done,
    /// A later one was committed before.
    TooLate,
}

impl Session {
    /// The entries that are in force, or those of a transaction; nothing if there is no such map.
    pub(crate) async fn entries(
        &mut self,
        map: &str,
        transaction: Option<u64>,
    ) -> Result<Option<Vec<Entry>>, RouterError> {
        let command = match transaction {
            None => format!("show map {map}"),
            Some(number) => format!("show map @{number} {map}"),
        };
        let answer = self.ask(&command).await?;
        if is_unknown(&answer) {
            return Ok(None);
        }
        let lines = answer.lines().filter(|line| !line.is_empty());
        let entries = lines.map(entry).collect::<Option<_>>();
        entries.map(Some).ok_or_else(|| self.meaningless(&command, &answer))
    }

    /// Begins a transaction.
    pub(crate) async fn prepare(&mut self, map: &str) -> Result<u64, RouterError> {
        let command = format!("prepare map {map}");
        let answer = self.ask(&command).await?;
        let number = answer.trim().strip_prefix("New version created: ");
        let number = number.and_then(|number| number.parse().ok());
        number.ok_or_else(|| self.meaningless(&command, &answer))
    }

    /// Puts an entry into a transaction.
    pub(crate) async fn add(
        &mut self,
        map: &str,
        transaction: u64,
        entry: &Entry,
    ) -> Result<(), RouterError> {
        let command = format!("add map @{transaction} {map} {} {}", entry.key, entry.value);
        let answer = self.ask(&command).await?;
        if answer.trim().is_empty() { Ok(()) } else { Err(self.meaningless(&command, &answer)) }
    }

    pub(crate) async fn stand(&mut self, map: &str) -> Result<Stand, RouterError> {
        let answer = self.ask("show map").await?;
        let name = format!("({map})");
        let of_map = |line: &&str| line.split(' ').nth(1) == Some(&*name);
        let stand = answer.lines().find(of_map).and_then(stand);
        stand.ok_or_else(|| self.meaningless("show map", &answer))
    }

    /// Makes the entries of a transaction those that are in force, and all others go.
    pub(crate) async fn commit(
        &mut self,
        map: &str,
        transaction: u64,
    ) -> Result<Commit, RouterError> {
        let command = format!("commit map @{transaction} {map}");
        let answer = self.ask(&command).await?;
        match answer.trim() {
            "" => Ok(Commit::Done),
            "Version number out of range." => Ok(Commit::TooLate),
            _ => Err(self.meaningless(&command, &answer)),
        }
    }

    /// Gives a transaction up. If that fails, the next one that is committed takes its entries away.
    pub(crate) async fn give_up(&mut self, map: &str, transaction: u64) {
        self.ask(&format!("clear map @{transaction} {map}")).await.map(drop).unwrap_or_default();
    }

    /// The names of all backends.
    pub(crate) async fn backends(&mut self) -> Result<Vec<String>, RouterError> {
        let answer = self.ask("show backend").await?;
        let mut lines = answer.lines();
        if lines.next() != Some("# name") {
            return Err(self.meaningless("show backend", &answer));
        }
        Ok(lines.filter(|line| !line.is_empty()).map(str::to_owned).collect())
    }

    /// The error of an answer that was not expected: `HAProxy` may not be able, and else nobody knows.
    fn meaningless(&self, command: &str, answer: &str) -> RouterError {
        let unable = |problem: &str| RouterError::Unable { problem: problem.to_owned() };
        let said = answer.trim();
        if is_unknown(said) {
            return unable("it has no such map any more: add it to the configuration again");
        }
        if said.starts_with("Permission denied") {
            return unable("the socket may not change maps: write `level admin` behind it");
        }
        if said.starts_with("Unknown command") {
            return unable("it knows no transactions on maps: use HAProxy 2.4 or later");
        }
        self.strange(command, answer)
    }
}

fn is_unknown(answer: &str) -> bool {
    answer.trim().starts_with("Unknown map identifier")
}

/// `0x55ddaed99310 KEY VALUE`.
fn entry(line: &str) -> Option<Entry> {
    let mut parts = line.splitn(3, ' ');
    parts.next()?.strip_prefix("0x")?;
    let (key, value) = (parts.next()?, parts.next()?);
    Some(Entry { key: key.to_owned(), value: value.to_owned() })
}

/// `0 (FILE) pattern loaded from … curr_ver=3 next_ver=5 entry_cnt=1`.
fn stand(line: &str) -> Option<Stand> {
    let number = |name: &str| {
        let mut words = line.rsplit(' ');
        words.find_map(|word| word.strip_prefix(name))?.parse().ok()
    };
    Some(Stand { current: number("curr_ver=")?, newest: number("next_ver=")? })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_of_a_map_is_an_entry() {
        let found = Entry { key: "tools/search/production".into(), value: "1|7|- x".into() };
        assert_eq!(entry("0x55d0 tools/search/production 1|7|- x"), Some(found));
        assert_eq!(entry("tools/search/production 1|7"), None);
        assert_eq!(entry("0x55d0 tools/search/production"), None);
    }

    #[test]
    fn the_stand_of_a_map_is_at_the_end_of_its_line() {
        let line = "0 (/m) pattern loaded from file '/m' used by map at file 'h.cfg' line 12. \
                    curr_ver=3 next_ver=5 entry_cnt=1";
        assert_eq!(stand(line), Some(Stand { current: 3, newest: 5 }));
        assert_eq!(stand("0 (/m) pattern loaded"), None);
    }

    proptest! {
        #[test]
        fn any_line_is_understood_or_not(line in "(0x[0-9a-f]{1,4})?[ ()=_a-z0-9]{0,60}\\PC{0,9}") {
            prop_assert!(entry(&line).is_none_or(|entry| line.ends_with(&entry.value)));
            prop_assert_eq!(stand(&line), None);
        }
    }
}
