//! **Counted once**, for judges: what nobody judged is listed, and a mark never goes back.

use std::slice;

use sternway_store::Limit;
use sternway_types::{Subject, Tally};

use super::counted::{sum, tallies, two_live};
use crate::{
    must::{Must, there},
    world::{Client, World, failed, production, succeeded},
};

async fn unjudged(client: &Client) -> Vec<Subject> {
    client.store.unjudged(&client.ns, None, Limit::default()).await.must("read what is unjudged")
}

async fn mark(client: &Client, subject: &Subject, tally: &Tally) {
    let append = client.arriving(Vec::new()).judged(subject.clone(), tally.clone());
    let appended = client.store.append(&append).await.must("mark");
    assert_eq!((appended.subjects.len(), appended.duplicates), (0, 0), "a mark counts nothing");
}

async fn judged(client: &Client, subject: &Subject) -> Tally {
    there(tallies(client, subject).await, subject).judged
}

pub(crate) async fn what_nobody_judged_is_listed(world: World) {
    let (subject, other) = two_live(&world).await;
    assert_eq!(unjudged(&world).await, []);
    let outcomes = [
        succeeded("one", &subject, world.now()),
        failed("two", &subject, world.now()),
        failed("three", &other, world.now()),
    ];
    world.report(outcomes.to_vec()).await;
    assert_eq!(unjudged(&world).await, [subject.clone(), other.clone()]);

    let all = there(tallies(&world, &subject).await, &subject).tally;
    mark(&world, &subject, &all).await;
    assert_eq!(unjudged(&world).await, [other], "what was judged is off the list");
    let world = world.restart().await;
    assert_eq!(judged(&world, &subject).await, all);

    world.report(vec![failed("four", &subject, world.now())]).await;
    assert_eq!(unjudged(&world).await.len(), 2, "until there is more to judge");
}

pub(crate) async fn a_judged_mark_never_goes_back(world: World) {
    let (subject, _) = two_live(&world).await;
    let outcomes: Vec<_> =
        (0..3).map(|number| failed(&format!("{number}"), &subject, world.now())).collect();
    world.report(outcomes.clone()).await;
    let [one, two, three] = [1, 2, 3].map(|count| sum(outcomes.get(..count).unwrap_or_default()));

    mark(&world, &subject, &two).await;
    assert_eq!(judged(&world, &subject).await, two);
    mark(&world, &subject, &one).await;
    assert_eq!(judged(&world, &subject).await, two, "an older mark does nothing");
    mark(&world, &subject, &Tally::default()).await;
    assert_eq!(judged(&world, &subject).await, two);
    assert_eq!(unjudged(&world).await, slice::from_ref(&subject));
    mark(&world, &subject, &three).await;
    assert_eq!(judged(&world, &subject).await, three);
    assert_eq!(unjudged(&world).await, []);
    assert_eq!(world.subject(&subject.artifact, &production()).await, subject);
}

pub(crate) async fn a_mark_travels_with_outcomes(world: World) {
    let (subject, other) = two_live(&world).await;
    let first = failed("first", &subject, world.now());
    world.report(vec![first.clone()]).await;
    let second = failed("second", &subject, world.now());
    let append = world
        .arriving(vec![second.clone(), succeeded("other", &other, world.now())])
        .judged(subject.clone(), sum(slice::from_ref(&first)));
    let appended = world.store.append(&append).await.must("append");
    assert_eq!(appended.subjects.len(), 2);
    let found = there(tallies(&world, &subject).await, &subject);
    assert_eq!(found.tally, sum(&[first.clone(), second]));
    assert_eq!(found.judged, sum(&[first]));
    assert_eq!(unjudged(&world).await, [subject, other]);
}

pub(crate) async fn a_mark_of_an_unknown_subject_makes_nothing(world: World) {
    let (subject, other) = two_live(&world).await;
    let tally = sum(&[failed("one", &subject, world.now())]);
    mark(&world, &other, &tally).await;
    assert_eq!(tallies(&world, &other).await, None);
    assert_eq!(unjudged(&world).await, []);
}
