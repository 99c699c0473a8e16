//! Roll back by hand: make an earlier version live again.

use sternway_control::{
    ControlError,
    rollback::{RollbackMode, RolledBack},
};
use sternway_store::StoreError;
use sternway_types::{ChangesetId, Force};

use crate::{
    make::{
        alice, artifact, because, generation, greeting, production, robot, said, staging, version,
        versions,
    },
    world::World,
};

#[track_caller]
fn check(rolled_back: Result<RolledBack, ControlError>, from: u64, to: u64) {
    let rolled_back = rolled_back.expect("it is rolled back");
    assert_eq!((rolled_back.from, rolled_back.to), (version(from), version(to)));
}

#[tokio::test]
async fn the_version_before_is_live_again_and_the_one_that_was_is_condemned() {
    let world = World::with_live(2).await;
    let rolled_back = world.roll_back(None).await.unwrap();
    assert_eq!((rolled_back.artifact, rolled_back.environment), (greeting(), production()));
    assert_eq!((rolled_back.from, rolled_back.to), (version(2), version(1)));
    assert_eq!(rolled_back.generation, generation(3));
    assert_eq!(rolled_back.revision, world.head().await);
    assert_eq!(world.moves().await, "v1 published, v2 promoted, v1 rolled back");
    assert_eq!(world.condemned().await, [version(2)]);
}

#[tokio::test]
async fn the_condemnation_says_why() {
    let world = World::with_live(2).await;
    let rude = because("it was rude");
    world
        .control
        .roll_back(&greeting(), None, RollbackMode::Move, &production(), Force::No, &rude)
        .await
        .unwrap();
    let condemned = world.control.condemnations(&greeting(), &production()).await.unwrap();
    assert_eq!(condemned[0].reason.as_str(), "it was rude");
    let err = said(world.try_promote(2, Force::No, &alice()).await);
    assert!(err.ends_with("prompts/greeting@v2 is condemned in production: it was rude"), "{err}");
}

#[tokio::test]
async fn what_was_rolled_back_is_promoted_again_only_after_a_pardon() {
    let world = World::with_live(2).await;
    world.roll_back(None).await.unwrap();
    let pardon = |number| {
        let control = &world.control;
        async move { control.pardon(&greeting(), version(number), &production(), &alice()).await }
    };
    said(world.try_promote(2, Force::No, &robot()).await);
    pardon(2).await.unwrap();
    world.try_promote(2, Force::No, &robot()).await.unwrap();
    assert_eq!(
        said(pardon(2).await),
        "version-not-found: prompts/greeting@v2 is not condemned in production"
    );
}

#[tokio::test]
async fn condemned_versions_are_skipped() {
    let world = World::with_live(3).await;
    world.control.condemn(&greeting(), version(2), &production(), &alice()).await.unwrap();
    check(world.roll_back(None).await, 3, 1);
}

#[tokio::test]
async fn one_rollback_after_another_leads_further_back() {
    let world = World::with_live(3).await;
    check(world.roll_back(None).await, 3, 2);
    check(world.roll_back(None).await, 2, 1);
    assert_eq!(world.condemned().await, versions([2, 3]));
    assert_eq!(
        said(world.roll_back(None).await),
        "no-good-version: prompts/greeting has no good version to go back to in production: every \
         version that was live before v1 is condemned, or none was"
    );
}

#[tokio::test]
async fn what_was_live_counts_and_not_the_number() {
    let world = World::with_live(3).await;
    world.promote(1).await;
    check(world.roll_back(None).await, 1, 3);
}

#[tokio::test]
async fn a_version_that_was_never_live_is_no_version_to_go_back_to() {
    let world = World::new().await;
    for content in ["Hello", "Hi", "Hey"] {
        world.publish(content).await;
    }
    world.promote(3).await;
    check(world.roll_back(None).await, 3, 1);
}

#[tokio::test]
async fn the_same_content_again_is_no_good_version() {
    let world = World::new().await;
    for (number, content) in [(1, "Hello"), (2, "Hi"), (3, "Hello")] {
        world.publish(content).await;
        world.promote(number).await;
    }
    check(world.roll_back(None).await, 3, 2);
    let err = said(world.roll_back(None).await);
    assert!(err.starts_with("no-good-version"), "v1 has the condemned content of v3: {err}");
}

#[tokio::test]
async fn without_an_earlier_version_there_is_nothing_to_go_back_to() {
    let world = World::with_live(1).await;
    let head = world.head().await;
    assert!(said(world.roll_back(None).await).starts_with("no-good-version"));
    assert_eq!(world.head().await, head);
    assert_eq!(world.condemned().await, [], "and what is live is not condemned for nothing");
}

#[tokio::test]
async fn an_older_version_may_be_named_live_before_or_not() {
    let world = World::new().await;
    for content in ["Hello", "Hi", "Hey"] {
        world.publish(content).await;
    }
    world.promote(3).await;
    check(world.roll_back(Some(2)).await, 3, 2);
}

#[tokio::test]
async fn a_newer_version_may_be_named_if_it_was_live() {
    let world = World::with_live(2).await;
    world.promote(1).await;
    check(world.roll_back(Some(2)).await, 1, 2);
}

#[tokio::test]
async fn a_newer_version_that_was_never_live_is_promoted_instead() {
    let world = World::with_live(1).await;
    world.publish("Hi").await;
    assert_eq!(
        said(world.roll_back(Some(2)).await),
        "version-not-found: prompts/greeting@v2 was never live in production: promote it instead"
    );
}

#[tokio::test]
async fn the_live_version_is_no_version_to_go_back_to() {
    let world = World::with_live(2).await;
    assert_eq!(
        said(world.roll_back(Some(2)).await),
        "already-live: prompts/greeting@v2 is live in production already"
    );
}

#[tokio::test]
async fn a_version_that_is_not_there_is_no_version_to_go_back_to() {
    let world = World::with_live(2).await;
    assert_eq!(
        said(world.roll_back(Some(3)).await),
        "version-not-found: prompts/greeting@v3 names no version: there is no such version"
    );
}

#[tokio::test]
async fn a_named_version_that_is_condemned_is_forced_by_a_person_or_refused() {
    let world = World::with_live(2).await;
    world.control.condemn(&greeting(), version(1), &production(), &alice()).await.unwrap();
    let back = |force, intent| {
        let (control, to) = (&world.control, Some(version(1)));
        async move {
            control
                .roll_back(&greeting(), to, RollbackMode::Move, &production(), force, &intent)
                .await
        }
    };
    assert!(said(back(Force::No, alice()).await).starts_with("policy-condemned"));
    assert!(said(back(Force::Yes, robot()).await).contains("only a person may force"));
    check(back(Force::Yes, alice()).await, 2, 1);
}

#[tokio::test]
async fn the_same_content_may_be_named_and_is_not_condemned() {
    let world = World::new().await;
    for (number, content) in [(1, "Hello"), (2, "Hi"), (3, "Hello")] {
        world.publish(content).await;
        world.promote(number).await;
    }
    check(world.roll_back(Some(1)).await, 3, 1);
    assert_eq!(world.condemned().await, []);
}

#[tokio::test]
async fn what_is_not_live_cannot_be_rolled_back() {
    let world = World::with_live(1).await;
    world.create_environment("staging").await;
    let back = |name: &'static str, environment| {
        let control = &world.control;
        let (artifact, none) = (artifact(name), None);
        async move {
            said(
                control
                    .roll_back(
                        &artifact,
                        none,
                        RollbackMode::Move,
                        &environment,
                        Force::No,
                        &alice(),
                    )
                    .await,
            )
        }
    };
    assert_eq!(
        back("prompts/greeting", staging()).await,
        "not-live: nothing of prompts/greeting is live in staging"
    );
    assert_eq!(
        back("prompts/nothing", production()).await,
        "artifact-not-found: there is no artifact prompts/nothing"
    );
    assert_eq!(
        back("prompts/greeting", "nowhere".parse().unwrap()).await,
        "environment-not-found: there is no environment nowhere"
    );
}

/// Who had no answer asks again, and would otherwise go one version further back.
#[tokio::test]
async fn a_rollback_that_is_wanted_once_is_done_once() {
    let world = World::with_live(3).await;
    let id = ChangesetId::from_name("the reader of the report");
    let intent = alice().once(id);
    let (artifact, place, how) = (greeting(), production(), RollbackMode::Move);
    let back = || world.control.roll_back(&artifact, None, how, &place, Force::No, &intent);
    assert_eq!(back().await.expect("it goes back").to, version(2));
    let again = back().await;
    assert!(
        matches!(again, Err(ControlError::Store(StoreError::ChangesetReused { .. }))),
        "{again:?}"
    );
    assert_eq!(world.live().await, Some(version(2)));
    let done = world.control.operation(id).await.expect("it can be read");
    assert_eq!(done.map(|commit| commit.actor), Some(alice().actor));
}
