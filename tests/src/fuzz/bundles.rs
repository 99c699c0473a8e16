//! Bundles: as they come, and entry by entry, with names and checksums that match.

use std::{io::Write as _, ops::ControlFlow};

use sternway::{
    bundle::{BundleError, Entry, Log, Manifest, Writer, envelope::Sealer, read},
    types::{Commit, Content, Digest, Outcome, Subject},
};
use tar::{EntryType, Header};

/// What a bundle of zstd begins with.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// What stands between entries.
const BETWEEN: &[u8] = b"\n%\n";

/// A bundle is taken or refused, and one that is taken is written as one that says the same.
///
/// Bytes that begin as a bundle does are read as one. Else they are entries, each after a letter that
/// says what it is: they get the names that belong to them, so that what is in them is looked at.
///
/// # Panics
///
/// If that is not so.
pub fn bundles(data: &[u8]) {
    let bundle = if data.starts_with(&MAGIC) { Ok(data.to_vec()) } else { packed(data) };
    let Some(found) = bundle.ok().and_then(|bundle| Found::read(&bundle).ok()) else { return };
    let written = found.write();
    let again = written.and_then(|bundle| Found::read(&bundle));
    assert!(again.as_ref().is_ok_and(|again| *again == found), "{again:?} is not {found:?}");
}

/// What is in a bundle, however it is cut into parts.
#[derive(Debug, PartialEq)]
struct Found {
    manifest: Option<Manifest>,
    contents: Vec<Content>,
    commits: Vec<Commit>,
    outcomes: Vec<(Subject, u64, Outcome)>,
    signed_head: Option<String>,
}

impl Found {
    fn read(bundle: &[u8]) -> Result<Self, BundleError> {
        let mut found = Self {
            manifest: None,
            contents: Vec::new(),
            commits: Vec::new(),
            outcomes: Vec::new(),
            signed_head: None,
        };
        // Every chain is taken: a commit that was changed is looked at all the same.
        let chain = |_: &Digest, commit: &Commit| Ok(commit.chain);
        let closing = read(bundle, &chain, &mut |entry, _| {
            match entry {
                Entry::Manifest(manifest) => found.manifest = Some(manifest),
                Entry::Content(content) => found.contents.push(content),
                Entry::Commits(commits) => found.commits.extend(commits),
                Entry::Outcomes(logs) => logs.into_iter().for_each(|log| found.log(log)),
                Entry::Head(_) => (),
            }
            ControlFlow::Continue(Vec::new())
        })?;
        found.signed_head = closing.signed_head;
        Ok(found)
    }

    fn log(&mut self, log: Log) {
        let Log { subject, judged, outcomes, .. } = log;
        let outcomes = outcomes.into_iter().map(|one| (subject.clone(), judged, one));
        self.outcomes.extend(outcomes);
    }

    fn write(&self) -> Result<Vec<u8>, BundleError> {
        let Some(manifest) = &self.manifest else { return Err(BundleError::GivenUp) };
        let mut writer = Writer::new(Vec::new(), manifest)?;
        self.contents.iter().try_for_each(|content| writer.content(content))?;
        self.commits.iter().try_for_each(|commit| writer.commit(commit))?;
        let mut place = 0;
        let mut last: Option<&Subject> = None;
        for (subject, judged, outcome) in &self.outcomes {
            place = if last == Some(subject) { place + 1 } else { 0 };
            last = Some(subject);
            writer.outcomes(subject, *judged, place, std::slice::from_ref(outcome))?;
        }
        Ok(writer.finish(self.signed_head.clone())?.0)
    }
}

/// Entries, packed as a bundle.
fn packed(data: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut tar = tar::Builder::new(Sealer::new(Vec::new())?);
    let mut rest = data;
    for number in 1_u64.. {
        let end = rest.windows(BETWEEN.len()).position(|it| it == BETWEEN);
        let (piece, after) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
        let (letter, body) = piece.split_first().unwrap_or((&b'm', b""));
        let (word, ending) = match letter {
            b'm' => ("manifest", "json"),
            b'b' => ("content", "bin"),
            b't' => ("content", "txt"),
            b'j' => ("content", "json"),
            b'o' => ("outcomes", "jsonl"),
            b'h' => ("head", "json"),
            _ => ("commits", "jsonl"),
        };
        let digest = Digest::of(body).to_hex();
        let mut header = Header::new_ustar();
        header.set_path(format!("{number:08}-{word}-{digest}.{ending}"))?;
        header.set_entry_type(EntryType::Regular);
        header.set_size(body.len() as u64);
        header.set_cksum();
        tar.append(&header, body)?;
        match after.get(BETWEEN.len() - 1..) {
            Some(after) if end.is_some() => rest = after,
            _ => break,
        }
    }
    let mut sealer = tar.into_inner()?;
    sealer.flush()?;
    sealer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_are_bundles() {
        // The first seed is the second one, packed.
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            let packed = packed(include_bytes!("../../../fuzz/seeds/bundles/01")).expect("packed");
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/seeds/bundles/00");
            return std::fs::write(path, packed).expect("the folder can be written to");
        }
        let whole = include_bytes!("../../../fuzz/seeds/bundles/00");
        let entries = include_bytes!("../../../fuzz/seeds/bundles/01");
        let whole = Found::read(whole).expect("it is whole");
        let entries = packed(entries).expect("it is packed");
        let entries = Found::read(&entries).expect("it is whole");
        assert_eq!(entries, whole);
        assert_eq!((whole.commits.len(), whole.outcomes.len()), (4, 3));
    }
}
