//! **Immutable**: a version never changes.

use std::collections::BTreeMap;

use sternway_types::{
    Change, ContentKind, Finding, LifecycleStatus, Metadata, NewVersion, Parents, Timestamp,
};

use crate::{
    must::{Must, parsed, there},
    world::{
        World, alice, attestation, greeting, label, production, reason, robot, tests_passed, text,
        version,
    },
};

pub(crate) async fn a_version_never_changes(world: World) {
    world.publish(&greeting(), "Hello").await;
    let first = world.version(&greeting(), version(1)).await;

    world.publish_many(&greeting(), 3).await;
    world.publish(&greeting(), "Hello").await;
    world.go_live(&greeting(), &production(), version(1)).await;
    world.go_live(&greeting(), &production(), version(2)).await;
    world.set(&greeting(), &label("stable"), version(1)).await;
    world.condemn(&greeting(), &production(), version(1)).await;
    world.apply(attestation(&greeting(), version(1), "tests", tests_passed(7))).await;
    let deprecated = Finding::Status(LifecycleStatus::Deprecated);
    world.apply(attestation(&greeting(), version(1), "status", deprecated)).await;
    assert_eq!(world.version(&greeting(), version(1)).await, first);

    let world = world.restart().await;
    assert_eq!(world.version(&greeting(), version(1)).await, first);
    let content = world.store.content(&first.content).await.must("read the content");
    assert_eq!(there(content, "content of v1").as_bytes(), b"Hello");
}

pub(crate) async fn a_version_is_what_was_published(world: World) {
    let content = text("fn search() {}");
    world.store.put(&content, None).await.must("put a content");
    let metadata = BTreeMap::from([
        ("deep".to_owned(), serde_json::json!({"list": [1, 2.5, null, "ü"], "true": true})),
        ("number".to_owned(), serde_json::json!(u64::MAX)),
    ]);
    let metadata = match Metadata::new(metadata) {
        Ok(metadata) => metadata,
        Err(err) => panic!("the suite's metadata: {err}"),
    };
    let new = NewVersion {
        parents: Parents::Exactly(Vec::new()),
        author: Some(robot()),
        authored_at: Some(Timestamp::from_micros(1_234_567_890_123_456)),
        changelog: parsed("- it searches\n- “quickly”"),
        semver: Some(semver::Version::new(1, 2, 3)),
        metadata,
        ..NewVersion::new(greeting(), content.reference())
    };
    let changeset = world
        .changeset()
        .because(reason("a first try"))
        .then(Change::AddVersion(Box::new(new.clone())));
    let receipt = world.commit(&changeset).await;

    let version = world.version(&greeting(), version(1)).await;
    assert_eq!(version.content, content.reference());
    assert!(matches!(version.content.kind, ContentKind::Text { language: None }));
    assert_eq!(version.parents, []);
    assert_eq!(Some(&version.author), new.author.as_ref());
    assert_eq!(Some(version.authored_at), new.authored_at);
    assert_eq!(version.reason, changeset.reason);
    assert_eq!(version.changelog, new.changelog);
    assert_eq!(version.semver, new.semver);
    assert_eq!(version.metadata, new.metadata);
    assert_eq!((version.at, version.revision), (receipt.at, receipt.revision));
}

pub(crate) async fn what_nobody_said_comes_from_the_commit(world: World) {
    world.publish(&greeting(), "one").await;
    world.publish(&greeting(), "two").await;
    let second = world.version(&greeting(), version(2)).await;
    assert_eq!(second.parents, [version(1)], "made from the newest one");
    assert_eq!(second.author, alice(), "written by who committed it");
    assert_eq!(second.authored_at, second.at, "written when it was committed");
    assert_eq!(world.version(&greeting(), version(1)).await.parents, []);

    let content = text("three");
    world.store.put(&content, None).await.must("put a content");
    let merged = NewVersion {
        parents: Parents::Exactly(vec![version(2), version(1)]),
        ..NewVersion::new(greeting(), content.reference())
    };
    world.apply(Change::AddVersion(Box::new(merged))).await;
    let third = world.version(&greeting(), version(3)).await;
    assert_eq!(third.parents, [version(2), version(1)], "in the order that was given");
}
