//! However many judge the same breach, the pointer moves once.

use sternway_control::{
    record::Judged,
    rollback::{Reaction, RollbackMode},
};
use sternway_types::{Force, Preset};

use crate::{
    gate::GatedKv,
    make::{alice, greeting, production, said, version},
    world::World,
};

/// A greeting whose second version is live, in a map whose commits can be held back.
async fn two_versions() -> (World, GatedKv) {
    let kv = GatedKv::default();
    let world = World::on(kv.clone()).await;
    world.publish("Hello").await;
    world.publish("Hi").await;
    world.promote(2).await;
    (world, kv)
}

fn reactions(judged: &[Judged]) -> Vec<Reaction> {
    judged.iter().filter_map(|judged| judged.reaction.clone()).collect()
}

const ONCE: &str = "v1 published, v2 promoted, v1 rolled back";

#[tokio::test]
async fn two_processes_that_sweep_the_same_breach_roll_back_once() {
    let (world, kv) = two_versions().await;
    world.append(&world.subject(2).await, "xxx").await;
    let other = world.another();
    kv.shut();
    let (one, two, ()) = tokio::join!(world.control.sweep(), other.sweep(), async { kv.open() });
    let both = [reactions(&one.unwrap().judged), reactions(&two.unwrap().judged)].concat();
    let rolled_back = both.iter().filter(|it| matches!(it, Reaction::RolledBack(_))).count();
    assert_eq!((both.len(), rolled_back), (2, 1));
    assert_eq!(world.moves().await, ONCE);
}

#[tokio::test]
async fn two_processes_that_record_the_last_failure_roll_back_once() {
    let (world, kv) = two_versions().await;
    let subject = world.subject(2).await;
    world.run(2, "xx").await;
    let other = world.another();
    let (here, there) = (world.outcomes(&subject, "x"), world.outcomes(&subject, "x"));
    kv.shut();
    let (one, two, ()) =
        tokio::join!(world.control.record(here), other.record(there), async { kv.open() });
    let both = [reactions(&one.unwrap().judged), reactions(&two.unwrap().judged)].concat();
    let rolled_back = both.iter().filter(|it| matches!(it, Reaction::RolledBack(_))).count();
    assert_eq!((both.len(), rolled_back), (2, 1));
    assert_eq!(world.moves().await, ONCE);
}

#[tokio::test]
async fn eight_processes_roll_back_once() {
    let (world, _) = two_versions().await;
    let subject = world.subject(2).await;
    let mut processes = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (process, failures) = (world.another(), world.outcomes(&subject, "xxx"));
        processes.spawn(async move { process.record(failures).await.expect("it is recorded") });
    }
    let recorded = processes.join_all().await;
    let all: Vec<Reaction> = recorded.iter().flat_map(|it| reactions(&it.judged)).collect();
    let rolled_back = all.iter().filter(|it| matches!(it, Reaction::RolledBack(_))).count();
    assert_eq!((all.len(), rolled_back), (8, 1), "{all:?}");
    assert_eq!(world.moves().await, ONCE);
}

#[tokio::test]
async fn a_promotion_that_comes_first_makes_the_verdict_void() {
    let (world, kv) = two_versions().await;
    world.publish("Hey").await;
    world.append(&world.subject(2).await, "xxx").await;
    let other = world.another();
    kv.shut();
    let (promoted, swept, ()) = tokio::join!(world.promote(3), other.sweep(), async { kv.open() });
    assert_eq!(promoted.to, version(3));
    assert_eq!(reactions(&swept.unwrap().judged), [Reaction::Overtaken]);
    assert_eq!(world.live().await, Some(version(3)));
    assert_eq!(world.condemned().await, [], "nobody condemned v2 on the side");
}

#[tokio::test]
async fn a_person_who_loses_to_the_policy_learns_it() {
    let (world, kv) = two_versions().await;
    world.judge_by(Preset::Immediate).await;
    world.append(&world.subject(2).await, "xxx").await;
    let other = world.another();
    let (greeting, production, alice) = (greeting(), production(), alice());
    kv.shut();
    let (swept, rolled_back, ()) = tokio::join!(
        other.sweep(),
        world.control.roll_back(
            &greeting,
            None,
            RollbackMode::Move,
            &production,
            Force::No,
            &alice
        ),
        async { kv.open() }
    );
    assert!(matches!(reactions(&swept.unwrap().judged)[..], [Reaction::RolledBack(_)]));
    let err = said(rolled_back);
    assert!(err.starts_with("version-conflict"), "{err}");
    assert!(err.contains("is at generation 3 (v1), expected 2; system:sternway wrote it"), "{err}");
    assert_eq!(world.moves().await, ONCE);
}

#[tokio::test]
async fn a_target_that_is_condemned_meanwhile_is_passed_over() {
    let (world, kv) = two_versions().await;
    world.publish("Hey").await;
    world.promote(3).await;
    world.append(&world.subject(3).await, "xxx").await;
    let other = world.another();
    let (greeting, production, alice) = (greeting(), production(), alice());
    kv.shut();
    let (condemned, swept, ()) = tokio::join!(
        world.control.condemn(&greeting, version(2), &production, &alice),
        other.sweep(),
        async { kv.open() }
    );
    condemned.unwrap();
    assert!(matches!(reactions(&swept.unwrap().judged)[..], [Reaction::RolledBack(_)]));
    assert_eq!(world.live().await, Some(version(1)));
}

#[tokio::test]
async fn a_promotion_that_comes_first_leaves_no_false_alarm() {
    let kv = GatedKv::default();
    let world = World::on(kv.clone()).await;
    world.publish("Hello").await;
    world.publish("Hi").await;
    let subject = world.subject(1).await;
    world.append(&subject, "xxx").await;
    let other = world.another();
    kv.shut();
    let (_, swept, ()) = tokio::join!(world.promote(2), other.sweep(), async { kv.open() });
    assert_eq!(reactions(&swept.unwrap().judged), [Reaction::Overtaken]);
    assert_eq!(world.condemned().await, []);
    assert_eq!(world.control.latch(&subject).await.unwrap(), None, "nobody has to act");
}
