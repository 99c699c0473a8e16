//! Emergency: an environment goes back to its newest healthy point, at once.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use sternway_control::{
    ControlError, Intent,
    deploy::{Deployed, NewDeployment, OnSupersede, Routers},
    point::{
        NewPoint, Unhealthy,
        emergency::{Emergency, WhyNot},
    },
};
use sternway_deploy::{Ask, blue_green, canary, immediate};
use sternway_provider::{Capabilities, RouterError, TrafficRouter};
use sternway_types::{
    ArtifactId, Cause, Consent, EnvironmentId, Force, Limits, Phase, Plan, PointUse, Route, Step,
    Strategy, Wait, Weight,
};

use crate::{
    gate::GatedKv,
    make::{alice, artifact, because, greeting, production, said, text, version, versions},
    point::deployed,
    world::World,
};

const WAIT: Wait = Wait { outcomes: 20, length: std::time::Duration::ZERO };

async fn cry(world: &World) -> Result<Emergency, ControlError> {
    world.control.emergency(&production(), &because("all is red")).await
}

async fn begin(world: &World, artifact: ArtifactId, to: u64, plan: Plan) -> Deployed {
    let new = NewDeployment {
        members: vec![(artifact, version(to))],
        environment: production(),
        plan,
        force: Force::No,
        on_supersede: OnSupersede::Reject,
    };
    world.control.start_deployment(&new, &alice()).await.expect("it begins")
}

fn shares() -> Plan {
    let weights = [500, 2_500].map(|share| Weight::new(share).expect("a share"));
    canary(&weights, WAIT, WAIT, Limits::default()).expect("a plan")
}

fn at_once() -> Plan {
    immediate(WAIT, Limits::default()).expect("a plan")
}

async fn route(world: &World) -> Option<Route> {
    world.control.wanted_route(&greeting(), &production()).await.expect("it is read")
}

async fn take_point(world: &World) -> sternway_types::PointId {
    let new = NewPoint::of(production());
    world.control.take_point(&new, &alice()).await.expect("it is taken").point.id
}

/// Versions 1 to 3 of the greeting, of which 2 and then 3 were deployed.
async fn twice_deployed() -> World {
    let world = World::with_live(1).await;
    for number in [2, 3] {
        world.publish(&format!("greeting {number}")).await;
        deployed(&world, number).await;
    }
    world
}

#[tokio::test]
async fn s84_an_emergency_goes_back_to_what_ran_before_the_newest_deployment() {
    let world = twice_deployed().await;
    let before = world.head().await;
    let done = cry(&world).await.unwrap();
    assert_eq!(world.live().await, Some(version(2)), "and not to v3, which failed");
    assert_eq!((done.moved.len(), done.revision), (1, Some(before.next())));
    assert_eq!(world.head().await, before.next(), "in one commit");
    assert!(done.passed_over.is_empty() && done.aborted.is_empty(), "{done:?}");
    let commit = world.control.commit_at(before.next()).await.unwrap().unwrap();
    assert_eq!((commit.actor, commit.reason.as_str()), (alice().actor, "all is red"));
    let used = world.control.point(&production(), done.point.id).await.unwrap().point.used;
    assert_eq!(used.map(|used| used.how), Some(PointUse::Emergency));
}

#[tokio::test]
async fn crying_twice_does_it_once() {
    let world = twice_deployed().await;
    let first = cry(&world).await.unwrap();
    let head = world.head().await;
    let again = cry(&world).await.unwrap();
    assert_eq!((again.revision, again.moved), (None, Vec::new()));
    assert_eq!(again.point.id, first.point.id, "it says where it is");
    assert_eq!(world.head().await, head);
    // Once something moved, it is another emergency.
    world.promote(3).await;
    assert_eq!(cry(&world).await.unwrap().point.id, first.point.id);
    assert_eq!(world.live().await, Some(version(2)));
}

#[tokio::test]
async fn what_an_emergency_left_is_nothing_that_automation_goes_back_to() {
    let world = twice_deployed().await;
    cry(&world).await.unwrap();
    assert_eq!(world.live().await, Some(version(2)));
    let back = world.roll_back(None).await.unwrap();
    assert_eq!(back.to, version(1), "and not v3");
    // It is not condemned: a person promotes it as any other.
    world.promote(3).await;
}

#[tokio::test]
async fn a_candidate_loses_its_share_at_once_where_nothing_else_moves() {
    let world = World::with_live(1).await;
    world.publish("greeting 2").await;
    let begun = begin(&world, greeting(), 2, shares()).await.deployment;
    drop(world.control.drive_one(&production(), begun.id).await.unwrap());
    let before = world.head().await;
    let done = cry(&world).await.unwrap();
    assert_eq!((done.moved.len(), done.revision), (0, Some(before.next())));
    assert_eq!(world.moves().await, "v1 published, v1 shifted, v1 shifted");
    let arms = route(&world).await.unwrap().arms().to_vec();
    assert!(arms.iter().all(|arm| arm.version == version(1) || arm.weight == Weight::ZERO));
    let [aborted] = done.aborted.as_slice() else { panic!("one: {done:?}") };
    assert_eq!((aborted.id, aborted.phase), (begun.id, Phase::RolledBack));
    assert!(
        matches!(&aborted.cause, Some(Cause::Aborted { reason, .. }) if reason.as_str() == "all is red")
    );
    assert_eq!(world.condemned().await, versions([2]));
    assert_eq!(cry(&world).await.unwrap().revision, None);
}

#[tokio::test]
async fn deployments_in_any_phase_are_taken_back_with_the_rest() {
    let approve = || {
        let steps = vec![Step::Approve(Consent::of(1)), Step::GoLive];
        Plan::new(Strategy::Steps, steps, Limits::default()).expect("a plan")
    };
    let beside = || blue_green(None, WAIT, Limits::default()).expect("a plan");
    for (plan, ask) in [
        (approve(), None),
        (beside(), None),
        (beside(), Some(Ask::Promote)),
        (shares(), None),
        (shares(), Some(Ask::Pause)),
        (shares(), Some(Ask::Promote)),
        (at_once(), None),
    ] {
        for driven in [false, true] {
            let world = World::with_live(1).await;
            world.publish("greeting 2").await;
            deployed(&world, 2).await;
            world.publish("greeting 3").await;
            let begun = begin(&world, greeting(), 3, plan.clone()).await.deployment;
            if driven {
                drop(world.control.drive_one(&production(), begun.id).await.unwrap());
            }
            if let Some(ask) = ask {
                // Not every one can be asked in every step, and that is no matter here.
                drop(world.control.ask(&production(), begun.id, ask, &alice()).await);
            }
            let done = cry(&world).await.unwrap();
            let case = format!("{plan:?} {ask:?} {driven} {done:?}");
            assert_eq!(world.live().await, Some(version(2)), "{case}");
            assert_eq!(done.aborted.first().map(|it| it.phase), Some(Phase::RolledBack), "{case}");
            let alone = route(&world).await.unwrap();
            assert_eq!(alone.arms().len(), 1, "{case}");
            assert_eq!(cry(&world).await.unwrap().revision, None, "{case}");
            assert!(world.store.verify().await.unwrap().is_sound());
        }
    }
}

#[tokio::test]
async fn several_artifacts_and_deployments_go_back_in_one_commit() {
    let world = World::with_live(1).await;
    let [search, fetch] = ["tools/search", "tools/fetch"].map(artifact);
    for id in [&search, &fetch] {
        world.publish_as(id.clone(), text("one")).await;
    }
    let point = take_point(&world).await;
    world.publish("greeting 2").await;
    world.promote(2).await;
    for id in [&search, &fetch] {
        world.publish_as(id.clone(), text("two")).await;
    }
    // The greeting moved by hand, and has a candidate; search has one beside it; fetch's is live.
    world.publish("greeting 3").await;
    for (id, to, plan) in
        [(greeting(), 3, shares()), (search.clone(), 2, shares()), (fetch.clone(), 2, at_once())]
    {
        begin(&world, id, to, plan).await;
    }
    let later = artifact("tools/later");
    world.publish_as(later.clone(), text("one")).await;
    world.publish_as(later.clone(), text("two")).await;
    begin(&world, later.clone(), 2, at_once()).await;
    world.control.condemn(&greeting(), version(2), &production(), &alice()).await.unwrap();
    let before = world.head().await;
    let done = cry(&world).await.unwrap();
    assert_eq!(done.revision, Some(before.next()));
    assert_eq!(done.point.id, point, "v2 of the greeting is condemned: {:?}", done.passed_over);
    for id in [&greeting(), &search, &fetch, &later] {
        let live = world.control.live_version(id, &production()).await.unwrap().1.number;
        assert_eq!(live, version(1), "{id}");
        let route = world.control.wanted_route(id, &production()).await.unwrap().unwrap();
        assert_eq!(route.arms().len(), 1, "{id}");
    }
    assert_eq!(done.aborted.len(), 4);
    assert!(done.aborted.iter().all(|it| it.phase == Phase::RolledBack), "{:?}", done.aborted);
    assert_eq!(cry(&world).await.unwrap().revision, None);
}

#[tokio::test]
async fn points_that_are_not_healthy_are_passed_over_and_said() {
    let world = twice_deployed().await;
    let by_hand = take_point(&world).await;
    world.control.condemn(&greeting(), version(2), &production(), &because("rude")).await.unwrap();
    let done = cry(&world).await.unwrap();
    assert_eq!(world.live().await, Some(version(1)));
    let why: Vec<_> = done.passed_over.iter().map(|it| it.why.clone()).collect();
    let condemned = Unhealthy::Condemned {
        artifact: greeting(),
        version: version(2),
        reason: "rude".parse().unwrap(),
    };
    assert_eq!(why, [WhyNot::ChangesNothing, WhyNot::Unhealthy(condemned)]);
    assert_eq!(done.passed_over[0].point, by_hand, "a point of what is bad helps nobody");
}

#[tokio::test]
async fn what_is_condemned_stays_live_only_if_no_point_has_anything_better() {
    let world = World::with_live(1).await;
    world.publish_as(artifact("tools/search"), text("one")).await;
    let new = NewPoint::of(production());
    let old = world.control.take_point(&new, &alice()).await.unwrap().point.id;
    world.publish_as(artifact("tools/search"), text("two")).await;
    let (search, second) = (artifact("tools/search"), version(2));
    world.control.promote(&search, second, &production(), Force::No, &alice()).await.unwrap();
    world.control.condemn(&greeting(), version(1), &production(), &alice()).await.unwrap();
    let done = cry(&world).await.unwrap();
    assert_eq!((done.point.id, done.moved.len()), (old, 1), "search goes back: {done:?}");
    let unfit = done.unfit.map(|it| it.to_string());
    assert_eq!(unfit.as_deref(), Some("prompts/greeting@v1 is condemned"));
}

#[tokio::test]
async fn without_a_healthy_point_nothing_moves_and_each_is_named() {
    let world = World::with_live(1).await;
    let none = said(cry(&world).await);
    assert_eq!(
        none,
        "no-healthy-point: production has no healthy rollback point to go back to: none was taken"
    );
    let world = twice_deployed().await;
    for number in [1, 2] {
        let control = &world.control;
        control.condemn(&greeting(), version(number), &production(), &alice()).await.unwrap();
    }
    let before = world.head().await;
    let none = said(cry(&world).await);
    assert!(none.contains("of 2 that were looked at:\n"), "{none}");
    assert!(none.contains("prompts/greeting@v1 is condemned"), "{none}");
    assert_eq!(world.head().await, before);
    let nowhere: EnvironmentId = "qa".parse().unwrap();
    let nowhere = world.control.emergency(&nowhere, &alice()).await;
    assert!(said(nowhere).starts_with("environment-not-found"));
}

#[tokio::test]
async fn a_candidate_that_was_live_at_a_point_is_not_what_one_goes_back_to() {
    let world = World::with_live(1).await;
    world.publish("greeting 2").await;
    let begun = begin(&world, greeting(), 2, at_once()).await.deployment;
    let while_it_bakes = take_point(&world).await;
    let done = cry(&world).await.unwrap();
    assert_eq!(world.live().await, Some(version(1)));
    let passed = &done.passed_over[0];
    assert_eq!(passed.point, while_it_bakes);
    assert!(
        matches!(&passed.why, WhyNot::Unhealthy(Unhealthy::BeingDeployed { by, .. }) if *by == begun.id)
    );
}

#[tokio::test]
async fn a_driver_that_is_on_its_way_comes_too_late() {
    let kv = GatedKv::default();
    let world = World::on(kv.clone()).await;
    world.publish("greeting 1").await;
    world.publish("greeting 2").await;
    let begun = begin(&world, greeting(), 2, shares()).await.deployment;
    let other = world.another();
    let (production, intent): (_, Intent) = (production(), because("all is red"));
    for first in [true, false] {
        kv.shut();
        let cried = world.control.emergency(&production, &intent);
        let driven = other.drive_one(&production, begun.id);
        let (done, driven, ()) = if first {
            tokio::join!(cried, driven, async { kv.open() })
        } else {
            let (driven, done, ()) = tokio::join!(driven, cried, async { kv.open() });
            (done, driven, ())
        };
        drop((done.unwrap(), driven.unwrap()));
        let deployment = world.control.deployment(&production, begun.id).await.unwrap().deployment;
        assert_eq!((deployment.phase, deployment.weight), (Phase::RolledBack, Weight::ZERO));
        assert_eq!(world.live().await, Some(version(1)));
    }
}

/// A router that does what it is told, unless it is away.
#[derive(Debug, Default)]
struct Fleet {
    routes: Mutex<HashMap<ArtifactId, Route>>,
    away: AtomicBool,
}

impl Fleet {
    fn answer(&self) -> Result<MutexGuard<'_, HashMap<ArtifactId, Route>>, RouterError> {
        if self.away.load(Ordering::Relaxed) {
            return Err(RouterError::Unreachable { problem: "it is away".into() });
        }
        Ok(self.routes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait::async_trait]
impl TrafficRouter for Fleet {
    fn capabilities(&self) -> Capabilities {
        let (grain, arms) = (1, 16);
        Capabilities {
            grain,
            random_per_request: true,
            sticky: true,
            arms,
            shadows: false,
            header: false,
            survives_restart: true,
        }
    }

    async fn apply(&self, route: &Route) -> Result<(), RouterError> {
        drop(self.answer()?.insert(route.artifact().clone(), route.clone()));
        Ok(())
    }

    async fn observe(
        &self,
        artifact: &ArtifactId,
        _: &EnvironmentId,
    ) -> Result<Option<Route>, RouterError> {
        Ok(self.answer()?.get(artifact).cloned())
    }
}

#[tokio::test]
async fn routers_follow_and_one_that_is_away_keeps_nothing_from_going_back() {
    for away in [false, true] {
        let fleet = Arc::new(Fleet::default());
        let mut world = World::with_live(1).await;
        let search = artifact("tools/search");
        world.publish_as(search.clone(), text("one")).await;
        world.publish_as(search.clone(), text("two")).await;
        world.publish("greeting 2").await;
        let routers = Routers::default().with(production(), Arc::<Fleet>::clone(&fleet));
        world.control = world.another().with_routers(routers);
        let begun = begin(&world, search.clone(), 2, shares()).await.deployment;
        drop(world.control.drive_one(&production(), begun.id).await.unwrap());
        deployed(&world, 2).await;
        assert_eq!(fleet.routes.lock().unwrap()[&search].arms().len(), 2, "it shares runs out");
        fleet.away.store(away, Ordering::Relaxed);
        let done = cry(&world).await.unwrap();
        assert_eq!(world.live().await, Some(version(1)));
        let missing: Vec<_> = done.unrouted.iter().map(|(artifact, _)| artifact.clone()).collect();
        if away {
            assert_eq!(missing, [greeting(), search.clone()]);
            fleet.away.store(false, Ordering::Relaxed);
            drop(world.control.drive_one(&production(), begun.id).await.unwrap());
            world.control.assert_route(&greeting(), &production()).await.unwrap();
        } else {
            assert_eq!(missing, []);
        }
        let routes = fleet.routes.lock().unwrap().clone();
        for artifact in [greeting(), search.clone()] {
            let live = routes[&artifact].arms()[0];
            assert_eq!((live.version, live.weight), (version(1), Weight::ALL), "{artifact}");
        }
    }
}

#[tokio::test]
async fn of_two_who_cry_at_once_one_does_it() {
    let kv = GatedKv::default();
    let world = World::on(kv.clone()).await;
    for number in 1..=2 {
        world.publish(&format!("greeting {number}")).await;
    }
    deployed(&world, 2).await;
    let (other, production, alice) = (world.another(), production(), alice());
    kv.shut();
    let (one, two, ()) = tokio::join!(
        world.control.emergency(&production, &alice),
        other.emergency(&production, &alice),
        async { kv.open() }
    );
    let both = [one.unwrap(), two.unwrap()];
    assert_eq!(both.iter().filter(|done| done.revision.is_some()).count(), 1);
    assert_eq!(world.moves().await, "v1 published, v2 deployed, v1 restored");
}

#[tokio::test]
async fn what_is_only_tried_changes_nothing() {
    let world = twice_deployed().await;
    let before = world.head().await;
    let rehearsal = world.control.rehearsal();
    let done = rehearsal.emergency(&production(), &alice()).await.unwrap();
    assert_eq!((done.moved.len(), done.revision), (1, Some(before.next())));
    assert_eq!((world.head().await, world.live().await), (before, Some(version(3))));
}
