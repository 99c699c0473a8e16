//! Contents: each once by its digest, compressed where that pays.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use sternway_store::{Cause, Refusal, StoreError};
use sternway_types::{Content, ContentKind, ContentRef, Digest};

use crate::{
    convert::{form, signed},
    database::{Args, Database, column},
    error::corrupt,
    rows::{ContentRow, Hex, Kept as _, seal},
};

/// Kept as they are.
const RAW: i16 = 0;
/// One zstd frame.
const ZSTD: i16 = 1;
/// What the command-line tool takes if nothing is said: a good size at some 100 MB/s.
const LEVEL: i32 = 3;
/// What is smaller does not pay.
const SMALL: usize = 64;
/// The largest JSON that can be looked into with SQL.
const MAX_JSON: usize = 1 << 20;

fn place(digest: &Digest) -> String {
    format!("content {digest}")
}

/// Keeps a content.
pub(crate) async fn put(db: &Database, content: &Content) -> Result<(), StoreError> {
    let (digest, kind) = (content.digest(), content.reference().kind);
    let bytes = content.as_bytes();
    let held = db
        .patiently(
            "SELECT form FROM {s}.content WHERE digest = $1",
            Args::default().with(digest.as_bytes().to_vec()),
        )
        .await?;
    let held = held.first().map(|row| column::<i16>(row, 0)).transpose()?;
    if held.is_some_and(|held| held >= form(&kind)) {
        return Ok(());
    }
    let (codec, data) = pack(bytes);
    let row = ContentRow {
        digest: Hex(digest.as_bytes().to_vec()),
        form: form(&kind),
        len: signed(bytes.len() as u64),
        codec,
    };
    let sum = seal(&row.sum(), 0, [0; 3]);
    let args = Args::default()
        .with(row.digest.0)
        .with(row.form)
        .with(row.len)
        .with(row.codec)
        .with(data)
        .with(json(row.form, bytes))
        .with(sum);
    let put = "SELECT {s}.put_content($1, $2, $3, $4, $5, $6, $7)";
    // Doing it twice is the same as once.
    db.patiently(put, args).await.map(drop)
}

/// The JSON that can be looked into with SQL, if the bytes are known to be some.
pub(crate) fn json(of: i16, bytes: &[u8]) -> Option<&str> {
    let fits = of == form(&ContentKind::Json) && bytes.len() <= MAX_JSON;
    fits.then(|| std::str::from_utf8(bytes).ok()).flatten()
}

fn pack(bytes: &[u8]) -> (i16, Vec<u8>) {
    let packed = (bytes.len() >= SMALL).then(|| zstd::bulk::compress(bytes, LEVEL).ok()).flatten();
    match packed.filter(|packed| packed.len() < bytes.len()) {
        Some(packed) => (ZSTD, packed),
        None => (RAW, bytes.to_vec()),
    }
}

/// The bytes of a content, checked against its digest.
pub(crate) fn unpack(
    digest: &Digest,
    codec: i16,
    len: i64,
    data: Vec<u8>,
) -> Result<Vec<u8>, StoreError> {
    let len = usize::try_from(len).map_err(|err| corrupt(place(digest), err))?;
    let bytes = match codec {
        RAW => data,
        ZSTD => {
            if len > sternway_types::MAX_CONTENT {
                return Err(corrupt(place(digest), "its length is out of range"));
            }
            zstd::bulk::decompress(&data, len).map_err(|err| {
                corrupt(place(digest), format!("it cannot be decompressed ({err})"))
            })?
        }
        other => return Err(corrupt(place(digest), format!("{other} is no codec"))),
    };
    if bytes.len() != len || Digest::of(&bytes) != *digest {
        return Err(corrupt(place(digest), "its bytes do not have its digest"));
    }
    Ok(bytes)
}

/// The content that a version names.
pub(crate) async fn get(
    db: &Database,
    content: &ContentRef,
) -> Result<Option<Content>, StoreError> {
    let digest = content.digest;
    let rows = db
        .patiently(
            "SELECT codec, len, data FROM {s}.content WHERE digest = $1",
            Args::default().with(digest.as_bytes().to_vec()),
        )
        .await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let bytes = unpack(&digest, column(row, 0)?, column(row, 1)?, column(row, 2)?)?;
    let differs = |err| corrupt(place(&digest), format!("it is not what its writer said ({err})"));
    Content::new(content.kind.clone(), bytes).map(Some).map_err(differs)
}

/// How many contents that were put are remembered.
const REMEMBERED: usize = 4_096;

/// The contents that were put last.
///
/// A content is durable when the commit that names it is. If the server goes down in between, it may be
/// gone; that is no fault of whoever named it, who put it before.
#[derive(Debug, Default)]
pub(crate) struct Recent(Mutex<VecDeque<(Digest, u64)>>);

impl Recent {
    pub(crate) fn add(&self, digest: Digest, len: u64) {
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() >= REMEMBERED {
            recent.pop_front();
        }
        recent.push_back((digest, len));
    }

    /// What is wrong with a commit that names a content which was put and is gone.
    pub(crate) fn or_lost(&self, err: StoreError) -> StoreError {
        let StoreError::Refused(refusal) = &err else { return err };
        // A file is asked for with a size: one of another size was never put.
        let (digest, size) = if let Refusal::NoContent(digest) = refusal.as_ref() {
            (digest, None)
        } else if let Refusal::NoFile { digest, size, .. } = refusal.as_ref() {
            (digest, Some(*size))
        } else {
            return err;
        };
        let recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |(put, len): &(Digest, u64)| put == digest && size.is_none_or(|it| it == *len);
        if !recent.iter().any(is_it) {
            return err;
        }
        let lost = format!("the content {digest} was lost when the server went down: put it again");
        StoreError::Unavailable(Cause::new(lost))
    }
}
