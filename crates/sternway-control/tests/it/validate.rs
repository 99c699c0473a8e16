//! Checks at publish: what passes, what is refused, what is condemned, and whose checks hold.

use std::sync::Arc;

use serde_json::json;
use sternway_control::publish::{Activate, Landing, Publish};
use sternway_types::{
    CheckKind, CheckedBy, Digest, OnFailure, PolicyScope, PolicySetting, RecordKind,
};

use crate::{
    checks::{
        Linter, check, checking, found, json_of, lint, parsed, publish, rude, tone, warm, written,
    },
    make::{
        activating, alice, artifact, greeting, production, said, staging, text, version, versions,
    },
    world::World,
};

async fn set(world: &World, scope: &str, setting: PolicySetting) {
    let scope: PolicyScope = parsed(scope);
    world.control.set_policy(scope, setting, &alice()).await.expect("it is set");
}

#[tokio::test]
async fn what_passes_is_published_with_what_was_found() {
    let world = World::new().await;
    set(&world, "collection:prompts", checking([tone(OnFailure::Refuse)])).await;
    let published = publish(&world.control, warm()).await.unwrap();
    assert!(published.is_live());
    assert_eq!(published.checks.len(), 1);
    let found = found(&world, 1).await;
    let [(name, result)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(name, "tone");
    assert!(result.passed());
    assert!(matches!(result.by, CheckedBy::Schema(_)));
    assert_eq!(written(&world, RecordKind::Attestation).await, 1, "in the commit that added it");
}

#[tokio::test]
async fn what_fails_is_refused_and_leaves_no_trace() {
    let world = World::new().await;
    set(&world, "namespace", checking([tone(OnFailure::Refuse)])).await;
    let head = world.head().await;
    assert_eq!(
        said(publish(&world.control, rude()).await),
        "policy-check-failed: nothing was published: the policy refuses\n\
         prompts/greeting, by the check tone\n  \
         /tone: \"rude\" is not one of \"warm\" or \"formal\""
    );
    assert_eq!(world.head().await, head);
    let content = world.store.content(&rude().reference()).await.unwrap();
    assert_eq!(content, None, "the content was not even kept");
}

#[tokio::test]
async fn what_is_no_json_fails_every_schema() {
    let world = World::new().await;
    set(&world, "namespace", checking([tone(OnFailure::Refuse)])).await;
    let refused = said(publish(&world.control, text("Hello!")).await);
    assert!(refused.contains("the content is not JSON, and a JSON Schema wants it"), "{refused}");
}

#[tokio::test]
async fn what_fails_may_be_added_staged_and_condemned() {
    let world = World::new().await;
    publish(&world.control, warm()).await.unwrap();
    set(&world, "namespace", checking([tone(OnFailure::Condemn)])).await;
    let mut bad = Publish::new(greeting(), rude());
    bad.activate = Activate::In(production());
    let published = world.control.publish(bad, &alice()).await.unwrap();
    assert_eq!(published.landing, Landing::Condemned(production()));
    assert_eq!(published.number, version(2));
    assert_eq!(world.live().await, Some(version(1)));
    assert_eq!(world.condemned().await, versions([2]));
    assert_eq!(written(&world, RecordKind::Condemnation).await, 1, "in the commit that added it");
    assert!(!found(&world, 2).await[0].1.passed());
    let why = world.control.condemnations(&greeting(), &production()).await.unwrap();
    assert_eq!(
        why[0].reason.as_str(),
        "fails the check tone\n  /tone: \"rude\" is not one of \"warm\" or \"formal\""
    );
    let promote = world.try_promote(2, sternway_types::Force::No, &alice()).await;
    assert!(said(promote).contains("condemned"), "nobody promotes it by mistake");
}

#[tokio::test]
async fn an_artifact_may_begin_with_a_condemned_version() {
    let world = World::new().await;
    set(&world, "namespace", checking([tone(OnFailure::Condemn)])).await;
    let published = publish(&world.control, rude()).await.unwrap();
    assert_eq!(published.landing, Landing::Condemned(production()));
    assert_eq!(world.live().await, None);
}

#[tokio::test]
async fn what_a_policy_makes_live_at_once_is_checked_first() {
    let world = World::new().await;
    publish(&world.control, warm()).await.unwrap();
    set(&world, "namespace", activating(sternway_types::Activation::Immediate)).await;
    set(&world, "environment:production", checking([tone(OnFailure::Refuse)])).await;
    assert!(said(publish(&world.control, rude()).await).starts_with("policy-check-failed"));
    assert_eq!(world.live().await, Some(version(1)));
}

#[tokio::test]
async fn refusing_goes_before_condemning() {
    let world = World::new().await;
    let both = [tone(OnFailure::Condemn), lint(OnFailure::Refuse)];
    set(&world, "namespace", checking(both)).await;
    let control = Arc::new(Linter::default()).on(&world);
    let bad = json_of(&json!({"tone": "fault"}));
    let refused = said(publish(&control, bad).await);
    assert!(refused.contains("check tone\n") && refused.contains("check lint\n"), "{refused}");
    assert_eq!(world.condemned().await, versions([]));
}

#[tokio::test]
async fn checks_of_all_scopes_add_up_and_the_nearer_of_one_name_holds() {
    let world = World::new().await;
    world.create_environment("staging").await;
    let names = async |environment| {
        let plan = world.control.plan_checks(&greeting(), &environment).await.unwrap();
        let lint = Arc::new(Linter::default());
        let report = plan.run(lint.on(&world).validators(), &rude(), None).await.unwrap();
        let said =
            |it: &sternway_control::validate::Checked| format!("{} {:?}", it.name, it.on_failure);
        report.checks.iter().map(said).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(names(production()).await, "");
    set(&world, "namespace", checking([tone(OnFailure::Refuse)])).await;
    set(&world, "collection:prompts", checking([lint(OnFailure::Refuse)])).await;
    assert_eq!(names(production()).await, "tone Refuse, lint Refuse");
    set(&world, "artifact:prompts/greeting", checking([tone(OnFailure::Condemn)])).await;
    assert_eq!(names(production()).await, "lint Refuse, tone Condemn");
    set(&world, "environment:staging", checking([check("lint", CheckKind::Off)])).await;
    assert_eq!(names(staging()).await, "tone Condemn");
    assert_eq!(names(production()).await, "lint Refuse, tone Condemn");
    set(&world, "artifact:prompts/greeting", PolicySetting::Off).await;
    assert_eq!(names(production()).await, "");
    set(&world, "environment:staging", checking([lint(OnFailure::Refuse)])).await;
    assert_eq!(names(staging()).await, "lint Refuse");
}

#[tokio::test]
async fn a_version_is_checked_for_where_it_goes() {
    let world = World::new().await;
    world.create_environment("staging").await;
    publish(&world.control, warm()).await.unwrap();
    set(&world, "environment:staging", checking([tone(OnFailure::Refuse)])).await;
    publish(&world.control, json_of(&json!({"tone": "odd"}))).await.unwrap();
    let mut bad = Publish::new(greeting(), rude());
    bad.activate = Activate::In(staging());
    assert!(said(world.control.publish(bad, &alice()).await).starts_with("policy-check-failed"));
}

#[tokio::test]
async fn a_schema_may_be_another_artifact() {
    let world = World::new().await;
    let schemas = artifact("schemas/greeting");
    let schema = async |maximum: u64| {
        let content = json_of(&json!({"maximum": maximum}));
        let digest = content.digest();
        let publish = Publish::new(schemas.clone(), content);
        world.control.publish(publish, &alice()).await.unwrap();
        digest
    };
    let first: Digest = schema(5).await;
    let from = |reference| check("size", CheckKind::SchemaFrom(parsed(reference)));
    set(&world, "collection:prompts", checking([from("schemas/greeting")])).await;
    publish(&world.control, json_of(&json!(4))).await.unwrap();
    assert_eq!(found(&world, 1).await[0].1.by, CheckedBy::Schema(first));
    let second = schema(10).await;
    let seven = json_of(&json!(7));
    assert!(said(publish(&world.control, seven.clone()).await).contains("maximum of 5"));
    set(&world, "collection:prompts", checking([from("schemas/greeting@v2")])).await;
    publish(&world.control, seven).await.unwrap();
    assert_eq!(found(&world, 2).await[0].1.by, CheckedBy::Schema(second));
}

#[tokio::test]
async fn what_is_there_already_is_not_checked_again() {
    let world = World::new().await;
    let lint_ = Arc::new(Linter::default());
    let control = lint_.on(&world);
    set(&world, "namespace", checking([lint(OnFailure::Refuse)])).await;
    publish(&control, warm()).await.unwrap();
    let again = publish(&control, warm()).await.unwrap();
    assert!(!again.is_new());
    assert_eq!((again.checks, lint_.asked()), (vec![], 1));
    // A host without the validator may publish what is there.
    assert!(!publish(&world.control, warm()).await.unwrap().is_new());
}

#[tokio::test]
async fn a_rehearsal_checks_and_writes_nothing() {
    let world = World::new().await;
    let lint_ = Arc::new(Linter::default());
    set(&world, "namespace", checking([lint(OnFailure::Refuse)])).await;
    let (rehearsal, head) = (lint_.on(&world).rehearsal(), world.head().await);
    assert!(said(publish(&rehearsal, text("a fault")).await).starts_with("policy-check-failed"));
    assert!(publish(&rehearsal, text("fine")).await.unwrap().is_live());
    assert_eq!((world.head().await, lint_.asked()), (head, 2));
}

#[tokio::test]
async fn what_was_found_before_is_taken_over_if_it_was_the_same_check() {
    let world = World::new().await;
    let lint_ = Arc::new(Linter::default());
    let control = lint_.on(&world);
    set(&world, "namespace", checking([lint(OnFailure::Refuse)])).await;
    let plan = control.plan_checks(&greeting(), &production()).await.unwrap();
    let report = plan.run(control.validators(), &text("one"), None).await.unwrap();
    let checked = |content| {
        let mut publish = Publish::new(greeting(), content);
        publish.checked = Some(report.clone());
        publish
    };
    control.publish(checked(text("one")), &alice()).await.unwrap();
    assert_eq!(lint_.asked(), 1);
    control.publish(checked(text("two")), &alice()).await.unwrap();
    assert_eq!(lint_.asked(), 2, "a report about another content says nothing");
}

#[tokio::test]
async fn of_publishers_at_once_each_is_checked_once_and_attested() {
    let world = World::new().await;
    let lint_ = Arc::new(Linter::default());
    set(&world, "namespace", checking([lint(OnFailure::Refuse)])).await;
    let control = lint_.on(&world);
    let one = |number: u64| {
        let (control, content) = (&control, text(&format!("text {number}")));
        async move { publish(control, content).await.unwrap() }
    };
    tokio::join!(one(1), one(2), one(3), one(4), one(5), one(6), one(7), one(8));
    assert_eq!(lint_.asked(), 8);
    for number in 1..=8 {
        assert_eq!(found(&world, number).await.len(), 1, "v{number}");
    }
}
