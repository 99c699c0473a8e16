//! Rows to what they say, and back.

mod open_run;
mod outcome;

use std::{fmt::Display, str::FromStr};

use sternway_store::{Floor, Head, StoreError, encoding};
use sternway_types::{
    Artifact, Changelog, Commit, ContentKind, ContentRef, Digest, Generation, NamespaceId, Pointer,
    PointerMove, PointerName, Reason, RecordEntry, RecordKey, RecordKind, Revision, Timestamp,
    Version, VersionNumber,
};

use crate::{
    error::corrupt,
    rows::{
        ArtifactRow, HeadRow, Hex, MoveRow, PointerRow, RecordRow, Row, StoredCommit, VersionRow,
    },
};

/// Which row is meant, for who reads an error.
type Place<'a> = &'a dyn Fn() -> String;

fn part<T, E: Display>(
    place: Place<'_>,
    what: &str,
    parsed: Result<T, E>,
) -> Result<T, StoreError> {
    parsed.map_err(|err| corrupt(place(), format!("its {what} cannot be understood ({err})")))
}

fn parsed<T: FromStr<Err: Display>>(
    place: Place<'_>,
    what: &str,
    text: &str,
) -> Result<T, StoreError> {
    part(place, what, text.parse())
}

/// A number that is never negative.
fn count(place: Place<'_>, what: &str, number: i64) -> Result<u64, StoreError> {
    part(place, what, u64::try_from(number))
}

fn numbered(place: Place<'_>, number: i64) -> Result<VersionNumber, StoreError> {
    let number = VersionNumber::new(count(place, "number", number)?);
    number.ok_or_else(|| corrupt(place(), "its version number is 0"))
}

/// Numbers as the database keeps them. Ours stay far below its largest.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn digest(place: Place<'_>, hex: &Hex) -> Result<Digest, StoreError> {
    let bytes = <[u8; 32]>::try_from(hex.0.as_slice());
    part(place, "digest", bytes).map(Digest::from_bytes)
}

impl HeadRow {
    pub(crate) fn head(&self) -> Result<Head, StoreError> {
        let place = || "the head of a namespace".to_owned();
        Ok(Head {
            revision: Revision::new(count(&place, "revision", self.revision)?),
            at: Timestamp::from_micros(self.at),
            chain: digest(&place, &self.chain)?,
        })
    }

    pub(crate) fn floor(&self) -> Result<Option<Floor>, StoreError> {
        let place = || "the floor of a namespace".to_owned();
        let Some((revision, at)) = self.floor_revision.zip(self.floor_at) else { return Ok(None) };
        let revision = Revision::new(count(&place, "revision", revision)?);
        Ok(Some(Floor { revision, at: Timestamp::from_micros(at) }))
    }
}

impl StoredCommit {
    pub(crate) fn place(&self, ns: &NamespaceId) -> String {
        format!("revision {} of namespace {ns}", self.revision)
    }

    pub(crate) fn revision(&self) -> Revision {
        Revision::new(u64::try_from(self.revision).unwrap_or_default())
    }

    /// The commit; nothing if it was let go.
    pub(crate) fn commit(&self, ns: &NamespaceId) -> Result<Option<Commit>, StoreError> {
        let Some((record, chain)) = self.record.as_ref().zip(self.chain.as_ref()) else {
            return Ok(None);
        };
        let chain = digest(&|| self.place(ns), chain)?;
        let commit = encoding::commit(ns, self.revision(), chain, &record.0)?;
        if commit.revision != self.revision() {
            return Err(corrupt(self.place(ns), "it is another revision"));
        }
        Ok(Some(commit))
    }
}

/// An artifact, with when it came to be.
#[derive(Clone, Debug, serde::Deserialize)]
pub(crate) struct Created {
    #[serde(flatten)]
    pub(crate) row: ArtifactRow,
    pub(crate) created_at: i64,
    pub(crate) revision: i64,
}

impl Created {
    pub(crate) fn artifact(&self) -> Result<Artifact, StoreError> {
        let place = || format!("artifact {}", self.row.name);
        Ok(Artifact {
            id: parsed(&place, "name", &self.row.name)?,
            latest: numbered(&place, self.row.latest)?,
            created_at: Timestamp::from_micros(self.created_at),
            created_by: parsed(&place, "creator", &self.row.created_by)?,
            revision: Revision::new(count(&place, "revision", self.revision)?),
        })
    }
}

/// A version, with when it was written.
#[derive(Clone, Debug, serde::Deserialize)]
pub(crate) struct Authored {
    #[serde(flatten)]
    pub(crate) row: Row<VersionRow>,
    pub(crate) authored_at: i64,
}

impl VersionRow {
    pub(crate) fn new(version: &Version) -> Self {
        let (kind, label) = kind_columns(&version.content.kind);
        let metadata = if version.metadata.is_empty() {
            String::new()
        } else {
            // What was read as JSON can be written as JSON.
            serde_json::to_string(&version.metadata).unwrap_or_default()
        };
        Self {
            artifact: version.artifact.to_string(),
            number: signed(version.number.get()),
            digest: Hex(version.content.digest.as_bytes().to_vec()),
            kind: kind.into(),
            label,
            len: signed(version.content.len),
            parents: version.parents.iter().map(|parent| signed(parent.get())).collect(),
            author: version.author.to_string(),
            reason: version.reason.to_string(),
            changelog: version.changelog.to_string(),
            semver: version.semver.as_ref().map(ToString::to_string),
            metadata,
            depends_on: version.depends_on.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Authored {
    pub(crate) fn version(&self) -> Result<Version, StoreError> {
        let Row { row, at, revision, .. } = &self.row;
        let place = || format!("{}@v{}", row.artifact, row.number);
        let parents = row.parents.iter().map(|parent| numbered(&place, *parent));
        let depends_on = row.depends_on.iter().map(|needs| parsed(&place, "dependency", needs));
        let metadata = if row.metadata.is_empty() { "{}" } else { &row.metadata };
        let semver = row.semver.as_deref().map(str::parse).transpose();
        Ok(Version {
            artifact: parsed(&place, "artifact", &row.artifact)?,
            number: numbered(&place, row.number)?,
            content: ContentRef {
                digest: digest(&place, &row.digest)?,
                kind: kind(&place, &row.kind, row.label.as_deref())?,
                len: count(&place, "length", row.len)?,
            },
            parents: parents.collect::<Result<_, _>>()?,
            author: parsed(&place, "author", &row.author)?,
            authored_at: Timestamp::from_micros(self.authored_at),
            reason: part(&place, "reason", Reason::new(row.reason.as_str()))?,
            changelog: part(&place, "changelog", Changelog::new(row.changelog.as_str()))?,
            semver: part(&place, "semver", semver)?,
            metadata: part(&place, "metadata", serde_json::from_str(metadata))?,
            depends_on: depends_on.collect::<Result<_, _>>()?,
            at: Timestamp::from_micros(*at),
            revision: Revision::new(count(&place, "revision", *revision)?),
        })
    }
}

fn kind_columns(kind: &ContentKind) -> (&'static str, Option<String>) {
    match kind {
        ContentKind::Json => ("json", None),
        ContentKind::Text { language } => ("text", language.as_ref().map(ToString::to_string)),
        ContentKind::Bytes { media_type } => ("bytes", Some(media_type.to_string())),
        ContentKind::Tree => ("tree", None),
    }
}

fn kind(place: Place<'_>, kind: &str, label: Option<&str>) -> Result<ContentKind, StoreError> {
    match kind {
        "json" => Ok(ContentKind::Json),
        "text" => {
            let language = label.map(|label| parsed(place, "language", label)).transpose()?;
            Ok(ContentKind::Text { language })
        }
        "bytes" => {
            let media_type = parsed(place, "media type", label.unwrap_or_default())?;
            Ok(ContentKind::Bytes { media_type })
        }
        "tree" => Ok(ContentKind::Tree),
        other => Err(corrupt(place(), format!("{other:?} is no kind of contents"))),
    }
}

/// What bytes are known to be, the weakest first: who was told that they are JSON knows that they are
/// text.
pub(crate) const fn form(kind: &ContentKind) -> i16 {
    match kind {
        ContentKind::Bytes { .. } => 0,
        ContentKind::Text { .. } => 1,
        ContentKind::Json => 2,
        ContentKind::Tree => 3,
    }
}

/// The columns of a pointer's name.
pub(crate) fn name_columns(name: &PointerName) -> (&'static str, &str) {
    match name {
        PointerName::Environment(environment) => ("e", environment.as_str()),
        PointerName::Label(label) => ("l", label.as_str()),
    }
}

fn pointer_name(place: Place<'_>, kind: &str, name: &str) -> Result<PointerName, StoreError> {
    match kind {
        "e" => Ok(PointerName::Environment(parsed(place, "environment", name)?)),
        "l" => Ok(PointerName::Label(parsed(place, "label", name)?)),
        other => Err(corrupt(place(), format!("{other:?} is no kind of pointers"))),
    }
}

impl PointerRow {
    pub(crate) fn new(pointer: &Pointer) -> Self {
        let (kind, name) = name_columns(&pointer.name);
        Self {
            artifact: pointer.artifact.to_string(),
            kind: kind.into(),
            name: name.into(),
            version: pointer.version.map(|version| signed(version.get())),
            generation: signed(pointer.generation.get()),
        }
    }
}

impl Row<PointerRow> {
    pub(crate) fn pointer(&self) -> Result<Pointer, StoreError> {
        let row = &self.row;
        let place = || format!("pointer {} {} of {}", row.kind, row.name, row.artifact);
        Ok(Pointer {
            artifact: parsed(&place, "artifact", &row.artifact)?,
            name: pointer_name(&place, &row.kind, &row.name)?,
            version: row.version.map(|version| numbered(&place, version)).transpose()?,
            generation: Generation::new(count(&place, "generation", row.generation)?),
            revision: Revision::new(count(&place, "revision", self.revision)?),
            at: Timestamp::from_micros(self.at),
        })
    }
}

impl MoveRow {
    pub(crate) fn new(moved: &PointerMove) -> Self {
        let (kind, name) = name_columns(&moved.name);
        Self {
            artifact: moved.artifact.to_string(),
            kind: kind.into(),
            name: name.into(),
            from_version: moved.from.map(|version| signed(version.get())),
            to_version: moved.to.map(|version| signed(version.get())),
            generation: signed(moved.generation.get()),
            // A cause is an enum of numbers and texts.
            cause: serde_json::to_string(&moved.cause).unwrap_or_default(),
            actor: moved.by.to_string(),
            reason: moved.reason.to_string(),
            forced: moved.forced,
        }
    }
}

impl Row<MoveRow> {
    pub(crate) fn moved(&self) -> Result<PointerMove, StoreError> {
        let row = &self.row;
        let place =
            || format!("move {} of pointer {} of {}", row.generation, row.name, row.artifact);
        Ok(PointerMove {
            artifact: parsed(&place, "artifact", &row.artifact)?,
            name: pointer_name(&place, &row.kind, &row.name)?,
            from: row.from_version.map(|version| numbered(&place, version)).transpose()?,
            to: row.to_version.map(|version| numbered(&place, version)).transpose()?,
            generation: Generation::new(count(&place, "generation", row.generation)?),
            cause: part(&place, "cause", serde_json::from_str(&row.cause))?,
            by: parsed(&place, "actor", &row.actor)?,
            reason: part(&place, "reason", Reason::new(row.reason.as_str()))?,
            forced: row.forced,
            revision: Revision::new(count(&place, "revision", self.revision)?),
            at: Timestamp::from_micros(self.at),
        })
    }
}

impl RecordRow {
    pub(crate) fn new(entry: &RecordEntry) -> Self {
        Self {
            kind: entry.key.kind().as_str().into(),
            name: entry.key.name().into(),
            // What was checked to be readable can be written.
            body: entry.record.as_ref().map(|it| serde_json::to_string(it).unwrap_or_default()),
            generation: signed(entry.generation.get()),
        }
    }
}

impl Row<RecordRow> {
    pub(crate) fn entry(&self) -> Result<RecordEntry, StoreError> {
        let row = &self.row;
        let place = || format!("record {} {}", row.kind, row.name);
        let kind = RecordKind::ALL.into_iter().find(|kind| kind.as_str() == row.kind);
        let kind = kind.ok_or_else(|| corrupt(place(), "it is of an unknown kind"))?;
        let record = row.body.as_deref().map(serde_json::from_str).transpose();
        let record: Option<sternway_types::Record> = part(&place, "body", record)?;
        let key = serde_json::json!({ "kind": kind, "name": row.name });
        let key: RecordKey = part(&place, "key", serde_json::from_value(key))?;
        if record.as_ref().is_some_and(|record| record.key() != key) {
            return Err(corrupt(place(), "it is under the name of another one"));
        }
        Ok(RecordEntry {
            key,
            record,
            generation: Generation::new(count(&place, "generation", row.generation)?),
            revision: Revision::new(count(&place, "revision", self.revision)?),
            at: Timestamp::from_micros(self.at),
        })
    }
}
