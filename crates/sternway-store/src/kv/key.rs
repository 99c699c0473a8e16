//! The keys. Each table has a letter; names end with a zero byte, which no name holds; numbers are
//! eight bytes, the greatest first. So the order of the bytes is the order of the things.
//!
//! | table | key | value | serves |
//! |---|---|---|---|
//! | `s` | | layout of the store | opening |
//! | `h` | namespace | revision, chain, time | head |
//! | `f` | namespace | oldest revision, what is left of what was before it | how far back to read |
//! | `c` | namespace · revision | chain, commit | feed, history of everything |
//! | `i` | namespace · changeset | revision | repeating by id |
//! | `a` | namespace · artifact | newest version | artifacts |
//! | `v` | namespace · artifact · number | version | history page = one reverse range |
//! | `d` | namespace · digest · artifact · number | revision | versions by digest |
//! | `n` | namespace · artifact · what needs it · number | | what depends on an artifact |
//! | `p` | namespace · artifact · pointer | pointer | what is live = one get |
//! | `e` | namespace · pointer · artifact | pointer | a whole environment = one range |
//! | `m` | namespace · artifact · pointer · revision | move | as of = one step back |
//! | `r` | namespace · kind · name | record | records |
//! | `w` | namespace · kind · name · revision | record that was replaced | as of = one step back |
//! | `b` | digest | head, and how the bytes are kept | contents |
//! | `x` | digest of a base · digest | | what is a delta against a content |
//! | `y` | digest | head of a content | a commit that names it = one get |
//! | `z` | name of a chunk | in which pack it is, and where in it | large contents |
//! | `q` | number of a pack | chunks side by side | large contents in few rows |
//! | `o` | namespace · subject · place of the last | up to 256 outcomes | log of a subject |
//! | `l` | namespace · subject · place | lengths of other logs | what a failure is held against |
//! | `k` | namespace · outcome | | counting once |
//! | `j` | namespace · due · outcome | open run | what is due = one range |
//! | `g` | namespace · outcome | when it is due | an open run by its id |
//! | `t` | namespace · subject | tallies | judging |
//! | `u` | namespace · subject | | what nobody judged |

use sternway_types::{
    ArtifactId, ChangesetId, Digest, DigestPrefix, NamespaceId, OutcomeId, PointerName, RecordKey,
    RecordKind, Revision, Subject, Timestamp, VersionNumber,
};

use super::{
    blob::Name,
    port::{Direction, Range},
};
pub(super) use super::{key_reader::KeyReader, table::Table};

/// A key in the making.
#[derive(Clone, Debug)]
pub(super) struct Key(Vec<u8>);

impl Key {
    pub(super) fn table(table: Table) -> Self {
        let mut bytes = Vec::with_capacity(96);
        bytes.push(table as u8);
        Self(bytes)
    }

    fn name(mut self, name: &str) -> Self {
        self.0.extend_from_slice(name.as_bytes());
        self.0.push(0);
        self
    }

    fn number(self, number: u64) -> Self {
        self.raw(&number.to_be_bytes())
    }

    fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn pointer(self, name: &PointerName) -> Self {
        match name {
            PointerName::Environment(environment) => self.raw(b"e").name(environment.as_str()),
            PointerName::Label(label) => self.raw(b"l").name(label.as_str()),
        }
    }

    fn subject(self, subject: &Subject) -> Self {
        self.name(subject.artifact.as_str())
            .name(subject.environment.as_str())
            .number(subject.version.get())
            .number(subject.generation.get())
    }

    pub(super) fn done(self) -> Vec<u8> {
        self.0
    }

    /// Every key that begins with this one.
    pub(super) fn all(self, direction: Direction) -> Range {
        let to = successor(&self.0);
        Range { from: self.0, to, direction }
    }
}

/// The first key after all that begin with a prefix. A prefix begins with the letter of a table,
/// which is never the last byte there is.
fn successor(prefix: &[u8]) -> Vec<u8> {
    let mut to = prefix.to_vec();
    while let Some(last) = to.pop() {
        if last < u8::MAX {
            to.push(last + 1);
            break;
        }
    }
    to
}

pub(super) fn store() -> Vec<u8> {
    Key::table(Table::Store).done()
}

pub(super) fn head(ns: &NamespaceId) -> Vec<u8> {
    Key::table(Table::Head).name(ns.as_str()).done()
}

pub(super) fn floor(ns: &NamespaceId) -> Vec<u8> {
    Key::table(Table::Floor).name(ns.as_str()).done()
}

pub(super) fn commit(ns: &NamespaceId, revision: Revision) -> Vec<u8> {
    Key::table(Table::Commit).name(ns.as_str()).number(revision.get()).done()
}

pub(super) fn changeset(ns: &NamespaceId, id: ChangesetId) -> Vec<u8> {
    Key::table(Table::Changeset).name(ns.as_str()).raw(id.as_uuid().as_bytes()).done()
}

pub(super) fn artifact(ns: &NamespaceId, id: &ArtifactId) -> Vec<u8> {
    Key::table(Table::Artifact).name(ns.as_str()).name(id.as_str()).done()
}

/// Every artifact whose name begins with a prefix.
pub(super) fn artifacts(ns: &NamespaceId, prefix: &str) -> Key {
    Key::table(Table::Artifact).name(ns.as_str()).raw(prefix.as_bytes())
}

pub(super) fn version(ns: &NamespaceId, id: &ArtifactId, number: VersionNumber) -> Vec<u8> {
    versions(ns, id).number(number.get()).done()
}

pub(super) fn versions(ns: &NamespaceId, id: &ArtifactId) -> Key {
    Key::table(Table::Version).name(ns.as_str()).name(id.as_str())
}

/// Every version whose digest begins with the whole bytes of a prefix, and a few more.
pub(super) fn with_digest(ns: &NamespaceId, prefix: &DigestPrefix) -> Range {
    let key = Key::table(Table::Digest).name(ns.as_str());
    key.raw(&prefix.whole_bytes()).all(Direction::Forward)
}

pub(super) fn digest(
    ns: &NamespaceId,
    digest: &Digest,
    id: &ArtifactId,
    number: VersionNumber,
) -> Vec<u8> {
    let key = Key::table(Table::Digest).name(ns.as_str()).raw(digest.as_bytes());
    key.name(id.as_str()).number(number.get()).done()
}

/// Every version that depends on an artifact.
pub(super) fn dependents(ns: &NamespaceId, on: &ArtifactId) -> Key {
    Key::table(Table::Dependent).name(ns.as_str()).name(on.as_str())
}

/// Every version of one artifact that depends on another.
pub(super) fn dependents_of(ns: &NamespaceId, on: &ArtifactId, id: &ArtifactId) -> Key {
    dependents(ns, on).name(id.as_str())
}

pub(super) fn dependent(
    ns: &NamespaceId,
    on: &ArtifactId,
    id: &ArtifactId,
    number: VersionNumber,
) -> Vec<u8> {
    dependents_of(ns, on, id).number(number.get()).done()
}

pub(super) fn pointers(ns: &NamespaceId, id: &ArtifactId) -> Key {
    Key::table(Table::Pointer).name(ns.as_str()).name(id.as_str())
}

pub(super) fn pointer(ns: &NamespaceId, id: &ArtifactId, name: &PointerName) -> Vec<u8> {
    pointers(ns, id).pointer(name).done()
}

pub(super) fn environment(ns: &NamespaceId, name: &PointerName) -> Key {
    Key::table(Table::Environment).name(ns.as_str()).pointer(name)
}

pub(super) fn in_environment(ns: &NamespaceId, name: &PointerName, id: &ArtifactId) -> Vec<u8> {
    environment(ns, name).name(id.as_str()).done()
}

pub(super) fn moves(ns: &NamespaceId, id: &ArtifactId, name: &PointerName) -> Key {
    Key::table(Table::Move).name(ns.as_str()).name(id.as_str()).pointer(name)
}

pub(super) fn moved(
    ns: &NamespaceId,
    id: &ArtifactId,
    name: &PointerName,
    revision: Revision,
) -> Vec<u8> {
    moves(ns, id, name).number(revision.get()).done()
}

const fn kind_byte(kind: RecordKind) -> u8 {
    match kind {
        RecordKind::Namespace => b'n',
        RecordKind::Environment => b'e',
        RecordKind::Policy => b'p',
        RecordKind::Condemnation => b'c',
        RecordKind::Attestation => b'a',
        RecordKind::Latch => b'l',
        RecordKind::Baseline => b'b',
        RecordKind::Deployment => b'd',
        RecordKind::Route => b'r',
        RecordKind::Point => b'k',
        RecordKind::Channel => b'h',
        RecordKind::Outbox => b'o',
    }
}

pub(super) fn records(ns: &NamespaceId, kind: RecordKind, prefix: &str) -> Key {
    Key::table(Table::Record).name(ns.as_str()).raw(&[kind_byte(kind)]).raw(prefix.as_bytes())
}

pub(super) fn record(ns: &NamespaceId, key: &RecordKey) -> Vec<u8> {
    records(ns, key.kind(), key.name()).raw(&[0]).done()
}

/// Every state of a record that was replaced, by the revision that wrote it.
pub(super) fn past_records(ns: &NamespaceId, key: &RecordKey) -> Key {
    let table = Key::table(Table::PastRecord).name(ns.as_str());
    table.raw(&[kind_byte(key.kind())]).name(key.name())
}

pub(super) fn past_record(ns: &NamespaceId, key: &RecordKey, revision: Revision) -> Vec<u8> {
    past_records(ns, key).number(revision.get()).done()
}

pub(super) fn blob(digest: &Digest) -> Vec<u8> {
    Key::table(Table::Blob).raw(digest.as_bytes()).done()
}

/// The head of a content.
pub(super) fn content(digest: &Digest) -> Vec<u8> {
    Key::table(Table::Content).raw(digest.as_bytes()).done()
}

/// Everything that is a delta against a content.
pub(super) fn based_on(base: &Digest) -> Key {
    Key::table(Table::Based).raw(base.as_bytes())
}

/// What says that a content is a delta against another one.
pub(super) fn based(base: &Digest, digest: &Digest) -> Vec<u8> {
    based_on(base).raw(digest.as_bytes()).done()
}

pub(super) fn chunk(name: &Name) -> Vec<u8> {
    Key::table(Table::Chunk).raw(name.as_bytes()).done()
}

pub(super) fn pack(number: u64) -> Vec<u8> {
    Key::table(Table::Pack).number(number).done()
}

pub(super) fn log(ns: &NamespaceId, subject: &Subject) -> Key {
    Key::table(Table::Outcomes).name(ns.as_str()).subject(subject)
}

pub(super) fn outcomes(ns: &NamespaceId, subject: &Subject, last: u64) -> Vec<u8> {
    log(ns, subject).number(last).done()
}

pub(super) fn noted(ns: &NamespaceId, subject: &Subject, place: u64) -> Vec<u8> {
    Key::table(Table::Noted).name(ns.as_str()).subject(subject).number(place).done()
}

pub(super) fn outcome_id(ns: &NamespaceId, id: OutcomeId) -> Vec<u8> {
    Key::table(Table::OutcomeId).name(ns.as_str()).raw(id.as_uuid().as_bytes()).done()
}

/// An open run. Moments before 1970 stand before those after it.
pub(super) fn open_run(ns: &NamespaceId, due: Timestamp, id: OutcomeId) -> Vec<u8> {
    let due = due.as_micros().cast_unsigned() ^ (1 << 63);
    let key = Key::table(Table::OpenRun).name(ns.as_str()).number(due);
    key.raw(id.as_uuid().as_bytes()).done()
}

pub(super) fn due_of(ns: &NamespaceId, id: OutcomeId) -> Vec<u8> {
    Key::table(Table::DueOf).name(ns.as_str()).raw(id.as_uuid().as_bytes()).done()
}

pub(super) fn tallies(ns: &NamespaceId, subject: &Subject) -> Vec<u8> {
    Key::table(Table::Tallies).name(ns.as_str()).subject(subject).done()
}

pub(super) fn unjudged(ns: &NamespaceId, subject: &Subject) -> Vec<u8> {
    Key::table(Table::Unjudged).name(ns.as_str()).subject(subject).done()
}

/// Every key of a table that belongs to a namespace.
pub(super) fn of_namespace(table: Table, ns: &NamespaceId) -> Key {
    Key::table(table).name(ns.as_str())
}
