//! Candidates that get copies of runs, whose answers nobody sees.

use std::time::Duration;

use sternway_control::{
    ControlError,
    deploy::{Deployed, NewDeployment, OnSupersede, Resolved, Targeting},
    record::Recorded,
    rollback::Reaction,
};
use sternway_deploy::{Ask, shadow};
use sternway_policy::{
    Found,
    evidence::{Alpha, Discordant, Paired},
};
use sternway_store::Append;
use sternway_types::{
    Against, Answered, Force, Latch, Limits, Outcome, Phase, Subject, VersionNumber, Wait, Weight,
};

use crate::{
    make::{alice, greeting, production, version},
    world::World,
};

fn weight(percent: u32) -> Weight {
    Weight::new(percent * 100).expect("a share")
}

/// v1 is live and had good runs, and v2 gets copies until 20 of them ended.
async fn shadowing(copies: u32) -> (World, Deployed) {
    shadowing_for(copies, 20).await
}

async fn shadowing_for(copies: u32, outcomes: u32) -> (World, Deployed) {
    let world = World::new().await;
    world.publish("greeting 1").await;
    world.run(1, &".".repeat(300)).await;
    world.publish("greeting 2").await;
    let wait = Wait { outcomes, length: Duration::ZERO };
    let limits = Limits { evidence: false, ..Limits::default() };
    let new = NewDeployment {
        members: vec![(greeting(), version(2))],
        environment: production(),
        plan: shadow(weight(copies), wait, Wait::default(), limits).expect("a plan"),
        force: Force::No,
        on_supersede: OnSupersede::Reject,
    };
    let begun = world.control.start_deployment(&new, &alice()).await.expect("it begins");
    let id = begun.deployment.id;
    world.control.drive_one(&production(), id).await.expect("it is driven");
    let begun = world.control.deployment(&production(), id).await.expect("it is there");
    (world, begun)
}

async fn resolve(world: &World, key: &str) -> Resolved {
    let run = Targeting::by_key(key);
    world.control.resolve_run(&greeting(), &production(), &run).await.expect("resolved")
}

/// The outcomes of a version, by signs, under the shares that are in force.
async fn run(world: &World, number: u64, signs: &str) -> Result<Recorded, ControlError> {
    let wanted = world.control.wanted_route(&greeting(), &production()).await?;
    let generation = wanted.expect("something is live").generation();
    let (artifact, environment) = (greeting(), production());
    let subject = Subject { artifact, environment, version: version(number), generation };
    world.control.record(world.outcomes(&subject, signs)).await
}

async fn live(world: &World) -> VersionNumber {
    world.control.live_version(&greeting(), &production()).await.expect("live").1.number
}

#[tokio::test]
async fn a_share_of_the_keys_is_answered_by_what_is_live_and_copied_to_the_candidate() {
    let (world, begun) = shadowing(25).await;
    assert_eq!((begun.deployment.weight, begun.deployment.shadow), (Weight::ZERO, weight(25)));
    let mut copied = 0;
    for key in 0..400 {
        let run = resolve(&world, &key.to_string()).await;
        assert_eq!((run.version, run.candidate), (version(1), false));
        assert!(run.shadow.is_none_or(|shadow| shadow == version(2)));
        copied += u32::from(run.shadow.is_some());
        assert_eq!(resolve(&world, &key.to_string()).await.shadow, run.shadow, "sticky");
    }
    assert!((60..140).contains(&copied), "a quarter or so of 400: {copied}");
}

#[tokio::test]
async fn a_candidate_that_fails_on_copies_is_taken_back_before_it_ever_answers() {
    let (world, begun) = shadowing(100).await;
    drop(run(&world, 1, &".".repeat(30)).await.unwrap());
    let recorded = run(&world, 2, &"x".repeat(12)).await.unwrap();
    let reaction = recorded.judged.first().and_then(|judged| judged.reaction.as_ref());
    assert!(matches!(reaction, Some(Reaction::Withdrawn { .. })), "{recorded:?}");
    assert_eq!(resolve(&world, "anybody").await.shadow, None);
    let driven = world.control.drive_one(&production(), begun.deployment.id).await.unwrap();
    assert_eq!(driven.deployment.phase, Phase::RolledBack);
    assert_eq!((live(&world).await, world.condemned().await), (version(1), vec![version(2)]));
}

#[tokio::test]
async fn what_makes_both_fail_takes_no_shadow_back() {
    let (world, begun) = shadowing(100).await;
    for round in 0..20 {
        // Each run and its copy fail together, whichever is counted first.
        let order = if round % 2 == 0 { [2, 1] } else { [1, 2] };
        for number in order {
            drop(run(&world, number, "x").await.unwrap());
        }
    }
    let driven = world.control.drive_one(&production(), begun.deployment.id).await.unwrap();
    assert_eq!(driven.deployment.phase, Phase::Completed, "20 outcomes were asked for");
    assert_eq!(live(&world).await, version(2));
}

#[tokio::test]
async fn every_process_is_told_of_copies_by_its_table() {
    let (world, _) = shadowing(100).await;
    let table = world.control.live().await.unwrap();
    let run = table.resolve(&greeting(), &production(), &Targeting::by_key("alice"));
    let run = run.expect("it is live");
    assert_eq!((run.version, run.shadow), (version(1), Some(version(2))));
}

#[tokio::test]
async fn who_records_a_copy_by_hand_is_told_under_which_shares_it_ran() {
    let (world, begun) = shadowing(100).await;
    let generation = begun.deployment.members[0].generation();
    let of = async |number| {
        let subject = world.control.subject(&greeting(), version(number), &production()).await;
        subject.expect("it ran").generation
    };
    assert_eq!((of(1).await, of(2).await), (generation, generation));
    let (environment, id) = (production(), begun.deployment.id);
    world.control.ask(&environment, id, Ask::Abort, &alice()).await.expect("it is aborted");
    assert_eq!(of(2).await, generation, "its last stay, also once it is over");
}

/// Copies that the candidate got, by how they ended and how what answered did: `xo` is one that it failed alone.
async fn copies(world: &World, of: &str) -> Vec<Outcome> {
    let wanted = world.control.wanted_route(&greeting(), &production()).await.expect("readable");
    let generation = wanted.expect("something is live").generation();
    let (artifact, environment) = (greeting(), production());
    let subject = Subject { artifact, environment, version: version(2), generation };
    let copy = |pair: &str| {
        let mut signs = pair.chars();
        let (own, other) = (signs.next().expect("its own"), signs.next().expect("the other's"));
        let beside = if other == 'x' { Answered::Failed } else { Answered::Succeeded };
        let own = if own == 'x' { "x" } else { "." };
        let outcomes = world.outcomes(&subject, own).into_iter();
        outcomes.map(|it| Outcome { beside: Some(beside), ..it }).collect::<Vec<_>>()
    };
    of.split(' ').flat_map(copy).collect()
}

/// The latched verdict on the candidate's copies.
async fn latched(world: &World) -> Latch {
    let subject = world.control.newest_stay(&greeting(), version(2), &production()).await;
    let subject = subject.expect("readable").expect("it had copies");
    let explained = world.control.explain(subject).await.expect("explained");
    assert_eq!(explained.again, Some(true), "the log says it again");
    explained.latch.expect("it was taken back")
}

#[tokio::test]
async fn copies_that_are_compared_one_by_one_take_a_candidate_back_when_test_p_says_so() {
    let (world, _) = shadowing_for(25, 1_000).await;
    drop(run(&world, 1, &".".repeat(30)).await.unwrap());
    // However often both fail, neither is at fault.
    let both = copies(&world, &vec!["xx"; 19].join(" ")).await;
    assert!(world.control.record(both).await.unwrap().judged[0].reaction.is_none());
    let alpha = Alpha::new(0.009).unwrap();
    let needed = Paired::new().failures_until(Discordant::default(), alpha).unwrap();
    for place in 1..=needed {
        let check = world.control.check(&greeting(), &production()).await.unwrap();
        let [(candidate, standing)] = &check.candidates[..] else { panic!("{check:?}") };
        let Found::Paired { pairs, more, .. } = standing.found else { panic!("{standing}") };
        assert_eq!((*candidate, pairs.alone, pairs.alike), (version(2), place - 1, 19));
        assert_eq!(more, Some(needed - pairs.alone), "{standing}");
        let alone = copies(&world, "xo").await;
        let recorded = world.control.record(alone).await.unwrap();
        assert_eq!(recorded.judged[0].reaction.is_some(), place == needed, "{place} of {needed}");
    }
    let latch = latched(&world).await;
    let test = latch.regression.evidence.test.as_ref().expect("a test");
    let Against::Beside { shares, .. } = &test.against else { panic!("{test:?}") };
    assert_eq!((shares[0].pairs.alone, shares[0].pairs.alike), (needed, 19));
    let said = latch.regression.to_string();
    let all = format!("({needed} of {needed} runs that one of both failed beside it)");
    assert!(said.ends_with(&all), "{said}");
}

#[tokio::test]
async fn the_log_leads_to_the_same_verdict_on_copies_whoever_judges_it() {
    let story = "oo xx xo oo xo ox xo xo oo xo xx xo xo xo xo xo xo xo xo xo xo xo";
    let (world, _) = shadowing_for(25, 1_000).await;
    for outcome in copies(&world, story).await {
        drop(world.control.record(vec![outcome]).await.unwrap());
    }
    let expected = latched(&world).await;
    // All at once, and counted by who dies before anything is judged.
    let (batch, _) = shadowing_for(25, 1_000).await;
    drop(batch.control.record(copies(&batch, story).await).await.unwrap());
    let (swept, _) = shadowing_for(25, 1_000).await;
    let (ns, outcomes) = (swept.control.namespace().clone(), copies(&swept, story).await);
    drop(swept.store.append(&Append::new(ns, swept.control.now(), outcomes)).await.unwrap());
    drop(swept.another().sweep().await.unwrap());
    for world in [&batch, &swept] {
        let found = latched(world).await;
        assert_eq!(found.regression.evidence.test, expected.regression.evidence.test);
    }
}
