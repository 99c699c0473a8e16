//! What is stored of a commit before its revision and its moment are known.
//!
//! Both are given by the database, while it holds the head of the namespace; and both are in the
//! bytes that are chained, wherever a version or a move says them again. So those bytes are sent with
//! holes. The holes are found by encoding the commit twice, with numbers of one length that differ in
//! every byte: nothing here knows how a commit is laid out.

use std::collections::BTreeSet;

use sternway_store::{StoreError, encoding};
use sternway_types::{Applied, ArtifactId, Commit, Revision, Timestamp};

use crate::{error::corrupt, rows::to_hex};

/// How many bytes a hole has: numbers are written in groups of seven bits.
const HOLE: usize = 9;

/// A revision and a moment that stand for those that are not known.
struct Marks {
    revision: u64,
    /// As it is written: twice the moment.
    moment: u64,
}

/// The same group of bits again and again, and another one at the end.
const fn groups(group: u64, last: u64) -> u64 {
    let (mut number, mut shift) = (0, 0);
    while shift < 56 {
        number |= group << shift;
        shift += 7;
    }
    number | last << 56
}

const FIRST: Marks = Marks { revision: groups(0x2a, 0x2a), moment: groups(0x2a, 0x01) };
const SECOND: Marks = Marks { revision: groups(0x55, 0x55), moment: groups(0x54, 0x02) };

/// How a number is written.
fn written(mut number: u64) -> [u8; HOLE] {
    let mut bytes = [0; HOLE];
    for byte in &mut bytes {
        *byte = u8::try_from(number & 0x7f).unwrap_or_default() | 0x80;
        number >>= 7;
    }
    if let Some(last) = bytes.last_mut() {
        *last &= 0x7f;
    }
    bytes
}

/// The pieces of what is stored of a commit: hexadecimal digits, `r` for its revision and `t` for its
/// moment. Versions of the floating artifacts say of themselves that they were written when they were
/// committed.
pub(super) fn pieces(
    commit: &Commit,
    floating: &BTreeSet<ArtifactId>,
) -> Result<Vec<String>, StoreError> {
    let one = encoding::record(&marked(commit, floating, &FIRST))?;
    let two = encoding::record(&marked(commit, floating, &SECOND))?;
    let (mut pieces, mut rest, mut known) = (Vec::new(), one.as_slice(), 0);
    let mut others = two.as_slice();
    let holes = [("r", written(FIRST.revision)), ("t", written(FIRST.moment))];
    while known < rest.len() {
        if rest.get(known) == others.get(known) {
            known += 1;
            continue;
        }
        let (plain, hole) = rest.split_at(known);
        let found = holes.iter().find(|(_, mark)| hole.starts_with(mark));
        let (name, _) = found.ok_or_else(|| corrupt("a commit", "it is not written as it was"))?;
        if !plain.is_empty() {
            pieces.push(to_hex(plain));
        }
        pieces.push((*name).to_owned());
        rest = hole.get(HOLE..).unwrap_or_default();
        others = others.get(known + HOLE..).unwrap_or_default();
        known = 0;
    }
    if !rest.is_empty() {
        pieces.push(to_hex(rest));
    }
    Ok(pieces)
}

fn marked(commit: &Commit, floating: &BTreeSet<ArtifactId>, marks: &Marks) -> Commit {
    let revision = Revision::new(marks.revision);
    let at = Timestamp::from_micros(i64::try_from(marks.moment / 2).unwrap_or_default());
    let mut commit = Commit { revision, at, ..commit.clone() };
    for applied in &mut commit.applied {
        match applied {
            Applied::VersionAdded(version) => {
                (version.revision, version.at) = (revision, at);
                if floating.contains(&version.artifact) {
                    version.authored_at = at;
                }
            }
            Applied::PointerMoved(moved) => (moved.revision, moved.at) = (revision, at),
            Applied::NamespaceCreated | Applied::RecordChanged(_) => (),
        }
    }
    commit
}
