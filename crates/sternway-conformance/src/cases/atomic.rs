//! **Atomic**: a changeset applies as a whole or leaves no trace.

use sternway_store::{Conflict, Contested, Refusal};
use sternway_types::{
    Applied, Change, Changeset, ChangesetError, NewVersion, PolicyScope, PolicySetting, RecordKey,
    Target,
};

use crate::{
    everything::Everything,
    must::Must,
    world::{
        World, artifact, environment, generation, greeting, label, live, move_to, namespace_policy,
        pointer_at, production, revision, robot, text, unlabel, version,
    },
};

pub(crate) async fn a_changeset_applies_as_a_whole(world: World) {
    let tool = artifact("tools/search");
    let release = world
        .changeset()
        .then(world.add(&greeting(), &text("Hello")).await)
        .then(move_to(&greeting(), &live(&production()), Target::Added))
        .then(world.add(&tool, &text("fn search")).await)
        .then(move_to(&tool, &label("stable"), Target::Version(version(1))))
        .then(namespace_policy(PolicySetting::Off));
    let receipt = world.commit(&release).await;

    assert_eq!(receipt.revision, revision(2), "one changeset is one revision");
    assert_eq!(receipt.version_of(&greeting()), Some(version(1)));
    assert_eq!(receipt.version_of(&tool), Some(version(1)));
    let moved = [
        (greeting(), live(&production()), generation(1)),
        (tool.clone(), label("stable"), generation(1)),
    ];
    assert_eq!(receipt.pointers, moved, "a receipt names the pointers in the order of the changes");

    let after = Everything::of(&world).await;
    let [_, commit] = after.feed.as_slice() else { panic!("expected two commits: {after:#?}") };
    assert_eq!(commit.changeset, release.id);
    assert_eq!(commit.actor, release.actor);
    assert_eq!(
        commit.applied.iter().map(sort_of).collect::<Vec<_>>(),
        ["version", "move", "version", "move", "record"],
        "the feed has the changes in their order"
    );
    assert_eq!(world.pointer(&greeting(), &live(&production())).await.version, Some(version(1)));
    assert_eq!(world.pointer(&tool, &label("stable")).await.version, Some(version(1)));
    assert_eq!(after.records.get("policy").map(Vec::len), Some(1));
}

const fn sort_of(applied: &Applied) -> &'static str {
    match applied {
        Applied::NamespaceCreated => "namespace",
        Applied::VersionAdded(_) => "version",
        Applied::PointerMoved(_) => "move",
        Applied::RecordChanged(_) => "record",
    }
}

/// Several good changes, and a last one that cannot be.
async fn spoilt(world: &World, last: Change) -> Changeset {
    world
        .changeset()
        .then(world.add(&greeting(), &text("Good day")).await)
        .then(move_to(&greeting(), &live(&production()), Target::Added))
        .then(world.add(&artifact("tools/new"), &text("new")).await)
        .then(namespace_policy(PolicySetting::Off))
        .then(last)
}

pub(crate) async fn a_refused_changeset_leaves_no_trace(world: World) {
    world.publish_many(&greeting(), 2).await;
    world.go_live(&greeting(), &production(), version(1)).await;
    let before = Everything::of(&world).await;
    let tool = artifact("tools/search");
    let missing = text("nobody wrote this").reference();
    let nowhere = environment("nowhere");
    let policy = RecordKey::policy(&PolicyScope::Environment(nowhere.clone()));
    let (stable, to) = (label("stable"), Target::Version(version(9)));
    let spoiling = [
        ("an unknown version", move_to(&greeting(), &stable, to)),
        ("an unknown artifact", move_to(&tool, &stable, Target::Version(version(1)))),
        ("an unknown environment", move_to(&greeting(), &live(&nowhere), Target::Added)),
        ("no label to take away", unlabel(&greeting(), &stable)),
        ("an unknown content", Change::AddVersion(Box::new(NewVersion::new(tool, missing)))),
        ("no record to take away", Change::DeleteRecord(policy)),
    ];
    for (why, last) in spoiling {
        let changeset = spoilt(&world, last).await;
        world.store.commit(&changeset).await.must_refuse(why);
        Everything::of(&world).await.must_equal(&before, why);
    }
}

pub(crate) async fn a_conflicting_changeset_leaves_no_trace(world: World) {
    world.publish_many(&greeting(), 2).await;
    world.go_live(&greeting(), &production(), version(1)).await;
    let before = Everything::of(&world).await;
    let stale = world
        .changeset()
        .when(pointer_at(&greeting(), &label("stable"), generation(0)))
        .when(pointer_at(&greeting(), &live(&production()), generation(0)))
        .then(world.add(&greeting(), &text("Good day")).await)
        .then(move_to(&greeting(), &label("stable"), Target::Added));
    world.store.commit(&stale).await.must_conflict("the second precondition does not hold");
    Everything::of(&world).await.must_equal(&before, "a conflict");
}

pub(crate) async fn a_malformed_changeset_is_refused(world: World) {
    let before = Everything::of(&world).await;
    let refused = async |changeset: &Changeset, why| {
        let refusal = world.store.commit(changeset).await.must_refuse(why);
        let Refusal::Changeset(problem) = refusal else { panic!("{why}: {refusal:?}") };
        problem
    };
    let empty = world.changeset();
    assert_eq!(refused(&empty, "it is empty").await, ChangesetError::Empty);
    let policy = || namespace_policy(PolicySetting::Off);
    let twice = world.changeset().then(policy()).then(policy());
    assert!(matches!(refused(&twice, "it is twofold").await, ChangesetError::Twice { .. }));
    let mut large = world.changeset();
    for number in 0..=Changeset::MAX_CHANGES {
        let id = environment(&format!("environment-{number}"));
        large = large.then(crate::world::environment_record(&id));
    }
    let found = Changeset::MAX_CHANGES + 1;
    assert_eq!(refused(&large, "it is too large").await, ChangesetError::TooMany { found });
    Everything::of(&world).await.must_equal(&before, "malformed changesets");

    large.changes.pop();
    world.commit(&large).await;
}

pub(crate) async fn a_conflict_is_found_before_a_refusal(world: World) {
    world.publish_many(&greeting(), 1).await;
    world.go_live(&greeting(), &production(), version(1)).await;
    // Whoever lost a race hears of it, and not of what is wrong only because of it.
    let stale = world
        .changeset_by(robot())
        .when(pointer_at(&greeting(), &live(&production()), generation(0)))
        .then(move_to(&greeting(), &live(&production()), Target::Version(version(1))));
    let conflict = world.store.commit(&stale).await.must_conflict("a stale move to where it is");
    let Conflict { contested: Contested::Pointer { found, .. }, .. } = conflict else {
        panic!("the conflict is about something else: {conflict:?}");
    };
    assert_eq!(found, generation(1));
}
