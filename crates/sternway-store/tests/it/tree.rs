//! A tree whose files are no longer what they were.

use sternway_store::{Batch, Kv as _, KvStore, MemoryKv, Refusal, Store as _, StoreError};
use sternway_types::{
    Change, Content, Digest, FileMode, NewVersion, Tree, TreeEntry, TreeFile, TreePath,
};

use crate::world::{changeset, create, greeting, rows};

fn file(bytes: &[u8]) -> TreeEntry {
    TreeEntry::File(TreeFile::of(FileMode::Plain, bytes))
}

fn opaque(bytes: &[u8]) -> Content {
    let media_type = "application/octet-stream".parse().expect("a media type");
    Content::bytes(bytes.to_vec(), media_type).expect("a content")
}

fn listing(files: &[(&str, &[u8])]) -> Content {
    let path = |path: &str| path.parse::<TreePath>().expect("a path");
    let tree = Tree::new(files.iter().map(|(name, bytes)| (path(name), file(bytes))));
    Content::tree(&tree.expect("a tree")).expect("a content")
}

/// A store with one tree of two files, and its map.
async fn with_a_tree() -> (KvStore, MemoryKv, Content) {
    let kv = MemoryKv::new();
    let store = KvStore::open(kv.clone()).expect("an empty map becomes a store");
    create(&store).await.expect("memory takes it");
    let tree = listing(&[("one.md", b"one"), ("in/two.md", b"two"), ("in/same.md", b"two")]);
    for content in [&opaque(b"one"), &opaque(b"two"), &tree] {
        store.put(content, None).await.expect("memory takes it");
    }
    let add = NewVersion::new(greeting(), tree.reference());
    let add = changeset("add", 1).then(Change::AddVersion(Box::new(add)));
    store.commit(&add).await.expect("every file is there");
    (store, kv, tree)
}

/// The key of a stored content.
fn key(kv: &MemoryKv, bytes: &[u8]) -> Vec<u8> {
    let digest = *Digest::of(bytes).as_bytes();
    let mut keys = rows(kv).into_keys();
    keys.find(|key| key.ends_with(&digest)).expect("the content is there")
}

/// What `verify` names, once a stored content was changed by hand.
async fn named(kv: &MemoryKv, store: KvStore, change: Batch) -> Vec<(String, String)> {
    store.close().await.expect("it closes");
    kv.commit(&change).expect("memory takes it");
    let store = KvStore::open(kv.clone()).expect("it is a store");
    let report = store.verify().await.expect("it can be read");
    report.damages.into_iter().map(|damage| (damage.place, damage.detail)).collect()
}

#[tokio::test]
async fn a_missing_file_is_named() {
    let (store, kv, _) = with_a_tree().await;
    assert!(store.verify().await.expect("it can be read").is_sound());
    let two = key(&kv, b"two");
    let missing = "its content is missing, or has another length";
    let named = named(&kv, store, Batch::from([(two, None)])).await;
    let place = |path| format!("the file {path} of prompts/greeting@v1 in namespace shop");
    let mut expected =
        ["in/same.md", "in/two.md"].map(|path| (place(path), missing.to_owned())).to_vec();
    expected.push(("the contents".into(), "2 contents have 3 heads".into()));
    assert_eq!(named, expected);
}

#[tokio::test]
async fn a_damaged_file_is_named() {
    let (store, kv, _) = with_a_tree().await;
    let one = key(&kv, b"one");
    let mut value = rows(&kv).remove(&one).flatten().expect("it has a value");
    let last = value.len() - 5;
    value[last] ^= 1;
    let named = named(&kv, store, Batch::from([(one, Some(value))])).await;
    let [row, file] = named.as_slice() else { panic!("{named:#?}") };
    assert!(row.0.starts_with("a content sha256:"), "{row:?}");
    assert_eq!(file.0, "the file one.md of prompts/greeting@v1 in namespace shop");
    assert_eq!(file.1, "its content is damaged");
}

#[tokio::test]
async fn a_content_that_is_there_with_another_length_is_not_the_file() {
    let (store, ..) = with_a_tree().await;
    let lying = TreeFile { size: 4, ..TreeFile::of(FileMode::Plain, b"one") };
    let path: TreePath = "one.md".parse().expect("a path");
    let tree = Tree::new([(path.clone(), TreeEntry::File(lying))]).expect("it looks like a tree");
    let tree = Content::tree(&tree).expect("a content");
    store.put(&tree, None).await.expect("memory takes it");
    let add = NewVersion::new(greeting(), tree.reference());
    let add = changeset("lying", 2).then(Change::AddVersion(Box::new(add)));
    let refused = store.commit(&add).await;
    let Err(StoreError::Refused(refusal)) = refused else { panic!("{refused:?}") };
    let no_file = Refusal::NoFile { tree: tree.digest(), path, digest: lying.digest, size: 4 };
    assert_eq!(*refusal, no_file);
}

#[tokio::test]
async fn a_rehearsal_needs_no_files() {
    let (store, ..) = with_a_tree().await;
    let tree = listing(&[("nobody wrote this.md", b"or this")]);
    let add = NewVersion::new(greeting(), tree.reference());
    let add = changeset("rehearsed", 2).then(Change::AddVersion(Box::new(add)));
    store.rehearse(&add).await.expect("nothing is written");
}
