//! **Guarded**: a condemned content goes live only when a person forces it.

use sternway_store::Refusal;
use sternway_types::{Actor, ActorKind, ArtifactId, Change, EnvironmentId, RecordKey, Target};

use crate::{
    everything::Everything,
    must::{Must, there},
    world::{
        World, alice, artifact, condemnation, force, greeting, label, live, move_to, production,
        reason, robot, staging, text, version,
    },
};

/// Version 1 is live in production; version 2 is condemned there.
async fn with_condemned(world: &World) {
    world.publish_many(&greeting(), 2).await;
    world.go_live(&greeting(), &production(), version(1)).await;
    world.condemn(&greeting(), &production(), version(2)).await;
}

fn unfit(artifact: &ArtifactId, number: u64, environment: &EnvironmentId) -> Refusal {
    Refusal::Condemned {
        artifact: artifact.clone(),
        version: version(number),
        environment: environment.clone(),
        reason: reason("it fails"),
    }
}

fn go(number: u64) -> Change {
    move_to(&greeting(), &live(&production()), Target::Version(version(number)))
}

fn system() -> Actor {
    there(Actor::new(ActorKind::System, "platform").ok(), "name")
}

pub(crate) async fn a_condemned_content_is_refused(world: World) {
    with_condemned(&world).await;
    let before = Everything::of(&world).await;
    for actor in [alice(), robot(), system()] {
        let changeset = world.changeset_by(actor).then(go(2));
        let refusal = world.store.commit(&changeset).await.must_refuse("v2 is condemned");
        assert_eq!(refusal, unfit(&greeting(), 2, &production()));
    }
    Everything::of(&world).await.must_equal(&before, "condemned contents that were refused");
}

pub(crate) async fn a_person_may_force_a_condemned_content(world: World) {
    with_condemned(&world).await;
    let forced = force(&greeting(), &live(&production()), Target::Version(version(2)));
    world.apply(forced).await;
    let moves = Everything::of(&world).await.moves;
    let moves = there(moves.get(&(greeting(), live(&production()))), "moves");
    let newest = there(moves.first(), "newest move");
    assert_eq!((newest.to, newest.forced), (Some(version(2)), true), "the move says so");
    // It stays condemned: whoever moves on cannot come back by accident.
    world.go_live(&greeting(), &production(), version(1)).await;
    let back = world.changeset().then(go(2));
    let refusal = world.store.commit(&back).await.must_refuse("v2 is still condemned");
    assert_eq!(refusal, unfit(&greeting(), 2, &production()));
}

pub(crate) async fn a_force_that_overrides_nothing_is_not_recorded(world: World) {
    world.publish(&greeting(), "Hello").await;
    world.apply(force(&greeting(), &live(&production()), Target::Version(version(1)))).await;
    let moves = Everything::of(&world).await.moves;
    let moves = there(moves.get(&(greeting(), live(&production()))), "moves");
    assert!(moves.iter().all(|moved| !moved.forced), "nothing was overridden: {moves:#?}");
}

pub(crate) async fn automation_may_not_force(world: World) {
    with_condemned(&world).await;
    let before = Everything::of(&world).await;
    for actor in [robot(), system(), Actor::sternway()] {
        let forced = force(&greeting(), &live(&production()), Target::Version(version(2)));
        let changeset = world.changeset_by(actor.clone()).then(forced);
        let refusal = world.store.commit(&changeset).await.must_refuse("automation forces");
        assert_eq!(refusal, Refusal::AutomationForces(actor.clone()));
        // A label can go anywhere. Who forces it is refused all the same: there is nothing to force.
        let forced = force(&greeting(), &label("stable"), Target::Version(version(2)));
        let changeset = world.changeset_by(actor.clone()).then(forced);
        let refusal = world.store.commit(&changeset).await.must_refuse("automation forces a label");
        assert_eq!(refusal, Refusal::AutomationForces(actor));
    }
    Everything::of(&world).await.must_equal(&before, "automation that was refused");
}

pub(crate) async fn a_condemnation_has_the_digest_of_its_version(world: World) {
    world.publish_many(&greeting(), 2).await;
    let [first, second] = [1, 2].map(version);
    let given = world.version(&greeting(), first).await.content.digest;
    let found = world.version(&greeting(), second).await.content.digest;
    let wrong = condemnation(&greeting(), &production(), second, given);
    let answer = world.store.commit(&world.changeset().then(wrong)).await;
    let refusal = answer.must_refuse("it is the digest of v1");
    let (artifact, version) = (greeting(), second);
    assert_eq!(refusal, Refusal::OtherDigest { artifact, version, given, found });
    world.condemn(&greeting(), &production(), second).await;
}

pub(crate) async fn a_condemned_content_stays_fit_elsewhere(world: World) {
    with_condemned(&world).await;
    world.go_live(&greeting(), &staging(), version(2)).await;
    world.set(&greeting(), &label("suspect"), version(2)).await;
    // Another artifact with the same content is another thing.
    let twin = artifact("prompts/twin");
    world.publish(&twin, &format!("{} 2", greeting())).await;
    world.go_live(&twin, &production(), version(1)).await;
}

pub(crate) async fn another_version_with_the_same_content_is_condemned_too(world: World) {
    with_condemned(&world).await;
    let words = format!("{} 2", greeting());
    assert_eq!(world.publish(&greeting(), &words).await, version(3));
    let changeset = world.changeset_by(robot()).then(go(3));
    let refusal = world.store.commit(&changeset).await.must_refuse("v3 has the content of v2");
    assert_eq!(refusal, unfit(&greeting(), 3, &production()));

    let at_once = world
        .changeset()
        .then(world.add(&greeting(), &text(&words)).await)
        .then(move_to(&greeting(), &live(&production()), Target::Added));
    let refusal = world.store.commit(&at_once).await.must_refuse("so has v4");
    assert_eq!(refusal, unfit(&greeting(), 4, &production()));
}

pub(crate) async fn a_rollback_moves_and_condemns_in_one_changeset(world: World) {
    world.publish_many(&greeting(), 2).await;
    world.go_live(&greeting(), &production(), version(1)).await;
    world.go_live(&greeting(), &production(), version(2)).await;
    let digest = world.version(&greeting(), version(2)).await.content.digest;
    let condemned = condemnation(&greeting(), &production(), version(2), digest);
    let rollback = world.changeset_by(Actor::sternway()).then(go(1)).then(condemned.clone());
    world.commit(&rollback).await;
    assert_eq!(world.pointer(&greeting(), &live(&production())).await.version, Some(version(1)));
    // What is live may be condemned where it is: somebody has to decide what comes instead.
    let digest = world.version(&greeting(), version(1)).await.content.digest;
    world.apply(condemnation(&greeting(), &production(), version(1), digest)).await;
}

pub(crate) async fn a_pardon_takes_the_mark_away(world: World) {
    with_condemned(&world).await;
    let digest = world.version(&greeting(), version(2)).await.content.digest;
    let key = RecordKey::condemnation(&greeting(), &production(), &digest);
    let pardon = Change::DeleteRecord(key);
    let sly = world.changeset_by(robot()).then(pardon.clone()).then(go(2));
    let refusal = world.store.commit(&sly).await.must_refuse("automation pardons");
    assert_eq!(refusal, Refusal::AutomationForces(robot()));
    // In the same changeset already: its changes see each other in their order.
    world.commit(&world.changeset().then(pardon).then(go(2))).await;
    world.go_live(&greeting(), &production(), version(1)).await;
    world.commit(&world.changeset_by(robot()).then(go(2))).await;

    world.condemn(&greeting(), &production(), version(1)).await;
    let changeset = world.changeset().then(go(1));
    world.store.commit(&changeset).await.must_refuse("v1 is condemned by now");
}
