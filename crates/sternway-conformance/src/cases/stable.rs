//! **Stable pages**: pages neither miss nor repeat what was there when the first was read.

use std::fmt::Debug;

use sternway_store::{DigestHit, Limit, StoreError};
use sternway_types::{ArtifactId, At, DigestPrefix, PointerName};

use crate::{
    must::Must,
    pages::pages,
    world::{World, artifact, greeting, label, live, production, text, version},
};

pub(super) const THREE: Limit = Limit::new(3);

/// Reads in pages of three, and writes before each page but the first. What is read must hold all
/// of `there` in its order; things that came later may be among it.
pub(super) async fn through<T: Debug + PartialEq, C>(
    there: Vec<T>,
    read: impl AsyncFn(Option<C>) -> Result<Vec<T>, StoreError>,
    cursor: impl Fn(&T) -> C,
    write: impl AsyncFn(),
) {
    assert!(there.len() > 6, "more than two pages are there");
    let found = pages(
        async |after: Option<C>| {
            if after.is_some() {
                write().await;
            }
            read(after).await
        },
        cursor,
    );
    let found = found.await.must("read in pages");
    let old: Vec<&T> = found.iter().filter(|item| there.contains(item)).collect();
    assert_eq!(old, there.iter().collect::<Vec<_>>(), "pages while others wrote");
}

/// Writes what comes after the end of a page and what comes before it, a few times.
pub(super) struct Writing<'a> {
    world: &'a World,
    turns: std::sync::atomic::AtomicU64,
}

impl<'a> Writing<'a> {
    pub(super) fn new(world: &'a World) -> Self {
        Self { world, turns: std::sync::atomic::AtomicU64::new(0) }
    }

    /// The number of this turn, as long as there is to be written.
    pub(super) fn turn(&self) -> Option<u64> {
        let turn = self.turns.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        (turn < 6).then_some(turn)
    }

    pub(super) async fn publish_first_and_last(&self) {
        if let Some(turn) = self.turn() {
            for id in [format!("a/{turn}"), format!("z/{turn}")] {
                let id = artifact(&id);
                self.world.publish(&id, "the same").await;
                self.world.go_live(&id, &production(), version(1)).await;
            }
        }
    }
}

/// Eight artifacts with the same content, all live.
pub(super) async fn eight(world: &World) -> Vec<ArtifactId> {
    let ids: Vec<_> = (0..8).map(|number| artifact(&format!("m/{number}"))).collect();
    for id in &ids {
        world.publish(id, "the same").await;
        world.go_live(id, &production(), version(1)).await;
    }
    ids
}

pub(crate) async fn pages_of_a_history_are_stable(world: World) {
    world.publish_many(&greeting(), 10).await;
    let (store, ns) = (&world.store, &world.ns);
    let there = store.history(ns, &greeting(), At::Head, None, Limit::MAX).await.must("read");
    let writing = Writing::new(&world);
    through(
        there,
        async |before| store.history(ns, &greeting(), At::Head, before, THREE).await,
        |version| version.number,
        async || {
            if let Some(turn) = writing.turn() {
                world.publish(&greeting(), &format!("meanwhile {turn}")).await;
            }
        },
    )
    .await;
}

pub(crate) async fn pages_of_artifacts_are_stable(world: World) {
    eight(&world).await;
    let (store, ns) = (&world.store, &world.ns);
    let there = store.artifacts(ns, "", At::Head, None, Limit::MAX).await.must("read");
    let writing = Writing::new(&world);
    through(
        there,
        async |after: Option<ArtifactId>| {
            store.artifacts(ns, "", At::Head, after.as_ref(), THREE).await
        },
        |artifact| artifact.id.clone(),
        async || writing.publish_first_and_last().await,
    )
    .await;
}

pub(crate) async fn pages_of_an_environment_are_stable(world: World) {
    eight(&world).await;
    let (store, ns, production) = (&world.store, &world.ns, production());
    let read = async |after: Option<ArtifactId>, limit| {
        store.environment(ns, &production, At::Head, after.as_ref(), limit).await
    };
    let there = read(None, Limit::MAX).await.must("read");
    let writing = Writing::new(&world);
    through(
        there,
        async |after| read(after, THREE).await,
        |pointer| pointer.artifact.clone(),
        async || writing.publish_first_and_last().await,
    )
    .await;
}

pub(crate) async fn pages_of_a_past_environment_are_stable(world: World) {
    let ids = eight(&world).await;
    let (store, ns, production) = (&world.store, &world.ns, production());
    let at = At::Revision(world.head().await.revision);
    let read = async |after: Option<ArtifactId>, limit| {
        store.environment(ns, &production, at, after.as_ref(), limit).await
    };
    let there = read(None, Limit::MAX).await.must("read");
    let writing = Writing::new(&world);
    through(
        there,
        async |after| read(after, THREE).await,
        |pointer| pointer.artifact.clone(),
        async || {
            writing.publish_first_and_last().await;
            // What was live then moves on, some of it before its page is read.
            for id in ids.iter().skip(1).step_by(3) {
                let newest = world.publish(id, "another").await;
                world.go_live(id, &production, newest).await;
            }
        },
    )
    .await;
}

pub(crate) async fn pages_of_versions_by_digest_are_stable(world: World) {
    eight(&world).await;
    let (store, ns) = (&world.store, &world.ns);
    let digest = DigestPrefix::from(&text("the same").digest());
    let there = store.with_digest(ns, &digest, At::Head, None, Limit::MAX).await.must("read");
    let writing = Writing::new(&world);
    through(
        there,
        async |after: Option<DigestHit>| {
            store.with_digest(ns, &digest, At::Head, after.as_ref(), THREE).await
        },
        Clone::clone,
        async || writing.publish_first_and_last().await,
    )
    .await;
}

pub(crate) async fn pages_of_pointers_are_stable(world: World) {
    world.publish(&greeting(), "Hello").await;
    world.go_live(&greeting(), &production(), version(1)).await;
    for number in 0..7 {
        world.set(&greeting(), &label(&format!("m-{number}")), version(1)).await;
    }
    let (store, ns) = (&world.store, &world.ns);
    let there = store.pointers(ns, &greeting(), At::Head, None, Limit::MAX).await.must("read");
    assert_eq!(there.first().map(|pointer| &pointer.name), Some(&live(&production())));
    let writing = Writing::new(&world);
    through(
        there,
        async |after: Option<PointerName>| {
            store.pointers(ns, &greeting(), At::Head, after.as_ref(), THREE).await
        },
        |pointer| pointer.name.clone(),
        async || {
            if let Some(turn) = writing.turn() {
                for name in [format!("a-{turn}"), format!("z-{turn}")] {
                    world.set(&greeting(), &label(&name), version(1)).await;
                }
            }
        },
    )
    .await;
}
