//! **Replayed**: a namespace's feed gives the same chain and the same answers in another store.

use std::sync::Arc;

use sternway_store::{Limit, Refusal, StoreError};
use sternway_types::{
    Change, Commit, Digest, Finding, Policy, PolicySetting, RecordKey, Target, Timestamp,
};
use tokio::task::JoinSet;

use crate::{
    everything::Everything,
    must::{Chain, Must},
    world::{
        Client, World, artifact, attestation, environment, environment_record, force, generation,
        greeting, label, latch, live, move_to, namespace_policy, production, reason, revision,
        robot, staging, tests_passed, text, unlabel, version,
    },
};

/// A history with everything in it that a commit can do.
async fn write_a_history(client: &Client) {
    let (lab, stable) = (environment("lab"), label("stable"));
    client.publish_many(&greeting(), 3).await;
    client.apply(environment_record(&lab)).await;
    let release = client
        .changeset()
        .then(client.add(&artifact("tools/search"), &text("find")).await)
        .then(move_to(&artifact("tools/search"), &live(&staging()), Target::Added))
        .then(move_to(&greeting(), &live(&staging()), Target::Version(version(2))));
    client.commit(&release).await;
    client.go_live(&greeting(), &lab, version(1)).await;
    client.go_live(&greeting(), &lab, version(2)).await;
    client.condemn(&greeting(), &lab, version(1)).await;
    let digest = client.version(&greeting(), version(1)).await.content.digest;
    client.apply(force(&greeting(), &live(&lab), Target::Version(version(1)))).await;
    let pardon = RecordKey::condemnation(&greeting(), &lab, &digest);
    client.apply(Change::DeleteRecord(pardon)).await;
    client.set(&greeting(), &stable, version(3)).await;
    client.apply(unlabel(&greeting(), &stable)).await;
    client.apply(latch(&greeting(), &lab, generation(1), version(1))).await;
    for setting in [PolicySetting::Off, PolicySetting::On(Policy::default())] {
        client.apply(namespace_policy(setting)).await;
    }
    // Numbers that are not the same when they are read carelessly.
    let odd = serde_json::json!([
        0.1 + 0.2,
        1e23,
        5e-324,
        1.797_693_134_862_315_7e308,
        -0.0,
        0.187_241_582_701_356_19
    ]);
    client.apply(attestation(&greeting(), version(1), "odd", Finding::Other(odd))).await;
    client.apply(attestation(&greeting(), version(1), "odd", tests_passed(3))).await;
    // The clock is turned back.
    client.pass(-1_000);
    client.publish(&greeting(), "late").await;
}

/// Writes the contents of a history into another store.
async fn put_contents(from: &Client, to: &Client) {
    for content in Everything::of(from).await.contents.into_values().flatten() {
        to.store.put(&content, None).await.must("put a content");
    }
}

/// Replays all of a history, a few commits at a time.
async fn replay_all(from: &Client, to: &Client) {
    put_contents(from, to).await;
    for commits in from.feed().await.chunks(3) {
        let new = to.store.replay(commits).await.must("replay a feed");
        assert_eq!(new, commits.len(), "commits that were not there");
    }
}

async fn must_be_sound(client: &Client) {
    let report = client.store.verify().await.must("verify");
    assert!(report.is_sound(), "{:?}", report.damages);
}

/// Stops the case unless the history of a namespace gives the same elsewhere.
pub(crate) async fn gives_the_same_elsewhere(world: &World) -> Result<(), String> {
    let other = world.empty().await;
    replay_all(world, &other).await;
    let mut expected = Everything::of(world).await;
    // Outcomes are no part of the feed.
    expected.tallies.clear();
    expected.outcomes.clear();
    expected.counted.clear();
    expected.unjudged.clear();
    expected.noted.clear();
    expected.open_runs.clear();
    Everything::of(&other).await.difference(&expected).map_or(Ok(()), Err)
}

pub(crate) async fn a_feed_gives_the_same_chain_elsewhere(world: World) {
    write_a_history(&world).await;
    if let Err(difference) = gives_the_same_elsewhere(&world).await {
        panic!("a history that was replayed: {difference}");
    }
    let other = world.empty().await;
    replay_all(&world, &other).await;
    let other = other.restart().await;
    assert_eq!(other.head().await, world.head().await, "after a restart");
    must_be_sound(&other).await;
    // It goes on as any history does.
    other.publish(&greeting(), "and on").await;
    must_be_sound(&other).await;
}

pub(crate) async fn a_history_has_the_same_chain_under_another_name(world: World) {
    write_a_history(&world).await;
    let copy = world.in_namespace("copy");
    let renamed: Vec<_> = world
        .feed()
        .await
        .into_iter()
        .map(|commit| Commit { namespace: copy.ns.clone(), ..commit })
        .collect();
    copy.store.replay(&renamed).await.must("replay a feed");
    assert_eq!(copy.head().await, world.head().await);
    assert_eq!(copy.feed().await, renamed);
    must_be_sound(&world).await;
}

pub(crate) async fn a_repeated_changeset_is_answered_after_a_replay(world: World) {
    let changeset = world
        .changeset()
        .then(world.add(&greeting(), &text("Hello")).await)
        .then(move_to(&greeting(), &live(&production()), Target::Added));
    let receipt = world.commit(&changeset).await;
    let other = world.empty().await;
    replay_all(&world, &other).await;
    assert_eq!(other.commit(&changeset).await, receipt, "who repeats it elsewhere");
    let another = changeset.because(reason("on second thoughts"));
    let answer = other.store.commit(&another).await;
    assert!(matches!(answer, Err(StoreError::ChangesetReused { .. })), "{answer:?}");
}

pub(crate) async fn what_is_there_already_is_passed_over(world: World) {
    write_a_history(&world).await;
    let feed = world.feed().await;
    let before = Everything::of(&world).await;
    assert_eq!(world.store.replay(&feed).await.must("replay what is there"), 0);
    assert_eq!(world.store.replay(&[]).await.must("replay nothing"), 0);
    Everything::of(&world).await.must_equal(&before, "what is there already");

    let other = world.empty().await;
    put_contents(&world, &other).await;
    let (half, _) = feed.split_at(feed.len() / 2);
    other.store.replay(half).await.must("replay the first half");
    let new = other.store.replay(&feed).await.must("replay all");
    assert_eq!(new, feed.len() - half.len());
    assert_eq!(other.head().await, world.head().await);
}

/// Replays commits of which one is refused, and answers with why. Nothing is left of the others.
async fn refused(client: &Client, commits: &[Commit]) -> Refusal {
    let before = Everything::of(client).await;
    let refusal = client.store.replay(commits).await.must_refuse("replay");
    Everything::of(client).await.must_equal(&before, "a replay that was refused");
    refusal
}

pub(crate) async fn a_commit_of_another_history_is_refused(world: World) {
    let other = world.another().await;
    world.publish_many(&greeting(), 3).await;
    let feed = world.feed().await;
    put_contents(&world, &other).await;
    // The two namespaces were founded at the same time, so that they begin alike.
    other.publish(&greeting(), "another").await;
    let namespace = world.ns.clone();
    assert_eq!(
        refused(&other, &feed).await,
        Refusal::OtherHistory { namespace, revision: revision(2) }
    );
}

pub(crate) async fn a_commit_that_is_not_next_is_refused(world: World) {
    world.publish_many(&greeting(), 3).await;
    let feed = world.feed().await;
    let other = world.empty().await;
    put_contents(&world, &other).await;
    let (first, rest) = feed.split_at(1);
    let namespace = world.ns.clone();
    let gap = |found, next| Refusal::NotNext {
        namespace: namespace.clone(),
        found: revision(found),
        next: revision(next),
    };
    let answer = other.store.replay(rest).await.must_refuse("replay without a beginning");
    assert_eq!(answer, gap(2, 1));
    other.store.replay(first).await.must("replay the beginning");
    let leap: Vec<_> = feed.iter().filter(|it| it.revision != revision(3)).cloned().collect();
    assert_eq!(refused(&other, &leap).await, gap(4, 3), "and what came before it is not kept");
}

pub(crate) async fn a_commit_that_comes_to_something_else_is_refused(world: World) {
    world.publish_many(&greeting(), 3).await;
    let feed = world.feed().await;
    let other = world.empty().await;
    put_contents(&world, &other).await;
    let (start, rest) = feed.split_at(2);
    other.store.replay(start).await.must("replay the beginning");
    let spoilt = |spoil: fn(&mut Commit)| {
        let mut commits = rest.to_vec();
        commits.last_mut().into_iter().for_each(spoil);
        commits
    };
    let spoils: [fn(&mut Commit); 4] = [
        |commit| commit.chain = Digest::of(b"another"),
        |commit| commit.fingerprint = Digest::of(b"another"),
        |commit| commit.actor = robot(),
        |commit| commit.at = Timestamp::EPOCH,
    ];
    let (namespace, last) = (world.ns.clone(), revision(4));
    let expected = Refusal::OtherHistory { namespace, revision: last };
    for spoil in spoils {
        assert_eq!(refused(&other, &spoilt(spoil)).await, expected);
    }
    assert_eq!(other.store.replay(rest).await.must("replay the rest"), 2);
}

pub(crate) async fn a_replay_needs_its_contents(world: World) {
    world.publish(&greeting(), "Hello").await;
    let feed = world.feed().await;
    let other = world.empty().await;
    let refusal = other.store.replay(&feed).await.must_refuse("replay without contents");
    assert_eq!(refusal, Refusal::NoContent(text("Hello").digest()));
    assert_eq!(other.store.namespaces(None, Limit::MAX).await.must("read"), []);
}

pub(crate) async fn a_rehearsed_replay_applies_nothing(world: World) {
    write_a_history(&world).await;
    let feed = world.feed().await;
    let other = world.empty().await;
    let rehearsed = other.store.rehearse_replay(&feed).await.must("rehearse a replay");
    assert_eq!(rehearsed, feed.len());
    assert_eq!(other.store.namespaces(None, Limit::MAX).await.must("read"), []);
    assert_eq!(world.store.rehearse_replay(&feed).await.must("rehearse a replay"), 0);
}

pub(crate) async fn racing_replays_apply_once(world: World) {
    write_a_history(&world).await;
    let (feed, other) = (world.feed().await, world.empty().await);
    put_contents(&world, &other).await;
    let mut racers = JoinSet::new();
    for step in 1..=4 {
        let (store, feed) = (Arc::clone(&other.store), feed.clone());
        racers.spawn(async move {
            let mut new = 0;
            for commits in feed.chunks(step) {
                match store.replay(commits).await {
                    Ok(counted) => new += counted,
                    Err(err) => panic!("a racer could not replay: {}", Chain(&err)),
                }
            }
            new
        });
    }
    let new = racers.join_all().await;
    assert_eq!(new.iter().sum::<usize>(), feed.len(), "each commit is new to one racer");
    assert_eq!(other.head().await, world.head().await);
    must_be_sound(&other).await;
}
