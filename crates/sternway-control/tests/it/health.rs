//! Health checks, as drivers make them.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use sternway_control::{
    Control, ControlError,
    deploy::{Deployed, NewDeployment, OnSupersede, Probes},
};
use sternway_deploy::immediate;
use sternway_provider::{Health, HealthProbe, Unprobed};
use sternway_types::{Deployment, Force, Limits, Pause, Phase, Plan, ProbeId, VersionNumber, Wait};
use tokio::time::timeout;

use crate::{
    make::{alice, greeting, production, version},
    world::World,
};

/// Answers as it is told, one after the other, and then never.
#[derive(Debug, Default)]
struct Scripted(Mutex<VecDeque<Result<Health, Unprobed>>>);

#[async_trait]
impl HealthProbe for Scripted {
    async fn probe(&self, _: &Deployment) -> Result<Health, Unprobed> {
        let next = self.0.lock().expect("nobody panicked").pop_front();
        match next {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }
}

fn ready() -> ProbeId {
    "ready".parse().expect("a name")
}

fn plan() -> Plan {
    let limits = Limits { evidence: false, ..Limits::default() };
    let plan = immediate(Wait::default(), limits).expect("a plan");
    plan.probing(&[ready()]).expect("a plan")
}

/// v1 is live, and this host answers questions after the health of v2 like this.
async fn asking(answers: Vec<Result<Health, Unprobed>>) -> (World, Control) {
    let world = World::with_live(2).await;
    world.promote(1).await;
    let probe = Arc::new(Scripted(Mutex::new(answers.into())));
    let control = world.another().with_probes(Probes::default().with(ready(), probe));
    (world, control)
}

async fn start(control: &Control) -> Result<Deployed, ControlError> {
    let new = NewDeployment {
        members: vec![(greeting(), version(2))],
        environment: production(),
        plan: plan(),
        force: Force::No,
        on_supersede: OnSupersede::Reject,
    };
    control.start_deployment(&new, &alice()).await
}

/// Drives until a deployment is over, at most for so long.
async fn driven(control: &Control, of: &Deployment) -> Option<Phase> {
    let mut driver = control.drive(Duration::from_millis(20));
    let whole = async {
        loop {
            driver.next().await.expect("it is driven");
            let now = control.deployment(&production(), of.id).await.expect("it is there");
            if now.deployment.phase.is_over() {
                return now.deployment.phase;
            }
        }
    };
    timeout(Duration::from_secs(20), whole).await.ok()
}

async fn live(control: &Control) -> VersionNumber {
    control.live_version(&greeting(), &production()).await.expect("live").1.number
}

#[tokio::test]
async fn a_deployment_whose_candidates_are_well_goes_to_its_end() {
    let (_world, control) = asking(vec![Ok(Health::Well), Ok(Health::Well)]).await;
    let started = start(&control).await.unwrap().deployment;
    assert_eq!(driven(&control, &started).await, Some(Phase::Completed));
    assert_eq!(live(&control).await, version(2));
}

#[tokio::test]
async fn one_that_is_not_well_once_it_is_live_goes_back_and_may_come_again() {
    let unwell = Ok(Health::Unwell("503 Service Unavailable".repeat(1_000)));
    let (world, control) = asking(vec![Ok(Health::Well), unwell]).await;
    let started = start(&control).await.unwrap().deployment;
    assert_eq!(driven(&control, &started).await, Some(Phase::RolledBack));
    assert_eq!((live(&control).await, world.condemned().await), (version(1), vec![]));
    start(&control).await.expect("it may come again");
}

#[tokio::test]
async fn one_that_is_not_well_before_it_has_any_runs_is_the_newest_all_the_same() {
    let unwell = Ok(Health::Unwell("503 Service Unavailable".into()));
    let (_world, control) =
        asking(vec![Ok(Health::Well), Ok(Health::Well), unwell.clone(), unwell]).await;
    let first = start(&control).await.unwrap().deployment;
    assert_eq!(driven(&control, &first).await, Some(Phase::Completed));
    control.promote(&greeting(), version(1), &production(), Force::No, &alice()).await.unwrap();
    let second = start(&control).await.unwrap().deployment;
    assert_eq!(driven(&control, &second).await, Some(Phase::RolledBack));

    let newest = control.newest_deployment_of(&greeting(), &production()).await.unwrap();
    assert_eq!(newest.deployment.id, second.id, "whoever asks is told how it ended");
    let moved = control.newest_deployment_that_moved(&greeting(), &production()).await.unwrap();
    assert_eq!(moved.deployment.id, first.id, "and only what moved can be taken back");
}

/// A deployment that waits for an answer.
async fn waiting(control: &Control) -> Deployment {
    let started = start(control).await.expect("it starts").deployment;
    control.drive_one(&production(), started.id).await.expect("it is driven").deployment
}

#[tokio::test]
async fn an_answer_that_comes_with_a_freeze_is_no_error_and_is_asked_for_again_after_it() {
    let (world, control) = asking(vec![]).await;
    let waits = waiting(&control).await;
    let probing = control.probing(&waits).expect("it asks");
    world.control.freeze(&production(), None, &alice()).await.expect("it is frozen");

    let said = control.probed(&probing, &Health::Well).await.expect("others are driven on");
    assert_eq!(said.deployment.step, waits.step, "nothing goes forward");
    let driven = control.drive_one(&production(), waits.id).await.unwrap().deployment;
    assert!(driven.pauses.contains(&Pause::Frozen) && control.probing(&driven).is_none());

    world.control.unfreeze(&production(), &alice()).await.expect("it thaws");
    let driven = control.drive_one(&production(), waits.id).await.unwrap().deployment;
    let again = control.probing(&driven).expect("it asks again");
    let said = control.probed(&again, &Health::Well).await.unwrap();
    assert!(said.deployment.step > waits.step);
}

#[tokio::test]
async fn a_freeze_keeps_nobody_who_is_not_well_from_going_back() {
    let (world, control) = asking(vec![]).await;
    let waits = waiting(&control).await;
    let probing = control.probing(&waits).expect("it asks");
    world.control.freeze(&production(), None, &alice()).await.expect("it is frozen");
    let said = control.probed(&probing, &Health::Unwell("red".into())).await.unwrap();
    assert_eq!(said.deployment.phase, Phase::RolledBack);
}

#[tokio::test]
async fn an_answer_about_a_candidate_that_was_condemned_meanwhile_is_no_error() {
    let (world, control) = asking(vec![]).await;
    let waits = waiting(&control).await;
    let probing = control.probing(&waits).expect("it asks");
    world.control.condemn(&greeting(), version(2), &production(), &alice()).await.unwrap();
    let said = control.probed(&probing, &Health::Well).await.expect("others are driven on");
    assert_eq!(said.deployment.step, waits.step);
    let driven = control.drive_one(&production(), waits.id).await.unwrap().deployment;
    assert!(driven.phase.is_over(), "{:?}", driven.phase);
}

#[tokio::test]
async fn a_check_that_finds_nothing_out_is_made_again() {
    let nothing = Err(Unprobed::new("no route to host"));
    let (world, control) = asking(vec![nothing, Ok(Health::Well), Ok(Health::Well)]).await;
    let started = start(&control).await.unwrap().deployment;
    let driving = driven(&control, &started);
    let passing = async {
        loop {
            world.clock.advance(Duration::from_secs(1));
            timeout(Duration::from_millis(5), std::future::pending::<()>()).await.ok();
        }
    };
    tokio::select! {
        ended = driving => assert_eq!(ended, Some(Phase::Completed)),
        () = passing => (),
    }
}

#[tokio::test]
async fn a_check_that_never_answers_keeps_no_other_deployment_up() {
    let (world, control) = asking(vec![]).await;
    let hangs = start(&control).await.unwrap().deployment;
    world.create_environment("staging").await;
    let staging = crate::make::staging();
    let first = (greeting(), version(1));
    control.promote(&first.0, first.1, &staging, Force::No, &alice()).await.unwrap();
    let limits = Limits { evidence: false, ..Limits::default() };
    let new = NewDeployment {
        members: vec![(greeting(), version(2))],
        environment: staging.clone(),
        plan: immediate(Wait::default(), limits).unwrap(),
        force: Force::No,
        on_supersede: OnSupersede::Reject,
    };
    let other = control.start_deployment(&new, &alice()).await.unwrap().deployment;
    let mut driver = control.drive(Duration::from_millis(20));
    let whole = async {
        while !control.deployment(&staging, other.id).await.unwrap().deployment.phase.is_over() {
            driver.next().await.expect("it is driven");
        }
    };
    timeout(Duration::from_secs(20), whole).await.expect("the other one ends");
    let hangs = control.deployment(&production(), hangs.id).await.unwrap().deployment;
    assert_eq!((hangs.phase, hangs.step), (Phase::Running, 0));
}

#[tokio::test]
async fn a_check_that_this_host_does_not_have_is_refused() {
    let (world, _) = asking(vec![]).await;
    let refused = start(&world.control).await.unwrap_err();
    assert_eq!(refused.to_string(), "there is no health check ready here");
}
