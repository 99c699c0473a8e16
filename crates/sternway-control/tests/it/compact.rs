//! Compact: the past is let go, and nobody who acts is harmed by it.

use std::thread;

use sternway_control::{ControlError, import::Imported, publish::Publish, signed_head::HeadSigner};
use sternway_store::{Floor, Limit, StoreError};
use sternway_types::{At, Force, OnFailure, PointerName, PolicyScope, Revision, Timestamp};

use crate::{
    checks::{checking, tone},
    make::{alice, by, greeting, production, reference, revision, said, text, version, versions},
    world::World,
};

async fn compact(world: &World) -> Floor {
    let head = world.head().await;
    let done = world.control.compact(head).await.expect("it can be compacted");
    assert!(done.commits > 0, "{done:?}");
    done.floor.expect("there is a floor")
}

fn is_gone<T>(answer: &Result<T, ControlError>, floor: Floor) -> bool {
    matches!(answer, Err(ControlError::Store(StoreError::Compacted { oldest, oldest_at, .. }))
        if (*oldest, *oldest_at) == (floor.revision, floor.at))
}

#[tokio::test]
async fn a_rollback_goes_back_as_if_nothing_had_gone() {
    let [with, without] = [World::with_live(5).await, World::with_live(5).await];
    for world in [&with, &without] {
        world.roll_back(None).await.unwrap();
    }
    compact(&with).await;
    for world in [&with, &without] {
        assert_eq!(world.live().await, Some(version(4)));
        // Version 5 is condemned, and so is each that was live since.
        for expected in [3, 2, 1] {
            let back = world.roll_back(None).await.unwrap();
            assert_eq!(back.to, version(expected));
        }
        let none = said(world.roll_back(None).await);
        assert!(none.starts_with("no-good-version"), "{none}");
    }
    assert_eq!(with.moves().await, without.moves().await);
    assert_eq!(with.condemned().await, versions([2, 3, 4, 5]));
    assert!(with.store.verify().await.unwrap().is_sound());
}

#[tokio::test]
async fn what_was_live_before_is_still_known() {
    let world = World::with_live(4).await;
    compact(&world).await;
    for (named, expected) in [("live~2", 2), ("previous", 3), ("live", 4)] {
        let named = reference(&format!("prompts/greeting@{named}"));
        let found = world.control.resolve(&named, &production()).await.unwrap();
        assert_eq!(found.number, version(expected));
    }
    // A version that was live is one to go back to, also one that is newer.
    world.roll_back(Some(2)).await.unwrap();
    let back = world.roll_back(Some(3)).await.unwrap();
    assert_eq!(back.to, version(3));
}

#[tokio::test]
async fn automation_goes_back_and_judges_what_was_left() {
    let world = World::with_live(3).await;
    let subject = world.subject(3).await;
    world.append(&subject, "xx").await;
    compact(&world).await;
    let swept = world.control.sweep().await.unwrap();
    assert!(swept.failed.is_empty(), "{swept:?}");
    assert_eq!(world.live().await, Some(version(3)), "two are not enough");
    world.run(3, "x").await;
    assert_eq!(world.live().await, Some(version(2)));
    assert_eq!(world.condemned().await, versions([3]));
}

#[tokio::test]
async fn operations_end_at_the_floor_and_say_so() {
    let world = World::with_live(3).await;
    world.promote(1).await;
    let floor = compact(&world).await;
    world.promote(3).await;
    let operations = world.control.operations(None, Limit::new(50)).await.unwrap();
    let oldest = operations.last().expect("the one at the floor");
    assert_eq!((operations.len(), oldest.revision), (2, floor.revision));
    let before = world.control.operations(Some(floor.revision), Limit::new(50)).await;
    assert!(is_gone(&before, floor));
    assert!(is_gone(&world.control.commit_at(revision(3)).await, floor));
    // The one at the floor is there, and can be taken back.
    let undone = world.control.operations(None, Limit::new(1)).await.unwrap().remove(0);
    world.control.undo(undone, Force::No, &alice()).await.unwrap();
    let at_floor = world.control.commit_at(floor.revision).await.unwrap().expect("it is there");
    let clash = said(world.control.undo(at_floor, Force::No, &alice()).await);
    assert!(clash.contains("was changed by human:alice in revision"), "{clash}");
}

#[tokio::test]
async fn a_moment_that_is_gone_tells_the_oldest_that_is_not() {
    let world = World::with_live(2).await;
    let early = world.control.now();
    world.clock.advance(crate::world::MINUTE);
    world.promote(1).await;
    let floor = compact(&world).await;
    let then = reference(&format!("prompts/greeting@{early}"));
    let answer = said(world.control.resolve(&then, &production()).await);
    let expected = format!(
        "compacted: the store did not do it: the state of {early} was let go by a compaction: the \
         oldest that is kept is revision {}, of {}",
        floor.revision, floor.at
    );
    assert_eq!(answer, expected);
    let oldest = world.control.oldest_for(At::Time(early)).await.unwrap();
    assert_eq!(oldest, floor.revision, "there is nothing more to let go for it");
    let oldest = world.control.oldest_for(At::Time(Timestamp::MAX)).await.unwrap();
    assert_eq!(oldest, world.head().await);
}

#[tokio::test]
async fn a_head_that_was_signed_before_cannot_be_checked() {
    let world = World::with_live(2).await;
    let signer = HeadSigner::new("acme.example/prompts", [1; 32]).expect("a name");
    let namespace = world.control.namespace();
    let notes = async || {
        let head = world.store.head(namespace, At::Head).await.unwrap().expect("it is there");
        signer.verifier().open(&signer.sign(namespace, &head)).unwrap()
    };
    let before = notes().await;
    world.promote(1).await;
    let at_floor = notes().await;
    let floor = compact(&world).await;
    let answer = before.missing_from(world.store.as_ref()).await;
    assert!(is_gone(&answer.map_err(ControlError::from), floor));
    assert_eq!(at_floor.missing_from(world.store.as_ref()).await.unwrap(), None);
}

#[tokio::test]
async fn who_follows_is_told_what_went_and_goes_on_from_the_state() {
    let world = World::with_live(2).await;
    let mut watch = world.control.watch(revision(1));
    let mut early = world.control.watch(Revision::ZERO);
    let floor = compact(&world).await;
    assert!(is_gone(&watch.next().await, floor));
    assert!(is_gone(&watch.try_next().await, floor), "and is told again: nothing is skipped");
    assert!(is_gone(&early.next().await, floor));
    watch.resume(floor.revision);
    world.promote(1).await;
    let next = watch.next().await.unwrap();
    assert_eq!(next.revision, floor.revision.next());
}

#[tokio::test]
async fn a_live_table_that_is_left_behind_is_loaded_anew() {
    let world = World::with_live(2).await;
    let table = world.control.live().await.unwrap();
    assert_eq!(table.reloads(), 0);
    // This thread is the one that feeds the table, and waits.
    let head = thread::scope(|scope| {
        let apart = || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            runtime.block_on(async {
                world.publish("Hey").await;
                world.promote(3).await;
                compact(&world).await.revision
            })
        };
        scope.spawn(apart).join().expect("no panic")
    });
    assert_eq!(table.at_least(head).await.unwrap(), head);
    let live = table.get(&greeting(), &production()).expect("it is live");
    assert_eq!((live.version, live.since), (version(3), head));
    assert!(table.trouble().is_none());
    assert_eq!(table.reloads(), 1, "it says so");
    world.promote(1).await;
    table.at_least(world.control.written()).await.unwrap();
    let live = table.get(&greeting(), &production()).expect("it is live");
    assert_eq!((live.version, table.reloads()), (version(1), 1), "and follows as before");
}

#[tokio::test]
async fn a_label_is_where_it_was_and_its_early_moves_are_gone() {
    let world = World::with_live(3).await;
    let stable: sternway_types::LabelId = "stable".parse().expect("a label");
    for number in [1, 2, 3] {
        let number = version(number);
        world.control.label(&greeting(), number, &stable, &alice()).await.unwrap();
    }
    let floor = compact(&world).await;
    let name = PointerName::Label(stable);
    let (store, namespace) = (&world.store, world.control.namespace());
    let moves = store.moves(namespace, &greeting(), &name, None, Limit::MAX).await.unwrap();
    assert_eq!(moves.iter().map(|it| it.to).collect::<Vec<_>>(), [Some(version(3))]);
    let before = Some(moves.last().expect("the last one").revision);
    let answer = store.moves(namespace, &greeting(), &name, before, Limit::MAX).await;
    assert!(is_gone(&answer.map_err(ControlError::from), floor));
}

#[tokio::test]
async fn a_rehearsal_says_what_would_go() {
    let world = World::with_live(3).await;
    let head = world.head().await;
    let rehearsed = world.control.rehearsal().compact(head).await.unwrap();
    assert_eq!(world.control.floor().await.unwrap(), None);
    assert_eq!(world.control.compact(head).await.unwrap(), rehearsed);
    assert_eq!(world.control.floor().await.unwrap(), rehearsed.floor);
}

#[tokio::test]
async fn what_was_imported_before_is_not_imported_again() {
    let world = World::new().await;
    let import = async || {
        let publish = Publish::new(greeting(), text("Hello"));
        world.control.import("a", &publish, &alice()).await.unwrap()
    };
    let Imported::Added { revision, .. } = import().await else { panic!("it was not there") };
    world.publish("Hi").await;
    compact(&world).await;
    let head = world.head().await;
    assert_eq!(import().await, Imported::Known { revision }, "at the same moment by the clock");
    world.clock.advance(crate::world::SECOND);
    assert_eq!(import().await, Imported::Known { revision }, "and later");
    assert_eq!(world.head().await, head);
    let checks = checking([tone(OnFailure::Refuse)]);
    world.control.set_policy(PolicyScope::Namespace, checks, &alice()).await.unwrap();
    assert_eq!(import().await, Imported::Known { revision }, "and where contents are checked");
}

#[tokio::test]
async fn an_undo_is_taken_back_whose_subject_was_let_go() {
    let world = World::with_live(2).await;
    world.promote(1).await;
    let promoted = world.control.commit_at(world.head().await).await.unwrap().expect("it is there");
    world.control.undo(promoted, Force::No, &alice()).await.unwrap();
    let undone = world.head().await;
    drop(world.control.compact(undone).await.unwrap());
    let newest = world.control.newest_undo(&alice().actor).await.unwrap().expect("an undo");
    assert_eq!(newest.revision, undone);
    assert_eq!(world.control.newest_undo(&by("bob").actor).await.unwrap(), None, "of nobody else");
}
