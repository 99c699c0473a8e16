//! **As of**: a read at a revision or a time sees exactly that state.

use std::time::Duration;

use sternway_store::{Limit, StoreError};
use sternway_types::{
    At, Change, Pointer, Policy, PolicyScope, PolicySetting, RecordKey, Revision, Timestamp,
};
use tokio::time::timeout;

use crate::{
    everything::{Everything, environment},
    model::single_reads_agree,
    must::{Chain, Must, there},
    world::{
        Client, World, artifact, environment as environment_id, environment_record, greeting,
        label, live, namespace_policy, production, revision, staging, text, unlabel, version,
    },
};

/// What was seen right after each commit, to be asked for again later.
struct Sighting {
    revision: Revision,
    at: Timestamp,
    live: Option<Pointer>,
    label: Option<Pointer>,
    production: Vec<Pointer>,
    staging: Vec<Pointer>,
}

async fn look(client: &Client, at: At) -> Sighting {
    let head = client.head().await;
    let all = async |id| environment(client, id, at, Limit::new(2)).await.must("read as of");
    Sighting {
        revision: head.revision,
        at: head.at,
        live: client.pointer_as_of(&greeting(), &live(&production()), at).await,
        label: client.pointer_as_of(&greeting(), &label("stable"), at).await,
        production: all(&production()).await,
        staging: all(&staging()).await,
    }
}

/// A history in which pointers come, move, go back and go away; the clock stands still for some
/// commits.
async fn live_through(world: &World) -> Vec<Sighting> {
    let tool = artifact("tools/search");
    let stable = label("stable");
    let mut seen = vec![look(world, At::Head).await];
    for step in 0..14 {
        match step {
            0 | 3 => drop(world.publish(&greeting(), &format!("{step}")).await),
            1 => drop(world.publish(&tool, "fn search").await),
            2 | 5 => drop(world.go_live(&greeting(), &production(), version(1)).await),
            4 | 8 => drop(world.go_live(&greeting(), &production(), version(2)).await),
            6 => drop(world.set(&greeting(), &stable, version(2)).await),
            7 => drop(world.go_live(&tool, &production(), version(1)).await),
            9 => drop(world.go_live(&tool, &staging(), version(1)).await),
            10 | 13 => drop(world.apply(unlabel(&greeting(), &stable)).await),
            11 => drop(world.go_live(&greeting(), &staging(), version(2)).await),
            _ => drop(world.set(&greeting(), &stable, version(1)).await),
        }
        seen.push(look(world, At::Head).await);
        if step % 3 == 0 {
            world.pass(-1);
        } else {
            world.pass(60);
        }
    }
    seen
}

fn same(found: &Sighting, seen: &Sighting, at: At) {
    assert_eq!(found.live, seen.live, "what was live {at:?}");
    assert_eq!(found.label, seen.label, "the label {at:?}");
    assert_eq!(found.production, seen.production, "production {at:?}");
    assert_eq!(found.staging, seen.staging, "staging {at:?}");
}

pub(crate) async fn a_read_at_a_revision_sees_that_state(world: World) {
    let seen = live_through(&world).await;
    let world = world.restart().await;
    for seen in &seen {
        let at = At::Revision(seen.revision);
        same(&look(&world, at).await, seen, at);
    }
}

pub(crate) async fn a_read_at_a_time_sees_the_last_revision_until_then(world: World) {
    let seen = live_through(&world).await;
    for (place, sighting) in seen.iter().enumerate() {
        // Several commits may have one time: the last of them counts.
        let last = seen.iter().skip(place).take_while(|it| it.at == sighting.at).last();
        let at = At::Time(sighting.at);
        same(&look(&world, at).await, last.unwrap_or(sighting), at);
        let before = seen.iter().rev().find(|it| it.at < sighting.at);
        let just_before = At::Time(Timestamp::from_micros(sighting.at.as_micros() - 1));
        if let Some(before) = before {
            same(&look(&world, just_before).await, before, just_before);
        }
    }
    if let Some(last) = seen.last() {
        same(&look(&world, At::Time(Timestamp::MAX)).await, last, At::Time(Timestamp::MAX));
    }
}

pub(crate) async fn before_the_beginning_there_is_nothing(world: World) {
    live_through(&world).await;
    for at in [At::Revision(Revision::ZERO), At::Time(Timestamp::MIN), At::Time(Timestamp::EPOCH)] {
        let found = look(&world, at).await;
        assert_eq!((found.live, found.label), (None, None), "{at:?}");
        assert_eq!((found.production, found.staging), (Vec::new(), Vec::new()), "{at:?}");
    }
}

pub(crate) async fn a_revision_that_is_not_yet_there_is_refused(world: World) {
    world.publish(&greeting(), "Hello").await;
    let (asked, newest) = (revision(3), revision(2));
    let at = At::Revision(asked);
    let name = live(&production());
    let pointer = world.store.pointer(&world.ns, &greeting(), &name, at).await.map(drop);
    let limit = Limit::default();
    let page = world.store.environment(&world.ns, &production(), at, None, limit).await.map(drop);
    for answer in [pointer, page] {
        match answer {
            Err(StoreError::NotYet { asked: found_asked, newest: found_newest }) => {
                assert_eq!((found_asked, found_newest), (asked, newest));
            }
            Err(err) => panic!("expected that it is not yet there: {}", Chain(&err)),
            Ok(()) => panic!("a state was seen that is not there"),
        }
    }
}

/// A history in which everything that a commit can write is written, replaced and taken away.
pub(super) async fn write_everything(world: &World) -> Vec<Everything> {
    let (lab, stable) = (environment_id("lab"), label("stable"));
    let digest_of = async |number| world.version(&greeting(), version(number)).await.content.digest;
    let mut seen = Vec::new();
    for step in 0..16 {
        match step {
            0 | 4 | 9 => drop(world.publish(&greeting(), &format!("{step}")).await),
            1 => drop(world.apply(namespace_policy(PolicySetting::Off)).await),
            2 => drop(world.apply(environment_record(&lab)).await),
            3 => drop(world.go_live(&greeting(), &lab, version(1)).await),
            5 => drop(world.apply(namespace_policy(PolicySetting::On(Policy::default()))).await),
            6 | 12 => world.condemn(&greeting(), &lab, version(1)).await,
            7 => drop(world.publish(&artifact("tools/search"), "0").await),
            8 => drop(world.set(&greeting(), &stable, version(2)).await),
            10 => {
                let key = RecordKey::condemnation(&greeting(), &lab, &digest_of(1).await);
                world.apply(Change::DeleteRecord(key)).await;
            }
            11 => {
                let key = RecordKey::policy(&PolicyScope::Namespace);
                world.apply(Change::DeleteRecord(key)).await;
            }
            13 => drop(world.apply(unlabel(&greeting(), &stable)).await),
            14 => drop(world.publish(&greeting(), "0").await),
            _ => drop(world.go_live(&greeting(), &lab, version(3)).await),
        }
        seen.push(Everything::of(world).await);
    }
    seen
}

pub(crate) async fn every_read_sees_the_past(world: World) {
    let seen = write_everything(&world).await;
    let world = world.restart().await;
    for then in &seen {
        let head = there(then.head.clone(), "head");
        for at in [At::Revision(head.revision), At::Time(head.at)] {
            let past = world.as_of(at);
            Everything::of(&past).await.must_equal(then, &format!("{at:?}"));
            single_reads_agree(&past, then).await;
            // The past of the past is the past.
            let older = past.as_of(At::Revision(head.revision));
            Everything::of(&older).await.must_equal(then, &format!("{at:?} of {at:?}"));
        }
    }
}

pub(crate) async fn the_past_ends_where_it_ends(world: World) {
    world.publish_many(&greeting(), 3).await;
    let past = world.as_of(At::Revision(revision(2)));
    let (store, ns) = (&past.store, &past.ns);
    let later = At::Revision(revision(3));
    let answer = store.artifact(ns, &greeting(), later).await;
    let not_yet = |err: &StoreError| {
        matches!(err, StoreError::NotYet { asked, newest }
            if (*asked, *newest) == (revision(3), revision(2)))
    };
    assert!(answer.as_ref().is_err_and(not_yet), "{answer:?}");
    let answer = store.history(ns, &greeting(), At::Time(Timestamp::MAX), None, Limit::MAX).await;
    assert_eq!(answer.must("read").len(), 1, "a later moment is the end");
    assert_eq!(store.wait(ns, revision(1)).await.must("wait"), revision(2));
    let waits = timeout(Duration::from_millis(20), store.wait(ns, revision(2))).await;
    assert!(waits.is_err(), "nothing comes to the past");
}

pub(crate) async fn nothing_is_written_to_the_past(world: World) {
    let add = world.add(&greeting(), &text("Hello")).await;
    let past = world.as_of(At::Revision(revision(1)));
    let answers = [
        past.store.put(&text("never"), None).await.map(drop),
        past.store.commit(&past.changeset().then(add.clone())).await.map(drop),
        past.store.rehearse(&past.changeset().then(add)).await.map(drop),
        past.store.append(&past.arriving(Vec::new())).await.map(drop),
        past.store.rehearse_append(&past.arriving(Vec::new())).await.map(drop),
    ];
    for answer in answers {
        assert!(matches!(answer, Err(StoreError::Past)), "{answer:?}");
    }
    past.store.close().await.must("close");
    world.publish(&greeting(), "the store itself is open").await;
}

pub(crate) async fn a_commit_is_found_by_its_changeset(world: World) {
    let changeset = world.changeset().then(world.add(&greeting(), &text("Hello")).await);
    let find = async || world.store.commit_of(&world.ns, changeset.id).await.must("find a commit");
    assert_eq!(find().await, None);
    world.commit(&changeset).await;
    assert_eq!(find().await, world.feed().await.pop());
    let elsewhere = world.store.commit_of(&world.in_namespace("nowhere").ns, changeset.id).await;
    assert!(matches!(elsewhere, Err(StoreError::NoNamespace(_))), "{elsewhere:?}");
}
