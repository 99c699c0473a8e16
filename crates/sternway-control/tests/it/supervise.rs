//! Supervision: what nobody judged is judged, also beside others, and errors are said and tried again.

use std::time::Duration;

use sternway_control::{rollback::Reaction, supervise::Round};
use sternway_types::Subject;
use tokio::time::timeout;

use crate::{
    gate::GatedKv,
    make::version,
    world::{MINUTE, World},
};

const SOON: Duration = Duration::from_secs(10);
const OFTEN: Duration = Duration::from_millis(20);
const ONCE: &str = "v1 published, v2 promoted, v1 rolled back";

fn rolled_back(round: &Round) -> usize {
    let reactions = round.swept.judged.iter().filter_map(|judged| judged.reaction.as_ref());
    reactions.filter(|reaction| matches!(reaction, Reaction::RolledBack(_))).count()
}

#[tokio::test]
async fn what_a_dead_process_left_is_judged_at_once_and_noted() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    world.append(&subject, "xxx").await;
    let mut supervisor = world.control.supervise(MINUTE);
    let round = timeout(SOON, supervisor.next()).await.unwrap().unwrap();
    assert_eq!(rolled_back(&round), 1);
    assert_eq!(world.moves().await, ONCE);
    assert_eq!(world.unjudged().await, [], "it is noted, so that nobody judges it again");
}

#[tokio::test]
async fn it_wakes_up_by_itself() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    let mut supervisor = world.control.supervise(OFTEN);
    let nothing = timeout(5 * OFTEN, supervisor.next()).await;
    assert!(nothing.is_err(), "nothing is said where there is nothing to say");
    world.append(&subject, "xxx").await;
    let round = timeout(SOON, supervisor.next()).await.unwrap().unwrap();
    assert_eq!(rolled_back(&round), 1);
}

#[tokio::test]
async fn it_wakes_up_when_something_is_committed() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    let mut supervisor = world.control.supervise(60 * MINUTE);
    assert!(timeout(OFTEN, supervisor.next()).await.is_err());
    world.append(&subject, "xxx").await;
    world.publish("greeting 3").await;
    let round = timeout(SOON, supervisor.next()).await.unwrap().unwrap();
    assert_eq!(rolled_back(&round), 1);
}

#[tokio::test]
async fn what_was_judged_is_not_judged_again() {
    let world = World::with_live(2).await;
    world.run(2, ".x.").await;
    // This process judged it, and has not noted that yet.
    assert_eq!(world.unjudged().await.len(), 1);
    let mut supervisor = world.control.supervise(OFTEN);
    assert!(timeout(5 * OFTEN, supervisor.next()).await.is_err());
    assert_eq!(world.unjudged().await, Vec::<Subject>::new(), "it has now");
}

#[tokio::test]
async fn many_may_supervise_and_the_pointer_moves_once() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    world.append(&subject, "xxx").await;
    let others: Vec<_> = (0..4).map(|_| world.another()).collect();
    let mut supervisors: Vec<_> = others.iter().map(|other| other.supervise(OFTEN)).collect();
    let [one, two, three, four] = supervisors.as_mut_slice() else { panic!("there are four") };
    let next = |round| timeout(5 * OFTEN, round);
    let rounds =
        tokio::join!(next(one.next()), next(two.next()), next(three.next()), next(four.next()));
    let rounds = [rounds.0, rounds.1, rounds.2, rounds.3];
    let back: usize = rounds.iter().flatten().flatten().map(rolled_back).sum();
    assert_eq!(back, 1);
    assert_eq!(world.moves().await, ONCE);
}

#[tokio::test]
async fn an_error_is_said_and_tried_again() {
    let kv = GatedKv::default();
    let world = World::on(kv.clone()).await;
    world.publish("Hello").await;
    world.publish("Hi").await;
    world.promote(2).await;
    let subject = world.subject(2).await;
    world.append(&subject, "xxx").await;
    kv.break_after(0);
    let mut supervisor = world.control.supervise(OFTEN);
    let round = timeout(SOON, supervisor.next()).await.unwrap().unwrap();
    assert_eq!(round.swept.failed.len(), 1, "{round:?}");
    assert_eq!(world.live().await, Some(version(2)));
    kv.open();
    let round = timeout(SOON, supervisor.next()).await.unwrap().unwrap();
    assert_eq!(rolled_back(&round), 1);
}

#[tokio::test]
async fn it_ends_when_the_store_is_closed() {
    let world = World::with_live(1).await;
    let mut supervisor = world.control.supervise(60 * MINUTE);
    let (ended, closed) = tokio::join!(timeout(SOON, supervisor.next()), async {
        drop(timeout(OFTEN, std::future::pending::<()>()).await);
        world.control.shutdown().await
    });
    closed.unwrap();
    assert!(ended.unwrap().is_none());
    assert!(supervisor.next().await.is_none(), "and stays so");
}
