//! The rows, as they are written, read and checked.
//!
//! Each struct is what its writer knows of a row; what the row is given when it is committed (its
//! revision and moments) stands beside it in [`Row`]. The sum of a row is over both.

use serde::{Deserialize, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

/// Bytes, as hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hex(pub(crate) Vec<u8>);

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_hex(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // The database writes them with a prefix.
        let digits = text.strip_prefix("\\x").unwrap_or(&text);
        let bytes = digits.as_bytes().chunks(2).map(|pair| {
            let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
            u8::from_str_radix(pair, 16).ok()
        });
        bytes
            .collect::<Option<_>>()
            .map(Self)
            .ok_or_else(|| de::Error::custom("these are no hexadecimal digits"))
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().map_or('0', char::from);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// What a row is about, for its sum: the name of its table.
pub(crate) trait Kept: Serialize {
    /// The table's name.
    const TABLE: &'static str;

    /// The sum of what the writer knows.
    fn sum(&self) -> Vec<u8> {
        let mut hasher = Sha256::new();
        hasher.update(Self::TABLE);
        hasher.update([0]);
        // A row is names, numbers and texts, which can always be written.
        hasher.update(serde_json::to_vec(self).unwrap_or_default());
        hasher.finalize().iter().take(8).copied().collect()
    }
}

/// The sum of a row with what it was given, as the function `seal` of the schema makes it.
pub(crate) fn seal(sum: &[u8], ns: i32, given: [i64; 3]) -> Vec<u8> {
    let mut hasher = Sha256::new();
    hasher.update(sum);
    hasher.update(ns.to_be_bytes());
    given.iter().for_each(|number| hasher.update(number.to_be_bytes()));
    hasher.finalize().iter().take(8).copied().collect()
}

/// A row, and what it was given when it was committed.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Row<T> {
    pub(crate) ns: i32,
    #[serde(flatten)]
    pub(crate) row: T,
    #[serde(default)]
    pub(crate) at: i64,
    #[serde(default)]
    pub(crate) revision: i64,
    pub(crate) sum: Hex,
}

macro_rules! kept {
    ($($(#[$doc:meta])* $name:ident($table:literal) { $($field:ident: $type:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
            pub(crate) struct $name {
                $(pub(crate) $field: $type,)*
            }

            impl Kept for $name {
                const TABLE: &'static str = $table;
            }
        )*
    };
}

kept! {
    /// The name of a namespace.
    NamespaceRow("namespace") { name: String, }

    /// The id of a commit, which outlives it.
    CommitRow("commit") { id: uuid::Uuid, }

    /// An artifact.
    ArtifactRow("artifact") { name: String, latest: i64, created_by: String, }

    /// A version.
    VersionRow("version") {
        artifact: String,
        number: i64,
        digest: Hex,
        kind: String,
        label: Option<String>,
        len: i64,
        parents: Vec<i64>,
        author: String,
        reason: String,
        changelog: String,
        semver: Option<String>,
        metadata: String,
        depends_on: Vec<String>,
    }

    /// A pointer.
    PointerRow("pointer") {
        artifact: String,
        kind: String,
        name: String,
        version: Option<i64>,
        generation: i64,
    }

    /// A move of a pointer.
    MoveRow("pointer_move") {
        artifact: String,
        kind: String,
        name: String,
        from_version: Option<i64>,
        to_version: Option<i64>,
        generation: i64,
        cause: String,
        actor: String,
        reason: String,
        forced: bool,
    }

    /// A record, as it is or as it was.
    RecordRow("record") { kind: String, name: String, body: Option<String>, generation: i64, }

    /// A run that is open.
    OpenRunRow("open_run") {
        id: uuid::Uuid,
        artifact: String,
        environment: String,
        version: i64,
        generation: i64,
        opened: i64,
        due: i64,
        bucket: Option<i16>,
    }

    /// A content, without its bytes: those have a digest.
    ContentRow("content") { digest: Hex, form: i16, len: i64, codec: i16, }
}

/// An outcome. Its sum is over its subject as well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct OutcomeRow {
    pub(crate) id: uuid::Uuid,
    pub(crate) at: i64,
    pub(crate) status: i16,
    pub(crate) class: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) seconds: Option<u64>,
    pub(crate) nanos: Option<i32>,
    pub(crate) cost: Option<f64>,
    pub(crate) scores: Option<String>,
    pub(crate) trace: Option<String>,
    /// Whether what answered failed, if it is of a copy of a run. Left out of the sum where it is not known,
    /// as it was before there was such a thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) other_failed: Option<bool>,
    /// How it was assigned, if it says so: a bucket, or -1 for chance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) bucket: Option<i16>,
}

/// An outcome with its subject, as it is hashed.
#[derive(Debug, Serialize)]
pub(crate) struct OutcomeOf<'a> {
    pub(crate) subject: &'a sternway_types::Subject,
    pub(crate) outcome: &'a OutcomeRow,
}

impl Kept for OutcomeOf<'_> {
    const TABLE: &'static str = "outcome";
}

/// Where a namespace stands.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct HeadRow {
    pub(crate) ns: i32,
    pub(crate) revision: i64,
    pub(crate) at: i64,
    pub(crate) chain: Hex,
    pub(crate) floor_revision: Option<i64>,
    pub(crate) floor_at: Option<i64>,
    pub(crate) swept: i64,
    pub(crate) swept_chain: Hex,
}

/// A commit as it is stored; of one that was let go, only the id is left.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct StoredCommit {
    pub(crate) ns: i32,
    pub(crate) revision: i64,
    pub(crate) id: uuid::Uuid,
    pub(crate) at: Option<i64>,
    pub(crate) actor: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) record: Option<Hex>,
    pub(crate) chain: Option<Hex>,
    pub(crate) sum: Hex,
}
