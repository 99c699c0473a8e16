//! Checks everything that is stored, in two passes: every row on its own (format, checksum,
//! encoding, contents against their digests, tallies against their outcomes), then every namespace's
//! history against the chain and against the rows that were derived from it.

use std::{collections::BTreeMap, ops::ControlFlow};

use sternway_types::{Digest, NamespaceId, Tally};

use super::{
    blob::Contents,
    codec,
    key::{self, KeyReader, Table},
    noted,
    port::{Direction, KvError, Range, Snapshot},
    runs,
    staging::Get as _,
    stored::{
        StoredArtifact, StoredBlock, StoredChangeset, StoredFloor, StoredHead, StoredHeader,
        StoredMove, StoredPointer, StoredRecord, StoredTallies,
    },
    verify_base::Base,
    verify_history,
};
use crate::{Report, StoreError};

/// How many rows of each table a namespace has.
pub(super) type Rows = BTreeMap<(String, u8), u64>;

/// Checks everything that a snapshot shows. The map's own structure was checked before.
pub(super) fn verify(
    snapshot: &dyn Snapshot,
    checked: Result<(), KvError>,
) -> Result<Report, StoreError> {
    let mut report = Report::default();
    match checked {
        Ok(()) => (),
        Err(KvError::Corrupt(cause)) => report.note("the file", cause.to_string()),
        Err(err @ (KvError::Full(_) | KvError::Unavailable(_))) => return Err(err.into()),
    }
    let mut rows = Rows::new();
    check_rows(snapshot, &mut rows, &mut report)?;
    let heads: Vec<String> = rows
        .keys()
        .filter(|(_, table)| *table == Table::Head as u8)
        .map(|(ns, _)| ns.clone())
        .collect();
    for ns in &heads {
        report.namespaces += 1;
        match ns.parse::<NamespaceId>() {
            Ok(ns) => verify_history::check(snapshot, &ns, &rows, &mut report)?,
            Err(err) => report.note(format!("namespace {ns:?}"), err.to_string()),
        }
    }
    for ((ns, table), count) in &rows {
        if !heads.contains(ns) && !ns.is_empty() {
            let table = Table::of(&[*table]).map_or("unknown", Table::name);
            report.note(
                format!("namespace {ns:?}"),
                format!("it has no head, and {count} rows such as {table}"),
            );
        }
    }
    Ok(report)
}

/// Checks every row on its own, and counts them.
fn check_rows(
    snapshot: &dyn Snapshot,
    rows: &mut Rows,
    report: &mut Report,
) -> Result<(), StoreError> {
    let mut log = Log::new(snapshot);
    let mut base = Base::new(snapshot);
    let mut contents = Contents::new(snapshot);
    // Every key begins with a letter, and no key is empty.
    let everything = Range { from: vec![0], to: vec![u8::MAX; 8], direction: Direction::Forward };
    let mut failed = Ok(());
    snapshot.scan(&everything, &mut |key, value| {
        contents.count(key);
        match check_row(key, value, (&mut log, &mut base, &mut contents), report) {
            Ok(ns) => {
                let letter = key.first().copied().unwrap_or_default();
                *rows.entry((ns, letter)).or_default() += 1;
            }
            Err(StoreError::Corrupt { place, detail }) => {
                base.damaged.extend(digest_of(key));
                report.note(place, detail);
            }
            Err(err) => failed = damaged(report, || codec::place(key), err),
        }
        if failed.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    failed?;
    log.finish(report);
    contents.finish(report);
    Ok(())
}

/// The digest that a key is that of a content, if it is one.
fn digest_of(key: &[u8]) -> Option<Digest> {
    let digest = KeyReader::new(key).filter(|_| Table::of(key) == Some(Table::Blob));
    digest.and_then(|mut parts| parts.array()).map(Digest::from_bytes)
}

/// Notes an error as damage, unless it says that nobody can look just now.
pub(super) fn damaged(
    report: &mut Report,
    place: impl FnOnce() -> String,
    err: StoreError,
) -> Result<(), StoreError> {
    if err.is_temporary() {
        return Err(err);
    }
    let said = if let StoreError::Corrupt { detail, .. } = err { detail } else { err.to_string() };
    report.note(place(), said);
    Ok(())
}

/// Checks one row, and answers with the namespace it belongs to (empty for none).
fn check_row(
    key: &[u8],
    value: &[u8],
    (log, base, contents): (&mut Log<'_>, &mut Base<'_>, &mut Contents<'_>),
    report: &mut Report,
) -> Result<String, StoreError> {
    let table = Table::of(key).ok_or_else(|| codec::corrupt(key, "no table has this letter"))?;
    let body = codec::open(key, value)?;
    match table {
        Table::Store => decodes::<StoredHeader>(key, body)?,
        Table::Head => decodes::<StoredHead>(key, body)?,
        Table::Changeset => decodes::<StoredChangeset>(key, body)?,
        Table::Artifact => decodes::<StoredArtifact>(key, body)?,
        Table::Floor => decodes::<StoredFloor>(key, body)?,
        Table::Version => {
            base.version(key, body, report)?;
            report.versions += 1;
        }
        Table::Pointer => base.pointer(key, body)?,
        Table::Environment => decodes::<StoredPointer>(key, body)?,
        Table::Move => decodes::<StoredMove>(key, body)?,
        Table::Record | Table::PastRecord => decodes::<StoredRecord>(key, body)?,
        Table::Outcomes => log.block(key, codec::decode(key, body)?)?,
        Table::Tallies => log.tallies(key, codec::decode(key, body)?)?,
        Table::Noted => noted::check((log.snapshot, &mut log.lengths), key, value)?,
        Table::OutcomeId => log.ids += 1,
        Table::Unjudged => log.unjudged(key)?,
        Table::OpenRun => runs::check(log.snapshot, key, value)?,
        Table::DueOf => runs::check_due(log.snapshot, key, value)?,
        // A commit is decoded where the chain is checked, and these have nothing in them.
        Table::Commit | Table::Digest | Table::Dependent => (),
        Table::Blob => {
            contents.body(key, value)?;
            report.contents += 1;
        }
        Table::Based => contents.based(key, value)?,
        Table::Content => Contents::head(key, value)?,
        Table::Chunk => contents.chunk(key, value)?,
        Table::Pack => contents.pack(key, body)?,
    }
    let of_contents = [Table::Blob, Table::Based, Table::Content, Table::Chunk, Table::Pack];
    if table == Table::Store || of_contents.contains(&table) {
        return Ok(String::new());
    }
    let ns = KeyReader::new(key).and_then(|mut parts| parts.name::<NamespaceId>());
    ns.map(|ns| ns.to_string()).ok_or_else(|| codec::corrupt(key, "its key names no namespace"))
}

fn decodes<T: serde::de::DeserializeOwned>(key: &[u8], body: &[u8]) -> Result<(), StoreError> {
    codec::decode::<T>(key, body).map(|_| ())
}

/// What the logs of subjects add up to, to be compared with their tallies. The log of a subject
/// stands together, so that only one is added up at a time.
struct Log<'a> {
    snapshot: &'a dyn Snapshot,
    /// By the key of the subject, without the letter of the table.
    subjects: BTreeMap<Vec<u8>, LogOfSubject>,
    running: Option<Running>,
    lengths: noted::Lengths,
    outcomes: u64,
    ids: u64,
}

/// What was found of a subject.
#[derive(Default)]
struct LogOfSubject {
    /// Whether its outcomes add up to its tally, and whether what was judged is a beginning of them;
    /// nothing if it has none.
    added_up: Option<(bool, bool)>,
    /// Whether its tally says that there is more to judge; nothing if it has no tally.
    behind: Option<bool>,
    unjudged: bool,
}

/// The log that is being added up.
struct Running {
    subject: Vec<u8>,
    counted: Tally,
    kept: Option<Tally>,
    /// What was judged, until the log has come to it.
    judged: Option<Tally>,
}

impl<'a> Log<'a> {
    fn new(snapshot: &'a dyn Snapshot) -> Self {
        let (subjects, lengths) = (BTreeMap::new(), noted::Lengths::new());
        Self { snapshot, subjects, running: None, lengths, outcomes: 0, ids: 0 }
    }

    fn of(&mut self, key: &[u8]) -> &mut LogOfSubject {
        self.subjects.entry(key.get(1..).unwrap_or_default().to_vec()).or_default()
    }

    fn block(&mut self, key: &[u8], block: StoredBlock) -> Result<(), StoreError> {
        let subject = KeyReader::new(key).and_then(|mut parts| {
            Some((parts.name::<NamespaceId>()?, parts.subject()?, parts.number()?))
        });
        let (ns, subject, last) =
            subject.ok_or_else(|| codec::corrupt(key, "its key names no subject"))?;
        let outcomes = block.into_outcomes(&subject).map_err(|err| codec::corrupt(key, &err))?;
        self.outcomes += outcomes.len() as u64;
        let running = self.running_of(key, &key::tallies(&ns, &subject))?;
        for outcome in &outcomes {
            running.judged.take_if(|judged| judged.agrees_with(&running.counted));
            running.counted.add(outcome);
        }
        running.judged.take_if(|judged| judged.agrees_with(&running.counted));
        if running.counted.total() == last {
            return Ok(());
        }
        Err(codec::corrupt(key, "the outcomes up to it are not as many as its place says"))
    }

    /// The log that a block belongs to: the one that is being added up, or the next one.
    fn running_of(&mut self, key: &[u8], tallies: &[u8]) -> Result<&mut Running, StoreError> {
        let subject = key.get(1..key.len().saturating_sub(8)).unwrap_or_default();
        if self.running.as_ref().is_none_or(|running| running.subject != subject) {
            self.settle();
            let kept = match self.snapshot.read::<StoredTallies>(tallies) {
                Err(err) if err.is_temporary() => return Err(err),
                // What is damaged is named when its own row is checked.
                kept => kept.ok().flatten(),
            };
            let kept = kept.and_then(|kept| kept.into_tallies().ok());
            let (kept, judged) = kept.map(|kept| (kept.tally, kept.judged)).unzip();
            let counted = Tally::default();
            self.running = Some(Running { subject: subject.to_vec(), counted, kept, judged });
        }
        let running = self.running.as_mut();
        running.ok_or_else(|| codec::corrupt(key, "its key names no subject"))
    }

    /// Ends the log that is being added up.
    fn settle(&mut self) {
        if let Some(Running { subject, counted, kept, judged }) = self.running.take() {
            let is_whole = kept.is_some_and(|kept| kept.agrees_with(&counted));
            let found = (is_whole, judged.is_none());
            self.subjects.entry(subject).or_default().added_up = Some(found);
        }
    }

    fn tallies(&mut self, key: &[u8], tallies: StoredTallies) -> Result<(), StoreError> {
        let tallies = tallies.into_tallies().map_err(|err| codec::corrupt(key, &err))?;
        self.of(key).behind = Some(tallies.judged.total() < tallies.tally.total());
        Ok(())
    }

    fn unjudged(&mut self, key: &[u8]) -> Result<(), StoreError> {
        self.of(key).unjudged = true;
        Ok(())
    }

    fn finish(mut self, report: &mut Report) {
        self.settle();
        report.outcomes = self.outcomes;
        if self.ids != self.outcomes {
            let detail = format!("{} outcomes have {} ids", self.outcomes, self.ids);
            report.note("the outcomes", detail);
        }
        for (subject, log) in self.subjects {
            let key = [&[Table::Tallies as u8], subject.as_slice()].concat();
            let said = match (log.behind, log.added_up) {
                (None, _) => Some("it is missing"),
                (Some(_), None | Some((false, _))) => Some("it is not what the outcomes add up to"),
                (Some(behind), Some(_)) if behind != log.unjudged => {
                    Some("its mark of unjudged outcomes is wrong")
                }
                (Some(_), Some((true, false))) => {
                    Some("what was judged is no beginning of the log")
                }
                (Some(_), Some((true, true))) => None,
            };
            if let Some(said) = said {
                report.note(codec::place(&key), said);
            }
        }
    }
}
