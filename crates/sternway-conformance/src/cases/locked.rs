//! **Locked**: a stale generation conflicts, and the conflict says what was expected, what is
//! there, who wrote it and when. A generation only grows.

use sternway_store::{Conflict, Contested, LastWrite};
use sternway_types::{
    At, Change, Content, PolicyScope, PolicySetting, Precondition, RecordKey, Target,
};

use crate::{
    must::{Must, parsed, there},
    world::{
        World, generation, greeting, label, live, move_to, namespace_policy, pointer_at,
        production, record_at, robot, text, unlabel, version,
    },
};

pub(crate) async fn a_stale_generation_conflicts_and_says_why(world: World) {
    world.publish_many(&greeting(), 3).await;
    world.go_live(&greeting(), &production(), version(1)).await;
    let name = live(&production());
    let mine = world.changeset().when(pointer_at(&greeting(), &name, generation(1))).then(move_to(
        &greeting(),
        &name,
        Target::Version(version(3)),
    ));
    let theirs = world
        .changeset_by(robot())
        .when(pointer_at(&greeting(), &name, generation(1)))
        .then(move_to(&greeting(), &name, Target::Version(version(2))));
    let receipt = world.commit(&theirs).await;

    let conflict = world.store.commit(&mine).await.must_conflict("somebody was faster");
    let contested = Contested::Pointer {
        artifact: greeting(),
        name: name.clone(),
        expected: generation(1),
        found: generation(2),
        version: Some(version(2)),
    };
    let last = LastWrite { revision: receipt.revision, by: robot(), at: receipt.at };
    assert_eq!(conflict, Conflict { contested, last: Some(last) });
    assert_eq!(world.pointer(&greeting(), &name).await.version, Some(version(2)));
}

pub(crate) async fn a_pointer_that_was_never_set_is_at_generation_zero(world: World) {
    world.publish(&greeting(), "Hello").await;
    let name = label("stable");
    let change = move_to(&greeting(), &name, Target::Version(version(1)));
    let ahead =
        world.changeset().when(pointer_at(&greeting(), &name, generation(1))).then(change.clone());
    let conflict = world.store.commit(&ahead).await.must_conflict("it was never set");
    let contested = Contested::Pointer {
        artifact: greeting(),
        name: name.clone(),
        expected: generation(1),
        found: generation(0),
        version: None,
    };
    assert_eq!(conflict, Conflict { contested, last: None }, "nobody ever wrote it");

    let first = world.changeset().when(pointer_at(&greeting(), &name, generation(0))).then(change);
    world.commit(&first).await;
    assert_eq!(world.pointer(&greeting(), &name).await.generation, generation(1));
}

pub(crate) async fn a_conflict_on_the_newest_version_says_why(world: World) {
    let add = world.add(&greeting(), &text("Hello")).await;
    let latest_is = |version| Precondition::LatestIs { artifact: greeting(), version };
    let contested = |expected, found| Contested::Latest { artifact: greeting(), expected, found };

    let early = world.changeset().when(latest_is(Some(version(1)))).then(add.clone());
    let conflict = world.store.commit(&early).await.must_conflict("there is no version");
    assert_eq!(conflict, Conflict { contested: contested(Some(version(1)), None), last: None });

    let new = world.changeset().when(latest_is(None)).then(add.clone());
    world.commit(&new).await;
    let second = world.changeset_by(robot()).when(latest_is(Some(version(1)))).then(add.clone());
    let receipt = world.commit(&second).await;

    // What else happens to the artifact is not a write of its versions.
    world.go_live(&greeting(), &production(), version(1)).await;
    let late = world.changeset().when(latest_is(None)).then(add);
    let conflict = world.store.commit(&late).await.must_conflict("it is not new any more");
    let last = Some(LastWrite { revision: receipt.revision, by: robot(), at: receipt.at });
    assert_eq!(conflict, Conflict { contested: contested(None, Some(version(2))), last });
}

pub(crate) async fn a_conflict_on_the_same_content_says_why(world: World) {
    let (hello, hi) = (text("Hello"), text("Hi"));
    let differs = |content: &Content| Precondition::LatestDiffers {
        artifact: greeting(),
        content: content.reference(),
    };
    let add_hello = world.add(&greeting(), &hello).await;
    let add_hi = world.add(&greeting(), &hi).await;
    // Nothing is there yet, so whatever comes is different.
    let receipt =
        world.commit(&world.changeset().when(differs(&hello)).then(add_hello.clone())).await;

    let same = world.changeset().when(differs(&hello)).then(add_hello.clone());
    let conflict = world.store.commit(&same).await.must_conflict("it is the same content");
    let contested = Contested::SameContent { artifact: greeting(), version: version(1) };
    assert_eq!(conflict.contested, contested);
    assert_eq!(conflict.last.map(|last| last.revision), Some(receipt.revision));

    world.commit(&world.changeset().when(differs(&hi)).then(add_hi)).await;
    // The same bytes as something else are another content.
    let code = match Content::text("Hi", Some(parsed("markdown"))) {
        Ok(code) => code,
        Err(err) => panic!("the suite's content: {err}"),
    };
    let add_code = world.add(&greeting(), &code).await;
    world.commit(&world.changeset().when(differs(&code)).then(add_code)).await;
    // Only the newest version counts.
    world.commit(&world.changeset().when(differs(&hello)).then(add_hello)).await;
}

pub(crate) async fn a_conflict_on_a_record_says_why(world: World) {
    let key = RecordKey::policy(&PolicyScope::Namespace);
    let put = |at| {
        let change = namespace_policy(PolicySetting::Off);
        world.changeset_by(robot()).when(record_at(&key, generation(at))).then(change)
    };
    let conflict = world.store.commit(&put(1)).await.must_conflict("it was never set");
    let contested = |expected, found| Contested::Record { key: key.clone(), expected, found };
    let never = Conflict { contested: contested(generation(1), generation(0)), last: None };
    assert_eq!(conflict, never);

    let receipt = world.commit(&put(0)).await;
    let conflict = world.store.commit(&put(0)).await.must_conflict("it was set meanwhile");
    let last = Some(LastWrite { revision: receipt.revision, by: robot(), at: receipt.at });
    assert_eq!(conflict, Conflict { contested: contested(generation(0), generation(1)), last });
    world.commit(&put(1)).await;
}

pub(crate) async fn a_generation_grows_when_a_pointer_goes_back(world: World) {
    world.publish_many(&greeting(), 2).await;
    for (moves, number) in (1..).zip([1, 2, 1, 2, 1]) {
        let found = world.go_live(&greeting(), &production(), version(number)).await;
        assert_eq!(found, generation(moves), "a generation counts moves, wherever they lead");
    }
}

pub(crate) async fn a_generation_grows_when_a_label_is_taken_away(world: World) {
    world.publish_many(&greeting(), 2).await;
    let name = label("stable");
    world.set(&greeting(), &name, version(1)).await;
    let receipt = world.apply(unlabel(&greeting(), &name)).await;

    let pointer = world.pointer(&greeting(), &name).await;
    assert_eq!((pointer.version, pointer.generation), (None, generation(2)));
    let set = move_to(&greeting(), &name, Target::Version(version(2)));
    for stale in [0, 1] {
        let changeset = world
            .changeset()
            .when(pointer_at(&greeting(), &name, generation(stale)))
            .then(set.clone());
        let conflict = world.store.commit(&changeset).await.must_conflict("it was taken away");
        let contested = Contested::Pointer {
            artifact: greeting(),
            name: name.clone(),
            expected: generation(stale),
            found: generation(2),
            version: None,
        };
        assert_eq!(conflict.contested, contested);
        assert_eq!(conflict.last.map(|last| last.revision), Some(receipt.revision));
    }
    world.apply(set).await;
    assert_eq!(world.pointer(&greeting(), &name).await.generation, generation(3));
}

pub(crate) async fn a_generation_grows_when_a_record_is_taken_away(world: World) {
    let key = RecordKey::policy(&PolicyScope::Namespace);
    let entry = async || world.store.record(&world.ns, &key, At::Head).await.must("read a record");
    assert_eq!(entry().await, None);
    world.apply(namespace_policy(PolicySetting::Off)).await;
    world.apply(Change::DeleteRecord(key.clone())).await;
    let gone = there(entry().await, "trace of a record that was taken away");
    assert_eq!((gone.record, gone.generation), (None, generation(2)));
    world.apply(namespace_policy(PolicySetting::Off)).await;
    let back = there(entry().await, &key);
    assert_eq!((back.record.is_some(), back.generation), (true, generation(3)));
}
