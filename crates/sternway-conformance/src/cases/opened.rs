//! **Opened once**: a run is open from when it was opened until an outcome with its id is counted, and
//! never after.

use std::time::Duration;

use sternway_store::{Append, Limit, Opened, Refusal};
use sternway_types::{OpenRun, OutcomeId, Subject, Timestamp};
use tokio::task::JoinSet;

use super::counted::{tallies, two_live};
use crate::{
    must::{Must, there},
    world::{Client, World, succeeded, version},
};

/// A run that may take so many seconds.
fn run(name: &str, subject: &Subject, opened: Timestamp, seconds: u64) -> OpenRun {
    let id = OutcomeId::from_name(name);
    let due = opened.saturating_add(Duration::from_secs(seconds));
    OpenRun { id, subject: subject.clone(), opened, due, assigned: None }
}

async fn open(client: &Client, runs: &[OpenRun]) -> Vec<Opened> {
    let append = client.arriving(Vec::new());
    let append = runs.iter().cloned().fold(append, Append::opening);
    let appended = client.store.append(&append).await.must("open runs");
    assert_eq!((appended.subjects.len(), appended.duplicates), (0, 0), "it counts nothing");
    appended.opened
}

async fn due(client: &Client, by: Timestamp) -> Vec<OpenRun> {
    let (store, ns) = (&client.store, &client.ns);
    store.open_runs(ns, by, None, Limit::default()).await.must("read open runs")
}

async fn named(client: &Client, run: &OpenRun) -> Option<OpenRun> {
    client.store.open_run(&client.ns, run.id).await.must("read an open run")
}

pub(crate) async fn a_run_is_opened_once_by_its_id(world: World) {
    let (subject, other) = two_live(&world).await;
    let first = run("run", &subject, world.now(), 30);
    let later = run("run", &other, world.now(), 60);
    assert_eq!(open(&world, &[first.clone(), later.clone()]).await, [Opened::Now, Opened::Before]);
    assert_eq!(open(&world, &[later]).await, [Opened::Before], "also in another append");
    assert_eq!(named(&world, &first).await.as_ref(), Some(&first), "the first is what it was");
    let world = world.restart().await;
    assert_eq!(due(&world, Timestamp::MAX).await, [first], "it survives a restart");
    assert_eq!(world.store.verify().await.must("verify").damaged, 0);
}

pub(crate) async fn an_outcome_ends_its_run(world: World) {
    let (subject, _) = two_live(&world).await;
    let [one, two] = ["one", "two"].map(|name| run(name, &subject, world.now(), 30));
    open(&world, &[one.clone(), two.clone()]).await;
    world.report(vec![succeeded("one", &subject, world.now())]).await;
    assert_eq!((named(&world, &one).await, named(&world, &two).await), (None, Some(two.clone())));
    assert_eq!(open(&world, &[one]).await, [Opened::Ended], "what is over is not opened again");

    // In one append, the outcome comes first.
    let both = world.arriving(vec![succeeded("three", &subject, world.now())]);
    let both = both.opening(run("three", &subject, world.now(), 30));
    let appended = world.store.append(&both).await.must("count and open");
    assert_eq!(appended.opened, [Opened::Ended]);
    assert_eq!(due(&world, Timestamp::MAX).await, [two]);
    assert_eq!(world.store.verify().await.must("verify").damaged, 0);
}

pub(crate) async fn runs_are_listed_by_when_they_are_due(world: World) {
    let (subject, other) = two_live(&world).await;
    let now = world.now();
    let mut runs: Vec<_> = (1..=7)
        .map(|number| {
            let subject = if number % 2 == 0 { &subject } else { &other };
            // Two of each moment, the last of the first.
            run(&format!("run {number}"), subject, now, 10 + (number * 5 % 7) / 2)
        })
        .collect();
    open(&world, &runs).await;
    runs.sort_by_key(|run| (run.due, run.id));
    assert_eq!(due(&world, Timestamp::MAX).await, runs);
    let (store, ns) = (&world.store, &world.ns);
    let mut paged: Vec<OpenRun> = Vec::new();
    loop {
        let page = store.open_runs(ns, Timestamp::MAX, paged.last(), Limit::new(2)).await;
        let page = page.must("read a page");
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, runs);
    let moment = there(runs.get(3), "run").due;
    let by_then: Vec<_> = runs.iter().filter(|run| run.due <= moment).cloned().collect();
    assert_eq!(due(&world, moment).await, by_then, "that moment included");
    assert_eq!(due(&world, now).await, []);
}

pub(crate) async fn two_that_close_a_run_count_it_once(world: World) {
    let (subject, _) = two_live(&world).await;
    let run = run("run", &subject, world.now(), 1);
    open(&world, std::slice::from_ref(&run)).await;
    let mut closers = JoinSet::new();
    for _ in 0..4 {
        let (client, run) = (Client::clone(&world), run.clone());
        closers.spawn(async move {
            let append = Append::new(client.ns.clone(), run.due, vec![run.missed()]);
            client.store.append(&append).await.must("close a run").duplicates
        });
    }
    let duplicates: usize = closers.join_all().await.into_iter().sum();
    assert_eq!(duplicates, 3, "it is new to one of them");
    assert_eq!(there(tallies(&world, &subject).await, &subject).tally.failed, 1);
    assert_eq!(due(&world, Timestamp::MAX).await, []);
    let late = world.append(vec![succeeded("run", &subject, world.now())]).await;
    assert_eq!(late.duplicates, 1, "what comes late was counted");
}

pub(crate) async fn a_run_of_what_does_not_exist_refuses_its_whole_append(world: World) {
    let (subject, _) = two_live(&world).await;
    let missing = Subject { version: version(7), ..subject.clone() };
    let append = world.arriving(vec![succeeded("good", &subject, world.now())]);
    let append = append.opening(run("bad", &missing, world.now(), 30));
    let refusal = world.store.append(&append).await.must_refuse("no such version");
    let (artifact, latest) = (subject.artifact.clone(), subject.version);
    assert_eq!(refusal, Refusal::NoVersion { artifact, version: version(7), latest });
    assert_eq!(due(&world, Timestamp::MAX).await, []);
    assert_eq!(tallies(&world, &subject).await, None);
}

pub(crate) async fn a_rehearsal_opens_nothing(world: World) {
    let (subject, _) = two_live(&world).await;
    let run = run("run", &subject, world.now(), 30);
    let append = world.arriving(Vec::new()).opening(run.clone()).opening(run.clone());
    let rehearsed = world.store.rehearse_append(&append).await.must("rehearse");
    assert_eq!(rehearsed.opened, [Opened::Now, Opened::Before]);
    assert_eq!(due(&world, Timestamp::MAX).await, []);
    let appended = world.store.append(&append).await.must("open");
    assert_eq!(rehearsed, appended);
    let rehearsed = world.store.rehearse_append(&append).await.must("rehearse");
    assert_eq!(rehearsed.opened, [Opened::Before; 2]);
}
