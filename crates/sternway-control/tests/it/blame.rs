//! Who wrote each line and each leaf, along the versions of a store.

use std::{num::NonZeroUsize, ops::ControlFlow};

use sternway_control::{
    blame::{BlameError, Part, Written},
    publish::Publish,
};
use sternway_diff::text::LineNumber;
use sternway_provider::Ids as _;
use sternway_store::{Batch, Direction, Kv as _, MemoryKv, Range};
use sternway_types::{Change, Changeset, Content, Digest, NewVersion, Parents};

use crate::{
    make::{alice, because, greeting, text, version},
    world::World,
};

/// The letter of the table of contents.
const CONTENTS: u8 = b'b';

async fn publish(world: &World, content: Content, why: &str) {
    let publish = Publish::new(greeting(), content);
    world.control.publish(publish, &because(why)).await.expect("it is published");
}

/// What each version wrote of one, a line each, or why that cannot be said.
async fn blame(world: &World, number: u64, part: &Part) -> Result<Vec<String>, BlameError> {
    let version = world.control.version(&greeting(), version(number)).await?;
    let blame = world.control.blame(version, part).await?;
    Ok(match blame.written {
        Written::Lines(lines) => lines
            .iter()
            .map(|it| format!("{} {} {}", it.version, it.line, it.text.trim_end()))
            .collect(),
        Written::Leaves(leaves) => {
            leaves.iter().map(|it| format!("{} {} {}", it.version, it.pointer, it.value)).collect()
        }
    })
}

async fn check(world: &World, number: u64, expected: &[&str]) {
    let written = blame(world, number, &Part::Whole).await.expect("it can be blamed");
    assert_eq!(written, expected);
}

async fn refused(world: &World, number: u64, part: &Part) -> String {
    let err = blame(world, number, part).await.expect_err("it cannot be blamed");
    format!("{}: {err}", err.code())
}

fn lines(first: usize, last: usize) -> Part {
    let line = |line| LineNumber::new(NonZeroUsize::new(line).expect("lines begin at 1"));
    Part::Lines(line(first)..=line(last))
}

fn json(text: &str) -> Content {
    Content::json(text).expect("a document")
}

/// Damages a stored content.
fn damage(kv: &MemoryKv, content: &Content) {
    let (mut batch, digest): (_, Digest) = (Batch::new(), content.digest());
    let all = Range { from: vec![CONTENTS], to: vec![CONTENTS + 1], direction: Direction::Forward };
    let snapshot = kv.snapshot().expect("the map can be read");
    let scanned = snapshot.scan(&all, &mut |key, value| {
        if key.ends_with(digest.as_bytes()) {
            let mut value = value.to_vec();
            *value.last_mut().expect("a checksum") ^= 1;
            batch.insert(key.to_vec(), Some(value));
        }
        ControlFlow::Continue(())
    });
    scanned.expect("the map can be read");
    assert!(!batch.is_empty(), "there is no such content");
    kv.commit(&batch).expect("the map can be written");
}

#[tokio::test]
async fn each_line_names_its_version_and_each_version_says_why() {
    let world = World::new().await;
    publish(&world, text("Be helpful.\nBe brief.\n"), "first").await;
    publish(&world, text("Be careful.\nBe brief.\n"), "legal asked").await;
    publish(&world, text("Be careful.\nBe brief.\nCite.\n"), "sources").await;
    check(&world, 3, &["v2 1 Be careful.", "v1 2 Be brief.", "v3 3 Cite."]).await;
    check(&world, 1, &["v1 1 Be helpful.", "v1 2 Be brief."]).await;

    let newest = world.control.version(&greeting(), version(3)).await.expect("it is there");
    let blame = world.control.blame(newest, &lines(1, 2)).await.expect("it can be blamed");
    let why: Vec<String> = blame
        .versions
        .iter()
        .map(|version| format!("{} {} {}", version.number, version.author, version.reason))
        .collect();
    assert_eq!(why, ["v2 human:alice legal asked", "v1 human:alice first"]);
}

#[tokio::test]
async fn each_leaf_names_its_version() {
    let world = World::new().await;
    publish(&world, json(r#"{"model": "small", "tools": ["search"]}"#), "").await;
    publish(&world, json(r#"{"tools": ["fetch", "search"], "model": "small"}"#), "").await;
    check(
        &world,
        2,
        &[r#"v2 /tools/0 "fetch""#, r#"v1 /tools/1 "search""#, r#"v1 /model "small""#],
    )
    .await;
}

#[tokio::test]
async fn a_part_is_named_by_its_lines() {
    let world = World::new().await;
    publish(&world, text("a\nb\nc\n"), "").await;
    let written = blame(&world, 1, &lines(2, 9)).await.expect("it can be blamed");
    assert_eq!(written, ["v1 2 b", "v1 3 c"]);
    assert_eq!(
        refused(&world, 1, &lines(4, 4)).await,
        "invalid: there is no line 4: prompts/greeting@v1 has 3"
    );
}

#[tokio::test]
async fn what_is_neither_text_nor_json_is_refused() {
    let world = World::new().await;
    let logo = Content::bytes(b"\x89PNG".to_vec(), "image/png".parse().expect("a media type"));
    publish(&world, logo.expect("bytes"), "").await;
    publish(&world, json("[1, 2]"), "").await;
    assert_eq!(
        refused(&world, 1, &Part::Whole).await,
        "invalid: prompts/greeting@v1 is image/png: only text and JSON have lines or leaves to blame"
    );
    assert_eq!(
        refused(&world, 2, &lines(1, 1)).await,
        "invalid: prompts/greeting@v2 is JSON, which is blamed leaf by leaf: it has no lines to \
         choose"
    );
}

#[tokio::test]
async fn a_version_of_another_kind_ends_the_walk() {
    let world = World::new().await;
    publish(&world, text("[1, 2]"), "").await;
    publish(&world, json("[1, 2]"), "").await;
    publish(&world, json("[1, 2, 3]"), "").await;
    check(&world, 3, &["v2 /0 1", "v2 /1 2", "v3 /2 3"]).await;
    // A document has lines too, for a text that came of it.
    publish(&world, text("[1, 2, 3]"), "").await;
    check(&world, 4, &["v3 1 [1, 2, 3]"]).await;
}

#[tokio::test]
async fn the_walk_goes_along_first_parents() {
    let world = World::new().await;
    publish(&world, text("a\n"), "").await;
    for number in 2..=99 {
        publish(&world, text(&format!("a\nb\n{number}\n")), "").await;
    }
    let content = text("a\nb\nlast\n");
    world.store.put(&content, None).await.expect("it is put");
    let added = NewVersion {
        parents: Parents::Exactly(vec![version(1), version(99)]),
        ..NewVersion::new(greeting(), content.reference())
    };
    let (id, namespace) = (world.ids.changeset(), world.control.namespace().clone());
    let changeset = Changeset::new(id, namespace, world.control.now(), alice().actor);
    let changeset = changeset.then(Change::AddVersion(Box::new(added)));
    world.store.commit(&changeset).await.expect("it is committed");
    check(&world, 100, &["v1 1 a", "v100 2 b", "v100 3 last"]).await;
    // A line that is older than a page of versions.
    check(&world, 99, &["v1 1 a", "v2 2 b", "v99 3 99"]).await;
}

#[tokio::test]
async fn no_more_is_read_than_is_needed() {
    let kv = MemoryKv::new();
    let world = World::on(kv.clone()).await;
    let first = text("a\n");
    for content in [first.clone(), text("b\n"), text("c\n")] {
        publish(&world, content, "").await;
    }
    damage(&kv, &first);
    // The store sees it from its next commit on.
    world.create_environment("staging").await;
    check(&world, 3, &["v3 1 c"]).await;
    let said = refused(&world, 2, &Part::Whole).await;
    assert!(said.starts_with("integrity-mismatch: "), "{said}");
}
