//! Routers are told by whoever moves what is live, and again after they forgot.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use sternway_control::{
    Control, ControlError,
    deploy::{NewDeployment, OnSupersede, Routers},
    publish::Publish,
};
use sternway_deploy::{by_header, canary, immediate};
use sternway_provider::{Capabilities, RouterError, TrafficRouter};
use sternway_types::{
    ArtifactId, EnvironmentId, Force, Limits, Phase, Route, Subject, Wait, Weight,
};

use crate::{
    make::{alice, artifact, greeting, production, text, version},
    world::World,
};

type Whose = (ArtifactId, EnvironmentId);

/// A router that can be away, and can forget.
#[derive(Debug, Default)]
struct Fake {
    routes: Mutex<BTreeMap<Whose, Route>>,
    away: AtomicBool,
    asked: AtomicUsize,
    /// Whether it sends all requests to one version.
    whole: bool,
}

impl Fake {
    fn routes(&self) -> MutexGuard<'_, BTreeMap<Whose, Route>> {
        self.routes.lock().expect("nobody panicked")
    }

    fn answers(&self) -> Result<(), RouterError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let away = self.away.load(Ordering::SeqCst);
        if away { Err(RouterError::Unreachable { problem: "it is away".into() }) } else { Ok(()) }
    }

    /// The versions that get runs, with their weights.
    fn shares(&self, of: &ArtifactId) -> Vec<(u64, u32)> {
        let routes = self.routes();
        let arms = routes.get(&(of.clone(), production())).map(Route::arms).unwrap_or_default();
        let running = arms.iter().filter(|arm| arm.weight > Weight::ZERO);
        running.map(|arm| (arm.version.get(), u32::from(arm.weight))).collect()
    }
}

#[async_trait::async_trait]
impl TrafficRouter for Fake {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            grain: 1,
            random_per_request: true,
            sticky: false,
            arms: if self.whole { 1 } else { 16 },
            shadows: false,
            header: self.whole,
            survives_restart: false,
        }
    }

    async fn apply(&self, route: &Route) -> Result<(), RouterError> {
        self.answers()?;
        let whose = (route.artifact().clone(), route.environment().clone());
        self.routes().insert(whose, route.clone());
        Ok(())
    }

    async fn observe(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Option<Route>, RouterError> {
        self.answers()?;
        Ok(self.routes().get(&(artifact.clone(), environment.clone())).cloned())
    }
}

fn with(world: &World, routers: &[&Arc<Fake>]) -> Control {
    let all = routers
        .iter()
        .fold(Routers::default(), |all, router| all.with(production(), Arc::<Fake>::clone(router)));
    world.another().with_routers(all)
}

async fn promote(control: &Control, number: u64) {
    let promoted =
        control.promote(&greeting(), version(number), &production(), Force::No, &alice()).await;
    promoted.expect("it is promoted");
}

/// Begins a deployment of v2, with half of the runs in its first step.
async fn halves(control: &Control) -> sternway_control::deploy::Deployed {
    let wait = Wait { outcomes: 20, length: Duration::ZERO };
    let half = Weight::new(5_000).expect("a share");
    let new = NewDeployment {
        members: vec![(greeting(), version(2))],
        environment: production(),
        plan: canary(&[half], wait, wait, Limits::default()).expect("a plan"),
        force: Force::No,
        on_supersede: OnSupersede::Reject,
    };
    control.start_deployment(&new, &alice()).await.expect("it begins")
}

#[tokio::test]
async fn whoever_moves_what_is_live_tells_every_router() {
    let world = World::with_live(2).await;
    let (away, there) = (Arc::new(Fake::default()), Arc::new(Fake::default()));
    let control = with(&world, &[&away, &there]);
    away.away.store(true, Ordering::SeqCst);
    promote(&control, 1).await;
    assert_eq!(there.shares(&greeting()), [(1, 10_000)], "the other one is told all the same");
    let untold = control.take_untold();
    let [unrouted] = &untold[..] else { panic!("one: {untold:?}") };
    assert_eq!((&unrouted.artifact, &unrouted.environment), (&greeting(), &production()));
    assert!(unrouted.trouble.is_some() && control.take_untold().is_empty(), "it is said once");
    away.away.store(false, Ordering::SeqCst);
    promote(&control, 2).await;
    assert_eq!(
        (away.shares(&greeting()), there.shares(&greeting())),
        (vec![(2, 10_000)], vec![(2, 10_000)])
    );
    assert!(control.take_untold().is_empty());
}

#[tokio::test]
async fn what_a_router_is_not_for_it_is_not_asked_about() {
    let world = World::with_live(1).await;
    let fake = Arc::new(Fake::default());
    let only = BTreeSet::from([artifact("tools/search")]);
    let routers = Routers::default().with_only(production(), only, Arc::<Fake>::clone(&fake));
    let control = world.another().with_routers(routers);
    world.publish("greeting 2").await;
    promote(&control, 2).await;
    assert_eq!(fake.asked.load(Ordering::SeqCst), 0);
    let search = Publish::new(artifact("tools/search"), text("one"));
    control.publish(search, &alice()).await.unwrap();
    assert_eq!(fake.shares(&artifact("tools/search")), [(1, 10_000)], "it went live by itself");
}

#[tokio::test]
async fn who_records_the_outcome_that_decides_takes_the_share_away() {
    let world = World::with_live(1).await;
    world.run(1, &".".repeat(300)).await;
    world.publish("greeting 2").await;
    let fake = Arc::new(Fake::default());
    let control = with(&world, &[&fake]);
    let begun = halves(&control).await;
    assert_eq!(fake.shares(&greeting()), [(1, 5_000), (2, 5_000)]);
    control.drive_one(&production(), begun.deployment.id).await.unwrap();
    let route = control.wanted_route(&greeting(), &production()).await.unwrap().unwrap();
    let subject = Subject {
        artifact: greeting(),
        environment: production(),
        version: version(2),
        generation: route.generation(),
    };
    let recorded = control.record(world.outcomes(&subject, &"x".repeat(10))).await.unwrap();
    assert!(recorded.judged.iter().any(|judged| judged.reaction.is_some()), "{recorded:?}");
    assert_eq!(fake.shares(&greeting()), [(1, 10_000)], "no driver was needed for that");
}

#[tokio::test]
async fn who_starts_to_drive_brings_requests_back_at_once_whatever_the_one_that_died_had_in_hand() {
    let world = World::with_live(1).await;
    world.publish("greeting 2").await;
    let fake = Arc::new(Fake::default());
    let dead = with(&world, &[&fake]);
    let begun = halves(&dead).await.deployment;
    dead.drive_one(&production(), begun.id).await.unwrap();
    // The way back is written, and whoever wrote it dies before the router hears of that.
    world.control.condemn(&greeting(), version(2), &production(), &alice()).await.unwrap();
    fake.away.store(true, Ordering::SeqCst);
    let left = dead.drive_one(&production(), begun.id).await.unwrap().deployment;
    assert!(left.phase == Phase::RollingBack && left.lease.is_some(), "{left:?}");
    fake.away.store(false, Ordering::SeqCst);
    assert_eq!(fake.shares(&greeting()), [(1, 5_000), (2, 5_000)]);

    // No time passes, so that what the dead one had in hand is free for nobody yet.
    let another = with(&world, &[&fake]);
    let mut driver = another.drive(Duration::from_secs(30));
    let drives = async {
        loop {
            drop(driver.next().await.expect("it drives"));
        }
    };
    let told = async {
        while fake.shares(&greeting()) != [(1, 10_000)] {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = drives => (),
        told = tokio::time::timeout(Duration::from_secs(20), told) => told.expect("it is told"),
    }
}

#[tokio::test]
async fn a_share_is_there_again_after_the_router_forgot() {
    let world = World::with_live(1).await;
    world.publish("greeting 2").await;
    let fake = Arc::new(Fake::default());
    let control = with(&world, &[&fake]);
    let begun = halves(&control).await.deployment;
    control.drive_one(&production(), begun.id).await.unwrap();
    fake.routes().clear();
    let driven = control.drive_one(&production(), begun.id).await.unwrap();
    assert!(driven.trouble.is_none());
    assert_eq!(fake.shares(&greeting()), [(1, 5_000), (2, 5_000)]);
    fake.away.store(true, Ordering::SeqCst);
    let driven = control.drive_one(&production(), begun.id).await.unwrap();
    assert_eq!(driven.deployment.phase, Phase::Running);
    assert!(driven.trouble.is_some(), "it is said, and keeps nothing from going on");
}

#[tokio::test]
async fn routes_are_kept_also_where_nothing_is_under_way() {
    let world = World::new().await;
    let fake = Arc::new(Fake::default());
    let control = with(&world, &[&fake]);
    let tools: Vec<_> = (0..100).map(|number| artifact(&format!("tools/t{number:03}"))).collect();
    for tool in &tools {
        control.publish(Publish::new(tool.clone(), text("one")), &alice()).await.unwrap();
    }
    let mut after = None;
    let asked = || fake.asked.swap(0, Ordering::SeqCst);
    asked();
    for (looks, calls) in [(64, 64), (36, 36), (64, 64)] {
        assert!(control.keep_routes(&mut after).await.unwrap().is_empty(), "nothing was lost");
        assert_eq!(asked(), calls, "{looks} looks");
    }
    fake.routes().clear();
    // The second page and then, since something was lost, no further than the end.
    assert_eq!(control.keep_routes(&mut after).await.unwrap().len(), 36);
    assert_eq!(control.keep_routes(&mut after).await.unwrap().len(), 64, "and on to what is whole");
    assert!(tools.iter().all(|tool| fake.shares(tool) == [(1, 10_000)]));
    fake.away.store(true, Ordering::SeqCst);
    asked();
    let unrouted = control.keep_routes(&mut after).await.unwrap();
    assert!(unrouted.iter().all(|it| it.trouble.is_some()) && !unrouted.is_empty());
    assert_eq!(asked(), 1, "what is away is waited for once");
}

#[tokio::test]
async fn a_plan_that_goes_by_a_header_is_refused_where_all_requests_go_to_one_version() {
    let world = World::with_live(1).await;
    world.publish("greeting 2").await;
    let control = with(&world, &[&Arc::new(Fake { whole: true, ..Fake::default() })]);
    let start = async |plan| {
        let new = NewDeployment {
            members: vec![(greeting(), version(2))],
            environment: production(),
            plan,
            force: Force::No,
            on_supersede: OnSupersede::Reject,
        };
        control.start_deployment(&new, &alice()).await
    };
    let at_once = immediate(Wait::default(), Limits::default()).expect("a plan");
    let by = "x-preview=yes".parse().expect("a match");
    let previewed = by_header(&at_once, by, Wait::default()).expect("a plan");
    let refused = start(previewed).await.expect_err("nothing can go by it");
    assert!(matches!(refused, ControlError::Unroutable { .. }), "{refused:?}");
    drop(start(at_once).await.expect("the other one goes there"));
}
