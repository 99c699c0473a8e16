//! A small namespace, its bundle, and the ways to spoil one.

use std::{
    io::{Read as _, Write as _},
    ops::ControlFlow,
};

use sternway_bundle::{BundleError, Closing, Entry, Manifest, Writer, envelope::Sealer, read};
use sternway_store::{KvStore, Limit, MemoryKv, Store as _, chain_of};
use sternway_types::{
    Actor, ActorKind, Change, Changeset, ChangesetId, Commit, Content, Digest, EnvironmentId,
    Generation, NamespaceId, NewVersion, Outcome, OutcomeId, OutcomeStatus, Revision, Subject,
    Timestamp, VersionNumber,
};

/// An entry as it stands in a tar: its header, and its bytes.
pub(crate) type Raw = (Vec<u8>, Vec<u8>);

pub(crate) fn namespace() -> NamespaceId {
    "shop".parse().expect("a namespace")
}

pub(crate) fn text(text: &str) -> Content {
    Content::text(text, None).expect("a text")
}

fn second(number: i64) -> Timestamp {
    Timestamp::from_micros(1_795_190_400_000_000 + number * 1_000_000)
}

pub(crate) fn contents() -> Vec<Content> {
    let long = "be kind. ".repeat(2_000);
    vec![text("Hello!"), text("Hi!"), Content::json("{\"a\":0.1}").expect("JSON"), text(&long)]
}

/// The commits of a namespace that has a version of each content.
pub(crate) async fn history() -> Vec<Commit> {
    let store = KvStore::open(MemoryKv::new()).expect("an empty map becomes a store");
    let actor = Actor::new(ActorKind::Human, "alice").expect("an actor");
    let changeset = |number: i64| {
        let id = ChangesetId::from_name(&number.to_string());
        Changeset::new(id, namespace(), second(number), actor.clone())
    };
    let create = changeset(0).then(Change::CreateNamespace);
    store.commit(&create).await.expect("memory takes it");
    for (number, content) in (1..).zip(contents()) {
        store.put(&content, None).await.expect("memory takes it");
        let artifact = "prompts/greeting".parse().expect("an artifact");
        let new = NewVersion::new(artifact, content.reference());
        let add = changeset(number).then(Change::AddVersion(Box::new(new)));
        store.commit(&add).await.expect("memory takes it");
    }
    store.feed(&namespace(), Revision::ZERO, Limit::MAX).await.expect("it can be read")
}

pub(crate) fn outcomes() -> Vec<Outcome> {
    let subject = Subject {
        artifact: "prompts/greeting".parse().expect("an artifact"),
        environment: EnvironmentId::production(),
        version: VersionNumber::FIRST,
        generation: Generation::new(1),
    };
    let outcome = |number: i64| {
        let id = OutcomeId::from_name(&number.to_string());
        Outcome::new(id, subject.clone(), second(number), OutcomeStatus::Succeeded)
    };
    (0..5).map(outcome).collect()
}

pub(crate) fn manifest_of(commits: &[Commit], contents: &[Content]) -> Manifest {
    let last = commits.last().expect("there are commits");
    Manifest {
        namespace: namespace(),
        revision: last.revision,
        chain: last.chain,
        at: second(100),
        by: Actor::sternway(),
        contents: contents.len() as u64,
        content_bytes: contents.iter().map(|content| content.as_bytes().len() as u64).sum(),
    }
}

/// A bundle of that namespace.
pub(crate) async fn bundle() -> Vec<u8> {
    let (commits, contents) = (history().await, contents());
    bundle_of(&manifest_of(&commits, &contents), &commits, &contents)
}

pub(crate) fn bundle_of(manifest: &Manifest, commits: &[Commit], contents: &[Content]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), manifest).expect("memory takes it");
    contents.iter().for_each(|content| writer.content(content).expect("memory takes it"));
    commits.iter().for_each(|commit| writer.commit(commit).expect("memory takes it"));
    let outcomes = outcomes();
    let subject = &outcomes.first().expect("there are some").subject;
    let (first, second) = outcomes.split_at(2);
    writer.outcomes(subject, 4, 0, first).expect("memory takes it");
    writer.outcomes(subject, 4, 2, second).expect("memory takes it");
    writer.finish(None).expect("memory takes it").0
}

/// Reads a bundle.
pub(crate) fn entries(bundle: &[u8]) -> Result<(Vec<Entry>, Closing), BundleError> {
    let chain =
        |before: &Digest, commit: &Commit| chain_of(before, commit).map_err(|err| err.to_string());
    let mut entries = Vec::new();
    let closing = read(bundle, &chain, &mut |entry, _| {
        entries.push(entry);
        // What comes next is read into memory that something else was in.
        ControlFlow::Continue(vec![0xa5; 64 * 1024])
    })?;
    Ok((entries, closing))
}

/// Why a bundle is refused.
#[track_caller]
pub(crate) fn refused(bundle: &[u8]) -> String {
    match entries(bundle) {
        Err(err) => err.to_string(),
        Ok((entries, _)) => panic!("a spoilt bundle of {} entries was taken", entries.len()),
    }
}

/// The blocks of a tar: a header and what belongs to it.
pub(crate) fn unpack(bundle: &[u8]) -> Vec<Raw> {
    let mut tar = Vec::new();
    let frame = zstd::Decoder::new(bundle).expect("a frame").single_frame();
    { frame }.read_to_end(&mut tar).expect("a sound frame");
    let mut archive = tar::Archive::new(tar.as_slice());
    let raw = archive.entries().expect("a tar");
    raw.map(|entry| {
        let mut entry = entry.expect("a sound tar");
        let mut body = Vec::new();
        entry.read_to_end(&mut body).expect("a sound tar");
        (entry.header().as_bytes().to_vec(), body)
    })
    .collect()
}

/// Packs them again, with a checksum that matches.
pub(crate) fn pack(entries: &[Raw]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (header, body) in entries {
        tar.extend_from_slice(header);
        tar.extend_from_slice(body);
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar.extend_from_slice(&[0; 1024]);
    seal(&tar)
}

pub(crate) fn seal(tar: &[u8]) -> Vec<u8> {
    let mut sealer = Sealer::new(Vec::new()).expect("memory takes it");
    sealer.write_all(tar).expect("memory takes it");
    sealer.finish().expect("memory takes it")
}

/// An entry with a name, whatever is in it.
pub(crate) fn entry(name: &str, body: &[u8]) -> Raw {
    let mut header = tar::Header::new_ustar();
    // By hand: what builds headers refuses some names.
    let place = header.as_old_mut();
    place.name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(tar::EntryType::Regular);
    header.set_size(body.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    (header.as_bytes().to_vec(), body.to_vec())
}

/// The same entry with another body, whose name has its digest.
pub(crate) fn renamed(entries: &[Raw], place: usize, body: &[u8]) -> Vec<u8> {
    let mut entries = entries.to_vec();
    let name = name_of(&entries[place]);
    let digest = Digest::of(&entries[place].1).to_hex();
    entries[place] = entry(&name.replace(&digest, &Digest::of(body).to_hex()), body);
    pack(&entries)
}

pub(crate) fn name_of(entry: &Raw) -> String {
    let name = entry.0.split(|byte| *byte == 0).next().expect("a name");
    String::from_utf8(name.to_vec()).expect("a name")
}

/// A number that follows from a seed.
pub(crate) fn dice(seed: &mut u64, below: usize) -> usize {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    usize::try_from(*seed % (below as u64)).expect("it is small")
}
