//! Checks that come to no answer: nothing is published, and what is said tells what to do.

use std::sync::Arc;

use serde_json::json;
use sternway_types::{CheckKind, ContentCheck, OnFailure, PolicyScope, Revision};

use crate::{
    checks::{Linter, check, checking, found, json_of, lint, parsed, publish, tone, warm},
    make::{alice, artifact, said, text, version},
    world::World,
};

async fn set(
    world: &World,
    check: ContentCheck,
) -> Result<Revision, sternway_control::ControlError> {
    world.control.set_policy(PolicyScope::Namespace, checking([check]), &alice()).await
}

#[tokio::test]
async fn a_host_without_the_validator_publishes_nothing() {
    let world = World::new().await;
    for on_failure in [OnFailure::Refuse, OnFailure::Condemn] {
        set(&world, lint(on_failure)).await.unwrap();
        let head = world.head().await;
        assert_eq!(
            said(publish(&world.control, warm()).await),
            "policy-check-not-run: prompts/greeting cannot be checked by lint: \
             this host has no validator called lint"
        );
        assert_eq!(world.head().await, head);
    }
}

#[tokio::test]
async fn a_validator_that_comes_to_no_judgement_refuses() {
    let world = World::new().await;
    set(&world, lint(OnFailure::Condemn)).await.unwrap();
    let control = Arc::new(Linter::default()).on(&world);
    let refused = said(publish(&control, text("trouble")).await);
    assert!(refused.ends_with("cannot be checked by lint: the linter died"), "{refused}");
    assert!(found(&world, 1).await.is_empty());
}

#[tokio::test]
async fn a_schema_that_does_not_compile_is_refused_when_it_is_set() {
    let world = World::new().await;
    let slip = check("tone", CheckKind::Schema(json!({"type": "strnig"})));
    let refused = said(set(&world, slip).await);
    assert!(
        refused.starts_with(
            "invalid: the check tone could never be done: the schema does not compile at /type: "
        ),
        "{refused}"
    );
    let remote = json!({"$ref": "https://example.com/tone.json"});
    let refused = said(set(&world, check("tone", CheckKind::Schema(remote))).await);
    assert!(refused.contains("nothing is fetched: put https://example.com/tone.json"), "{refused}");
}

#[tokio::test]
async fn a_schema_that_is_not_there_is_refused_when_it_is_set() {
    let world = World::new().await;
    let from = || check("tone", CheckKind::SchemaFrom(parsed("schemas/tone@v1")));
    assert_eq!(
        said(set(&world, from()).await),
        "invalid: the check tone could never be done: there is no schema at schemas/tone@v1: \
         there is no artifact schemas/tone"
    );
    world.publish_as(artifact("schemas/tone"), text("no schema")).await;
    assert!(said(set(&world, from()).await).contains("the schema is not strict JSON"));
}

#[tokio::test]
async fn a_schema_that_is_no_longer_there_publishes_nothing() {
    let world = World::new().await;
    let schema = artifact("schemas/tone");
    world.publish_as(schema.clone(), json_of(&json!({}))).await;
    world.control.label(&schema, version(1), &parsed("stable"), &alice()).await.unwrap();
    let from = check("tone", CheckKind::SchemaFrom(parsed("schemas/tone@stable")));
    set(&world, from).await.unwrap();
    publish(&world.control, warm()).await.unwrap();
    world.control.unlabel(&schema, &parsed("stable"), &alice()).await.unwrap();
    let refused = said(publish(&world.control, text("more")).await);
    assert!(refused.starts_with("policy-check-not-run: "), "{refused}");
    assert!(refused.ends_with("there is no schema at schemas/tone@stable: schemas/tone@stable names no version: there is no such label"), "{refused}");
}

#[tokio::test]
async fn a_schema_that_became_none_publishes_nothing() {
    let world = World::new().await;
    let schema = artifact("schemas/tone");
    world.publish_as(schema.clone(), json_of(&json!({}))).await;
    let from = check("tone", CheckKind::SchemaFrom(parsed("schemas/tone@latest")));
    let scope = PolicyScope::Collection(parsed("prompts"));
    world.control.set_policy(scope, checking([from]), &alice()).await.unwrap();
    world.publish_as(schema, json_of(&json!({"type": "strnig"}))).await;
    let refused = said(publish(&world.control, warm()).await);
    assert!(
        refused.contains("cannot be checked by tone: the schema does not compile"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_check_that_cannot_be_done_is_no_excuse_for_another_that_fails() {
    let world = World::new().await;
    let both = checking([tone(OnFailure::Refuse), lint(OnFailure::Refuse)]);
    world.control.set_policy(PolicyScope::Namespace, both, &alice()).await.unwrap();
    let refused = said(publish(&world.control, text("Hello!")).await);
    assert!(refused.starts_with("policy-check-not-run"), "whichever is said, nothing is published");
    assert!(found(&world, 1).await.is_empty());
}
