//! What is kept beside versions: condemnations, labels, findings, environments.

use std::{iter, sync::Arc};

use serde_json::{Value, json};
use sternway_control::Control;
use sternway_store::Limit;
use sternway_types::{Environment, Finding, Force, LabelId, Ratio, VersionNumber};

use crate::{
    make::{
        alice, because, generation, greeting, production, robot, said, staging, version, versions,
    },
    world::{SECOND, World},
};

fn label(name: &str) -> LabelId {
    name.parse().expect("a label")
}

#[tokio::test]
async fn what_is_condemned_stays_live() {
    let world = World::with_live(2).await;
    world.control.condemn(&greeting(), version(2), &production(), &because("rude")).await.unwrap();
    assert_eq!(world.live().await, Some(version(2)));
    let condemned = world.control.condemnations(&greeting(), &production()).await.unwrap();
    assert_eq!((condemned.len(), condemned[0].reason.as_str()), (1, "rude"));
}

#[tokio::test]
async fn a_condemnation_is_one_for_each_content() {
    let world = World::new().await;
    for content in ["Hello", "Hi", "Hello"] {
        world.publish(content).await;
    }
    for number in [1, 3, 2] {
        let number = version(number);
        world.control.condemn(&greeting(), number, &production(), &robot()).await.unwrap();
    }
    assert_eq!(world.condemned().await, versions([2, 3]), "the last version of each is named");
    world.control.pardon(&greeting(), version(1), &production(), &alice()).await.unwrap();
    assert_eq!(world.condemned().await, [version(2)], "and any of them is pardoned for all");
}

#[tokio::test]
async fn what_is_not_there_is_neither_condemned_nor_pardoned() {
    let world = World::with_live(1).await;
    let control = &world.control;
    let condemn = control.condemn(&greeting(), version(2), &production(), &alice()).await;
    let missing = "prompts/greeting@v2 names no version: there is no such version";
    assert_eq!(said(condemn), format!("version-not-found: {missing}"));
    let condemn = control.condemn(&greeting(), version(1), &staging(), &alice()).await;
    assert_eq!(said(condemn), "environment-not-found: there is no environment staging");
    let pardon = control.pardon(&greeting(), version(1), &production(), &alice()).await;
    let innocent = "prompts/greeting@v1 is not condemned in production";
    assert_eq!(said(pardon), format!("version-not-found: {innocent}"));
}

#[tokio::test]
async fn a_label_that_is_there_already_is_not_set_again() {
    let world = World::with_live(1).await;
    let set = async |number: u64| {
        let number = version(number);
        world.control.label(&greeting(), number, &label("stable"), &alice()).await
    };
    assert_eq!(set(1).await.unwrap(), Some(world.head().await));
    assert_eq!(set(1).await.unwrap(), None);
    assert!(said(set(2).await).starts_with("version-not-found"));
}

#[tokio::test]
async fn a_label_that_is_not_there_cannot_be_taken_away() {
    let world = World::with_live(1).await;
    let unlabel = async || world.control.unlabel(&greeting(), &label("stable"), &alice()).await;
    assert_eq!(said(unlabel().await), "label-not-found: prompts/greeting has no label stable");
    world.control.label(&greeting(), version(1), &label("stable"), &alice()).await.unwrap();
    unlabel().await.unwrap();
    assert!(said(unlabel().await).starts_with("label-not-found"), "nor twice");
}

#[tokio::test]
async fn a_label_may_name_a_condemned_version() {
    let world = World::with_live(2).await;
    world.roll_back(None).await.unwrap();
    world.control.label(&greeting(), version(2), &label("worst"), &robot()).await.unwrap();
}

#[tokio::test]
async fn a_later_finding_of_the_same_name_replaces_the_earlier() {
    let world = World::with_live(1).await;
    let attest = async |name: &str, ratio: f64| {
        let finding = Finding::Rating(Ratio::new(ratio).unwrap());
        world.control.attest(&greeting(), version(1), label(name), finding, &robot()).await
    };
    attest("security", 0.5).await.unwrap();
    world.clock.advance(SECOND);
    attest("security", 0.75).await.unwrap();
    attest("style", 1.0).await.unwrap();
    let found = world.control.attestations(&greeting(), version(1)).await.unwrap();
    let said: Vec<_> = found.iter().map(|it| (it.name.as_str(), &it.finding)).collect();
    let rating = |ratio| Finding::Rating(Ratio::new(ratio).unwrap());
    assert_eq!(said, [("security", &rating(0.75)), ("style", &rating(1.0))]);
    assert_eq!(found[0].by.to_string(), "agent:robot");
    assert_eq!(found[0].at, world.control.now());
}

#[tokio::test]
async fn a_finding_is_about_a_version_that_is_there() {
    let world = World::with_live(1).await;
    let attest = async |number: u64| {
        let (finding, name) = (Finding::Other(json!("fine")), label("review"));
        world.control.attest(&greeting(), version(number), name, finding, &alice()).await
    };
    assert!(said(attest(2).await).ends_with("prompts/greeting has no v2: its newest is v1"));
    attest(1).await.unwrap();
    assert_eq!(world.control.attestations(&greeting(), version(2)).await.unwrap(), []);
}

#[tokio::test]
async fn a_finding_too_deep_to_be_read_back_is_refused_and_the_feed_stays_readable() {
    let world = World::with_live(1).await;
    let nested = |levels| iter::repeat_n((), levels).fold(Value::Null, |inner, ()| json!([inner]));
    let attest = async |levels| {
        let (finding, name) = (Finding::Other(nested(levels)), label("tests"));
        world.control.attest(&greeting(), version(1), name, finding, &robot()).await
    };
    assert!(said(attest(124).await).ends_with("v1/tests is nested too deep"));
    attest(123).await.unwrap();
    let found = world.control.attestations(&greeting(), version(1)).await.unwrap();
    assert_eq!(found[0].finding, Finding::Other(nested(123)));
    assert_eq!(world.commits_after(0).await.len() as u64, world.head().await.get());
}

#[tokio::test]
async fn an_environment_is_created_once() {
    let world = World::new().await;
    world.create_environment("staging").await;
    let again = Environment { description: "again".into(), ..Environment::new(staging()) };
    assert_eq!(
        said(world.control.create_environment(again, &alice()).await),
        "environment-exists: there is an environment staging already"
    );
}

#[tokio::test]
async fn environments_are_listed_in_pages_by_name() {
    let world = World::new().await;
    for name in ["staging", "canary"] {
        world.create_environment(name).await;
    }
    let limit = Limit::new(2);
    let page = world.control.environments(None, limit).await.unwrap();
    let ids: Vec<_> = page.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["canary", "production"]);
    let next = world.control.environments(Some(&production()), limit).await.unwrap();
    assert_eq!(next.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["staging"]);
}

#[tokio::test]
async fn a_namespace_comes_to_life_once_whoever_asks() {
    let world = World::new().await;
    let head = world.head().await;
    world.control.create_namespace().await.unwrap();
    world.another().create_namespace().await.unwrap();
    assert_eq!(world.head().await, head);
    assert_eq!(world.control.default_environment().await.unwrap(), production());
}

#[tokio::test]
async fn a_namespace_belongs_to_who_claimed_it_first() {
    let world = World::new().await;
    let head = world.head().await;
    assert!(!world.control.claim_namespace().await.unwrap(), "it was there");
    assert_eq!(world.head().await, head);

    let garden = || Control::new(Arc::clone(&world.store), "garden".parse().unwrap());
    let (one, other) = (garden(), garden());
    let (first, second) = tokio::join!(one.claim_namespace(), other.claim_namespace());
    assert!(first.unwrap() ^ second.unwrap(), "one of them was first");
    garden().create_namespace().await.unwrap();
    assert_eq!(garden().default_environment().await.unwrap(), production());
}

#[tokio::test]
async fn a_namespace_that_is_not_there_is_named() {
    let world = World::new().await;
    let other = Control::new(Arc::clone(&world.store), "other".parse().unwrap());
    let promoted =
        other.promote(&greeting(), VersionNumber::FIRST, &production(), Force::No, &alice()).await;
    assert_eq!(
        said(promoted),
        "namespace-not-found: the store did not do it: there is no namespace other"
    );
}

#[tokio::test]
async fn a_check_shows_what_holds_and_changes_nothing() {
    let world = World::with_live(2).await;
    world.run(2, "x.x").await;
    let head = world.head().await;
    let check = world.control.check(&greeting(), &production()).await.unwrap();
    assert_eq!((check.subject.version, check.subject.generation), (version(2), generation(2)));
    assert_eq!((check.tally.succeeded, check.tally.failed), (1, 2));
    assert_eq!((check.policy.scope, check.latch), (None, None));
    assert_eq!(check.verdict, sternway_types::Verdict::Undecided);
    assert_eq!(world.head().await, head);
    let nothing = world.control.check(&greeting(), &staging()).await;
    assert!(said(nothing).starts_with("environment-not-found"));
}
