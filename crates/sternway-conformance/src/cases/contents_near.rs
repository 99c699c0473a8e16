//! **Contents first**: a content is read back byte for byte, or as an error, whatever it was said to
//! resemble.

use sternway_types::{Content, ContentError, Digest, MAX_CONTENT};
use tokio::task::JoinSet;

use crate::{
    dice::Dice,
    must::{Must, parsed},
    world::{Client, World, artifact, greeting, text},
};

fn made(content: Result<Content, ContentError>) -> Content {
    match content {
        Ok(content) => content,
        Err(err) => panic!("the suite's content: {err}"),
    }
}

fn opaque(bytes: Vec<u8>) -> Content {
    made(Content::bytes(bytes, parsed("application/octet-stream")))
}

/// Bytes that no compression makes smaller.
fn noise(dice: &mut Dice, len: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..len.div_ceil(8)).flat_map(|_| dice.roll().to_le_bytes()).collect();
    bytes.truncate(len);
    bytes
}

/// A text of some thousand bytes.
fn page(last: &str) -> Content {
    let lines = (0..200).map(|line| format!("{line}: what is {}\n", line * line));
    text(&(lines.collect::<String>() + last))
}

async fn are_read_back(client: &Client, contents: &[Content]) {
    for content in contents {
        let read = client.store.content(&content.reference()).await.must("read a content");
        assert!(read.as_ref() == Some(content), "{content:?} was read as {read:?}");
    }
    let report = client.store.verify().await.must("verify");
    assert!(report.is_sound(), "{report:#?}");
}

pub(crate) async fn a_hint_changes_no_answer(world: World) {
    let first = page("first");
    world.apply(world.add(&greeting(), &first).await).await;
    let other = opaque(noise(&mut Dice::new(1), 5_000));
    world.apply(world.add(&greeting(), &other).await).await;
    let mut contents = vec![first.clone(), other.clone()];
    let mut put = async |last: &str, near: Option<Digest>| {
        let content = page(last);
        world.store.put(&content, near.as_ref()).await.must("put a content");
        // Again, with another hint.
        world.store.put(&content, Some(&first.digest())).await.must("put it again");
        let change = world.add_near(&greeting(), &content, &first).await;
        world.apply(change).await;
        contents.push(content);
    };
    put("nothing", None).await;
    put("a content that it resembles", Some(first.digest())).await;
    put("one that it does not resemble", Some(other.digest())).await;
    put("itself", Some(page("itself").digest())).await;
    put("one that nobody put", Some(Digest::of(b"nobody put it"))).await;
    put("no digest of anything", Some(Digest::ZERO)).await;
    are_read_back(&world, &contents).await;
    let world = world.crash().await;
    are_read_back(&world, &contents).await;
}

/// Beginnings of a few sequences of bytes, each with a byte of its own.
fn relatives(dice: &mut Dice, count: usize) -> Vec<Content> {
    let one = |_| {
        let len = match dice.below(4) {
            0 => 1 + dice.below(300),
            1 => 255 * 1024 + dice.below(2_048),
            _ => 1_000 + dice.below(20_000),
        };
        let seed = dice.roll() % 3;
        let mut bytes = noise(&mut Dice::new(seed), len);
        let place = dice.below(len);
        bytes.splice(place..=place, [dice.roll().to_le_bytes()[0]]);
        opaque(bytes)
    };
    (0..count).map(one).collect()
}

pub(crate) async fn near_contents_are_read_back_byte_for_byte(world: World) {
    for seed in 0..4 {
        let mut dice = Dice::new(seed);
        let contents = relatives(&mut dice, 12);
        for content in &contents {
            // Any of them, also one that comes later, and also itself.
            let change = world.add_near(&greeting(), content, dice.pick(&contents)).await;
            world.apply(change).await;
        }
        are_read_back(&world, &contents).await;
    }
}

pub(crate) async fn racing_writers_may_name_each_other(world: World) {
    let contents = relatives(&mut Dice::new(7), 16);
    let mut writers = JoinSet::new();
    for writer in 0..4_usize {
        let (client, contents) = (Client::clone(&world), contents.clone());
        writers.spawn(async move {
            let id = artifact(&format!("prompts/writer-{writer}"));
            let mut dice = Dice::new(writer as u64);
            for _ in 0..12 {
                let (content, near) = (dice.pick(&contents).clone(), dice.pick(&contents).clone());
                client.apply(client.add_near(&id, &content, &near).await).await;
            }
        });
    }
    writers.join_all().await;
    for content in &contents {
        let read = world.store.content(&content.reference()).await.must("read a content");
        assert!(read.is_none_or(|read| read == *content), "{content:?} is another one");
    }
    let report = world.store.verify().await.must("verify");
    assert!(report.is_sound(), "{report:#?}");
}

pub(crate) async fn the_largest_content_is_read_back(world: World) {
    let first = noise(&mut Dice::new(1), MAX_CONTENT);
    let mut second = first.clone();
    second.splice(1_000_000..1_000_004, *b"more");
    second.truncate(MAX_CONTENT);
    let [first, second] = [first, second].map(opaque);
    world.apply(world.add(&greeting(), &first).await).await;
    world.apply(world.add_near(&greeting(), &second, &first).await).await;
    let world = world.crash().await;
    are_read_back(&world, &[first, second]).await;
}

pub(crate) async fn what_nobody_named_is_whole_or_not_there(mut world: World) {
    let mut dice = Dice::new(1);
    let first = page("first");
    world.apply(world.add(&greeting(), &first).await).await;
    for number in 0..6 {
        let large = opaque(noise(&mut dice, 700_000));
        let near = page(&format!("near {number}"));
        for content in [&large, &near] {
            world.store.put(content, Some(&first.digest())).await.must("put a content");
        }
        if number % 2 == 0 {
            // It may have been written together with this one.
            world.publish(&greeting(), &format!("Hello {number}")).await;
        }
        world = world.crash().await;
        for content in [large, near] {
            let read = world.store.content(&content.reference()).await.must("read a content");
            assert!(read.is_none_or(|read| read == content), "{content:?} is another one");
        }
        let report = world.store.verify().await.must("verify");
        assert!(report.is_sound(), "{report:#?}");
    }
}
