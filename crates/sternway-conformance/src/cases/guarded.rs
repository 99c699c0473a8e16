//! **Guarded**: what is named exists: versions, environments, parents, dependencies.

use sternway_store::{Limit, Refusal};
use sternway_types::{
    ArtifactId, At, Change, ChangesetError, NewVersion, Parents, PointerName, Target,
};

use crate::{
    everything::{Everything, dependents},
    model::agrees_with_its_feed,
    must::Must,
    world::{
        World, artifact, environment, environment_record, greeting, label, live, move_to,
        production, text, unlabel, version,
    },
};

/// The changes are refused one by one, each for its own reason, and nothing happens.
pub(super) async fn refused(world: &World, changes: impl IntoIterator<Item = (Change, Refusal)>) {
    let before = Everything::of(world).await;
    for (change, expected) in changes {
        let changeset = world.changeset().then(change);
        let refusal = world.store.commit(&changeset).await.must_refuse(&expected);
        assert_eq!(refusal, expected);
    }
    Everything::of(world).await.must_equal(&before, "changes that were refused");
}

pub(crate) async fn pointers_name_versions_that_exist(world: World) {
    world.publish_many(&greeting(), 2).await;
    let unknown = artifact("tools/unknown");
    let to = Target::Version(version(3));
    let no_version =
        || Refusal::NoVersion { artifact: greeting(), version: version(3), latest: version(2) };
    refused(
        &world,
        [
            (move_to(&greeting(), &live(&production()), to), no_version()),
            (move_to(&greeting(), &label("stable"), to), no_version()),
            (
                move_to(&unknown, &live(&production()), Target::Version(version(1))),
                Refusal::NoArtifact(unknown.clone()),
            ),
            (
                move_to(&unknown, &label("stable"), Target::Version(version(1))),
                Refusal::NoArtifact(unknown.clone()),
            ),
            (
                move_to(&greeting(), &label("stable"), Target::Added),
                Refusal::NothingAdded { artifact: greeting(), name: label("stable") },
            ),
        ],
    )
    .await;
    // A changeset sees what it did before: the third version exists when the pointer moves.
    let in_one = world
        .changeset()
        .then(world.add(&greeting(), &text("three")).await)
        .then(move_to(&greeting(), &live(&production()), to))
        .then(move_to(&greeting(), &label("stable"), Target::Added));
    world.commit(&in_one).await;
}

pub(crate) async fn environments_exist_before_anything_is_live_there(world: World) {
    world.publish(&greeting(), "Hello").await;
    let lab = environment("lab");
    let to = Target::Version(version(1));
    let go = move_to(&greeting(), &live(&lab), to);
    refused(&world, [(go.clone(), Refusal::NoEnvironment(lab.clone()))]).await;
    world.commit(&world.changeset().then(environment_record(&lab)).then(go)).await;
    assert_eq!(world.pointer(&greeting(), &live(&lab)).await.version, Some(version(1)));
}

pub(crate) async fn dependencies_exist(world: World) {
    let (tool, unknown) = (artifact("tools/search"), artifact("tools/unknown"));
    world.publish(&tool, "fn search").await;
    let content = text("Hello");
    world.store.put(&content, None).await.must("put a content");
    let on = |ids: &[&ArtifactId]| {
        let depends_on = ids.iter().map(|id| (*id).clone()).collect();
        let new = NewVersion { depends_on, ..NewVersion::new(greeting(), content.reference()) };
        Change::AddVersion(Box::new(new))
    };
    let itself = ChangesetError::DependsOnItself(greeting());
    let changes = [
        (on(&[&tool, &unknown]), Refusal::NoArtifact(unknown)),
        (on(&[&greeting()]), itself.into()),
    ];
    refused(&world, changes).await;
    world.apply(on(&[&tool])).await;
    let dependents = dependents(&world, &tool, At::Head, Limit::MAX).await.must("read");
    assert_eq!(dependents.iter().map(|it| &it.id).collect::<Vec<_>>(), [&greeting()]);
}

/// An artifact depends on what its newest version depends on, then and now.
pub(crate) async fn dependents_are_those_of_the_newest_versions(world: World) {
    let tool = artifact("tools/search");
    world.publish(&tool, "fn search").await;
    let prompts: Vec<_> = (0..5).map(|number| artifact(&format!("prompts/p{number}"))).collect();
    for (number, prompt) in (0..).zip(&prompts) {
        for step in 0..3_u64 {
            let mut add = world.add(prompt, &text(&format!("{step}"))).await;
            if let Change::AddVersion(new) = &mut add
                && (number + step) % 2 == 0
            {
                new.depends_on.insert(tool.clone());
            }
            world.apply(add).await;
        }
    }
    agrees_with_its_feed(&world).await;
    let dependents = dependents(&world, &tool, At::Head, Limit::new(1)).await.must("read");
    let found: Vec<_> = dependents.iter().map(|it| &it.id).collect();
    assert_eq!(found, prompts.iter().step_by(2).collect::<Vec<_>>(), "of the newest versions");
}

pub(crate) async fn parents_exist(world: World) {
    let content = text("three");
    world.store.put(&content, None).await.must("put a content");
    world.publish_many(&greeting(), 2).await;
    let child = |artifact, parents: &[u64]| {
        let parents = Parents::Exactly(parents.iter().copied().map(version).collect());
        let new = NewVersion { parents, ..NewVersion::new(artifact, content.reference()) };
        Change::AddVersion(Box::new(new))
    };
    let no_version = |number| Refusal::NoVersion {
        artifact: greeting(),
        version: version(number),
        latest: version(2),
    };
    let unknown = artifact("tools/unknown");
    refused(
        &world,
        [
            (child(greeting(), &[9]), no_version(9)),
            (child(greeting(), &[1, 9]), no_version(9)),
            // A version is not made from itself.
            (child(greeting(), &[3]), no_version(3)),
            (child(unknown.clone(), &[1]), Refusal::NoArtifact(unknown)),
        ],
    )
    .await;
    world.apply(child(greeting(), &[1, 2])).await;
}

pub(crate) async fn a_pointer_is_not_moved_to_where_it_is(world: World) {
    world.publish_many(&greeting(), 2).await;
    world.go_live(&greeting(), &production(), version(1)).await;
    world.set(&greeting(), &label("stable"), version(2)).await;
    let there = |name: &PointerName, number| Refusal::AlreadyThere {
        artifact: greeting(),
        name: name.clone(),
        version: version(number),
    };
    let (production, stable) = (live(&production()), label("stable"));
    let to = |number| Target::Version(version(number));
    refused(
        &world,
        [
            (move_to(&greeting(), &production, to(1)), there(&production, 1)),
            (move_to(&greeting(), &stable, to(2)), there(&stable, 2)),
        ],
    )
    .await;
}

pub(crate) async fn only_labels_are_taken_away(world: World) {
    world.publish(&greeting(), "Hello").await;
    world.go_live(&greeting(), &production(), version(1)).await;
    world.set(&greeting(), &label("stable"), version(1)).await;
    world.apply(unlabel(&greeting(), &label("stable"))).await;
    let name = live(&production());
    let no_pointer =
        |name: &PointerName| Refusal::NoPointer { artifact: greeting(), name: name.clone() };
    refused(
        &world,
        [
            (
                unlabel(&greeting(), &name),
                Refusal::NotALabel { artifact: greeting(), name: name.clone() },
            ),
            (unlabel(&greeting(), &label("stable")), no_pointer(&label("stable"))),
            (unlabel(&greeting(), &label("never-set")), no_pointer(&label("never-set"))),
        ],
    )
    .await;
}
