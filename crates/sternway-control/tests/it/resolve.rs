//! From what a person names to a version.

use sternway_types::{Force, Timestamp};

use crate::{
    make::{alice, artifact, greeting, production, reference, said, staging, version},
    world::{MINUTE, World},
};

/// A reference names this version of the greeting, seen from production.
async fn check(world: &World, text: &str, number: u64) {
    let resolved = world.control.resolve(&reference(text), &production()).await;
    assert_eq!(resolved.expect("it names a version").number, version(number), "{text}");
}

async fn check_refused(world: &World, text: &str, expected: &str) {
    let resolved = world.control.resolve(&reference(text), &production()).await;
    assert_eq!(said(resolved), expected, "{text}");
}

#[tokio::test]
async fn a_name_alone_is_what_is_live() {
    let world = World::with_live(2).await;
    world.publish("Hey").await;
    check(&world, "prompts/greeting", 2).await;
    check(&world, "prompts/greeting@live", 2).await;
    check(&world, "prompts/greeting@live~0", 2).await;
}

#[tokio::test]
async fn numbers_and_the_newest_need_nothing_live() {
    let world = World::with_live(1).await;
    world.publish("Hi").await;
    check(&world, "prompts/greeting@v1", 1).await;
    check(&world, "prompts/greeting@2", 2).await;
    check(&world, "prompts/greeting@latest", 2).await;
    check_refused(
        &world,
        "prompts/greeting@v3",
        "version-not-found: prompts/greeting@v3 names no version: the newest is v2",
    )
    .await;
}

#[tokio::test]
async fn previous_is_what_was_live_before() {
    let world = World::with_live(3).await;
    check(&world, "prompts/greeting@previous", 2).await;
    check(&world, "prompts/greeting@live~1", 2).await;
    check(&world, "prompts/greeting@live~2", 1).await;
    for too_far in ["live~3", "live~4294967295"] {
        check_refused(
            &world,
            &format!("prompts/greeting@{too_far}"),
            &format!(
                "version-not-found: prompts/greeting@{too_far} names no version: not so many \
                 versions were live in production"
            ),
        )
        .await;
    }
}

#[tokio::test]
async fn previous_counts_stays_and_not_numbers() {
    let world = World::with_live(2).await;
    world.run(2, "xxx").await;
    check(&world, "prompts/greeting@live", 1).await;
    check(&world, "prompts/greeting@previous", 2).await;
    check(&world, "prompts/greeting@live~2", 1).await;
}

#[tokio::test]
async fn a_label_is_a_name_for_a_version() {
    let world = World::with_live(2).await;
    let stable = "stable".parse().unwrap();
    world.control.label(&greeting(), version(1), &stable, &alice()).await.unwrap();
    check(&world, "prompts/greeting@stable", 1).await;
    world.control.label(&greeting(), version(2), &stable, &alice()).await.unwrap();
    check(&world, "prompts/greeting@stable", 2).await;
    world.control.unlabel(&greeting(), &stable, &alice()).await.unwrap();
    check_refused(
        &world,
        "prompts/greeting@stable",
        "version-not-found: prompts/greeting@stable names no version: there is no such label",
    )
    .await;
}

#[tokio::test]
async fn a_digest_names_the_newest_version_with_that_content() {
    let world = World::new().await;
    for content in ["Hello", "Hi", "Hello"] {
        world.publish(content).await;
    }
    check(&world, "prompts/greeting@sha256:185f8d", 3).await;
    check(&world, "prompts/greeting@sha256:185f8db", 3).await;
    let whole = sternway_types::Digest::of(b"Hi");
    check(&world, &format!("prompts/greeting@{whole}"), 2).await;
    check_refused(
        &world,
        "prompts/greeting@sha256:000000",
        "version-not-found: prompts/greeting@sha256:000000 names no version: no content begins \
         like this",
    )
    .await;
}

#[tokio::test]
async fn a_digest_of_another_artifact_names_nothing() {
    let world = World::new().await;
    world.publish("Hello").await;
    let other =
        sternway_control::publish::Publish::new(artifact("prompts/other"), crate::make::text("Hi"));
    world.control.publish(other, &alice()).await.unwrap();
    let of_other = format!("prompts/greeting@{}", sternway_types::Digest::of(b"Hi"));
    let resolved = world.control.resolve(&reference(&of_other), &production()).await;
    assert!(said(resolved).starts_with("version-not-found"));
}

#[tokio::test]
async fn a_beginning_that_fits_two_contents_is_ambiguous() {
    // The digests of these two begin with the same 6 digits.
    let world = World::new().await;
    world.publish("greeting 3427").await;
    world.publish("greeting 9557").await;
    check_refused(
        &world,
        "prompts/greeting@sha256:732038",
        "ambiguous-reference: prompts/greeting@sha256:732038 fits 2 different contents: give more \
         digits",
    )
    .await;
    let longer: String =
        sternway_types::Digest::of(b"greeting 3427").to_string().chars().take(20).collect();
    check(&world, &format!("prompts/greeting@{longer}"), 1).await;
}

#[tokio::test]
async fn a_time_names_what_was_live_then() {
    let world = World::new().await;
    let mut then = Vec::new();
    for (number, content) in [(1, "Hello"), (2, "Hi")] {
        world.clock.advance(MINUTE);
        world.publish(content).await;
        world.promote(number).await;
        then.push(world.control.now());
    }
    world.clock.advance(MINUTE);
    world.run(2, "xxx").await;
    check(&world, &format!("prompts/greeting@{}", then[0]), 1).await;
    check(&world, &format!("prompts/greeting@{}", then[1]), 2).await;
    let between = then[1].saturating_sub(MINUTE / 2);
    check(&world, &format!("prompts/greeting@{between}"), 1).await;
    check(&world, &format!("prompts/greeting@{}", world.control.now()), 1).await;
    check(&world, &format!("prompts/greeting@{}", Timestamp::MAX), 1).await;
    let before = then[0].saturating_sub(MINUTE / 2);
    check_refused(
        &world,
        &format!("prompts/greeting@{before}"),
        &format!(
            "version-not-found: prompts/greeting@{before} names no version: nothing was live in \
             production then"
        ),
    )
    .await;
}

#[tokio::test]
async fn what_is_live_depends_on_the_environment() {
    let world = World::with_live(2).await;
    world.create_environment("staging").await;
    let control = &world.control;
    let live = reference("prompts/greeting@live");
    assert_eq!(
        said(control.resolve(&live, &staging()).await),
        "version-not-found: prompts/greeting@live names no version: nothing is live in staging"
    );
    control.promote(&greeting(), version(1), &staging(), Force::No, &alice()).await.unwrap();
    assert_eq!(control.resolve(&live, &staging()).await.unwrap().number, version(1));
    assert_eq!(control.resolve(&live, &production()).await.unwrap().number, version(2));
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let world = World::with_live(1).await;
    check_refused(
        &world,
        "prompts/nothing@v1",
        "artifact-not-found: there is no artifact prompts/nothing",
    )
    .await;
    for text in ["live", "previous", "2026-11-20T16:00:00Z"] {
        let reference = reference(&format!("prompts/greeting@{text}"));
        let resolved = world.control.resolve(&reference, &staging()).await;
        assert_eq!(said(resolved), "environment-not-found: there is no environment staging");
    }
}
