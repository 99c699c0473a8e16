//! A rehearsal says what `commit` would answer now, and writes nothing.

use std::sync::Arc;

use sternway_store::{Rehearsal, Store, StoreError};
use sternway_types::{Change, Changeset, NewVersion, Subject, Tally, Target};

use crate::{
    everything::Everything,
    must::{Chain, Must},
    world::{
        World, artifact, environment, failed, force, generation, greeting, label, live, move_to,
        pointer_at, production, robot, staging, text, version,
    },
};

/// Changesets that are answered in every way there is.
async fn samples(world: &World) -> Vec<Changeset> {
    let name = live(&production());
    let to = |number| Target::Version(version(number));
    vec![
        world.changeset().then(world.add(&greeting(), &text("new")).await),
        world
            .changeset()
            .then(world.add(&artifact("tools/new"), &text("tool")).await)
            .then(move_to(&artifact("tools/new"), &live(&staging()), Target::Added)),
        world.changeset().then(move_to(&greeting(), &label("stable"), to(1))),
        world.changeset().when(pointer_at(&greeting(), &name, generation(9))).then(move_to(
            &greeting(),
            &name,
            to(1),
        )),
        world.changeset().then(move_to(&greeting(), &live(&environment("nowhere")), to(1))),
        world.changeset().then(move_to(&greeting(), &name, to(99))),
        world.changeset().then(move_to(&greeting(), &name, to(2))),
        world.changeset_by(robot()).then(force(&greeting(), &name, to(2))),
        world.changeset().then(Change::CreateNamespace),
        world.changeset(),
        world.in_namespace("nowhere").changeset().then(move_to(&greeting(), &name, to(1))),
        world.in_namespace("garden").changeset().then(Change::CreateNamespace),
    ]
}

fn in_words<T: std::fmt::Debug>(answer: &Result<T, StoreError>) -> String {
    match answer {
        Ok(receipt) => format!("{receipt:?}"),
        Err(err) => format!("{}", Chain(err)),
    }
}

pub(crate) async fn a_rehearsal_answers_like_the_commit_and_writes_nothing(world: World) {
    super::durable::populate(&world).await;
    for changeset in samples(&world).await {
        let before = Everything::of(&world).await;
        let rehearsed = world.store.rehearse(&changeset).await;
        let again = world.store.rehearse(&changeset).await;
        Everything::of(&world).await.must_equal(&before, "a rehearsal");
        let committed = world.store.commit(&changeset).await;
        assert_eq!(in_words(&rehearsed), in_words(&committed), "{changeset:#?}");
        assert_eq!(in_words(&again), in_words(&committed), "a second rehearsal");
    }
}

pub(crate) async fn a_rehearsal_knows_what_was_committed_before(world: World) {
    let changeset = world.changeset().then(world.add(&greeting(), &text("Hello")).await);
    let receipt = world.commit(&changeset).await;
    assert_eq!(world.store.rehearse(&changeset).await.must("rehearse"), receipt);
    let mut other = world.changeset().then(world.add(&greeting(), &text("Hi")).await);
    other.id = changeset.id;
    let answer = world.store.rehearse(&other).await;
    assert!(matches!(answer, Err(StoreError::ChangesetReused { .. })), "{answer:?}");
}

pub(crate) async fn a_rehearsal_needs_no_contents(world: World) {
    let new = NewVersion::new(greeting(), text("nobody wrote this").reference());
    let changeset = world.changeset().then(Change::AddVersion(Box::new(new))).then(move_to(
        &greeting(),
        &live(&production()),
        Target::Added,
    ));
    let receipt = world.store.rehearse(&changeset).await.must("rehearse");
    assert_eq!(receipt.version_of(&greeting()), Some(version(1)));
    world.store.commit(&changeset).await.must_refuse("the content is not there");
}

pub(crate) async fn a_rehearsed_append_is_answered_like_the_append(world: World) {
    super::durable::populate(&world).await;
    let subject = world.subject(&greeting(), &production()).await;
    let ahead = Subject { generation: subject.generation.next(), ..subject.clone() };
    let outcome = |name: &str, of: &Subject| failed(name, of, world.now());
    let samples = [
        vec![outcome("new", &subject), outcome("one", &subject), outcome("new", &subject)],
        vec![outcome("ahead", &ahead)],
        Vec::new(),
    ];
    let rehearsal: Arc<dyn Store> = Arc::new(Rehearsal::new(Arc::clone(&world.store)));
    for outcomes in samples {
        let append = world.arriving(outcomes).judged(subject.clone(), Tally::default());
        let before = Everything::of(&world).await;
        let rehearsed = world.store.rehearse_append(&append).await;
        let wrapped = rehearsal.append(&append).await;
        Everything::of(&world).await.must_equal(&before, "a rehearsal");
        let appended = world.store.append(&append).await;
        assert_eq!(in_words(&rehearsed), in_words(&appended), "{append:#?}");
        assert_eq!(in_words(&wrapped), in_words(&appended), "{append:#?}");
    }
}

pub(crate) async fn a_rehearsal_that_is_closed_leaves_the_store_open(world: World) {
    let rehearsal = Rehearsal::new(Arc::clone(&world.store));
    rehearsal.close().await.must("close");
    world.publish(&greeting(), "Hello").await;
}

pub(crate) async fn a_store_that_rehearses_writes_nothing(world: World) {
    super::durable::populate(&world).await;
    let before = Everything::of(&world).await;
    let rehearsal: Arc<dyn Store> = Arc::new(Rehearsal::new(Arc::clone(&world.store)));
    let content = text("nobody wrote this");
    rehearsal.put(&content, None).await.must("put");
    let add = Change::AddVersion(Box::new(NewVersion::new(greeting(), content.reference())));
    let receipt = rehearsal.commit(&world.changeset().then(add)).await.must("commit");
    assert_eq!(receipt.version_of(&greeting()), Some(version(4)));
    let subject = world.subject(&greeting(), &production()).await;
    let append = world.arriving(vec![failed("three", &subject, world.now())]);
    let appended = rehearsal.append(&append).await.must("append");
    assert_eq!(appended.subjects.len(), 1);
    assert_eq!(rehearsal.content(&content.reference()).await.must("read"), None);
    Everything::of(&world).await.must_equal(&before, "a store that rehearses");
}
