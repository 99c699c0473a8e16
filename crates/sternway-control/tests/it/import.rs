//! Import: bring versions from elsewhere, each of them once.

use std::time::Duration;

use sternway_control::{
    Control,
    import::Imported,
    publish::{Landing, Publish},
};
use sternway_store::Limit;
use sternway_types::{Activation, At, PolicyScope, Timestamp};

use crate::{
    make::{activating, alice, because, by, greeting, production, text, version, versions},
    world::{SECOND, World},
};

/// A version of the greeting with this text.
fn publish(content: &str) -> Publish {
    Publish::new(greeting(), text(content))
}

async fn import(control: &Control, name: &str, content: &str) -> Imported {
    control.import(name, &publish(content), &alice()).await.expect("it is imported")
}

/// The number and the landing of a version that was added.
fn added(imported: Imported) -> (u64, Landing) {
    match imported {
        Imported::Added { number, landing, .. } => (number.get(), landing),
        Imported::Known { revision } => panic!("it was there at {revision}"),
    }
}

/// The contents of the greeting, the first version first.
async fn contents(world: &World) -> Vec<String> {
    let store = world.control.store();
    let history =
        store.history(world.control.namespace(), &greeting(), At::Head, None, Limit::MAX).await;
    let mut contents = Vec::new();
    for version in history.expect("the store can be read").iter().rev() {
        let content = world.control.content(version).await.expect("it is there");
        contents.push(content.as_text().expect("a text").to_owned());
    }
    contents
}

#[tokio::test]
async fn the_first_goes_live_and_later_ones_are_staged() {
    let world = World::new().await;
    assert_eq!(added(import(&world.control, "a", "1").await), (1, Landing::Live(production())));
    assert_eq!(added(import(&world.control, "b", "2").await), (2, Landing::Staged));
    assert_eq!(world.moves().await, "v1 published");
}

#[tokio::test]
async fn no_policy_makes_a_history_live_version_by_version() {
    let world = World::new().await;
    let (scope, setting) = (PolicyScope::Namespace, activating(Activation::Immediate));
    world.control.set_policy(scope, setting, &alice()).await.expect("it is set");
    drop(import(&world.control, "a", "1").await);
    assert_eq!(added(import(&world.control, "b", "2").await), (2, Landing::Staged));
    assert_eq!(world.live().await, Some(version(1)));
}

#[tokio::test]
async fn a_name_is_imported_once() {
    let world = World::new().await;
    let first = import(&world.control, "a", "1").await;
    let Imported::Added { revision, .. } = first else { panic!("it is new") };
    world.clock.advance(SECOND);
    assert_eq!(import(&world.control, "a", "1").await, Imported::Known { revision });
    let other = Publish::new("prompts/farewell".parse().expect("an artifact"), text("1"));
    let imported = world.control.import("a", &other, &alice()).await.expect("it is imported");
    assert_eq!(added(imported).0, 1, "names belong to their artifact");
}

#[tokio::test]
async fn the_same_content_under_another_name_is_a_version() {
    let world = World::new().await;
    assert_eq!(added(import(&world.control, "a", "1").await).0, 1);
    assert_eq!(added(import(&world.control, "b", "1").await).0, 2);
}

#[tokio::test]
async fn what_is_known_of_a_version_comes_along() {
    let world = World::new().await;
    let authored = Timestamp::EPOCH.saturating_add(Duration::from_hours(1));
    let author = Some(by("bob").actor);
    let publish = Publish { author, authored_at: Some(authored), ..publish("1") };
    let intent = because("as it was");
    drop(world.control.import("a", &publish, &intent).await.expect("it is imported"));
    let version = world.control.version(&greeting(), version(1)).await.expect("it is there");
    assert_eq!((version.author.to_string().as_str(), version.authored_at), ("human:bob", authored));
    assert_eq!((&version.reason, version.parents.len()), (&intent.reason, 0));
}

/// Imports fifty versions, and answers how many of them were new.
async fn import_all(world: &World, control: &Control, pace: Duration) -> u64 {
    let mut new = 0;
    for number in 0..50 {
        // The two have clocks of their own, as processes do.
        world.clock.advance(pace);
        let imported = import(control, &number.to_string(), &number.to_string()).await;
        new += u64::from(matches!(imported, Imported::Added { .. }));
    }
    new
}

#[tokio::test]
async fn two_imports_at_once_add_each_version_once_and_in_order() {
    let world = World::new().await;
    let (one, other, third) = (world.another(), world.another(), world.another());
    let by = alice();
    let (new, again, published) = tokio::join!(
        import_all(&world, &one, Duration::from_micros(3)),
        import_all(&world, &other, Duration::from_micros(5)),
        third.publish(publish("beside"), &by),
    );
    published.expect("it is published");
    assert!(new + again >= 50, "{new} and {again}");
    let mut contents = contents(&world).await;
    contents.retain(|content| content != "beside");
    assert_eq!(contents, (0..50).map(|number| number.to_string()).collect::<Vec<_>>());
    let last = world.control.version(&greeting(), version(51)).await.expect("it is there");
    assert_eq!(last.parents, versions([50]));
}
