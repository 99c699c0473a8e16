//! The name of an outcome counts once, for what it is a run of.

use sternway::{
    ArtifactHandle, Outcome, Sternway,
    types::{Environment, EnvironmentId, OutcomeId, VersionNumber},
};

const UUID: &str = "01988f6e-0b7a-7c3e-9f4e-2f5a6b7c8d9e";

/// Two artifacts whose first versions are live in production and in staging.
async fn two_artifacts() -> (Sternway, [ArtifactHandle; 2]) {
    let sternway = Sternway::in_memory().await.expect("it opens");
    let (control, staging) = (sternway.control(), "staging");
    let environment = Environment::new(id(staging));
    let intent = sternway::control::Intent::by(sternway.actor().clone());
    control.create_environment(environment, &intent).await.expect("it is created");
    let artifacts = ["tools/left", "tools/right"].map(|name| sternway.artifact(name));
    for artifact in &artifacts {
        artifact.publish("one").await.expect("it is published");
        let there = artifact.clone().in_environment(staging);
        there.promote(VersionNumber::FIRST).await.expect("it is promoted");
    }
    (sternway, artifacts)
}

fn id(environment: &str) -> EnvironmentId {
    environment.parse().expect("an environment")
}

/// Whether a run of what is live is new under this name.
async fn is_new(artifact: &ArtifactHandle, name: &str) -> bool {
    let live = artifact.live().await.expect("it is live");
    live.record(Outcome::ok().named(name)).await.expect("it is recorded").is_new()
}

async fn check(name: &str) {
    let (sternway, [left, right]) = two_artifacts().await;
    assert!(is_new(&left, name).await);
    assert!(is_new(&right, name).await, "of another artifact");
    assert!(is_new(&left.clone().in_environment("staging"), name).await, "in another environment");
    for artifact in [&left, &right] {
        assert!(!is_new(artifact, name).await, "counted before");
    }
    let second = left.publish("two").await.expect("it is published").number;
    left.promote(second).await.expect("it is promoted");
    assert!(!is_new(&left, name).await, "whichever version it is of");
    sternway.shutdown().await.expect("it is closed");
}

#[tokio::test]
async fn a_name_counts_once_in_its_artifact_and_environment() {
    check("run-4711").await;
}

#[tokio::test]
async fn a_name_that_is_a_uuid_is_a_name_like_any_other() {
    check(UUID).await;
}

#[test]
fn the_id_of_a_run_is_the_same_for_ever() {
    let (greeting, production) = ("prompts/greeting".parse().unwrap(), id("production"));
    let run = OutcomeId::of_run(&greeting, &production, "run-7");
    assert_eq!(run.to_string(), "a28bd2a7-a1c9-8fb0-aa6b-aa07f8aeaa23");
    assert_eq!(run, OutcomeId::from_name("prompts/greeting\0production\0run-7"));
}
