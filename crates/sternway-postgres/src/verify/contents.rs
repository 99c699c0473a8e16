//! Every content against its digest, and the files of every tree.

use serde_json::json;
use sternway_store::StoreError;
use sternway_types::{Content, ContentKind, Digest, Tree};

use super::scan::Scan;
use crate::{
    contents::{json as shown_json, unpack},
    convert::signed,
    database::{Args, column},
    rows::{ContentRow, Hex, Kept as _, seal, to_hex},
};

/// Contents that are trees: the weakest kinds first.
const TREE: i16 = 3;

pub(super) async fn contents(scan: &mut Scan) -> Result<(), StoreError> {
    let all = "SELECT digest, form, len, codec, data, sum FROM {s}.content ORDER BY digest";
    scan.open("contents", all).await?;
    loop {
        // Contents are large: a few at a time.
        let rows = scan.few("contents").await?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut read = Vec::new();
        for row in &rows {
            scan.report.contents += 1;
            let (form, len, codec) = (column(row, 1)?, column(row, 2)?, column(row, 3)?);
            let row = (column::<Vec<u8>>(row, 0)?, column(row, 4)?, column(row, 5)?);
            let (digest, data, sum): (Vec<u8>, Vec<u8>, Vec<u8>) = row;
            let row = ContentRow { digest: Hex(digest), form, len, codec };
            match content(scan, row, data, &sum).await {
                Ok(shown) => read.push(shown),
                Err(err) => scan.note(err)?,
            }
        }
        derived(scan, read).await?;
    }
}

/// Notes contents of which SQL shows another JSON than their bytes are.
async fn derived(scan: &mut Scan, read: Vec<(Digest, Option<String>)>) -> Result<(), StoreError> {
    let pairs = read.into_iter().map(|(digest, json)| (digest.as_bytes().to_vec(), json));
    let (digests, texts): (Vec<_>, Vec<_>) = pairs.unzip();
    let differ = "SELECT to_json(encode(c.digest, 'hex'))::text
        FROM unnest($1::bytea[], $2::text[]) w (digest, json)
        JOIN {s}.content c ON c.digest = w.digest
        WHERE c.json IS DISTINCT FROM {s}.as_json(w.json)";
    for digest in scan.read::<String>(differ, Args::default().with(digests).with(texts)).await? {
        let place = format!("content sha256:{digest}");
        scan.report.note(place, "as JSON it is shown as something else");
    }
    Ok(())
}

/// Checks a content. Answers with its digest, and the JSON that SQL is to show.
async fn content(
    scan: &mut Scan,
    row: ContentRow,
    data: Vec<u8>,
    sum: &[u8],
) -> Result<(Digest, Option<String>), StoreError> {
    let digest = crate::convert::digest(&|| "a content".to_owned(), &row.digest)?;
    if seal(&row.sum(), 0, [0; 3]) != sum {
        scan.report.note(format!("content {digest}"), "its sum does not match");
    }
    let bytes = unpack(&digest, row.codec, row.len, data)?;
    if let Some(kind) = kind(row.form)
        && let Err(err) = Content::new(kind, bytes.clone())
    {
        let detail = format!("it is not what its writer said ({err})");
        scan.report.note(format!("content {digest}"), detail);
    } else if row.form == TREE {
        files(scan, &digest, &bytes).await?;
    }
    Ok((digest, shown_json(row.form, &bytes).map(str::to_owned)))
}

fn kind(form: i16) -> Option<ContentKind> {
    match form {
        1 => Some(ContentKind::Text { language: None }),
        2 => Some(ContentKind::Json),
        TREE => Some(ContentKind::Tree),
        _ => None,
    }
}

/// Notes the files of a tree that are not there, if a version has the tree.
async fn files(scan: &mut Scan, digest: &Digest, bytes: &[u8]) -> Result<(), StoreError> {
    let Ok(tree) = Tree::parse(bytes) else { return Ok(()) };
    let files = tree.files().filter(|(_, file)| file.size > 0).map(|(path, file)| {
        let (digest, len) = (to_hex(file.digest.as_bytes()), signed(file.size));
        json!({ "path": path.to_string(), "digest": digest, "len": len })
    });
    let args = Args::default()
        .with(files.collect::<serde_json::Value>().to_string())
        .with(digest.as_bytes().to_vec());
    let missing = "SELECT to_json(w.path)::text
        FROM jsonb_to_recordset($1::jsonb) w (path text, digest text, len bigint)
        WHERE NOT EXISTS (SELECT FROM {s}.content c
                WHERE c.digest = decode(w.digest, 'hex') AND c.len = w.len)
            AND EXISTS (SELECT FROM {s}.version v WHERE v.digest = $2 AND v.kind = 'tree')";
    for path in scan.read::<String>(missing, args).await? {
        let place = format!("{path} of the tree {digest}");
        scan.report.note(place, "its content is missing, or has another length");
    }
    Ok(())
}
