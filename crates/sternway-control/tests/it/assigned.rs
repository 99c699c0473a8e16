//! What breaks a comparison of two versions beside each other, unless outcomes say how their runs were assigned:
//! users who stay with a version and are not alike, and failures that are known late.

use std::time::Duration;

use sternway_control::rollback::Reaction;
use sternway_deploy::canary;
use sternway_provider::Ids;
use sternway_types::{
    Activation, Arm, Assigned, Bucket, Failure, Limits, Outcome, OutcomeDeadline, OutcomeStatus,
    Policy, PolicyScope, PolicySetting, Route, Rule, Subject, Wait, Weight, Worse,
};

use crate::{
    deploy::{drive, run, shop, start},
    make::{alice, greeting, production},
    world::World,
};

/// Numbers from 0 to 1 that look like chance, the same in every run of the test.
struct Chance(u64);

impl Chance {
    fn number(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn next(&mut self) -> f64 {
        f64::from(u32::try_from(self.number() >> 32).expect("half of it")) / f64::from(u32::MAX)
    }
}

/// A candidate with a fifth of the runs, judged by the rule on the success rate alone.
async fn deployed(deadline: Option<OutcomeDeadline>) -> (World, Route) {
    let world = shop().await;
    let worse =
        Worse { outcome_deadline: deadline, ..Worse::at(0.01.try_into().expect("an alpha")) };
    let policy = Policy::new(Activation::Staged, vec![Rule::Worse(Box::new(worse))]);
    let policy = policy.expect("a policy");
    let setting = PolicySetting::On(policy);
    let set = world.control.set_policy(PolicyScope::Namespace, setting, &alice()).await;
    set.expect("it is set");
    let wait = Wait { outcomes: 1_000_000, length: Duration::ZERO };
    let share = Weight::new(2_000).expect("a share");
    let plan = canary(&[share], wait, wait, Limits::default()).expect("a plan");
    let begun = start(&world, plan).await.expect("it begins").deployment;
    drop(drive(&world, &begun).await);
    let route = world.control.wanted_route(&greeting(), &production()).await.expect("a route");
    let route = route.expect("something is live");
    // The live version has runs enough to be what it was.
    drop(run(&world, 1, &".".repeat(4_000)).await);
    (world, route)
}

/// A run that failed, which began so long after the clock's moment.
struct Run {
    arm: Arm,
    assigned: Option<Assigned>,
    began: Duration,
    took: Duration,
}

/// Whether the candidate is taken back by these failures, in the order in which they are known, so many at once.
async fn goes_back(world: &World, route: &Route, mut failures: Vec<Run>, at_once: usize) -> bool {
    failures.sort_by_key(|it| it.began + it.took);
    let start = world.control.now();
    let mut outcomes = failures.into_iter().map(|Run { arm, assigned, began, took }| {
        let (version, generation) = (arm.version, route.generation());
        let subject =
            Subject { artifact: greeting(), environment: production(), version, generation };
        let at = start.saturating_add(began).saturating_add(took);
        let status = OutcomeStatus::Failed(Failure::new(None, "no"));
        let id = Ids::outcome(world.ids.as_ref());
        Outcome { duration: Some(took), assigned, ..Outcome::new(id, subject, at, status) }
    });
    loop {
        let batch: Vec<Outcome> = outcomes.by_ref().take(at_once).collect();
        let Some(last) = batch.last() else { return false };
        world.clock.advance(last.at.since(world.control.now()));
        let recorded = world.control.record(batch).await.expect("it is recorded");
        let mut reactions = recorded.judged.iter().filter_map(|judged| judged.reaction.as_ref());
        if reactions.any(|reaction| matches!(reaction, Reaction::Withdrawn { .. })) {
            return true;
        }
    }
}

/// 400 users with 20 requests each, of whom one in ten is in trouble with either version.
async fn users(seed: u64, says_how: bool, candidate: f64) -> bool {
    let (world, route) = deployed(None).await;
    let mut chance = Chance(seed);
    let mut failures = Vec::new();
    for user in 0..400 {
        let rate = if chance.next() < 0.1 { 0.32 } else { 0.02 };
        let bucket = route.bucket(&user.to_string());
        let (arm, assigned) = (route.arm_at(bucket), says_how.then_some(Assigned::Key(bucket)));
        let rate = if arm == route.live() { rate } else { rate + candidate };
        for request in 0..20 {
            if chance.next() < rate {
                let began = Duration::from_secs(user * 20 + request);
                failures.push(Run { arm, assigned, began, took: Duration::ZERO });
            }
        }
    }
    goes_back(&world, &route, failures, 20).await
}

/// Ten requests a second for two minutes, of which one in ten fails: of the candidate at once, of the live
/// version by a timeout after 30 seconds.
async fn timeouts(seed: u64, deadline: Option<OutcomeDeadline>, candidate: f64) -> bool {
    let (world, route) = deployed(deadline).await;
    let mut chance = Chance(seed);
    let mut failures = Vec::new();
    for request in 0..1_200 {
        let arm = route.arm_at(Bucket::of(chance.number() >> 16));
        let (rate, took) = if arm == route.live() { (0.1, 30) } else { (candidate, 0) };
        if chance.next() < rate {
            let (began, took) = (Duration::from_millis(request * 100), Duration::from_secs(took));
            failures.push(Run { arm, assigned: Some(Assigned::Chance), began, took });
        }
    }
    goes_back(&world, &route, failures, 3).await
}

#[tokio::test]
async fn a_user_in_trouble_is_one_failure_and_not_one_for_each_request() {
    let (mut each, mut once, mut found) = (0, 0, 0);
    for number in 1..=10 {
        let seed = number * 0x9e37_79b9;
        each += u32::from(users(seed, false, 0.0).await);
        once += u32::from(users(seed, true, 0.0).await);
        found += u32::from(users(seed, true, 0.1).await);
    }
    assert!(each >= 2, "of 10 healthy candidates {each} go back if each request counts");
    assert!(once <= 1, "of 10 healthy candidates {once} go back");
    assert!(found >= 9, "of 10 bad candidates {found} go back");
}

#[tokio::test]
async fn who_fails_at_once_is_no_worse_than_who_fails_by_a_timeout() {
    // The live version's runs were not measured: it is 30 seconds.
    let deadline = Some(OutcomeDeadline::Auto);
    let (mut by_arrival, mut waited, mut found) = (0, 0, 0);
    for number in 1..=10 {
        let seed = number * 0x9e37_79b9;
        by_arrival += u32::from(timeouts(seed, None, 0.1).await);
        waited += u32::from(timeouts(seed, deadline, 0.1).await);
        found += u32::from(timeouts(seed, deadline, 0.4).await);
    }
    assert!(by_arrival >= 3, "of 10 healthy candidates {by_arrival} go back as failures arrive");
    assert!(waited <= 1, "of 10 healthy candidates {waited} go back");
    assert!(found >= 9, "of 10 bad candidates {found} go back");
}
