//! **Stable pages**, of what only grows: logs, and what stands in the order of names.

use sternway_store::Limit;
use sternway_types::{ArtifactId, At, RecordKind, Revision, Subject, Target};

use super::stable::{THREE, Writing, eight, through};
use crate::{
    must::Must,
    world::{
        World, artifact, attestation, failed, greeting, live, move_to, production, tests_passed,
        version,
    },
};

pub(crate) async fn pages_of_moves_are_stable(world: World) {
    world.publish_many(&greeting(), 2).await;
    let name = live(&production());
    for number in 0..9 {
        world.go_live(&greeting(), &production(), version(number % 2 + 1)).await;
    }
    let (store, ns) = (&world.store, &world.ns);
    let there = store.moves(ns, &greeting(), &name, None, Limit::MAX).await.must("read");
    let writing = Writing::new(&world);
    through(
        there,
        async |before| store.moves(ns, &greeting(), &name, before, THREE).await,
        |moved| moved.revision,
        async || {
            if let Some(turn) = writing.turn() {
                let to = Target::Version(version((turn + 1) % 2 + 1));
                world.apply(move_to(&greeting(), &name, to)).await;
            }
        },
    )
    .await;
}

pub(crate) async fn pages_of_records_are_stable(world: World) {
    world.publish(&greeting(), "Hello").await;
    let put = async |name: &str| {
        world.apply(attestation(&greeting(), version(1), name, tests_passed(1))).await
    };
    for number in 0..9 {
        put(&format!("m-{number}")).await;
    }
    let (store, ns) = (&world.store, &world.ns);
    let kind = RecordKind::Attestation;
    let there = store.records(ns, kind, "", At::Head, None, Limit::MAX).await.must("read");
    let writing = Writing::new(&world);
    through(
        there,
        async |after: Option<String>| {
            store.records(ns, kind, "", At::Head, after.as_deref(), THREE).await
        },
        |entry| entry.key.name().to_owned(),
        async || {
            if let Some(turn) = writing.turn() {
                put(&format!("a-{turn}")).await;
                put(&format!("z-{turn}")).await;
            }
        },
    )
    .await;
}

pub(crate) async fn pages_of_the_feed_are_stable(world: World) {
    world.publish_many(&greeting(), 10).await;
    let (store, ns) = (&world.store, &world.ns);
    let there = store.feed(ns, Revision::ZERO, Limit::MAX).await.must("read");
    let writing = Writing::new(&world);
    through(
        there,
        async |after| store.feed(ns, after.unwrap_or(Revision::ZERO), THREE).await,
        |commit| commit.revision,
        async || {
            if let Some(turn) = writing.turn() {
                world.publish(&greeting(), &format!("meanwhile {turn}")).await;
            }
        },
    )
    .await;
}

pub(crate) async fn pages_of_outcomes_are_stable(world: World) {
    world.publish(&greeting(), "Hello").await;
    world.go_live(&greeting(), &production(), version(1)).await;
    let subject = world.subject(&greeting(), &production()).await;
    let outcome = |name: String| failed(&name, &subject, world.now());
    for batch in [1, 2, 5, 3] {
        world.report((0..batch).map(|place| outcome(format!("{batch} {place}"))).collect()).await;
    }
    let (store, ns) = (&world.store, &world.ns);
    let there = store.outcomes(ns, &subject, 0, Limit::MAX).await.must("read");
    let writing = Writing::new(&world);
    let mut found = Vec::new();
    loop {
        let page = store.outcomes(ns, &subject, found.len() as u64, THREE).await.must("read");
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 3, "a page of {} where three were asked for", page.len());
        found.extend(page);
        if let Some(turn) = writing.turn() {
            world.report(vec![outcome(format!("meanwhile {turn}"))]).await;
        }
    }
    assert_eq!(found.get(..there.len()), Some(there.as_slice()), "a log grows at its end");
}

pub(crate) async fn pages_of_what_is_unjudged_are_stable(world: World) {
    let report = async |id: &ArtifactId| {
        let subject = world.subject(id, &production()).await;
        let outcome = failed(id.as_str(), &subject, world.now());
        world.report(vec![outcome]).await;
    };
    for id in eight(&world).await {
        report(&id).await;
    }
    let (store, ns) = (&world.store, &world.ns);
    let there = store.unjudged(ns, None, Limit::MAX).await.must("read");
    let writing = Writing::new(&world);
    through(
        there,
        async |after: Option<Subject>| store.unjudged(ns, after.as_ref(), THREE).await,
        Clone::clone,
        async || {
            if let Some(turn) = writing.turn() {
                for id in [format!("a/{turn}"), format!("z/{turn}")] {
                    let id = artifact(&id);
                    world.publish(&id, "the same").await;
                    world.go_live(&id, &production(), version(1)).await;
                    report(&id).await;
                }
            }
        },
    )
    .await;
}

pub(crate) async fn pages_of_subjects_are_stable(world: World) {
    let report = async |id: &ArtifactId| {
        let subject = world.subject(id, &production()).await;
        let outcome = failed(id.as_str(), &subject, world.now());
        world.report(vec![outcome]).await;
    };
    for id in eight(&world).await {
        report(&id).await;
    }
    let (store, ns) = (&world.store, &world.ns);
    let there = store.subjects(ns, None, Limit::MAX).await.must("read");
    let writing = Writing::new(&world);
    through(
        there,
        async |after: Option<Subject>| store.subjects(ns, after.as_ref(), THREE).await,
        Clone::clone,
        async || {
            if let Some(turn) = writing.turn() {
                for id in [format!("a/{turn}"), format!("z/{turn}")] {
                    let id = artifact(&id);
                    world.publish(&id, "the same").await;
                    world.go_live(&id, &production(), version(1)).await;
                    report(&id).await;
                }
            }
        },
    )
    .await;
}
