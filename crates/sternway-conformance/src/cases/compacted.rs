//! **Compacted**: nothing below the floor can be asked for, and everything from it on is as it was.

use std::fmt::Debug;

use sternway_store::{Compaction, Floor, Limit, StoreError};
use sternway_types::{At, Commit, Generation, Revision, Target, Timestamp};

use super::{as_of::write_everything, verified};
use crate::{
    everything::{Everything, Topics},
    must::{Chain, Must, there},
    world::{
        Client, World, artifact, greeting, label, live, move_to, production, revision, staging,
        text, unlabel, version,
    },
};

/// Ends the case unless it is answered that this was let go.
#[track_caller]
fn gone<T: Debug>(answer: Result<T, StoreError>, expected: At, floor: Floor, what: &str) {
    match answer {
        Err(StoreError::Compacted { asked, oldest, oldest_at }) => {
            let found = Floor { revision: oldest, at: oldest_at };
            assert_eq!((asked, found), (expected, floor), "what is said of {what}");
        }
        Err(err) => panic!("{what} {expected:?} is answered with “{}”", Chain(&err)),
        Ok(answer) => panic!("{what} {expected:?} was let go, and is answered with {answer:?}"),
    }
}

async fn compact(client: &Client, before: u64) -> Compaction {
    client.store.compact(&client.ns, revision(before)).await.must("compact")
}

async fn sound(client: &Client) {
    let report = client.store.verify().await.must("verify");
    assert!(report.is_sound(), "{report:#?}");
}

/// Every read that names a state, and must not answer with any.
async fn nothing_is_shown(client: &Client, at: At, floor: Floor) {
    let (store, ns, limit) = (&client.store, &client.ns, Limit::MAX);
    let (id, name) = (&greeting(), &live(&production()));
    gone(store.head(ns, at).await, at, floor, "the head");
    gone(store.artifact(ns, id, at).await, at, floor, "an artifact");
    gone(store.artifacts(ns, "", at, None, limit).await, at, floor, "the artifacts");
    gone(store.history(ns, id, at, None, limit).await, at, floor, "a history");
    gone(store.pointer(ns, id, name, at).await, at, floor, "a pointer");
    gone(store.pointer(ns, id, &label("stable"), at).await, at, floor, "a label");
    gone(store.pointers(ns, id, at, None, limit).await, at, floor, "the pointers");
    let page = store.environment(ns, &production(), at, None, limit).await;
    gone(page, at, floor, "an environment");
    let key = sternway_types::RecordKey::environment(&production());
    gone(store.record(ns, &key, at).await, at, floor, "a record");
    gone(store.records_of(ns, std::slice::from_ref(&key), at).await, at, floor, "several records");
    let page = store.records(ns, key.kind(), "", at, None, limit).await;
    gone(page, at, floor, "the records");
    let digest = sternway_types::DigestPrefix::from(&text("0").digest());
    gone(store.with_digest(ns, &digest, at, None, limit).await, at, floor, "a digest");
    let past = client.as_of(at);
    gone(past.store.head(ns, At::Head).await, at, floor, "the head of a store as of");
    gone(past.store.feed(ns, Revision::ZERO, limit).await, at, floor, "the feed of a store as of");
}

pub(crate) async fn nothing_below_the_floor_can_be_asked_for(world: World) {
    write_everything(&world).await;
    let feed = world.feed().await;
    let raised = there(feed.get(11), "commit");
    let floor = Floor { revision: raised.revision, at: raised.at };
    let done = compact(&world, floor.revision.get()).await;
    assert_eq!(done.floor, Some(floor), "{done:?}");
    assert_eq!(done.commits, floor.revision.get() - 1, "{done:?}");
    let world = world.restart().await;
    let (store, ns) = (&world.store, &world.ns);
    assert_eq!(store.floor(ns).await.must("read the floor"), Some(floor));
    for commit in feed.iter().filter(|commit| commit.revision < floor.revision) {
        nothing_is_shown(&world, At::Revision(commit.revision), floor).await;
        nothing_is_shown(&world, At::Time(commit.at), floor).await;
        let asked = At::Revision(commit.revision);
        let found = store.commit_of(ns, commit.changeset).await;
        gone(found, asked, floor, "a commit");
        let after = Revision::new(commit.revision.get() - 1);
        gone(store.feed(ns, after, Limit::MAX).await, asked, floor, "the feed");
        gone(store.wait(ns, after).await, asked, floor, "waiting");
    }
    let just_before = Timestamp::from_micros(floor.at.as_micros() - 1);
    nothing_is_shown(&world, At::Time(just_before), floor).await;
    nothing_is_shown(&world, At::Time(Timestamp::MIN), floor).await;
    nothing_is_shown(&world, At::Revision(Revision::ZERO), floor).await;
    sound(&world).await;
}

pub(crate) async fn everything_from_the_floor_on_is_as_it_was(world: World) {
    let seen = write_everything(&world).await;
    let topics = Topics::of(&world.feed().await);
    let mut world = world;
    for before in [2, 3, 8, 8, 12, 15] {
        let done = compact(&world, before).await;
        for then in &seen {
            let head = there(then.head.clone(), "head");
            let kept = head.revision >= revision(before);
            for at in [At::Revision(head.revision), At::Time(head.at)] {
                if kept {
                    let past = world.as_of(at);
                    let found = Everything::about(&past, Limit::new(3), &topics_then(then)).await;
                    let when = format!("{at:?}, compacted to {before}");
                    found.must("read").must_equal(&then.clone().since(done.floor), &when);
                } else {
                    nothing_is_shown(&world, at, there(done.floor, "floor")).await;
                }
            }
        }
        let newest = there(seen.last(), "state").clone().since(done.floor);
        let found = Everything::about(&world, Limit::new(4), &topics).await.must("read");
        found.must_equal(&newest, &format!("now, compacted to {before}"));
        sound(&world).await;
        world = if before % 2 == 0 { world.restart().await } else { world.crash().await };
    }
}

/// What could be asked for at that time.
fn topics_then(then: &Everything) -> Topics {
    Topics::of(&then.feed)
}

pub(crate) async fn the_floor_goes_up_and_never_above_the_head(world: World) {
    world.publish_many(&greeting(), 6).await;
    let (store, ns) = (&world.store, &world.ns);
    assert_eq!(store.floor(ns).await.must("read the floor"), None);
    let nothing = compact(&world, 0).await;
    assert_eq!(nothing, Compaction::default(), "there is nothing before the beginning");
    let refused = store.compact(ns, revision(8)).await;
    let not_yet = matches!(&refused, Err(StoreError::NotYet { asked, newest })
        if (*asked, *newest) == (revision(8), revision(7)));
    assert!(not_yet, "{refused:?}");
    let done = compact(&world, 5).await;
    assert_eq!(done.commits, 4, "{done:?}");
    for lower in [0, 1, 4, 5] {
        let again = compact(&world, lower).await;
        assert_eq!(again, Compaction { floor: done.floor, ..Compaction::default() });
    }
    let done = compact(&world, 7).await;
    assert_eq!((done.commits, done.floor.map(|it| it.revision)), (2, Some(revision(7))));
    world.publish(&greeting(), "it goes on").await;
    let nowhere = world.in_namespace("nowhere");
    for answer in [
        nowhere.store.compact(&nowhere.ns, revision(1)).await.map(drop),
        nowhere.store.rehearse_compact(&nowhere.ns, revision(1)).await.map(drop),
        nowhere.store.floor(&nowhere.ns).await.map(drop),
    ] {
        assert!(matches!(answer, Err(StoreError::NoNamespace(_))), "{answer:?}");
    }
    sound(&world).await;
}

pub(crate) async fn a_rehearsed_compaction_says_what_goes_and_lets_nothing_go(world: World) {
    write_everything(&world).await;
    let before = Everything::of(&world).await;
    let rehearsed = world.store.rehearse_compact(&world.ns, revision(14)).await;
    let rehearsed = rehearsed.must("rehearse a compaction");
    Everything::of(&world).await.must_equal(&before, "after a rehearsal");
    let past = world.as_of(At::Revision(revision(2)));
    let refused = past.store.compact(&past.ns, revision(2)).await;
    assert!(matches!(refused, Err(StoreError::Past)), "{refused:?}");
    assert!(rehearsed.records > 0 && rehearsed.moves == 0 && rehearsed.bytes > 0, "{rehearsed:?}");
    assert_eq!(compact(&world, 14).await, rehearsed, "what was said is what went");
    world.set(&greeting(), &label("stable"), version(1)).await;
    let head = world.head().await.revision;
    let rehearsed = world.store.rehearse_compact(&world.ns, head).await.must("rehearse");
    assert_eq!(rehearsed.moves, 1, "the label moved and moved: {rehearsed:?}");
    assert_eq!(compact(&world, head.get()).await, rehearsed, "what was said is what went");
}

pub(crate) async fn a_changeset_that_was_let_go_is_not_applied_again(world: World) {
    let changeset = world.changeset().then(world.add(&greeting(), &text("Hello")).await);
    let receipt = world.commit(&changeset).await;
    world.publish_many(&greeting(), 3).await;
    let floor = there(compact(&world, 4).await.floor, "floor");
    let asked = At::Revision(receipt.revision);
    let world = world.crash().await;
    let head = world.head().await;
    gone(world.store.commit(&changeset).await, asked, floor, "a changeset");
    gone(world.store.rehearse(&changeset).await, asked, floor, "a rehearsed changeset");
    let mut other = changeset.clone();
    other.reason = crate::world::reason("another");
    // Whether it is the same changeset cannot be told any more.
    gone(world.store.commit(&other).await, asked, floor, "another changeset of the same id");
    assert_eq!(world.head().await, head, "nothing was committed");
}

pub(crate) async fn a_rollback_finds_every_version_that_was_live(world: World) {
    let (name, stable) = (live(&production()), label("stable"));
    world.publish_many(&greeting(), 5).await;
    for number in 1..=5 {
        world.go_live(&greeting(), &production(), version(number)).await;
        world.set(&greeting(), &stable, version(number)).await;
    }
    let moves =
        async |name| world.store.moves(&world.ns, &greeting(), name, None, Limit::MAX).await;
    let before = moves(&name).await.must("read");
    let head = world.head().await.revision;
    let floor = there(compact(&world, head.get()).await.floor, "floor");
    assert_eq!(moves(&name).await.must("read"), before, "every move of an environment is there");
    let labelled = moves(&stable).await.must("read");
    assert_eq!(labelled.len(), 1, "what is in force: {labelled:?}");
    let oldest = there(labelled.first(), "move").revision;
    let (store, ns, one) = (&world.store, &world.ns, Limit::new(1));
    let answer = store.moves(ns, &greeting(), &stable, Some(oldest), one).await;
    gone(answer, At::Revision(Revision::new(oldest.get() - 1)), floor, "the moves before");
    // A label that was set once has nothing before it, and says so.
    world.set(&greeting(), &label("late"), version(1)).await;
    let answer = store.moves(ns, &greeting(), &label("late"), Some(head.next()), one).await;
    assert_eq!(answer.must("read").len(), 0);
    // Locks hold, and a conflict still says who moved it.
    let stale = world.changeset().then(move_to(&greeting(), &name, Target::Version(version(1))));
    let stale = stale.when(crate::world::pointer_at(&greeting(), &name, Generation::new(1)));
    let conflict = world.store.commit(&stale).await.must_conflict("a stale generation");
    assert_eq!(conflict.last.map(|last| last.revision), before.first().map(|it| it.revision));
    assert_eq!(world.go_live(&greeting(), &production(), version(2)).await, Generation::new(6));
}

/// Releases two artifacts together, again and again.
async fn release(client: Client, rounds: u64) {
    for round in 1..=rounds {
        let mut changeset = client.changeset();
        for id in [greeting(), artifact("tools/search")] {
            let add = client.add(&id, &text(&format!("{id} {round}"))).await;
            changeset = changeset.then(add).then(move_to(&id, &live(&staging()), Target::Added));
        }
        client.commit(&changeset).await;
    }
}

/// Asks for states that may be let go meanwhile, until there is a newest one.
async fn look_back(client: Client, last: Revision) {
    while client.head().await.revision < last {
        let newest = client.head().await.revision.get();
        for back in [0, 1, 3, 9] {
            let at = At::Revision(Revision::new(newest.saturating_sub(back)));
            let (store, ns) = (&client.store, &client.ns);
            match store.environment(ns, &staging(), at, None, Limit::MAX).await {
                Ok(page) => {
                    // Each release moved both, so that each state names its revision twice.
                    let released = page.iter().all(|it| At::Revision(it.revision) == at);
                    assert!(released && page.len() != 1, "{at:?} is a mixture: {page:?}");
                }
                Err(StoreError::Compacted { oldest, .. }) => {
                    assert!(at != At::Revision(oldest), "the oldest that is kept was let go");
                }
                Err(err) => panic!("{at:?}: {}", Chain(&err)),
            }
        }
        tokio::task::yield_now().await;
    }
}

pub(crate) async fn writers_and_readers_beside_it_see_whole_states(world: World) {
    const ROUNDS: u64 = 60;
    let last = revision(ROUNDS + 1);
    let mut others = tokio::task::JoinSet::new();
    others.spawn(release(Client::clone(&world), ROUNDS));
    for _ in 0..2 {
        others.spawn(look_back(Client::clone(&world), last));
    }
    // Two who compact take turns.
    for behind in [2, 5] {
        let client = Client::clone(&world);
        others.spawn(async move {
            let mut floor = Revision::ZERO;
            while client.head().await.revision < last {
                let before = client.head().await.revision.get().saturating_sub(behind);
                let done = compact(&client, before).await;
                let found = done.floor.map_or(Revision::ZERO, |floor| floor.revision);
                assert!(found >= floor.max(Revision::new(before)), "{done:?}");
                floor = found;
            }
        });
    }
    others.join_all().await;
    assert_eq!(world.head().await.revision, last);
    sound(&world).await;
}

pub(crate) async fn an_end_in_the_middle_is_gone_on_with(mut world: World) {
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..24 {
        let client = Client::clone(&world);
        writers.spawn(async move {
            let stable = label("stable");
            let id = artifact(&format!("prompts/writer-{writer}"));
            client.publish_many(&id, 2).await;
            for number in 0..48 {
                client.set(&id, &stable, version(1 + number % 2)).await;
                if number % 12 == 5 {
                    client.apply(unlabel(&id, &stable)).await;
                }
            }
        });
    }
    writers.join_all().await;
    let feed = world.feed().await;
    let newest = there(feed.last(), "commit").revision;
    let seen = Everything::of(&world).await;
    let topics = Topics::of(&feed);
    for part in [2, 3, 4] {
        let before = Revision::new(newest.get() * part / 4);
        {
            // Whoever asked goes away, and then the process ends.
            let client = Client::clone(&world);
            let mut asked = std::pin::pin!(client.store.compact(&client.ns, before));
            for _ in 0..part {
                let poll = std::future::poll_fn(|context| {
                    std::task::Poll::Ready(asked.as_mut().poll(context).is_ready())
                });
                if poll.await {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        world = world.crash().await;
        let floor = world.store.floor(&world.ns).await.must("read the floor");
        let found = Everything::about(&world, Limit::MAX, &topics).await.must("read");
        found.must_equal(&seen.clone().since(floor), "after an end in the middle");
        sound(&world).await;
        let done = compact(&world, before.get()).await;
        assert_eq!(done.floor.map(|floor| floor.revision), Some(before));
        let again = world.store.rehearse_compact(&world.ns, before).await.must("rehearse");
        assert_eq!((again.commits, again.moves, again.bytes), (0, 0, 0), "nothing is left");
        let found = Everything::about(&world, Limit::MAX, &topics).await.must("read");
        found.must_equal(&seen.clone().since(done.floor), "when it is at its end");
        past_is_kept(&world, &feed, before).await;
        sound(&world).await;
    }
}

/// Some states from the floor on are there.
async fn past_is_kept(world: &World, feed: &[Commit], floor: Revision) {
    let kept = feed.iter().filter(|commit| commit.revision >= floor);
    for commit in kept.step_by(97) {
        let head = world.store.head(&world.ns, At::Time(commit.at)).await.must("read a head");
        let head = there(head, "head");
        assert!(head.revision >= commit.revision && head.at == commit.at, "{head:?}");
    }
}

pub(crate) async fn a_flipped_bit_is_named_when_the_past_is_gone(world: World) {
    verified::populate(&world).await;
    let before = world.head().await.revision.get() - 3;
    assert!(compact(&world, before).await.commits > 0);
    verified::flips_are_named(world).await;
}

pub(crate) async fn a_store_that_was_made_smaller_is_the_same(world: World) {
    let seen = write_everything(&world).await;
    let newest = there(seen.last(), "state");
    world.store.shrink().await.must("make a store smaller");
    Everything::of(&world).await.must_equal(newest, "right after");
    world.publish(&artifact("prompts/late"), "it goes on").await;
    let seen = Everything::of(&world).await;
    let world = world.crash().await;
    Everything::of(&world).await.must_equal(&seen, "when it is opened again");
    sound(&world).await;
}
