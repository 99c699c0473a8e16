//! **Contents first**: a content is written before the commit that names it, and is durable when
//! that commit is. A commit that names an unknown content is refused.

use sternway_store::{Limit, Refusal};
use sternway_types::{At, Change, Content, ContentError, ContentRef, NewVersion};
use tokio::task::JoinSet;

use crate::{
    dice::Dice,
    must::{Must, parsed, there},
    world::{Client, World, artifact, greeting, text, version},
};

fn made(content: Result<Content, ContentError>) -> Content {
    match content {
        Ok(content) => content,
        Err(err) => panic!("the suite's content: {err}"),
    }
}

/// Contents of every kind and many sizes, some of which no compression makes smaller.
fn samples() -> Vec<Content> {
    let mut dice = Dice::new(1);
    let mut noise = |len: usize| (0..len).map(|_| dice.roll().to_le_bytes()[0]).collect::<Vec<_>>();
    let opaque = |bytes| made(Content::bytes(bytes, parsed("application/octet-stream")));
    vec![
        text("x"),
        text("zwölf Boxkämpfer jagen Viktor 🥊\r\n\u{feff}"),
        made(Content::text("def f():\n\treturn 1\n", Some(parsed("python")))),
        made(Content::json("{ \"b\": 1.0,\n  \"a\": [1e3, \"\\u00fc\"] }\n")),
        opaque(vec![0]),
        opaque((0..=u8::MAX).collect()),
        opaque(noise(255)),
        opaque(noise(256)),
        opaque(noise(100_000)),
        opaque(noise(3_000_000)),
        text(&"the same line over and over\n".repeat(100_000)),
    ]
}

pub(crate) async fn an_unknown_content_is_refused(world: World) {
    let content = text("Hello");
    let add = NewVersion::new(greeting(), content.reference());
    let changeset = world.changeset().then(Change::AddVersion(Box::new(add)));
    let refusal = world.store.commit(&changeset).await.must_refuse("nobody wrote the content");
    assert_eq!(refusal, Refusal::NoContent(content.digest()));
    let read = world.store.content(&content.reference()).await;
    assert_eq!(read.must("read a content that is not there"), None);

    world.store.put(&content, None).await.must("put a content");
    world.commit(&changeset).await;
}

pub(crate) async fn a_content_is_named_as_what_it_was_written(world: World) {
    let opaque = |text: &str| {
        let kind = parsed("application/octet-stream");
        made(Content::bytes(text.as_bytes().to_vec(), kind))
    };
    let (as_bytes, as_text) = (opaque("{\"a\": 1}"), text("{\"a\": 1}"));
    let as_json = made(Content::json("{\"a\": 1}"));
    let name = |reference: ContentRef| {
        let add = NewVersion::new(greeting(), reference);
        world.changeset().then(Change::AddVersion(Box::new(add)))
    };
    let refused = async |reference: ContentRef, why: &str| {
        let refusal = world.store.commit(&name(reference.clone())).await.must_refuse(why);
        assert_eq!(refusal, Refusal::OtherContent(Box::new(reference)));
    };
    world.store.put(&as_bytes, None).await.must("put bytes");
    world.commit(&name(as_bytes.reference())).await;
    refused(as_text.reference(), "nobody wrote it as text").await;
    refused(ContentRef { len: 7, ..as_bytes.reference() }, "it has 8 bytes").await;
    world.store.put(&as_text, None).await.must("put the same bytes as text");
    world.commit(&name(as_text.reference())).await;
    refused(as_json.reference(), "nobody wrote it as JSON").await;
    // Neither order of writers takes away what the other one knows.
    world.store.put(&as_json, None).await.must("put the same bytes as JSON");
    world.store.put(&as_bytes, None).await.must("put bytes again");
    world.commit(&name(as_json.reference())).await;
    let report = world.store.verify().await.must("verify");
    assert!(report.is_sound() && report.contents == 1, "{report:#?}");
}

pub(crate) async fn a_content_is_read_back_byte_for_byte(world: World) {
    let samples = samples();
    for content in &samples {
        world.apply(world.add(&greeting(), content).await).await;
    }
    let check = async |world: &World| {
        let history = world
            .store
            .history(&world.ns, &greeting(), At::Head, None, Limit::default())
            .await
            .must("read");
        for (version, content) in history.iter().rev().zip(&samples) {
            assert_eq!(version.content, content.reference());
            let read = world.store.content(&version.content).await.must("read a content");
            assert!(
                read.as_ref() == Some(content),
                "the content of {} is not what was published: {read:?}",
                version.number
            );
        }
    };
    check(&world).await;
    let world = world.crash().await;
    check(&world).await;
}

pub(crate) async fn a_content_is_durable_when_the_commit_that_names_it_is(mut world: World) {
    for number in 1..=4 {
        let content = text(&format!("Hello {number}"));
        world.apply(world.add(&greeting(), &content).await).await;
        world = world.crash().await;
        let reference = world.version(&greeting(), version(number)).await.content;
        let read = world.store.content(&reference).await.must("read a content");
        assert_eq!(there(read, reference.digest), content);
    }
}

pub(crate) async fn writing_a_content_again_does_nothing(world: World) {
    let content = text("Hello");
    for _ in 0..3 {
        world.store.put(&content, None).await.must("put a content");
    }
    world.publish(&greeting(), "Hello").await;
    world.publish(&artifact("tools/search"), "Hello").await;
    world.store.put(&content, None).await.must("put a content that is there");
    let report = world.store.verify().await.must("verify");
    assert_eq!((report.contents, report.versions), (1, 2), "a content is kept once: {report:?}");

    // One digest may be named as different kinds: the kind belongs to the version.
    let code = made(Content::text("Hello", Some(parsed("markdown"))));
    world.apply(world.add(&greeting(), &code).await).await;
    let read = world.store.content(&code.reference()).await.must("read as markdown");
    assert_eq!(read, Some(code));
    let read = world.store.content(&content.reference()).await.must("read as text");
    assert_eq!(read, Some(content));
}

pub(crate) async fn racing_writers_may_write_the_same_content(world: World) {
    let mut writers = JoinSet::new();
    for writer in 0..8 {
        let client = Client::clone(&world);
        writers.spawn(async move {
            let id = artifact(&format!("prompts/writer-{writer}"));
            for number in 0..5 {
                client.publish(&id, &format!("the same for all {number}")).await;
            }
        });
    }
    writers.join_all().await;
    let report = world.store.verify().await.must("verify");
    assert!(report.is_sound(), "{report:#?}");
    assert_eq!((report.contents, report.versions), (5, 40), "{report:?}");
}
