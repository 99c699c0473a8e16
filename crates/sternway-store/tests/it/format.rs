//! The bytes that are stored: what an earlier layout wrote is read back for ever, and a newer format is
//! refused by name.
//!
//! `golden/layout-5.txt` holds every row of a small store, in hexadecimal, as `key value`, and so do
//! `golden/layout-4.txt` and `golden/layout-3.txt`, of nearly the same store. Each was written by the code that introduced the
//! layout. When the bytes change, the layout changes, and these files stay and another one comes
//! beside them. `golden/layout-5-spread.txt` is layout 5 with tallies of format 3, which have quantiles,
//! and `golden/layout-5-packs.txt` also has chunks in packs, of format 4.

use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

use sternway_store::{
    Batch, Kv as _, KvStore, Limit, MemoryKv, Store, StoreError, Upgrade, Upgraded, upgrade,
};
use sternway_types::{
    Actor, Answered, At, Attestation, Change, Condemnation, Content, Digest, EnvironmentId,
    ErrorClasses, FileMode, Finding, FrozenBaseline, Generation, Metric, NewVersion, Outcome,
    Policy, PolicyRecord, PolicyScope, PolicySetting, Ratio, Record, Revision, Score, Tree,
    TreeEntry, TreeFile, TreePath, VersionNumber,
};

use crate::world::{
    append, changeset, create, greeting, namespace, outcome, production, publish, publish_near,
    rows, second,
};

const LAYOUT_3: &str = include_str!("golden/layout-3.txt");
const LAYOUT_4: &str = include_str!("golden/layout-4.txt");
const LAYOUT_5: &str = include_str!("golden/layout-5.txt");
const LAYOUT_5_SPREAD: &str = include_str!("golden/layout-5-spread.txt");
const LAYOUT_5_PACKS: &str = include_str!("golden/layout-5-packs.txt");

fn to_text(rows: &Batch) -> String {
    let hex = |bytes: &[u8]| {
        bytes.iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a string takes everything");
            hex
        })
    };
    let line = |(key, value): (&Vec<u8>, &Option<Vec<u8>>)| {
        format!("{} {}\n", hex(key), hex(value.as_deref().unwrap_or_default()))
    };
    rows.iter().map(line).collect()
}

fn from_text(text: &str) -> Batch {
    let bytes = |hex: &str| {
        let pairs = hex.as_bytes().chunks(2);
        pairs
            .map(|pair| u8::from_str_radix(str::from_utf8(pair).expect("ASCII"), 16).expect("hex"))
            .collect::<Vec<u8>>()
    };
    let row = |line: &str| {
        let (key, value) = line.split_once(' ').expect("a key and a value");
        (bytes(key), Some(bytes(value)))
    };
    text.lines().map(row).collect()
}

/// A folder with one file, beside the other versions.
async fn publish_tree(store: &KvStore) -> Result<(), StoreError> {
    let file = TreeFile::of(FileMode::Plain, b"Hello!");
    let path: TreePath = "greeting.md".parse().expect("a path");
    let tree = Tree::new([(path, TreeEntry::File(file))]).expect("a tree");
    let tree = Content::tree(&tree).expect("a content");
    store.put(&tree, None).await?;
    let folder = "prompts/folder".parse().expect("an artifact");
    let add = Change::AddVersion(Box::new(NewVersion::new(folder, tree.reference())));
    store.commit(&changeset("tree", 2).then(add)).await.map(drop)
}

/// A text of this many numbered lines, and one more.
fn lines(count: u32, last: &str) -> String {
    (0..count).map(|line| format!("line {line} of a longer text\n")).collect::<String>() + last
}

/// One of everything that can be stored.
async fn write_one_of_everything(store: &KvStore) -> Result<(), StoreError> {
    create(store).await?;
    publish(store, "Hello!", 1).await?;
    publish(store, "Hi!", 2).await?;
    publish_tree(store).await?;
    let security = Attestation {
        artifact: greeting(),
        version: VersionNumber::FIRST,
        name: "security".parse().expect("a name"),
        finding: Finding::Rating(Ratio::new(0.5).expect("a ratio")),
        by: "agent:rater".parse::<Actor>().expect("an actor"),
        at: second(3),
    };
    let condemned = Condemnation {
        artifact: greeting(),
        environment: EnvironmentId::production(),
        digest: Digest::of(b"Hello!"),
        version: VersionNumber::FIRST,
        reason: "too stiff".parse().expect("a reason"),
    };
    let baseline = FrozenBaseline {
        artifact: greeting(),
        environment: EnvironmentId::production(),
        generation: Generation::new(2),
        candidate: VersionNumber::new(2).expect("a number"),
        version: VersionNumber::FIRST,
        succeeded: 95,
        failed: 5,
        errors: ErrorClasses::default(),
        quantiles: sternway_types::Quantiles::default(),
    };
    let policy = PolicyRecord {
        scope: PolicyScope::Namespace,
        setting: PolicySetting::On(Policy::default()),
    };
    let records = changeset("records", 3)
        .then(Change::PutRecord(Box::new(Record::Attestation(security))))
        .then(Change::PutRecord(Box::new(Record::Condemnation(condemned))))
        .then(Change::PutRecord(Box::new(Record::Baseline(Box::new(baseline)))))
        .then(Change::PutRecord(Box::new(Record::Policy(policy))));
    store.commit(&records).await?;
    let off = PolicyRecord { scope: PolicyScope::Namespace, setting: PolicySetting::Off };
    // What it replaces is stored as well.
    let replaced = Change::PutRecord(Box::new(Record::Policy(off)));
    let back = changeset("replaced", 4).undoing(Revision::new(4));
    store.commit(&back.then(replaced)).await?;
    let measured = Outcome {
        duration: Some(Duration::from_micros(812_345)),
        cost: Some(Score::new(0.25).expect("a score")),
        scores: BTreeMap::from([("accuracy".to_owned(), Score::new(0.9).expect("a score"))]),
        ..outcome("a", 2, 4, None)
    };
    let outcomes = vec![measured, outcome("b", 2, 5, Some("TypeError"))];
    // Nothing is judged here: that the outcomes wait to be is stored as well.
    drop(store.append(&append(6, outcomes)).await?);
    // In full, as a delta, and in chunks.
    publish(store, &lines(100, "one"), 7).await?;
    publish_near(store, &lines(100, "two"), &lines(100, "one"), 8).await?;
    publish(store, &lines(1, "x").repeat(20_000), 9).await?;
    Ok(())
}

/// Rows, but for the frames of zstd in them: those are as long as that library makes them.
fn without_frames(text: &str) -> String {
    let line = |line: &str| match line.get(..2) {
        // A content: its codec is the low half of the first byte after the format.
        Some("62") if matches!(line.get(70..71), Some("1" | "2")) => {
            line.get(..87).map(str::to_owned)
        }
        // In which pack a chunk is, and not where in it; a pack, but for what is in it.
        Some("7a") => line.get(..89).map(str::to_owned),
        Some("71") => line.get(..29).map(str::to_owned),
        _ => Some(line.to_owned()),
    };
    text.lines().filter_map(line).map(|line| line + "\n").collect()
}

#[tokio::test]
async fn this_code_writes_layout_5() {
    let kv = MemoryKv::new();
    let store = KvStore::open(kv.clone()).expect("an empty map becomes a store");
    write_one_of_everything(&store).await.expect("memory takes everything");
    let written = to_text(&rows(&kv));
    // Only until the layout is released: from then on another one comes beside it.
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/golden/layout-5-packs.txt");
        std::fs::write(path, &written).expect("the folder can be written to");
        return;
    }
    assert_eq!(
        without_frames(&written),
        without_frames(LAYOUT_5_PACKS),
        "the stored bytes changed: that is a new layout. All of them: {written}"
    );
}

/// What both golden files hold is there.
async fn is_read_back(kv: MemoryKv) -> KvStore {
    let store = KvStore::open(kv).expect("it is a store");
    let report = store.verify().await.expect("it can be read");
    assert!(report.is_sound(), "{report:?}");
    let ns = namespace();
    let live = store.pointer(&ns, &greeting(), &production(), At::Revision(Revision::new(5))).await;
    let live = live.expect("it can be read").expect("it is live");
    assert_eq!(live.version, VersionNumber::new(2));
    assert_eq!(content(&store, 1).await.as_text(), Some("Hello!"));
    assert_eq!(content(&store, 2).await.as_text(), Some("Hi!"));
    store
}

/// The content of a version.
async fn content(store: &KvStore, number: u64) -> Content {
    let number = VersionNumber::new(number).expect("a number");
    let version = store.version(&namespace(), &greeting(), number).await;
    let version = version.expect("it can be read").expect("it is there");
    let content = store.content(&version.content).await.expect("it can be read");
    content.expect("it is there")
}

#[tokio::test]
async fn what_layout_5_wrote_is_read_back() {
    for golden in [LAYOUT_5, LAYOUT_5_SPREAD, LAYOUT_5_PACKS] {
        let kv = MemoryKv::new();
        kv.commit(&from_text(golden)).expect("memory takes everything");
        contents_are_read_back(&is_read_back(kv).await).await;
    }
}

#[tokio::test]
async fn a_chunk_from_before_there_were_packs_is_mended_where_others_have_it() {
    let kv = MemoryKv::new();
    kv.commit(&from_text(LAYOUT_5)).expect("memory takes everything");
    let store = KvStore::open(kv.clone()).expect("it is a store");
    // What begins alike has the first chunk in common.
    let old = content(&store, 5).await;
    let (key, value) =
        rows(&kv).into_iter().find(|(key, _)| key.first() == Some(&b'z')).expect("one");
    let mut value = value.expect("a chunk");
    *value.last_mut().expect("a checksum") ^= 1;
    kv.commit(&Batch::from([(key, Some(value))])).expect("memory takes it");
    publish(&store, "from now on it is seen", 30).await.expect("memory takes it");
    assert!(!store.verify().await.expect("it can be read").is_sound());
    store.put(&old, None).await.expect("memory takes it");
    publish(&store, "and now it is mended", 31).await.expect("memory takes it");
    let report = store.verify().await.expect("it can be read");
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(content(&store, 5).await, old);
}

/// How many values the sketch of a stay's durations holds, and how many durations there are.
async fn spread(store: &KvStore) -> (u64, u64) {
    let subject = outcome("a", 2, 4, None).subject;
    let found = store.tallies(&namespace(), &subject).await.expect("it can be read");
    let tally = found.expect("it has outcomes").tally;
    (tally.quantiles().duration.samples(), tally.measure(&Metric::Duration, None).samples)
}

#[tokio::test]
async fn a_tally_from_before_there_were_quantiles_goes_on_without_them() {
    for (golden, expected) in [(LAYOUT_5, (0, 2)), (LAYOUT_5_SPREAD, (2, 2))] {
        let kv = MemoryKv::new();
        kv.commit(&from_text(golden)).expect("memory takes everything");
        let store = KvStore::open(kv).expect("it is a store");
        let more = Outcome { duration: Some(Duration::from_secs(1)), ..outcome("c", 2, 6, None) };
        drop(store.append(&append(20, vec![more])).await.expect("it is counted"));
        assert_eq!(spread(&store).await, expected);
        let report = store.verify().await.expect("it can be read");
        assert!(report.is_sound(), "{report:?}");
    }
}

async fn contents_are_read_back(store: &KvStore) {
    let content = |number| content(store, number);
    assert_eq!(content(3).await.as_text(), Some(lines(100, "one").as_str()));
    assert_eq!(content(4).await.as_text(), Some(lines(100, "two").as_str()));
    assert_eq!(content(5).await.as_text(), Some(lines(1, "x").repeat(20_000).as_str()));
}

#[tokio::test]
async fn what_layout_4_wrote_is_refused_until_it_is_upgraded_and_then_read_back() {
    let kv = MemoryKv::new();
    kv.commit(&from_text(LAYOUT_4)).expect("memory takes everything");
    let refused = KvStore::open(kv.clone());
    assert!(matches!(refused, Err(StoreError::OlderLayout { found: 4, newest: 5 })), "{refused:?}");

    let tried = upgrade(&kv, Upgrade::default().with_dry_run(true), &mut |_| ());
    let expected = Upgraded { from: Some(4), to: 5, tallies: 1, ..Upgraded::default() };
    assert_eq!(tried.expect("it can be tried"), expected);
    assert_eq!(to_text(&rows(&kv)), LAYOUT_4, "what is only tried changes nothing");
    let upgraded = upgrade(&kv, Upgrade::default(), &mut |_| ()).expect("it can be upgraded");
    assert_eq!(upgraded, expected);
    contents_are_read_back(&is_read_back(kv.clone()).await).await;
    // What outcomes add up to is as if it had been kept like that from the beginning.
    let (now, then) = (rows(&kv), from_text(LAYOUT_5_SPREAD));
    let tallies = |rows: &Batch| -> Vec<_> {
        rows.iter().filter(|(key, _)| key.starts_with(b"t")).map(|(_, it)| it.clone()).collect()
    };
    assert_eq!(tallies(&now).len(), 1);
    assert_eq!(tallies(&now), tallies(&then));
}

#[tokio::test]
async fn what_layout_3_wrote_is_refused_until_it_is_upgraded_and_then_read_back() {
    let kv = MemoryKv::new();
    kv.commit(&from_text(LAYOUT_3)).expect("memory takes everything");
    let refused = KvStore::open(kv.clone());
    assert!(matches!(refused, Err(StoreError::OlderLayout { found: 3, newest: 5 })), "{refused:?}");
    assert_eq!(to_text(&rows(&kv)), LAYOUT_3, "who is refused changes nothing");

    let upgraded = upgrade(&kv, Upgrade::default(), &mut |_| ()).expect("it can be upgraded");
    let expected = Upgraded { from: Some(3), to: 5, heads: 3, tallies: 1, ..Upgraded::default() };
    assert_eq!(upgraded, expected);
    let store = is_read_back(kv.clone()).await;
    let feed = store.feed(&namespace(), Revision::ZERO, Limit::MAX).await.expect("it can be read");
    assert_eq!(feed.len(), 6);
    // All that was there is there as it was, but for the header and the sums of outcomes.
    let now = rows(&kv);
    for (key, value) in from_text(LAYOUT_3) {
        let rewritten = key == b"s" || key.starts_with(b"t");
        assert!(rewritten || now.get(&key) == Some(&value), "{key:?}");
    }
}

#[test]
fn a_store_from_before_the_first_release_says_so_and_is_not_damaged() {
    let kv = MemoryKv::new();
    kv.commit(&from_text("73 010e737465726e7761792073746f7265012f9350ff")).expect("a header");
    let refused = KvStore::open(kv);
    assert!(
        matches!(&refused, Err(StoreError::NotAStore { detail }) if detail.contains("first release")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn what_format_1_has_no_place_for_is_of_format_2_and_nothing_else_is() {
    let kv = MemoryKv::new();
    let store = KvStore::open(kv.clone()).expect("an empty map becomes a store");
    create(&store).await.expect("memory takes everything");
    publish(&store, "Hello!", 1).await.expect("memory takes everything");
    let newer = || rows(&kv).values().flatten().filter(|it| it.first() == Some(&2)).count();
    drop(store.append(&append(2, vec![outcome("a", 1, 2, None)])).await.expect("it is counted"));
    assert_eq!(newer(), 0, "who compares no copies writes what an older one reads");
    let copy = Outcome { beside: Some(Answered::Failed), ..outcome("b", 1, 3, Some("TypeError")) };
    drop(store.append(&append(3, vec![copy.clone()])).await.expect("it is counted"));
    assert_eq!(newer(), 2, "the block that holds it, and what its subject adds up to");
    let log = store.outcomes(&namespace(), &copy.subject, 1, Limit::MAX).await.expect("readable");
    assert_eq!(log, [copy]);
}

#[tokio::test]
async fn a_value_of_a_newer_format_is_refused_by_name() {
    let kv = MemoryKv::new();
    let store = KvStore::open(kv.clone()).expect("an empty map becomes a store");
    create(&store).await.expect("memory takes everything");
    store.close().await.expect("it closes");
    for (key, value) in rows(&kv) {
        let newer = reseal(&key, &value.expect("every row has a value"));
        kv.commit(&Batch::from([(key, Some(newer))])).expect("memory takes everything");
    }
    let refused = KvStore::open(kv);
    assert!(
        matches!(refused, Err(StoreError::NewerFormat { found: 5, newest: 4, .. })),
        "{refused:?}"
    );
}

/// The same value as a newer Sternway would seal it: the format byte is raised, and the checksum
/// (CRC-32 of the key's length, the key and the value) is right.
fn reseal(key: &[u8], value: &[u8]) -> Vec<u8> {
    let (body, _) = value.split_at(value.len() - 4);
    let mut newer = body.to_vec();
    *newer.first_mut().expect("a format byte") = 5;
    let length = u32::try_from(key.len()).expect("a short key").to_le_bytes();
    let crc = crc32fast::hash(&[&length, key, &newer].concat());
    newer.extend_from_slice(&crc.to_le_bytes());
    newer
}

#[tokio::test]
async fn a_map_that_holds_something_else_is_no_store_and_stays_as_it_is() {
    let kv = MemoryKv::new();
    let foreign = Batch::from([(b"somebody's key".to_vec(), Some(b"value".to_vec()))]);
    kv.commit(&foreign).expect("memory takes everything");
    let refused = KvStore::open(kv.clone());
    assert!(matches!(refused, Err(StoreError::NotAStore { .. })), "{refused:?}");
    assert_eq!(rows(&kv), foreign);
}
