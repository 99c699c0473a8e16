//! **Protected**: what goes forward in an environment, and what may always go back.

use std::{collections::BTreeSet, time::Duration};

use sternway_store::{Refusal, StoreError};
use sternway_types::{
    Approval, Change, Changeset, ChangesetId, Deployment, Environment, Force, Freeze,
    FreezeWindows, MoveCause, NewMove, Objection, Phase, Record, RecordKey, Roles, RollbackTrigger,
    Target, Timestamp, VersionNumber, Weight,
};

use crate::{
    everything::Everything,
    must::{Must, parsed, there},
    world::{
        World, alice, deployment, force, generation, greeting, live, production, put_deployment,
        reason, robot, shifted, version, weight,
    },
};

/// Versions 1 to 3 were added, and the first is live in production.
async fn three(world: &World) {
    world.publish_many(&greeting(), 3).await;
    world.go_live(&greeting(), &production(), version(1)).await;
}

fn put(environment: &Environment) -> Change {
    Change::PutRecord(Box::new(Record::Environment(environment.clone())))
}

fn freeze(until: Option<Timestamp>) -> Environment {
    let at = Timestamp::EPOCH;
    let freeze = Freeze { by: alice(), reason: reason("holidays"), at, until, window: None };
    Environment { frozen: Some(freeze), ..Environment::new(production()) }
}

fn with_window(window: &str) -> Environment {
    let windows = there(Vec::from([parsed(window)]).try_into().ok(), "windows");
    Environment { windows, ..Environment::new(production()) }
}

fn asking(approvals: u8) -> Environment {
    Environment { approvals, ..Environment::new(production()) }
}

fn moves(to: VersionNumber, cause: MoveCause) -> Change {
    Change::MovePointer(Box::new(NewMove {
        artifact: greeting(),
        name: live(&production()),
        to: Target::Version(to),
        cause,
        force: Force::No,
    }))
}

fn promote(to: VersionNumber) -> Change {
    moves(to, MoveCause::Promoted)
}

async fn refusal(world: &World, change: Change) -> Refusal {
    let before = Everything::of(world).await;
    let refusal = world.store.commit(&world.changeset().then(change)).await;
    Everything::of(world).await.must_equal(&before, "what was refused");
    refusal.must_refuse("it is protected")
}

async fn refused(world: &World, changeset: Changeset) -> Refusal {
    world.store.commit(&changeset).await.must_refuse("it is protected")
}

fn frozen() -> Refusal {
    let freeze = there(freeze(None).frozen, "freeze");
    Refusal::Frozen { environment: production(), freeze: Box::new(freeze) }
}

fn needs(approvals: u8) -> Refusal {
    Refusal::NeedsApproval { environment: production(), approvals }
}

fn of(name: &str) -> Deployment {
    deployment(name, &greeting(), &production(), [version(1), version(2)], generation(1))
}

pub(crate) async fn where_it_is_frozen_nothing_goes_forward(world: World) {
    three(&world).await;
    let mut running = of("running");
    world.commit(&shifted(world.changeset(), &mut running, weight(5))).await;
    world.commit(&world.changeset().then(put(&freeze(None)))).await;
    assert_eq!(refusal(&world, promote(version(3))).await, frozen());
    assert_eq!(refusal(&world, moves(version(2), MoveCause::Published)).await, frozen());
    assert_eq!(refusal(&world, put_deployment(&of("another"))).await, frozen());
    let grows = shifted(world.changeset(), &mut running.clone(), weight(25));
    assert_eq!(refused(&world, grows).await, frozen());
    let id = running.id;
    assert_eq!(refusal(&world, moves(version(2), MoveCause::Deployed(id))).await, frozen());
    // Not even by force: whoever froze it can unfreeze it.
    let forced = force(&greeting(), &live(&production()), Target::Version(version(3)));
    assert_eq!(refusal(&world, forced).await, frozen());
}

pub(crate) async fn where_it_is_frozen_everything_goes_back(world: World) {
    three(&world).await;
    world.commit(&world.changeset().then(promote(version(3)))).await;
    let mut running =
        deployment("running", &greeting(), &production(), [3, 2].map(version), generation(2));
    world.commit(&shifted(world.changeset(), &mut running, weight(5))).await;
    world.commit(&world.changeset().then(put(&freeze(None)))).await;
    running.phase = Phase::RollingBack;
    world.commit(&shifted(world.changeset(), &mut running, Weight::ZERO)).await;
    running.phase = Phase::RolledBack;
    let end = world.changeset().then(put_deployment(&running));
    let route = RecordKey::route(&greeting(), &production());
    world.commit(&end.then(Change::DeleteRecord(route))).await;
    let back = MoveCause::RolledBack(RollbackTrigger::Manual);
    world.commit(&world.changeset_by(robot()).then(moves(version(2), back))).await;
    let restored = MoveCause::Restored(sternway_types::Revision::new(1));
    world.commit(&world.changeset().then(moves(version(1), restored))).await;
    let pointer = world.pointer(&greeting(), &live(&production())).await;
    assert_eq!(pointer.version, Some(version(1)));
}

pub(crate) async fn a_freeze_ends_when_it_says(world: World) {
    three(&world).await;
    let over = freeze(Some(Timestamp::EPOCH));
    world.commit(&world.changeset().then(put(&over))).await;
    world.commit(&world.changeset().then(promote(version(2)))).await;
    let ahead = freeze(Some(Timestamp::MAX));
    world.commit(&world.changeset().then(put(&ahead))).await;
    let refusal = refusal(&world, promote(version(3))).await;
    assert!(matches!(refusal, Refusal::Frozen { .. }), "it lasts: {refusal:?}");
}

pub(crate) async fn while_a_window_is_open_nothing_goes_forward(world: World) {
    three(&world).await;
    let night = with_window("night: UTC 1970-01-01T00:00 FREQ=DAILY for 8h");
    world.commit(&world.changeset().then(put(&night))).await;
    let at = |time: &str, change: Change| {
        let at = there(format!("2100-01-01T{time}Z").parse().ok(), "time");
        let id = ChangesetId::from_name(time);
        Changeset::new(id, world.ns.clone(), at, alice()).then(change)
    };
    let refusal = refused(&world, at("00:00:00", promote(version(2)))).await;
    let Refusal::Frozen { freeze, .. } = refusal else { panic!("it is open: {refusal:?}") };
    assert_eq!(freeze.to_string(), "frozen by the window night until 2100-01-01T08:00:00Z");
    let deployment = put_deployment(&of("one"));
    let refusal = refused(&world, at("07:59:58", deployment)).await;
    assert!(matches!(refusal, Refusal::Frozen { .. }), "nothing begins: {refusal:?}");
    // Going back is never stopped.
    let back = moves(version(1), MoveCause::RolledBack(RollbackTrigger::Manual));
    world.commit(&at("08:00:00", promote(version(2)))).await;
    world.commit(&at("23:00:00", promote(version(3)))).await;
    let next = there("2100-01-02T01:00:00Z".parse().ok(), "time");
    let id = ChangesetId::from_name("back");
    world.commit(&Changeset::new(id, world.ns.clone(), next, alice()).then(back)).await;
    let pointer = world.pointer(&greeting(), &live(&production())).await;
    assert_eq!(pointer.version, Some(version(1)));
}

pub(crate) async fn others_agree_before_anything_goes_forward(world: World) {
    three(&world).await;
    world.commit(&world.changeset().then(put(&asking(1)))).await;
    assert_eq!(refusal(&world, promote(version(2))).await, needs(1));
    // A deployment that asks nobody does not even begin, and nobody moves a pointer in its name.
    let silent = of("silent");
    assert_eq!(refusal(&world, put_deployment(&silent)).await, needs(1));
    let in_its_name = moves(version(2), MoveCause::Deployed(silent.id));
    assert_eq!(refusal(&world, in_its_name).await, needs(1));
    // One that asks begins, and gives nobody any runs before they agreed.
    let mut asks = of("asks");
    let plan = asks.plan.clone().asking_first(1);
    asks.plan = there(plan.ok(), "plan");
    world.commit(&world.changeset().then(put_deployment(&asks))).await;
    asks.step = 1;
    let early = shifted(world.changeset(), &mut asks.clone(), weight(5));
    let problem = "gives its candidates runs that nobody has agreed to";
    assert_eq!(refused(&world, early).await, Refusal::Deployment { id: asks.id, problem });
    let by_its_author = agreement(&asks, "human:alice");
    asks.approvals = vec![by_its_author];
    let alone = shifted(world.changeset(), &mut asks.clone(), weight(5));
    assert_eq!(refused(&world, alone).await, Refusal::Deployment { id: asks.id, problem });
    asks.approvals.push(agreement(&asks, "human:bob"));
    // Whoever agreed: one who was asked and says no is enough.
    let (by, at) = (there("human:carol".parse().ok(), "actor"), Timestamp::EPOCH);
    let no = Objection { by, reason: reason("not yet"), at };
    let against = Deployment { objections: vec![no], ..asks.clone() };
    let problem = "gives its candidates runs, and somebody who was asked said no";
    let early = shifted(world.changeset(), &mut against.clone(), weight(5));
    assert_eq!(refused(&world, early).await, Refusal::Deployment { id: asks.id, problem });
    world.commit(&shifted(world.changeset(), &mut asks, weight(5))).await;
}

pub(crate) async fn roles_are_filled_and_what_is_too_old_does_not_count(world: World) {
    three(&world).await;
    let ben = BTreeSet::from([there("human:ben".parse().ok(), "actor")]);
    let mut roles = Roles::none();
    there(roles.set(parsed("security"), ben).ok(), "role");
    let expires = Some(Duration::from_secs(60));
    let strict = Environment { approvers: roles, approvals_expire: expires, ..asking(1) };
    world.commit(&world.changeset().then(put(&strict))).await;
    // A plan that asks one person, whoever it is and however long ago, does not ask enough.
    let mut loose = of("loose");
    loose.plan = there(loose.plan.clone().asking_first(1).ok(), "plan");
    assert_eq!(refusal(&world, put_deployment(&loose)).await, needs(1));
    let mut asks = of("asks");
    asks.plan = there(asks.plan.clone().asking(strict.consent()).ok(), "plan");
    world.commit(&world.changeset().then(put_deployment(&asks))).await;
    asks.step = 1;
    let now = world.now();
    let agree = |by: &str, at: Timestamp| Approval { at, ..agreement(&asks, by) };
    let fresh = agree("human:ben", now.saturating_add(Duration::from_secs(1)));
    let by_bob = agree("human:bob", now.saturating_add(Duration::from_secs(1)));
    let old = agree("human:ben", Timestamp::EPOCH);
    let with = |approvals: Vec<Approval>| Deployment { approvals, ..asks.clone() };
    let problem = "gives its candidates runs that nobody has agreed to";
    let early = shifted(world.changeset(), &mut with(vec![by_bob]), weight(5));
    assert_eq!(refused(&world, early).await, Refusal::Deployment { id: asks.id, problem });
    let late = shifted(world.changeset(), &mut with(vec![old.clone()]), weight(5));
    assert_eq!(refused(&world, late).await, needs(1));
    let mut agreed = with(vec![fresh]);
    world.commit(&shifted(world.changeset(), &mut agreed, weight(5))).await;
    // Once it has run, nobody is asked again.
    agreed.approvals = vec![old];
    world.commit(&shifted(world.changeset(), &mut agreed, weight(25))).await;
}

pub(crate) async fn a_person_overrules_that_others_must_agree(world: World) {
    three(&world).await;
    world.commit(&world.changeset().then(put(&asking(2)))).await;
    let forced = force(&greeting(), &live(&production()), Target::Version(version(2)));
    let by_robot = world.store.commit(&world.changeset_by(robot()).then(forced.clone())).await;
    let refusal = by_robot.must_refuse("a program overrules nobody");
    assert_eq!(refusal, Refusal::AutomationForces(robot()));
    world.commit(&world.changeset().then(forced)).await;
    let (ns, name, limit) = (&world.ns, live(&production()), sternway_store::Limit::new(1));
    let moves = world.store.moves(ns, &greeting(), &name, None, limit).await;
    let last = there(moves.must("read the moves").into_iter().next(), "move");
    assert!(last.forced, "history says that somebody was overruled: {last:?}");
}

pub(crate) async fn only_a_person_protects_less(world: World) {
    three(&world).await;
    let by_robot = |environment: &Environment| world.changeset_by(robot()).then(put(environment));
    // A program may protect more.
    world.commit(&by_robot(&asking(1))).await;
    let both = Environment { approvals: 1, ..freeze(None) };
    world.commit(&by_robot(&both)).await;
    let windows = with_window("night: UTC 1970-01-01T00:00 FREQ=DAILY for 8h").windows;
    let expires = Some(Duration::from_secs(60));
    let both = Environment { windows, approvals_expire: expires, ..both };
    world.commit(&by_robot(&both)).await;
    let shorter = freeze(Some(Timestamp::MAX)).frozen;
    let shorter = Environment { frozen: shorter, ..both.clone() };
    let asked = Environment { approvals: 0, ..both.clone() };
    let thawed = Environment { frozen: None, ..both.clone() };
    let shortened = with_window("night: UTC 1970-01-01T00:00 FREQ=DAILY for 7h").windows;
    let shortened = Environment { windows: shortened, ..both.clone() };
    let forgets = Environment { approvals_expire: None, ..both.clone() };
    let opened = Environment { windows: FreezeWindows::none(), ..both };
    for less in [asked, thawed, shorter, shortened, forgets, opened, Environment::new(production())]
    {
        let answer = world.store.commit(&by_robot(&less)).await;
        let Err(StoreError::Refused(why)) = answer else {
            panic!("a program takes protection away: {less:?}, {answer:?}")
        };
        assert_eq!(*why, Refusal::AutomationForces(robot()));
    }
    world.commit(&world.changeset().then(put(&Environment::new(production())))).await;
    world.commit(&world.changeset_by(robot()).then(promote(version(2)))).await;
}

fn agreement(to: &Deployment, by: &str) -> Approval {
    let by = there(by.parse().ok(), "actor");
    Approval { by, reason: reason("looks good"), at: Timestamp::EPOCH, plan: to.digest() }
}
