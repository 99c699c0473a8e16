//! Loads what a group is decided on: all of it in one call, as it stands at one moment.

use serde::Deserialize;
use sternway_store::{LastWrite, StoreError};
use sternway_types::{Digest, NamespaceId, RecordKey};

use super::{
    ledger::{Known, Ledger},
    needs::Needs,
};
use crate::{
    contents,
    convert::{Authored, Created, digest},
    database::{Args, Database},
    error::Failure,
    rows::{HeadRow, Hex, PointerRow, RecordRow, Row, StoredCommit},
};

#[derive(Deserialize)]
struct Answer {
    head: Option<HeadRow>,
    artifacts: Option<Vec<Created>>,
    latest: Option<Vec<Authored>>,
    versions: Option<Vec<Authored>>,
    judged: Option<Vec<Row<RecordRow>>>,
    pointers: Option<Vec<Moved>>,
    records: Option<Vec<Row<RecordRow>>>,
    ids: Option<Vec<StoredCommit>>,
    commits: Option<Vec<StoredCommit>>,
    contents: Option<Vec<ContentHead>>,
    trees: Option<Vec<ContentBody>>,
}

#[derive(Deserialize)]
struct Moved {
    #[serde(flatten)]
    row: Row<PointerRow>,
    actor: Option<String>,
}

#[derive(Deserialize)]
struct ContentHead {
    digest: Hex,
    form: i16,
    len: i64,
}

#[derive(Deserialize)]
struct ContentBody {
    digest: Hex,
    codec: i16,
    len: i64,
    data: Hex,
}

/// Whether the contents that a changeset names must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contents {
    /// They must.
    Required,
    /// A rehearsal has not written them.
    Assumed,
}

/// What there is of what is needed. What is not there is known to be missing.
pub(crate) async fn load(
    db: &Database,
    ns: &NamespaceId,
    needs: &Needs,
    contents: Contents,
) -> Result<Ledger, Failure> {
    let args = Args::default().with(ns.as_str()).with(needs.to_json().to_string());
    let answer = db.call::<Answer>("SELECT {s}.load($1, $2::jsonb)::text", args).await?;
    let mut ledger = Ledger::new(contents == Contents::Required);
    let missing = || Failure::Store(crate::error::corrupt("what was asked for", "no answer came"));
    fill(&mut ledger, ns, needs, answer.ok_or_else(missing)?).map_err(Failure::Store)?;
    Ok(ledger)
}

fn fill(
    ledger: &mut Ledger,
    ns: &NamespaceId,
    needs: &Needs,
    answer: Answer,
) -> Result<(), StoreError> {
    let loaded = &mut ledger.loaded;
    // Nothing is there, unless it is said to be.
    loaded.artifacts.extend(needs.artifacts.iter().map(|id| (id.clone(), None)));
    loaded.versions.extend(needs.versions.iter().map(|key| (key.clone(), None)));
    loaded.pointers.extend(needs.pointers.iter().map(|key| (key.clone(), None)));
    loaded.records.extend(needs.records.iter().map(|key| (key.clone(), None)));
    loaded.ids.extend(needs.ids.iter().map(|id| (*id, None)));
    loaded.commits.extend(needs.commits.iter().map(|revision| (*revision, None)));
    ledger.contents.extend(needs.contents.iter().map(|digest| (*digest, None)));
    ledger.trees.extend(needs.trees.iter().map(|digest| (*digest, None)));
    if let Some(head) = &answer.head {
        loaded.head = Some(head.head()?);
        ledger.floor = head.floor()?;
    }
    for created in answer.artifacts.unwrap_or_default() {
        let artifact = created.artifact()?;
        loaded.artifacts.insert(artifact.id.clone(), Some(artifact));
    }
    let latest = answer.latest.unwrap_or_default();
    for row in answer.versions.unwrap_or_default().into_iter().chain(latest) {
        let version = row.version()?;
        loaded.versions.insert((version.artifact.clone(), version.number), Some(version));
    }
    for (artifact, number, environment) in &needs.judged {
        let version = loaded.versions.get(&(artifact.clone(), *number));
        if let Some(Some(version)) = version {
            let digest = &version.content.digest;
            let key = RecordKey::condemnation(artifact, environment, digest);
            loaded.records.entry(key).or_default();
        }
    }
    for moved in answer.pointers.unwrap_or_default() {
        let pointer = moved.row.pointer()?;
        let place = || format!("pointer {} of {}", pointer.name, pointer.artifact);
        let by = moved.actor.unwrap_or_default().parse();
        let by = by.map_err(|err| crate::error::corrupt(place(), err))?;
        let last = LastWrite { revision: pointer.revision, by, at: pointer.at };
        let key = (pointer.artifact.clone(), pointer.name.clone());
        loaded.pointers.insert(key, Some((pointer, last)));
    }
    let judged = answer.judged.unwrap_or_default();
    for row in answer.records.unwrap_or_default().into_iter().chain(judged) {
        let entry = row.entry()?;
        loaded.records.insert(entry.key.clone(), Some(entry));
    }
    for stored in answer.ids.unwrap_or_default() {
        let revision = stored.revision();
        loaded.ids.insert(sternway_types::ChangesetId::from_uuid(stored.id), Some(revision));
        loaded.commits.insert(revision, stored.commit(ns)?);
    }
    for stored in answer.commits.unwrap_or_default() {
        loaded.commits.insert(stored.revision(), stored.commit(ns)?);
    }
    fill_contents(ledger, answer.contents.unwrap_or_default(), answer.trees.unwrap_or_default())
}

fn fill_contents(
    ledger: &mut Ledger,
    heads: Vec<ContentHead>,
    bodies: Vec<ContentBody>,
) -> Result<(), StoreError> {
    let named = |hex: &Hex| -> Result<Digest, StoreError> { digest(&|| "a content".into(), hex) };
    for ContentHead { digest, form, len } in heads {
        ledger.contents.insert(named(&digest)?, Some(Known { form, len }));
    }
    for body in bodies {
        let digest = named(&body.digest)?;
        let bytes = contents::unpack(&digest, body.codec, body.len, body.data.0)?;
        ledger.trees.insert(digest, Some(bytes));
    }
    Ok(())
}
