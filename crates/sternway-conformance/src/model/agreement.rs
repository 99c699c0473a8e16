//! Whether the reads of a namespace agree with its feed, and with each other.

use std::collections::BTreeSet;

use sternway_store::{Floor, Limit, StoreError};
use sternway_types::{At, Commit, RecordKind, Revision, Tally};

use super::history::History;
use crate::{
    everything::{Everything, Topics, dependents, environment},
    must::{Must, there},
    world::{Client, production},
};

/// Stops the case unless every read answers what follows from the feed, now and in the past. The
/// namespace must be at rest.
pub(crate) async fn agrees_with_its_feed(client: &Client) {
    let all = Everything::of(client).await;
    feed_is_whole(&all.feed);
    contents_and_outcomes_are_sound(&all);
    let mut expected = History(&all.feed).everything();
    expected.contents.clone_from(&all.contents);
    expected.tallies.clone_from(&all.tallies);
    expected.outcomes.clone_from(&all.outcomes);
    expected.counted.clone_from(&all.counted);
    expected.unjudged.clone_from(&all.unjudged);
    expected.noted.clone_from(&all.noted);
    expected.open_runs.clone_from(&all.open_runs);
    all.must_equal(&expected, "the reads differ from what the feed tells");
    single_reads_agree(client, &all).await;
    let step = all.feed.len() / 8 + 1;
    for commit in all.feed.iter().step_by(step) {
        let at = At::Revision(commit.revision);
        if let Err(difference) = past_agrees(client, &all.feed, at).await {
            panic!("{difference}");
        }
    }
}

/// The feed tells a story in which each step follows from the one before it.
fn feed_is_whole(feed: &[Commit]) {
    let revisions: Vec<_> = feed.iter().map(|commit| commit.revision).collect();
    let dense: Vec<_> = (1..).take(feed.len()).map(Revision::new).collect();
    assert_eq!(revisions, dense, "revisions are dense");
    assert!(feed.iter().map(|commit| commit.at).is_sorted(), "times never go back");
    let ids: BTreeSet<_> = feed.iter().map(|commit| commit.changeset).collect();
    assert_eq!(ids.len(), feed.len(), "a changeset was applied twice");
    let chain: BTreeSet<_> = feed.iter().map(|commit| commit.chain).collect();
    assert_eq!(chain.len(), feed.len(), "a link of the chain is there twice");
    let all = History(feed).everything();
    for history in all.versions.values() {
        let numbers: Vec<_> = history.iter().rev().map(|version| version.number.get()).collect();
        let dense: Vec<_> = (1..).take(history.len()).collect();
        assert_eq!(numbers, dense, "version numbers are dense");
    }
    for ((id, name), moves) in &all.moves {
        let mut from = None;
        for (count, moved) in (1..).zip(moves.iter().rev()) {
            assert_eq!(moved.from, from, "{name} of {id} moves on from where it was");
            assert_eq!(moved.generation.get(), count, "{name} of {id} counts its moves");
            from = moved.to;
        }
    }
}

fn contents_and_outcomes_are_sound(all: &Everything) {
    for (digest, content) in &all.contents {
        let content = there(content.as_ref(), format_args!("content {digest}"));
        assert_eq!(content.digest(), *digest, "a content is the one that was named");
    }
    for (subject, tallies) in &all.tallies {
        let mut tally = Tally::default();
        all.outcomes.get(subject).into_iter().flatten().for_each(|outcome| tally.add(outcome));
        assert_eq!(tallies.tally, tally, "the tally of {subject} is what its log adds up to");
        let listed = all.unjudged.contains(subject);
        assert_eq!(tallies.judged.total() < tally.total(), listed, "{subject}");
    }
    assert!(all.outcomes.keys().eq(all.tallies.keys()), "logs and tallies belong together");
}

/// Stops the case unless reads of one thing answer what the pages say.
pub(crate) async fn single_reads_agree(client: &Client, all: &Everything) {
    let (store, ns) = (&client.store, &client.ns);
    for artifact in &all.artifacts {
        let found = store.artifact(ns, &artifact.id, At::Head).await.must("read an artifact");
        assert_eq!(found.as_ref(), Some(artifact));
    }
    for version in all.versions.values().flatten() {
        let found = store.version(ns, &version.artifact, version.number).await;
        assert_eq!(found.must("read a version").as_ref(), Some(version));
    }
    for pointer in all.pointers.values().flatten() {
        let found = client.pointer(&pointer.artifact, &pointer.name).await;
        assert_eq!(found, *pointer);
    }
    for entry in all.records.values().flatten() {
        let found = store.record(ns, &entry.key, At::Head).await.must("read a record");
        assert_eq!(found.as_ref(), Some(entry));
    }
}

/// Whether what was let go is said to be.
pub(super) async fn past_is_gone(client: &Client, at: At, floor: Floor) -> Result<(), String> {
    let (store, ns) = (&client.store, &client.ns);
    let answers = [
        store.head(ns, at).await.map(drop),
        store.artifacts(ns, "", at, None, Limit::MAX).await.map(drop),
        store.environment(ns, &production(), at, None, Limit::MAX).await.map(drop),
        store.records(ns, RecordKind::Environment, "", at, None, Limit::MAX).await.map(drop),
    ];
    for answer in answers {
        let said = matches!(&answer, Err(StoreError::Compacted { asked, oldest, oldest_at })
            if (*asked, *oldest, *oldest_at) == (at, floor.revision, floor.at));
        if !said {
            return Err(format!("{at:?} is below {floor:?}, and is answered with {answer:?}"));
        }
    }
    Ok(())
}

/// Whether pointers, environments and dependents were at some moment what the feed tells.
pub(super) async fn past_agrees(client: &Client, feed: &[Commit], at: At) -> Result<(), String> {
    let (topics, past) = (Topics::of(feed), History(feed).as_of(at));
    for (id, name) in &topics.pointers {
        let found = client.pointer_as_of(id, name, at).await;
        let expected = past.pointer(id, name);
        if found != expected {
            return Err(format!("{name} of {id} {at:?} is {found:#?}, expected {expected:#?}"));
        }
    }
    for id in History(feed).artifacts() {
        let found = dependents(client, id, at, Limit::new(2)).await.must("read as of");
        let expected = past.dependents(id);
        if found != expected {
            return Err(format!("on {id} {at:?} depend {found:#?}, expected {expected:#?}"));
        }
    }
    for id in &topics.environments {
        let found = environment(client, id, at, Limit::new(2)).await.must("read as of");
        let expected = past.environment(id);
        if found != expected {
            return Err(format!("{id} {at:?} is {found:#?}, expected {expected:#?}"));
        }
    }
    Ok(())
}
