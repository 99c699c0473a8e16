//! Deployments that wait for those of other artifacts.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use sternway_control::{
    ControlError,
    deploy::{Deployed, NewDeployment, OnSupersede},
    publish::Publish,
    rollback::RollbackMode,
};
use sternway_deploy::{Ask, immediate};
use sternway_store::{Director, Fault, Faulty, Refusal, Store, StoreError};
use sternway_types::{
    ArtifactId, DeploymentId, Force, Limits, Pause, Phase, Plan, Step, Strategy, VersionNumber,
    Wait,
};
use tokio::time::timeout;

use crate::{
    make::{alice, because, by, greeting, production, text, version},
    world::World,
};

pub(crate) fn search() -> ArtifactId {
    "tools/search".parse().expect("a name")
}

pub(crate) fn limits() -> Limits {
    Limits { evidence: false, ..Limits::default() }
}

pub(crate) fn at_once() -> Plan {
    immediate(Wait::default(), limits()).expect("a plan")
}

/// Live once a person says so.
pub(crate) fn by_hand() -> Plan {
    let steps = vec![Step::Pause, Step::GoLive];
    Plan::new(Strategy::Steps, steps, limits()).expect("a plan")
}

fn after(other: ArtifactId) -> Plan {
    at_once().following(&[other]).expect("a plan")
}

/// Version 1 of two artifacts is live, and version 2 of both was published.
async fn two() -> World {
    let world = World::with_live(2).await;
    world.promote(1).await;
    for content in ["search 1", "search 2"] {
        let publish = Publish::new(search(), text(content));
        world.control.publish(publish, &alice()).await.expect("it is published");
    }
    world
}

async fn start(world: &World, of: ArtifactId, plan: Plan) -> Result<Deployed, ControlError> {
    let new = NewDeployment {
        members: vec![(of, version(2))],
        environment: production(),
        plan,
        force: Force::No,
        on_supersede: OnSupersede::Reject,
    };
    world.control.start_deployment(&new, &alice()).await
}

async fn begun(world: &World, of: ArtifactId, plan: Plan) -> DeploymentId {
    start(world, of, plan).await.expect("it begins").deployment.id
}

async fn ask(world: &World, id: DeploymentId, ask: Ask) {
    world.control.ask(&production(), id, ask, &because("so")).await.expect("it is done");
    world.control.drive_one(&production(), id).await.expect("it is driven");
}

/// Where it is, and whether what it waits for is known not to have ended well.
async fn driven(world: &World, id: DeploymentId) -> (Phase, bool) {
    let driven = world.control.drive_one(&production(), id).await.expect("it is driven");
    (driven.deployment.phase, driven.deployment.pauses.contains(&Pause::Unmet))
}

async fn goes_back(world: &World, artifact: &ArtifactId) {
    let (how, env) = (RollbackMode::Move, production());
    let back = world.control.roll_back(artifact, None, how, &env, Force::No, &alice()).await;
    back.expect("it goes back");
}

async fn live(world: &World) -> VersionNumber {
    world.control.live_version(&greeting(), &production()).await.expect("live").1.number
}

#[tokio::test]
async fn who_waits_goes_live_once_the_other_one_is_completed() {
    let world = two().await;
    let other = begun(&world, search(), by_hand()).await;
    let waits = begun(&world, greeting(), after(search())).await;
    assert_eq!(driven(&world, waits).await, (Phase::Running, false));
    assert_eq!(live(&world).await, version(1));
    ask(&world, other, Ask::Promote).await;
    assert_eq!(driven(&world, waits).await, (Phase::Completed, false));
    assert_eq!(live(&world).await, version(2));
}

#[tokio::test]
async fn one_that_was_completed_before_is_not_waited_for_again() {
    let world = two().await;
    let other = begun(&world, search(), at_once()).await;
    assert_eq!(driven(&world, other).await.0, Phase::Completed);
    let waits = begun(&world, greeting(), after(search())).await;
    assert_eq!(driven(&world, waits).await.0, Phase::Completed);
}

#[tokio::test]
async fn one_that_ends_otherwise_lets_nobody_go_on_until_a_newer_one_is_completed() {
    let world = two().await;
    // The last one that moved anything was completed; the newest never ran, and counts all the same.
    let first = begun(&world, search(), at_once()).await;
    driven(&world, first).await;
    goes_back(&world, &search()).await;
    let rejected = begun_anew(&world, by_hand().asking_first(1).expect("a plan")).await;
    let waits = begun(&world, greeting(), after(search())).await;
    let no = world.control.ask(&production(), rejected, Ask::Abort, &by("bob")).await;
    no.expect("it is aborted");
    assert_eq!(driven(&world, waits).await, (Phase::Running, true));
    let again = begun_anew(&world, by_hand()).await;
    assert_eq!(driven(&world, waits).await, (Phase::Running, false));
    ask(&world, again, Ask::Promote).await;
    assert_eq!(driven(&world, waits).await.0, Phase::Completed);
}

/// Version 2 of the search again, whether or not it was condemned.
async fn begun_anew(world: &World, plan: Plan) -> DeploymentId {
    let new = NewDeployment {
        members: vec![(search(), version(2))],
        environment: production(),
        plan,
        force: Force::Yes,
        on_supersede: OnSupersede::Reject,
    };
    let begun = world.control.start_deployment(&new, &alice()).await;
    begun.expect("it begins").deployment.id
}

#[tokio::test]
async fn what_was_never_deployed_and_what_it_moves_itself_are_not_waited_for() {
    let world = two().await;
    let never = start(&world, greeting(), after(search())).await;
    assert!(matches!(never, Err(ControlError::NoDeployment { .. })), "{never:?}");
    let itself = start(&world, greeting(), after(greeting())).await;
    let Err(ControlError::Store(StoreError::Refused(why))) = itself else {
        panic!("it is to be refused: {itself:?}")
    };
    assert!(matches!(*why, Refusal::Deployment { .. }));
}

#[tokio::test]
async fn two_do_not_wait_for_each_other() {
    let world = two().await;
    // Both were deployed once.
    for artifact in [search(), greeting()] {
        let once = begun(&world, artifact.clone(), at_once()).await;
        driven(&world, once).await;
        goes_back(&world, &artifact).await;
    }
    let held = by_hand().following(&[greeting()]).expect("a plan");
    begun_anew(&world, held).await;
    let waits = start(&world, greeting(), after(search())).await;
    let words = waits.expect_err("it would wait for ever").to_string();
    assert_eq!(
        words,
        "the deployment of tools/search waits for one of prompts/greeting: both would wait for ever"
    );
}

#[tokio::test]
async fn whoever_drives_is_woken_by_the_end_of_the_other_one() {
    let world = two().await;
    let other = begun(&world, search(), by_hand()).await;
    let waits = begun(&world, greeting(), after(search())).await;
    let elsewhere = world.another();
    // It looks at nothing by itself for an hour.
    let mut driver = elsewhere.drive(Duration::from_secs(3600));
    drop(timeout(Duration::from_millis(50), driver.next()).await);
    ask(&world, other, Ask::Promote).await;
    let whole = async {
        loop {
            driver.next().await.expect("it is driven");
            let now = world.control.deployment(&production(), waits).await.expect("it is there");
            if now.deployment.phase.is_over() {
                return now.deployment.phase;
            }
        }
    };
    let end = timeout(Duration::from_secs(20), whole).await;
    assert_eq!(end.expect("it is woken"), Phase::Completed);
}

/// Counts how often a store is asked to list records.
#[derive(Debug, Default)]
struct Listed(AtomicUsize);

#[async_trait::async_trait]
impl Director for Listed {
    async fn before(&self, op: &'static str) -> Option<Fault> {
        if op == "records" {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
        None
    }

    async fn after(&self, _: &'static str) {}
}

#[tokio::test]
async fn what_became_of_the_other_one_is_not_looked_for_among_all() {
    let world = two().await;
    let other = begun(&world, search(), by_hand()).await;
    let waits = begun(&world, greeting(), after(search())).await;
    ask(&world, other, Ask::Abort).await;
    assert_eq!(driven(&world, waits).await, (Phase::Running, true));
    // Of the next two the second leaves the queue before its turn, and is none that began.
    let again = begun_anew(&world, by_hand()).await;
    let queued = NewDeployment {
        members: vec![(search(), version(2))],
        environment: production(),
        plan: by_hand(),
        force: Force::Yes,
        on_supersede: OnSupersede::Queue,
    };
    let queued = world.control.start_deployment(&queued, &alice()).await.expect("it is queued");
    ask(&world, queued.deployment.id, Ask::Abort).await;
    ask(&world, again, Ask::Promote).await;
    let listed = Arc::new(Listed::default());
    let director = Arc::<Listed>::clone(&listed);
    let store: Arc<dyn Store> = Arc::new(Faulty::directed(Arc::clone(&world.store), director));
    let control = world.through(&store);
    let found = control.drive_one(&production(), waits).await.expect("it is driven");
    assert_eq!(found.deployment.phase, Phase::Completed, "the newest that began is completed");
    assert_eq!(listed.0.load(Ordering::SeqCst), 0);
}
