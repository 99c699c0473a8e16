//! Where a version is once it is published.

use sternway_control::publish::{Activate, Landing, Publish, Published};
use sternway_types::{
    Activation, Change, Changeset, ChangesetId, EnvironmentId, NamespaceSettings, PolicyScope,
    PolicySetting, Record,
};

use crate::{
    make::{
        activating, alice, because, greeting, production, reference, said, staging, text, version,
    },
    world::World,
};

/// A version of the greeting that goes live in an environment.
fn into(environment: EnvironmentId, content: &str) -> Publish {
    Publish { activate: Activate::In(environment), ..Publish::new(greeting(), text(content)) }
}

async fn set_policy(world: &World, setting: PolicySetting) {
    world.control.set_policy(PolicyScope::Namespace, setting, &alice()).await.expect("it is set");
}

/// Whether the greeting is live in an environment, and as which version.
async fn live_in(world: &World, environment: &EnvironmentId) -> Option<u64> {
    let live = world.control.live_version(&greeting(), environment).await;
    live.ok().map(|(_, version)| version.number.get())
}

#[track_caller]
fn check(published: &Published, number: u64, landing: &Landing) {
    assert_eq!((published.number, &published.landing), (version(number), landing));
}

#[tokio::test]
async fn a_policy_may_make_versions_live_at_once() {
    let world = World::new().await;
    set_policy(&world, activating(Activation::Immediate)).await;
    world.publish("Hello").await;
    check(&world.publish("Hi").await, 2, &Landing::Live(production()));
    assert_eq!(world.moves().await, "v1 published, v2 published");
}

#[tokio::test]
async fn a_condemned_content_is_staged_where_others_go_live_at_once() {
    let world = World::new().await;
    set_policy(&world, activating(Activation::Immediate)).await;
    world.publish("Hello").await;
    world.publish("Hi").await;
    world.control.condemn(&greeting(), version(1), &production(), &alice()).await.unwrap();
    let published = world.publish("Hello").await;
    check(&published, 3, &Landing::Condemned(production()));
    assert!(published.is_new() && !published.is_live());
    assert_eq!(world.live().await, Some(version(2)));
}

#[tokio::test]
async fn a_condemned_content_that_is_staged_anyway_says_nothing_of_it() {
    let world = World::new().await;
    world.publish("Hello").await;
    world.publish("Hi").await;
    world.control.condemn(&greeting(), version(1), &production(), &alice()).await.unwrap();
    check(&world.publish("Hello").await, 3, &Landing::Staged);
}

#[tokio::test]
async fn a_policy_that_is_off_activates_nothing_but_the_first_version() {
    let world = World::new().await;
    set_policy(&world, PolicySetting::Off).await;
    check(&world.publish("Hello").await, 1, &Landing::Live(production()));
    check(&world.publish("Hi").await, 2, &Landing::Staged);
}

#[tokio::test]
async fn a_version_may_go_live_where_the_publisher_says() {
    let world = World::new().await;
    world.create_environment("staging").await;
    world.publish("Hello").await;
    let published = world.control.publish(into(staging(), "Hi"), &alice()).await.unwrap();
    check(&published, 2, &Landing::Live(staging()));
    assert_eq!(live_in(&world, &staging()).await, Some(2));
    assert_eq!(live_in(&world, &production()).await, Some(1));
}

#[tokio::test]
async fn a_first_version_that_goes_live_elsewhere_goes_live_nowhere_else() {
    let world = World::new().await;
    world.create_environment("staging").await;
    let published = world.control.publish(into(staging(), "Hello"), &alice()).await.unwrap();
    check(&published, 1, &Landing::Live(staging()));
    assert_eq!(live_in(&world, &production()).await, None);
    check(&world.publish("Hi").await, 2, &Landing::Staged);
}

#[tokio::test]
async fn a_version_for_an_environment_that_is_not_there_is_not_added() {
    let world = World::new().await;
    world.publish("Hello").await;
    let head = world.head().await;
    assert_eq!(
        said(world.control.publish(into(staging(), "Hi"), &alice()).await),
        "environment-not-found: the store did not do it: the write was refused: there is no \
         environment staging: create it first, or mend the name"
    );
    assert_eq!(world.head().await, head);
}

#[tokio::test]
async fn a_condemned_content_is_refused_where_the_publisher_says() {
    let world = World::new().await;
    world.publish("Hello").await;
    world.publish("Hi").await;
    let rude = because("it was rude");
    world.control.condemn(&greeting(), version(1), &production(), &rude).await.unwrap();
    assert_eq!(
        said(world.control.publish(into(production(), "Hello"), &alice()).await),
        "policy-condemned: the store did not do it: the write was refused: prompts/greeting@v3 is \
         condemned in production: it was rude"
    );
    let newest = reference("prompts/greeting@latest");
    let newest = world.control.resolve(&newest, &production()).await.unwrap();
    assert_eq!(newest.number, version(2), "nor is it added");
}

#[tokio::test]
async fn first_versions_go_live_in_the_default_environment() {
    let world = World::new().await;
    world.create_environment("staging").await;
    let settings = NamespaceSettings { default_environment: staging() };
    let change = Change::PutRecord(Box::new(Record::Namespace(settings)));
    let (id, shop) = (ChangesetId::from_name("default"), world.control.namespace().clone());
    let changeset = Changeset::new(id, shop, world.control.now(), alice().actor).then(change);
    world.store.commit(&changeset).await.unwrap();
    assert_eq!(world.control.default_environment().await.unwrap(), staging());
    check(&world.publish("Hello").await, 1, &Landing::Live(staging()));
}
