//! **Noted with the failure**: how far the logs of others were when a run failed is written down in the commit
//! that counts it, and stays as it was.

use sternway_store::{Append, AppendedSubject, Limit, LogLength, Noted};
use sternway_types::{Generation, Outcome, Subject, VersionNumber};
use tokio::task::JoinSet;

use crate::{
    must::{Must, there},
    world::{Client, World, failed, generation, greeting, production, succeeded, version},
};

/// Two versions of an artifact that were live one after the other.
async fn two_stays(world: &World) -> [Subject; 2] {
    world.publish(&greeting(), "one").await;
    world.go_live(&greeting(), &production(), version(1)).await;
    let one = world.subject(&greeting(), &production()).await;
    world.publish(&greeting(), "two").await;
    world.go_live(&greeting(), &production(), version(2)).await;
    [one, world.subject(&greeting(), &production()).await]
}

const fn log_of(subject: &Subject) -> (VersionNumber, Generation) {
    (subject.version, subject.generation)
}

const fn length(subject: &Subject, total: u64) -> LogLength {
    LogLength { version: subject.version, generation: subject.generation, total }
}

async fn noted(client: &Client, subject: &Subject) -> Vec<Noted> {
    let (store, ns) = (&client.store, &client.ns);
    store.noted(ns, subject, 0, Limit::default()).await.must("read what was noted")
}

fn told<'a>(subjects: &'a [AppendedSubject], subject: &Subject) -> &'a [Noted] {
    there(subjects.iter().find(|it| it.subject == *subject), "subject").noted.as_slice()
}

/// Outcomes in this order: `a` and `b` are runs of the two that succeed, `A` and `B` such that fail.
fn runs(client: &Client, name: &str, [one, two]: [&Subject; 2], signs: &str) -> Vec<Outcome> {
    let run = |(place, sign): (usize, char)| {
        let subject = if sign.eq_ignore_ascii_case(&'a') { one } else { two };
        let end = if sign.is_ascii_uppercase() { failed } else { succeeded };
        end(&format!("{name} {place}"), subject, client.now())
    };
    signs.chars().enumerate().map(run).collect()
}

pub(crate) async fn how_far_others_were_is_noted_with_a_failure(world: World) {
    let [one, two] = two_stays(&world).await;
    let never = Subject { generation: generation(77), ..one.clone() };
    let others = vec![log_of(&one), log_of(&never)];
    let both = [&one, &two];
    let at = |place, total| Noted { place, others: vec![length(&one, total), length(&never, 0)] };

    world.report(runs(&world, "before", both, "aAB")).await;
    let append = world.arriving(runs(&world, "first", both, "BaAbBaB"));
    let append = append.noting(two.clone(), others.clone());
    let appended = world.store.append(&append).await.must("append");
    let expected = [at(2, 2), at(4, 4), at(5, 5)];
    assert_eq!(told(&appended.subjects, &two), expected, "in the order of the append");
    assert_eq!(told(&appended.subjects, &one), [], "it was not asked for");
    assert_eq!(noted(&world, &two).await, expected);

    // What comes later changes nothing of it, and a failure that was counted before is not noted again.
    world.report(runs(&world, "after", both, "aaA")).await;
    let append = world.arriving(runs(&world, "first", both, "BaAbBaB"));
    let append = append.noting(two.clone(), others.clone());
    let appended = world.store.append(&append).await.must("append again");
    assert_eq!((appended.subjects.len(), appended.duplicates), (0, 7));
    let append = world.arriving(runs(&world, "last", both, "bBb")).noting(two.clone(), others);
    let appended = world.store.append(&append).await.must("append");
    assert_eq!(told(&appended.subjects, &two), [at(7, 8)], "what others counted is there");

    let world = world.restart().await;
    let expected = [&expected[..], &[at(7, 8)]].concat();
    assert_eq!(noted(&world, &two).await, expected, "after a restart");
    assert_eq!(noted(&world, &one).await, []);
    let (store, ns) = (&world.store, &world.ns);
    let page = store.noted(ns, &two, 2, Limit::new(2)).await.must("read a page");
    assert_eq!(page, expected.get(1..3).unwrap_or_default(), "a page after a place");
    assert_eq!(world.store.verify().await.must("verify").damaged, 0);
}

pub(crate) async fn a_rehearsal_says_what_would_be_noted(world: World) {
    let [one, two] = two_stays(&world).await;
    world.report(runs(&world, "before", [&one, &two], "aab")).await;
    let append = world.arriving(runs(&world, "x", [&one, &two], "BaABb"));
    let append = append.noting(two.clone(), vec![log_of(&one)]);
    let rehearsed = world.store.rehearse_append(&append).await.must("rehearse");
    assert_eq!(noted(&world, &two).await, []);
    assert_eq!(rehearsed, world.store.append(&append).await.must("append"));
}

pub(crate) async fn whoever_races_every_failure_is_noted_once(world: World) {
    const EACH: usize = 12;
    let [one, two] = two_stays(&world).await;
    let mut clients = JoinSet::new();
    for number in 0..4 {
        let (client, one, two) = (Client::clone(&world), one.clone(), two.clone());
        clients.spawn(async move {
            for round in 0..EACH {
                let signs = if number % 2 == 0 { "aA" } else { "Bb" };
                let outcomes = runs(&client, &format!("{number} {round}"), [&one, &two], signs);
                let append = Append::new(client.ns.clone(), client.now(), outcomes);
                let append = append.noting(two.clone(), vec![log_of(&one)]);
                let appended = client.store.append(&append).await.must("append");
                assert_eq!(appended.duplicates, 0);
            }
        });
    }
    clients.join_all().await;
    let noted = noted(&world, &two).await;
    assert_eq!(noted.len(), 2 * EACH, "each failure has been noted");
    let totals: Vec<_> = noted.iter().flat_map(|it| &it.others).map(|it| it.total).collect();
    assert!(totals.is_sorted(), "no log was ever shorter than before: {totals:?}");
    assert!(totals.iter().all(|total| *total <= 4 * EACH as u64), "{totals:?}");
    assert_eq!(world.store.verify().await.must("verify").damaged, 0);
}
