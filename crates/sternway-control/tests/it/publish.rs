//! Publish: add a version.

use std::collections::BTreeSet;

use sternway_control::publish::{Expect, Landing, Publish, Published};
use sternway_store::Limit;
use sternway_types::{At, Content, Timestamp};

use crate::{
    gate::GatedKv,
    make::{
        alice, artifact, because, by, greeting, production, reference, said, text, version,
        versions,
    },
    world::{SECOND, World},
};

/// A version of the greeting, if the newest is what was expected.
fn expecting(content: &str, expect: Expect) -> Publish {
    Publish { expect, ..Publish::new(greeting(), text(content)) }
}

#[track_caller]
fn check(published: &Published, number: u64, landing: &Landing) {
    assert_eq!((published.number, &published.landing), (version(number), landing));
    assert_eq!(published.is_new(), *landing != Landing::Unchanged);
    assert_eq!(published.is_live(), matches!(landing, Landing::Live(_)));
    assert_eq!(published.revision.is_some(), published.is_new());
}

#[tokio::test]
async fn the_first_version_goes_live_by_itself() {
    let world = World::new().await;
    check(&world.publish("Hello").await, 1, &Landing::Live(production()));
    assert_eq!(world.live().await, Some(version(1)));
    assert_eq!(world.moves().await, "v1 published");
}

#[tokio::test]
async fn later_versions_are_staged() {
    let world = World::new().await;
    world.publish("Hello").await;
    check(&world.publish("Hi").await, 2, &Landing::Staged);
    check(&world.publish("Hey").await, 3, &Landing::Staged);
    assert_eq!(world.live().await, Some(version(1)));
}

#[tokio::test]
async fn the_content_of_the_newest_version_is_not_added_again() {
    let world = World::new().await;
    world.publish("Hello").await;
    let head = world.head().await;
    check(&world.publish("Hello").await, 1, &Landing::Unchanged);
    assert_eq!(world.head().await, head, "nothing was committed");
}

#[tokio::test]
async fn the_content_of_an_older_version_is_a_new_version() {
    let world = World::new().await;
    world.publish("Hello").await;
    world.publish("Hi").await;
    let again = world.publish("Hello").await;
    check(&again, 3, &Landing::Staged);
    let first = world.control.version(&greeting(), version(1)).await.unwrap();
    assert_eq!(again.content, first.content, "it is stored once");
}

#[tokio::test]
async fn the_same_bytes_as_something_else_are_a_new_version() {
    let world = World::new().await;
    world.publish("1").await;
    let document = Content::json("1").unwrap();
    let publish = Publish::new(greeting(), document);
    let published = world.control.publish(publish, &alice()).await.unwrap();
    check(&published, 2, &Landing::Staged);
}

#[tokio::test]
async fn every_artifact_counts_its_own_versions() {
    let world = World::new().await;
    world.publish("Hello").await;
    world.publish("Hi").await;
    let search = Publish::new(artifact("tools/search"), text("Hello"));
    let published = world.control.publish(search, &alice()).await.unwrap();
    check(&published, 1, &Landing::Live(production()));
}

#[tokio::test]
async fn who_expects_the_newest_version_publishes_after_it() {
    let world = World::new().await;
    world.publish("Hello").await;
    let publish = expecting("Hi", Expect::Version(version(1)));
    check(&world.control.publish(publish, &alice()).await.unwrap(), 2, &Landing::Staged);
    let unchanged = expecting("Hi", Expect::Version(version(2)));
    check(&world.control.publish(unchanged, &alice()).await.unwrap(), 2, &Landing::Unchanged);
}

#[tokio::test]
async fn who_expects_an_older_version_learns_who_was_first_and_when() {
    let world = World::new().await;
    world.publish("Hello").await;
    world.clock.advance(SECOND);
    let bob = by("agent:bob");
    world.control.publish(Publish::new(greeting(), text("Hi")), &bob).await.unwrap();
    let late = expecting("Hey", Expect::Version(version(1)));
    assert_eq!(
        said(world.control.publish(late, &alice()).await),
        "version-conflict: the store did not do it: the write lost a race: prompts/greeting is at \
         v2, expected v1; agent:bob wrote it at 2026-11-20T16:00:01Z"
    );
    assert!(world.control.version(&greeting(), version(3)).await.is_err());
}

#[tokio::test]
async fn who_expects_no_version_publishes_the_first_one_or_none() {
    let world = World::new().await;
    let first = expecting("Hello", Expect::Nothing);
    let published = world.control.publish(first.clone(), &alice()).await.unwrap();
    check(&published, 1, &Landing::Live(production()));
    let again = said(world.control.publish(first, &alice()).await);
    assert!(
        again.contains("prompts/greeting is at v1, expected no version; human:alice"),
        "{again}"
    );
}

#[tokio::test]
async fn who_expects_a_version_of_what_is_not_there_learns_that() {
    let world = World::new().await;
    let publish = expecting("Hello", Expect::Version(version(1)));
    assert_eq!(
        said(world.control.publish(publish, &alice()).await),
        "version-conflict: the store did not do it: the write lost a race: prompts/greeting is at \
         no version, expected v1"
    );
}

#[tokio::test]
async fn a_version_keeps_what_was_said_about_it() {
    let world = World::new().await;
    world.publish("Hello").await;
    let publish = Publish {
        author: Some("agent:writer".parse().unwrap()),
        authored_at: Some(Timestamp::EPOCH),
        changelog: "warmer".parse().unwrap(),
        semver: Some("1.2.3".parse().unwrap()),
        ..Publish::new(greeting(), text("Hi"))
    };
    world.control.publish(publish, &because("it was cold")).await.unwrap();
    let version = world.control.version(&greeting(), version(2)).await.unwrap();
    assert_eq!(version.author.to_string(), "agent:writer");
    assert_eq!(version.authored_at, Timestamp::EPOCH);
    assert_eq!(version.changelog.as_str(), "warmer");
    assert_eq!(version.reason.as_str(), "it was cold");
    assert_eq!(version.semver.as_ref().map(ToString::to_string).as_deref(), Some("1.2.3"));
    assert_eq!(version.parents, versions([1]));
    assert_eq!(world.control.content(&version).await.unwrap(), text("Hi"));
}

#[tokio::test]
async fn a_version_names_what_it_needs_and_that_is_known() {
    let world = World::new().await;
    let tool = artifact("tools/search");
    let needs = || {
        let depends_on = BTreeSet::from([tool.clone()]);
        Publish { depends_on, ..Publish::new(greeting(), text("Hello")) }
    };
    let refused = said(world.control.publish(needs(), &alice()).await);
    assert!(refused.contains("there is no artifact tools/search"), "{refused}");
    let publish = Publish::new(tool.clone(), text("fn search"));
    world.control.publish(publish, &alice()).await.unwrap();
    world.control.publish(needs(), &alice()).await.unwrap();
    let version = world.control.version(&greeting(), version(1)).await.unwrap();
    assert_eq!(version.depends_on, BTreeSet::from([tool.clone()]));
    let store = world.control.store();
    let ns = world.control.namespace();
    let dependents = store.dependents(ns, &tool, At::Head, None, Limit::MAX).await.unwrap();
    assert_eq!(dependents.iter().map(|it| &it.id).collect::<Vec<_>>(), [&greeting()]);
}

#[tokio::test]
async fn labels_are_set_in_the_same_commit() {
    let world = World::new().await;
    let labels = vec!["stable".parse().unwrap()];
    let publish = Publish { labels, ..Publish::new(greeting(), text("Hello")) };
    let published = world.control.publish(publish, &alice()).await.unwrap();
    assert_eq!(published.revision, Some(world.head().await), "one commit");
    let labelled = reference("prompts/greeting@stable");
    let labelled = world.control.resolve(&labelled, &production()).await.unwrap();
    assert_eq!(labelled.number, version(1));
}

#[tokio::test]
async fn of_two_who_publish_the_same_at_once_one_adds_it() {
    let kv = GatedKv::default();
    let world = World::on(kv.clone()).await;
    let other = world.another();
    kv.shut();
    let publish = || Publish::new(greeting(), text("Hello"));
    let (alice, bob) = (alice(), by("bob"));
    let (one, two, ()) = tokio::join!(
        world.control.publish(publish(), &alice),
        other.publish(publish(), &bob),
        async { kv.open() }
    );
    check(&one.unwrap(), 1, &Landing::Live(production()));
    check(&two.unwrap(), 1, &Landing::Unchanged);
}

#[tokio::test]
async fn two_who_publish_different_contents_at_once_both_add_them() {
    let kv = GatedKv::default();
    let world = World::on(kv.clone()).await;
    let other = world.another();
    kv.shut();
    let publish = |content: &str| Publish::new(greeting(), text(content));
    let (alice, bob) = (alice(), by("bob"));
    let (one, two, ()) = tokio::join!(
        world.control.publish(publish("Hello"), &alice),
        other.publish(publish("Hi"), &bob),
        async { kv.open() }
    );
    check(&one.unwrap(), 1, &Landing::Live(production()));
    check(&two.unwrap(), 2, &Landing::Staged);
}
