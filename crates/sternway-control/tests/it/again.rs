//! Publishing what is there already: nothing is added, and what was asked for beside is done.

use sternway_control::publish::{Activate, Expect, Landing, Publish, Published};
use sternway_types::{Activation, EnvironmentId, PolicyScope};

use crate::{
    gate::GatedKv,
    make::{
        activating, alice, because, by, greeting, production, reference, said, staging, text,
        version,
    },
    world::World,
};

/// The greeting as it is, to go live in an environment, with a label.
fn again(environment: Option<EnvironmentId>, label: Option<&str>) -> Publish {
    let labels = label.map(|label| label.parse().expect("a label")).into_iter().collect();
    let activate = environment.map_or(Activate::ByPolicy, Activate::In);
    Publish { activate, labels, ..Publish::new(greeting(), text("Hi")) }
}

/// A greeting whose second version, "Hi", is staged.
async fn staged() -> World {
    staged_on(GatedKv::default()).await
}

async fn staged_on(kv: GatedKv) -> World {
    let world = World::on(kv).await;
    world.create_environment("staging").await;
    world.publish("Hello").await;
    world.publish("Hi").await;
    world
}

async fn publish(world: &World, publish: Publish) -> Published {
    world.control.publish(publish, &because("once more")).await.expect("it is published")
}

/// Nothing was added, and this is where it is, by the newest commit.
async fn check(world: &World, published: &Published, landing: &Landing) {
    assert_eq!((published.number, &published.landing), (version(2), landing));
    assert!(!published.is_new());
    assert_eq!(published.is_live(), matches!(landing, Landing::Live(_)));
    assert_eq!(published.revision, Some(world.head().await));
}

/// Nothing was added or moved.
fn is_unchanged(published: &Published) {
    assert_eq!((published.number, &published.landing), (version(2), &Landing::Unchanged));
    assert!(!published.is_new() && !published.is_live());
    assert_eq!(published.revision, None);
}

async fn labelled(world: &World, label: &str) -> Option<u64> {
    let reference = reference(&format!("prompts/greeting@{label}"));
    let found = world.control.resolve(&reference, &production()).await;
    found.ok().map(|version| version.number.get())
}

#[tokio::test]
async fn what_is_there_already_goes_live_where_it_is_asked_for() {
    let world = staged().await;
    let published = publish(&world, again(Some(production()), None)).await;
    check(&world, &published, &Landing::Live(production())).await;
    assert_eq!(world.moves().await, "v1 published, v2 promoted");
    is_unchanged(&publish(&world, again(Some(production()), None)).await);
    let published = publish(&world, again(Some(staging()), None)).await;
    check(&world, &published, &Landing::Live(staging())).await;
    assert_eq!(world.live().await, Some(version(2)));
}

#[tokio::test]
async fn what_is_there_already_is_labelled() {
    let world = staged().await;
    let published = publish(&world, again(None, Some("stable"))).await;
    check(&world, &published, &Landing::Unchanged).await;
    assert_eq!(labelled(&world, "stable").await, Some(2));
    is_unchanged(&publish(&world, again(None, Some("stable"))).await);
    assert_eq!(world.live().await, Some(version(1)), "and nothing else");
}

#[tokio::test]
async fn a_label_that_is_elsewhere_is_moved() {
    let world = staged().await;
    let stable = "stable".parse().unwrap();
    world.control.label(&greeting(), version(1), &stable, &alice()).await.unwrap();
    publish(&world, again(None, Some("stable"))).await;
    assert_eq!(labelled(&world, "stable").await, Some(2));
}

#[tokio::test]
async fn everything_that_is_asked_for_is_one_commit() {
    let world = staged().await;
    let head = world.head().await;
    let published = publish(&world, again(Some(production()), Some("stable"))).await;
    check(&world, &published, &Landing::Live(production())).await;
    assert_eq!(published.revision, Some(head.next()));
    let commits = world.commits_after(head.get()).await;
    assert_eq!(commits[0].reason.as_str(), "once more");
    assert_eq!(labelled(&world, "stable").await, Some(2));
    let other = publish(&world, again(Some(production()), Some("other"))).await;
    check(&world, &other, &Landing::Unchanged).await;
    assert_eq!(world.moves().await, "v1 published, v2 promoted", "it was live already");
}

#[tokio::test]
async fn nothing_asked_for_is_nothing_done() {
    let world = staged().await;
    let setting = activating(Activation::Immediate);
    world.control.set_policy(PolicyScope::Namespace, setting, &alice()).await.unwrap();
    is_unchanged(&publish(&world, again(None, None)).await);
    assert_eq!(world.live().await, Some(version(1)));
}

#[tokio::test]
async fn what_is_condemned_does_not_go_live_by_being_published_again() {
    let world = staged().await;
    let rude = because("it was rude");
    world.control.condemn(&greeting(), version(2), &production(), &rude).await.unwrap();
    let head = world.head().await;
    let refused = world.control.publish(again(Some(production()), Some("stable")), &alice()).await;
    assert_eq!(
        said(refused),
        "policy-condemned: the store did not do it: the write was refused: prompts/greeting@v2 is \
         condemned in production: it was rude"
    );
    assert_eq!((world.head().await, labelled(&world, "stable").await), (head, None));
}

#[tokio::test]
async fn an_environment_that_is_not_there_is_an_error_also_now() {
    let world = staged().await;
    let nowhere = "nowhere".parse().unwrap();
    let refused = said(world.control.publish(again(Some(nowhere), None), &alice()).await);
    assert!(refused.starts_with("environment-not-found: "), "{refused}");
}

#[tokio::test]
async fn who_expects_another_version_moves_nothing() {
    let world = staged().await;
    let publish = Publish {
        expect: Expect::Version(version(1)),
        ..again(Some(production()), Some("stable"))
    };
    let err = said(world.control.publish(publish, &alice()).await);
    assert!(err.starts_with("version-conflict: "), "{err}");
    assert_eq!((world.live().await, labelled(&world, "stable").await), (Some(version(1)), None));
}

#[tokio::test]
async fn of_two_who_publish_it_again_at_once_one_moves_it() {
    let kv = GatedKv::default();
    let world = staged_on(kv.clone()).await;
    let other = world.another();
    let wanted = || again(Some(production()), Some("stable"));
    let (alice, bob) = (alice(), by("bob"));
    kv.shut();
    let (one, two, ()) = tokio::join!(
        world.control.publish(wanted(), &alice),
        other.publish(wanted(), &bob),
        async { kv.open() }
    );
    // Whichever of them comes first.
    let (one, two) = (one.unwrap(), two.unwrap());
    let (first, second) = if one.revision.is_some() { (one, two) } else { (two, one) };
    check(&world, &first, &Landing::Live(production())).await;
    is_unchanged(&second);
    assert_eq!(world.moves().await, "v1 published, v2 promoted");
}

#[tokio::test]
async fn a_version_that_comes_in_between_does_not_change_what_goes_live() {
    let kv = GatedKv::default();
    let world = staged_on(kv.clone()).await;
    let other = world.another();
    let (alice, bob) = (alice(), by("bob"));
    kv.shut();
    let (one, two, ()) = tokio::join!(
        world.control.publish(again(Some(production()), None), &alice),
        other.publish(Publish::new(greeting(), text("Hey")), &bob),
        async { kv.open() }
    );
    // What is published is live, as version 2 or anew, after the version that came in between.
    assert_eq!(two.unwrap().number, version(3));
    let one = one.unwrap();
    assert_eq!(one.number, version(if one.is_new() { 4 } else { 2 }));
    assert_eq!((one.is_live(), world.live().await), (true, Some(one.number)));
    let live = world.control.version(&greeting(), one.number).await.unwrap();
    assert_eq!(live.content, text("Hi").reference());
}
