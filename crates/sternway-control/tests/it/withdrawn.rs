//! A store that is away while a deployment must go back: its candidates lose their requests at once, and that is
//! written down later, by whoever drives next.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use sternway_control::{
    Control, ControlError, Intent,
    deploy::{NewDeployment, OnSupersede, Probes, Routers},
    publish::Publish,
};
use sternway_deploy::{Ask, canary, immediate};
use sternway_provider::{
    Capabilities, Clock as _, FromRoute, Health, HealthProbe, RouterError, TrafficRouter, Unprobed,
    Withdrew, withdraw,
};
use sternway_types::{
    ArtifactId, Cause, Deployment, EnvironmentId, Force, Limits, OnDeadline, Phase, Plan, Route,
    Subject, Wait, Weight, Withdrawal,
};

use crate::{
    gate::GatedKv,
    make::{alice, artifact, greeting, production, said, text, version},
    world::{MINUTE, World},
};

/// A router as it is promised.
#[derive(Debug, Default)]
struct Edge(Mutex<BTreeMap<ArtifactId, Route>>);

impl Edge {
    fn routes(&self) -> MutexGuard<'_, BTreeMap<ArtifactId, Route>> {
        self.0.lock().expect("nobody panicked")
    }

    /// The versions that get requests, and in whose words others lost them.
    fn shows(&self, of: &ArtifactId) -> (Vec<(u64, u16)>, Option<String>) {
        let route = self.routes().get(of).cloned().expect("a route");
        let running = route.arms().iter().filter(|arm| route.runs(arm.version));
        let shares = running.map(|arm| (arm.version.get(), arm.weight.get())).collect();
        (shares, route.withdrawal().map(|it| format!("{}: {}", it.by, it.reason)))
    }
}

#[async_trait]
impl TrafficRouter for Edge {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            grain: 1,
            random_per_request: true,
            sticky: false,
            arms: 16,
            shadows: false,
            header: false,
            survives_restart: false,
        }
    }

    async fn apply(&self, route: &Route) -> Result<(), RouterError> {
        let mut routes = self.routes();
        if let Some(before) = routes.get(route.artifact()) {
            let (asked, found) = (route.generation(), before.generation());
            if asked < found {
                return Err(RouterError::Older { asked, found });
            }
            if let Some(withdrawal) = before.withdrawal().filter(|_| route.revives(before)) {
                return Err(RouterError::Withdrawn { withdrawal: Box::new(withdrawal.clone()) });
            }
        }
        routes.insert(route.artifact().clone(), route.clone());
        Ok(())
    }

    async fn observe(
        &self,
        artifact: &ArtifactId,
        _: &EnvironmentId,
    ) -> Result<Option<Route>, RouterError> {
        Ok(self.routes().get(artifact).cloned())
    }
}

/// A store that can be away, and a router that is not.
struct Story {
    kv: GatedKv,
    world: World,
    edge: Arc<Edge>,
}

const SEARCH: &str = "tools/search";

impl Story {
    /// v1 of the greeting is live, and v2 of it and of a tool were published.
    async fn new() -> Self {
        let (kv, edge) = (GatedKv::default(), Arc::new(Edge::default()));
        let world = World::on(kv.clone()).await;
        world.publish("greeting 1").await;
        world.run(1, &".".repeat(300)).await;
        world.publish("greeting 2").await;
        for number in 1..=2 {
            let publish = Publish::new(artifact(SEARCH), text(&format!("search {number}")));
            world.control.publish(publish, &alice()).await.expect("it is done");
        }
        Self { kv, world, edge }
    }

    /// A process that has the router.
    fn process(&self) -> Control {
        let edge = Arc::<Edge>::clone(&self.edge);
        self.world.another().with_routers(Routers::default().with(production(), edge))
    }

    /// Half of the requests are the candidates', in a step that waits for outcomes.
    async fn halves(&self, control: &Control, members: &[ArtifactId]) -> Deployment {
        let wait = Wait { outcomes: 20, length: Duration::ZERO };
        let limits =
            Limits { step: MINUTE, on_deadline: OnDeadline::RollBack, ..Limits::default() };
        let half = Weight::new(5_000).expect("it is done");
        let begun =
            start(control, members, canary(&[half], wait, wait, limits).expect("it is done")).await;
        let driven =
            control.drive_one(&production(), begun.id).await.expect("it is done").deployment;
        assert_eq!(self.edge.shows(&greeting()), (vec![(1, 5_000), (2, 5_000)], None));
        driven
    }

    async fn now(&self, of: &Deployment) -> Deployment {
        self.world.control.deployment(&production(), of.id).await.expect("it is done").deployment
    }

    /// The store is back: somebody who never heard of it drives, and the deployment ends by going back.
    async fn ends(&self, of: &Deployment, by: &str, reason: &str, at: sternway_types::Timestamp) {
        let other = self.process();
        let ended = other.drive_one(&production(), of.id).await.expect("it is done").deployment;
        assert_eq!(ended.phase, Phase::RolledBack, "{ended:?}");
        let (by, reason) = (by.parse().expect("it is done"), reason.parse().expect("it is done"));
        assert_eq!(ended.cause, Some(Cause::Withdrawn { at, by, reason }));
        for member in &of.members {
            assert_eq!(self.edge.shows(&member.artifact), (vec![(1, 10_000)], None));
        }
    }
}

async fn start(control: &Control, members: &[ArtifactId], plan: Plan) -> Deployment {
    let new = NewDeployment {
        members: members.iter().map(|it| (it.clone(), version(2))).collect(),
        environment: production(),
        plan,
        force: Force::No,
        on_supersede: OnSupersede::Reject,
    };
    control.start_deployment(&new, &alice()).await.expect("it begins").deployment
}

const GONE: &str = "store-unavailable: the store did not do it: the storage backend is \
                    unavailable: the disk is gone";

#[tokio::test]
async fn a_rollback_that_cannot_be_written_takes_the_requests_at_once() {
    let story = Story::new().await;
    let control = story.process();
    let begun = story.halves(&control, &[greeting()]).await;
    let generation = begun.members[0].generation();
    let (artifact, environment) = (greeting(), production());
    let subject = Subject { artifact, environment, version: version(2), generation };
    let outcomes = story.world.outcomes(&subject, &"x".repeat(10));
    // They are counted, and what follows from them is not written.
    story.kv.break_after(1);
    assert_eq!(said(control.record(outcomes).await), GONE);
    let why = "prompts/greeting regressed";
    let by_itself = (vec![(1, 10_000)], Some(format!("system:sternway: {why}")));
    assert_eq!(story.edge.shows(&greeting()), by_itself);
    let at = story.world.clock.now();
    let taken = control.take_taken();
    assert!(matches!(&taken[..], [it] if matches!(it.withdrew, Ok(Withdrew::Now(_)))), "{taken:?}");
    // Whoever drives meanwhile gives it nothing back, also where it can read.
    let other = story.process();
    assert_eq!(said(other.drive_one(&production(), begun.id).await), GONE);
    let unrouted = other.keep_routes(&mut None).await.unwrap();
    assert!(unrouted.iter().any(|it| it.is_withdrawn()), "{unrouted:?}");
    assert_eq!(story.edge.shows(&greeting()), by_itself);
    assert_eq!(story.now(&begun).await.phase, Phase::Running, "nobody could write it down");
    story.kv.open();
    story.ends(&begun, "system:sternway", why, at).await;
    assert_eq!(story.world.condemned().await.len(), 1, "as if it had been written at once");
}

#[tokio::test]
async fn a_set_loses_its_requests_and_goes_back_together() {
    let story = Story::new().await;
    let control = story.process();
    let begun = story.halves(&control, &[greeting(), artifact(SEARCH)]).await;
    story.kv.break_after(0);
    let at = story.world.clock.now();
    let red = Intent { reason: "it is red".parse().unwrap(), ..alice() };
    let asked = control.ask(&production(), begun.id, Ask::Abort, &red).await;
    assert_eq!(said(asked), GONE);
    let taken = (vec![(1, 10_000)], Some("human:alice: it is red".to_owned()));
    for artifact in [greeting(), artifact(SEARCH)] {
        assert_eq!(story.edge.shows(&artifact), taken);
    }
    story.kv.open();
    story.ends(&begun, "human:alice", "it is red", at).await;
}

#[tokio::test]
async fn a_step_that_is_late_goes_back_without_the_store() {
    let story = Story::new().await;
    let control = story.process();
    let begun = story.halves(&control, &[greeting()]).await;
    story.world.clock.advance(MINUTE);
    story.kv.break_after(0);
    let at = story.world.clock.now();
    assert_eq!(said(control.drive_one(&production(), begun.id).await), GONE);
    assert_eq!(story.edge.shows(&greeting()).0, [(1, 10_000)]);
    story.world.clock.advance(MINUTE);
    // Again, since nobody wrote it down: the first time counts.
    assert_eq!(said(control.drive_one(&production(), begun.id).await), GONE);
    story.kv.open();
    story.ends(&begun, "system:sternway", "it took longer than it may", at).await;
}

/// Answers as it is told, when it is told so.
#[derive(Debug, Default)]
struct Told(Mutex<VecDeque<Health>>, tokio::sync::Notify);

impl Told {
    fn say(&self, health: Health) {
        self.0.lock().expect("nobody panicked").push_back(health);
        self.1.notify_one();
    }
}

#[async_trait]
impl HealthProbe for Told {
    async fn probe(&self, _: &Deployment) -> Result<Health, Unprobed> {
        loop {
            let next = self.0.lock().expect("nobody panicked").pop_front();
            match next {
                Some(health) => return Ok(health),
                None => self.1.notified().await,
            }
        }
    }
}

#[tokio::test]
async fn what_is_live_and_not_well_goes_back_while_nothing_can_be_read() {
    let (story, probe) = (Story::new().await, Arc::new(Told::default()));
    let name: sternway_types::ProbeId = "ready".parse().unwrap();
    let asks = Arc::<Told>::clone(&probe);
    let control = story.process().with_probes(Probes::default().with(name.clone(), asks));
    let limits = Limits { evidence: false, ..Limits::default() };
    let plan = immediate(Wait::default(), limits).unwrap().probing(&[name]).unwrap();
    let begun = start(&control, &[greeting()], plan).await;
    let mut driver = control.drive(Duration::from_millis(10));
    probe.say(Health::Well);
    let mut live = begun.clone();
    while !live.is_live() || !live.routed {
        driver.next().await.unwrap();
        live = story.now(&begun).await;
    }
    assert_eq!(story.edge.shows(&greeting()), (vec![(2, 10_000)], None));
    story.kv.go_away();
    probe.say(Health::Unwell("503".into()));
    let at = story.world.clock.now();
    let why = "ready found it unwell: 503";
    while story.edge.shows(&greeting()).1.is_none() {
        assert!(matches!(driver.next().await, Err(ControlError::Store(_))), "the store is away");
    }
    let taken = (vec![(1, 10_000)], Some(format!("system:sternway: {why}")));
    assert_eq!(story.edge.shows(&greeting()), taken, "what was live before gets everything");
    drop(driver);
    story.kv.open();
    story.kv.see();
    story.ends(&begun, "system:sternway", why, at).await;
    assert_eq!(story.world.condemned().await.len(), 0, "it may be as good as ever");
}

#[tokio::test]
async fn a_driver_that_follows_the_feed_hears_of_it_with_its_next_look() {
    let story = Story::new().await;
    let control = story.process();
    let begun = story.halves(&control, &[greeting()]).await;
    let withdrawal =
        Withdrawal::new(story.world.clock.now(), alice().actor, "it is red", true).unwrap();
    let (artifact, environment) = (greeting(), production());
    let whose = (&artifact, &environment);
    let withdrew =
        withdraw(story.edge.as_ref(), whose, FromRoute::Any, None, &withdrawal).await.unwrap();
    assert!(matches!(withdrew, Withdrew::Now(_)), "{withdrew:?}");
    let other = story.process();
    let mut driver = other.drive(Duration::from_millis(10));
    while !story.now(&begun).await.phase.is_over() {
        driver.next().await.unwrap();
    }
    assert_eq!(story.now(&begun).await.phase, Phase::RolledBack);
    assert_eq!(story.edge.shows(&greeting()), (vec![(1, 10_000)], None));
}

#[tokio::test]
async fn what_went_on_meanwhile_is_left_alone() {
    let story = Story::new().await;
    let control = story.process();
    let begun = story.halves(&control, &[greeting()]).await;
    // Somebody moves what is live past it, and another deployment begins.
    for number in [2, 1] {
        let to = version(number);
        control.promote(&greeting(), to, &production(), Force::No, &alice()).await.unwrap();
    }
    control.drive_one(&production(), begun.id).await.unwrap();
    let next = story.halves(&control, &[greeting()]).await;
    let at = story.world.clock.now();
    let withdrawal = Withdrawal::new(at, alice().actor, "late", true).unwrap();
    let edge = Arc::<Edge>::clone(&story.edge);
    let routers = Routers::default().with(production(), edge);
    let late = routers.withdraw(&begun, &withdrawal).await;
    assert!(matches!(&late[..], [it] if matches!(it.withdrew, Ok(Withdrew::MovedOn(_)))));
    assert_eq!(story.edge.shows(&greeting()), (vec![(1, 5_000), (2, 5_000)], None));
    // And what was withdrawn of one that ended meanwhile is over with it.
    drop(routers.withdraw(&next, &withdrawal).await);
    control.promote(&greeting(), version(2), &production(), Force::No, &alice()).await.unwrap();
    assert_eq!(story.edge.shows(&greeting()), (vec![(2, 10_000)], None));
}

#[tokio::test]
async fn what_is_only_in_the_way_keeps_its_requests() {
    let story = Story::new().await;
    let control = story.process();
    let begun = story.halves(&control, &[greeting()]).await;
    story.kv.break_after(0);
    assert_eq!(said(control.ask(&production(), begun.id, Ask::Pause, &alice()).await), GONE);
    let rehearsed = control.rehearsal();
    drop(rehearsed.ask(&production(), begun.id, Ask::Abort, &alice()).await);
    assert_eq!(story.edge.shows(&greeting()), (vec![(1, 5_000), (2, 5_000)], None));
    assert!(control.take_taken().is_empty());
}
