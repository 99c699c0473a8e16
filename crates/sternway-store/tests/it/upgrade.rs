//! From an older layout to the newest, and contents kept smaller: whenever that is interrupted, it goes
//! on where it was.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use sternway_store::{
    Batch, Cause, Kv, KvError, KvStore, Limit, MemoryKv, Shrunk, Snapshot, Store as _, StoreError,
    Upgrade, UpgradeProgress, upgrade,
};
use sternway_types::{At, Content, Digest};

use crate::world::{
    commit_content, content, create, greeting, namespace, noise, opaque, rows, stored,
};

/// A map that is torn down at one of its commits: before it, or right after it.
#[derive(Clone, Debug)]
struct Mortal {
    inner: MemoryKv,
    /// How many commits it lives for.
    left: Arc<AtomicUsize>,
    /// Whether the last one happens.
    happens: bool,
}

impl Kv for Mortal {
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, KvError> {
        self.inner.snapshot()
    }

    fn commit(&self, batch: &Batch) -> Result<(), KvError> {
        let left = self.left.load(Ordering::SeqCst);
        if left > 0 || self.happens {
            self.inner.commit(batch)?;
        }
        self.left.store(left.saturating_sub(1), Ordering::SeqCst);
        if left > 0 { Ok(()) } else { Err(KvError::Unavailable(Cause::new("it is dead"))) }
    }

    fn commit_unsynced(&self, batch: &Batch) -> Result<(), KvError> {
        self.commit(batch)
    }

    fn check(&self) -> Result<(), KvError> {
        self.inner.check()
    }

    fn shrink(&self) -> Result<Shrunk, KvError> {
        self.inner.shrink()
    }
}

/// A stored value, as every layout has it.
fn sealed(key: &[u8], body: &[u8]) -> Vec<u8> {
    let mut value = [&[1], body].concat();
    let length = u32::try_from(key.len()).expect("a short key").to_le_bytes();
    let crc = crc32fast::hash(&[&length, key, &value].concat());
    value.extend_from_slice(&crc.to_le_bytes());
    value
}

fn row(letter: u8, digest: &Digest) -> Vec<u8> {
    [&[letter], digest.as_bytes().as_slice()].concat()
}

/// A text of some thousand bytes.
fn page(last: u32) -> Content {
    let text: String = (0..200).map(|line| format!("{line}: what is {}\n", line * line)).collect();
    content(&format!("{text}{last}"))
}

/// Some million bytes that no compression makes smaller.
fn book(seed: u64, added: &[u8]) -> Content {
    opaque([&noise(5_000_000, seed), added].concat())
}

/// A store as layout 3 had it: no heads, every content in full, however large.
async fn layout_3() -> (MemoryKv, Vec<Content>) {
    let kv = MemoryKv::new();
    let store = KvStore::open(kv.clone()).expect("an empty map becomes a store");
    create(&store).await.expect("memory takes it");
    let mut contents: Vec<Content> = (0..20).map(page).collect();
    contents.extend([book(1, b""), book(2, b""), book(1, b"more"), book(1, b"")]);
    for (at, content) in (1..).zip(&contents) {
        store.put(content, None).await.expect("memory takes it");
        commit_content(&store, content, at).await.expect("memory takes it");
    }
    store.close().await.expect("it closes");
    let mut old = rows(&kv);
    for (key, value) in &mut old {
        if matches!(key.first(), Some(b'y' | b'z' | b'q')) {
            *value = None;
        }
    }
    for content in contents.iter().skip(20) {
        let (key, len) = (row(b'b', &content.digest()), content.as_bytes().len() as u64);
        let body = [&[0], len.to_le_bytes().as_slice(), content.as_bytes()].concat();
        let value = sealed(&key, &body);
        old.insert(key, Some(value));
    }
    let header = sealed(b"s", b"\x0esternway store\x03");
    old.insert(b"s".to_vec(), Some(header));
    kv.commit(&old).expect("memory takes it");
    (kv, contents)
}

/// A map of its own with the same rows.
fn copy(kv: &MemoryKv) -> MemoryKv {
    let copy = MemoryKv::new();
    copy.commit(&rows(kv)).expect("memory takes it");
    copy
}

async fn is_sound(kv: &MemoryKv, contents: &[Content]) {
    let store = KvStore::open(kv.clone()).expect("it is up to date");
    let report = store.verify().await.expect("it can be read");
    assert!(report.is_sound(), "{report:#?}");
    let history = store.history(&namespace(), &greeting(), At::Head, None, Limit::MAX).await;
    let history = history.expect("it can be read");
    assert_eq!(history.len(), contents.len());
    for (version, content) in history.iter().rev().zip(contents) {
        let read = store.content(&version.content).await.expect("it can be read");
        assert!(read.as_ref() == Some(content), "{:?}", version.number);
    }
    store.close().await.expect("it closes");
}

fn untold(_: UpgradeProgress) {}

#[tokio::test]
async fn an_upgrade_that_dies_at_any_commit_goes_on_where_it_was() {
    let (old, contents) = layout_3().await;
    let how = Upgrade::default().with_repack(true);
    let straight = copy(&old);
    upgrade(&straight, how, &mut untold).expect("it can be upgraded");
    is_sound(&straight, &contents).await;
    let mut deaths = 0;
    for happens in [false, true] {
        for lives in 0.. {
            let kv = copy(&old);
            let left = Arc::new(AtomicUsize::new(lives));
            let mortal = Mortal { inner: kv.clone(), left, happens };
            let died = upgrade(&mortal, how, &mut untold);
            match KvStore::open(kv.clone()) {
                Err(StoreError::OlderLayout { found: 3, .. }) => assert!(died.is_err()),
                opened => {
                    opened.expect("it is up to date").close().await.expect("it closes");
                    is_sound(&kv, &contents).await;
                }
            }
            upgrade(&kv, how, &mut untold).expect("it can be upgraded");
            assert!(rows(&kv) == rows(&straight), "after {lives} commits");
            if died.is_ok() {
                break;
            }
            deaths += 1;
        }
    }
    assert!(deaths >= 8, "it died at {deaths} places");
}

#[tokio::test]
async fn contents_are_kept_smaller_and_the_bytes_are_told() {
    let (kv, contents) = layout_3().await;
    let before = stored(&kv);
    let how = Upgrade::default().with_repack(true);
    let rehearsed = upgrade(&kv, how.with_dry_run(true), &mut untold).expect("it can be read");
    assert_eq!(stored(&kv), before, "nothing is written in a dry run");
    let mut told = Vec::new();
    let upgraded = upgrade(&kv, how, &mut |progress| told.push(progress)).expect("it can");
    assert_eq!((upgraded.from, upgraded.to, upgraded.heads), (Some(3), 5, 23));
    let repacked = upgraded.repacked.expect("it was asked for");
    assert_eq!((repacked.deltas, repacked.chunked), (19, 3));
    // The heads that the upgrade added count as well.
    assert_eq!(repacked.after, stored(&kv));
    assert!(repacked.after < repacked.before * 3 / 4, "{repacked:?}");
    assert!(told.contains(&UpgradeProgress::Contents(23)), "{told:?}");
    assert!(told.contains(&UpgradeProgress::Versions(24)), "{told:?}");
    let rehearsed = rehearsed.repacked.expect("it was asked for");
    assert_eq!((rehearsed.deltas, rehearsed.before), (19, before));
    assert!(rehearsed.after.abs_diff(repacked.after) < repacked.after / 100, "{rehearsed:?}");
    is_sound(&kv, &contents).await;

    let again = upgrade(&kv, how, &mut untold).expect("it can be read");
    let nothing = again.repacked.expect("it was asked for");
    assert_eq!((nothing.deltas, nothing.chunked, nothing.before), (0, 0, repacked.after));
    assert_eq!((again.from, again.heads, nothing.after), (Some(5), 0, repacked.after));
}

#[tokio::test]
async fn what_is_up_to_date_is_left_alone() {
    let empty = MemoryKv::new();
    let upgraded = upgrade(&empty, Upgrade::default(), &mut untold).expect("it can be read");
    assert_eq!((upgraded.from, rows(&empty).len()), (None, 0));
    let kv = MemoryKv::new();
    let store = KvStore::open(kv.clone()).expect("an empty map becomes a store");
    create(&store).await.expect("memory takes it");
    store.close().await.expect("it closes");
    let before = rows(&kv);
    let upgraded = upgrade(&kv, Upgrade::default(), &mut untold).expect("it can be read");
    assert_eq!((upgraded.from, upgraded.to, upgraded.heads), (Some(5), 5, 0));
    assert_eq!(rows(&kv), before);
}

#[tokio::test]
async fn a_damaged_content_is_counted_and_left_for_verify_to_name() {
    let (kv, contents) = layout_3().await;
    let key = row(b'b', &contents[0].digest());
    let mut value = rows(&kv).remove(&key).flatten().expect("it is there");
    value[20] ^= 1;
    kv.commit(&Batch::from([(key, Some(value))])).expect("memory takes it");
    let how = Upgrade::default().with_repack(true);
    let upgraded = upgrade(&kv, how, &mut untold).expect("it can be upgraded");
    // The content itself; the one after it is near to nothing and stays in full.
    assert_eq!((upgraded.heads, upgraded.damaged), (22, 2));
    let store = KvStore::open(kv).expect("it is up to date");
    let report = store.verify().await.expect("it can be read");
    let digest = contents[0].digest().to_string();
    assert!(report.damages.iter().any(|it| it.place.contains(&digest)), "{report:#?}");
}
