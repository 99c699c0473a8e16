//! Which policy holds where.

use sternway_control::policy::EffectivePolicy;
use sternway_store::Limit;
use sternway_types::{Policy, PolicyScope, PolicySetting};

use crate::{
    make::{alice, artifact, greeting, in_a_row, production, said, staging, version},
    world::World,
};

fn scope(text: &str) -> PolicyScope {
    text.parse().expect("a scope")
}

async fn set(world: &World, at: &str, setting: PolicySetting) {
    world.control.set_policy(scope(at), setting, &alice()).await.expect("it is set");
}

async fn unset(world: &World, at: &str) {
    world.control.unset_policy(&scope(at), &alice()).await.expect("it is taken away");
}

async fn effective(world: &World) -> EffectivePolicy {
    let effective = world.control.effective_policy(&greeting(), &production()).await;
    effective.expect("the store can be read")
}

/// Where the policy of the greeting in production was set.
async fn check(world: &World, expected: Option<&str>) {
    assert_eq!(effective(world).await.scope, expected.map(scope));
}

#[tokio::test]
async fn without_any_policy_the_built_in_one_holds() {
    let world = World::new().await;
    let effective = effective(&world).await;
    assert_eq!(effective.scope, None);
    assert_eq!(effective.policy(), Some(&Policy::default()));
}

#[tokio::test]
async fn the_closest_scope_wins() {
    let world = World::new().await;
    let scopes =
        ["namespace", "collection:prompts", "artifact:prompts/greeting", "environment:production"];
    for (place, at) in (1..).zip(scopes) {
        set(&world, at, in_a_row(place)).await;
        check(&world, Some(at)).await;
        assert_eq!(effective(&world).await.setting, in_a_row(place));
    }
    for (taken, left) in scopes.into_iter().rev().zip(scopes.into_iter().rev().skip(1)) {
        unset(&world, taken).await;
        check(&world, Some(left)).await;
    }
    unset(&world, "namespace").await;
    check(&world, None).await;
}

#[tokio::test]
async fn a_policy_of_something_else_does_not_hold() {
    let world = World::new().await;
    world.create_environment("staging").await;
    for at in ["collection:tools", "artifact:prompts/other", "environment:staging"] {
        set(&world, at, PolicySetting::Off).await;
    }
    check(&world, None).await;
    let in_staging = world.control.effective_policy(&greeting(), &staging()).await.unwrap();
    assert_eq!(in_staging.policy(), None);
    let tool = artifact("tools/search");
    let of_tool = world.control.effective_policy(&tool, &production()).await.unwrap();
    assert_eq!(of_tool.scope, Some(scope("collection:tools")));
}

#[tokio::test]
async fn a_policy_that_is_off_hides_the_ones_around_it() {
    let world = World::with_live(2).await;
    set(&world, "namespace", in_a_row(1)).await;
    set(&world, "artifact:prompts/greeting", PolicySetting::Off).await;
    assert_eq!(world.reaction(2, "xxxxxxxxxx").await, None);
    assert_eq!(world.live().await, Some(version(2)));
    let check = world.control.check(&greeting(), &production()).await.unwrap();
    assert_eq!(check.tally.failed, 10, "outcomes are counted all the same");
}

#[tokio::test]
async fn a_policy_that_is_turned_on_judges_from_the_next_failure_on() {
    let world = World::with_live(2).await;
    set(&world, "namespace", PolicySetting::Off).await;
    world.run(2, "xxx").await;
    unset(&world, "namespace").await;
    assert_eq!(world.live().await, Some(version(2)));
    assert!(world.reaction(2, "x").await.is_some(), "with those before it");
}

#[tokio::test]
async fn a_changed_policy_holds_for_the_next_outcome() {
    let world = World::with_live(2).await;
    set(&world, "namespace", in_a_row(5)).await;
    assert_eq!(world.reaction(2, "xxx").await, None);
    set(&world, "namespace", in_a_row(4)).await;
    assert!(world.reaction(2, "x").await.is_some());
}

#[tokio::test]
async fn a_policy_for_an_environment_needs_the_environment() {
    let world = World::new().await;
    let setting = PolicySetting::Off;
    assert_eq!(
        said(world.control.set_policy(scope("environment:staging"), setting, &alice()).await),
        "environment-not-found: the store did not do it: the write was refused: there is no \
         environment staging: create it first, or mend the name"
    );
}

#[tokio::test]
async fn a_policy_may_be_there_before_what_it_is_for() {
    let world = World::new().await;
    set(&world, "collection:prompts", in_a_row(1)).await;
    set(&world, "artifact:prompts/greeting", in_a_row(2)).await;
    world.publish("Hello").await;
    check(&world, Some("artifact:prompts/greeting")).await;
}

#[tokio::test]
async fn what_is_not_set_cannot_be_taken_away() {
    let world = World::new().await;
    assert_eq!(
        said(world.control.unset_policy(&PolicyScope::Namespace, &alice()).await),
        "policy-not-found: the store did not do it: the write was refused: there is no policy namespace"
    );
}

#[tokio::test]
async fn policies_are_listed_in_pages_by_name() {
    let world = World::new().await;
    for at in ["namespace", "collection:tools", "artifact:tools/b", "artifact:tools/a"] {
        set(&world, at, PolicySetting::Off).await;
    }
    let list = async |after: Option<&str>| {
        let after = after.map(scope);
        let page = world.control.policies(after.as_ref(), Limit::new(3)).await.unwrap();
        page.into_iter().map(|policy| policy.scope.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(list(None).await, ["artifact:tools/a", "artifact:tools/b", "collection:tools"]);
    assert_eq!(list(Some("collection:tools")).await, ["namespace"]);
}
