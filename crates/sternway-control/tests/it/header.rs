//! Candidates that get the runs that carry an attribute, whatever share they have.

use std::time::Duration;

use sternway_control::{
    ControlError,
    deploy::{Deployed, NewDeployment, OnSupersede, Resolved, Targeting},
    record::Recorded,
    rollback::Reaction,
};
use sternway_deploy::{Ask, blue_green, by_header, canary};
use sternway_types::{Against, Force, Limits, Phase, Plan, Subject, Verdict, Wait, Weight};

use crate::{
    make::{alice, greeting, production, version},
    world::World,
};

const HEADER: &[(&str, &str)] = &[("X-Preview", "yes")];

fn plan() -> Plan {
    let wait = Wait { outcomes: 20, length: Duration::ZERO };
    let half = Weight::new(5_000).expect("a share");
    let limits = Limits { evidence: false, ..Limits::default() };
    let plan = canary(&[half], wait, Wait::default(), limits).expect("a plan");
    by_header(&plan, "x-preview=yes".parse().expect("a match"), wait).expect("a plan")
}

fn new(plan: Plan) -> NewDeployment {
    NewDeployment {
        members: vec![(greeting(), version(2))],
        environment: production(),
        plan,
        force: Force::No,
        on_supersede: OnSupersede::Reject,
    }
}

/// v1 is live and had good runs, and v2 gets what matches.
async fn previewed() -> (World, Deployed) {
    preview_by(plan()).await
}

async fn preview_by(plan: Plan) -> (World, Deployed) {
    let world = World::new().await;
    world.publish("greeting 1").await;
    world.run(1, &".".repeat(300)).await;
    world.publish("greeting 2").await;
    let begun = world.control.start_deployment(&new(plan), &alice()).await.expect("it begins");
    let driven = drive(&world, &begun).await;
    (world, driven)
}

async fn drive(world: &World, of: &Deployed) -> Deployed {
    let id = of.deployment.id;
    world.control.drive_one(&production(), id).await.expect("it is driven");
    world.control.deployment(&production(), id).await.expect("it is there")
}

async fn resolve(world: &World, key: &str, attributes: &[(&str, &str)]) -> Resolved {
    let run = Targeting { key: Some(key), attributes };
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

#[tokio::test]
async fn what_carries_it_is_the_candidates_and_nothing_else_is() {
    let (world, begun) = previewed().await;
    assert_eq!((begun.deployment.step, begun.deployment.weight), (1, Weight::ZERO));
    let table = world.control.live().await.unwrap();
    table.at_least(world.control.written()).await.unwrap();
    for key in 0..100 {
        let key = key.to_string();
        let found = resolve(&world, &key, HEADER).await;
        assert_eq!((found.version, found.candidate, found.matched), (version(2), true, true));
        for attributes in [&[][..], &[("x-preview", "no")], &[("x-other", "yes")]] {
            let found = resolve(&world, &key, attributes).await;
            assert_eq!((found.version, found.candidate), (version(1), false));
        }
        let run = Targeting { key: Some(&key), attributes: HEADER };
        let of_table = table.resolve(&greeting(), &production(), &run);
        assert_eq!(of_table, Some(resolve(&world, &key, HEADER).await), "every process says so");
    }
    let drawn = table.resolve(&greeting(), &production(), &Targeting::default());
    assert_eq!(drawn.map(|it| it.version), Some(version(1)));
}

#[tokio::test]
async fn a_share_ends_it_and_its_runs_are_held_against_nobodys() {
    let (world, begun) = previewed().await;
    // What is live fails meanwhile, which is no evidence for whoever is tried by others.
    drop(run(&world, 2, &".".repeat(20)).await.unwrap());
    let begun = drive(&world, &begun).await;
    assert_eq!((begun.deployment.step, begun.deployment.matched.clone()), (3, None));
    let half = resolve(&world, "anybody", HEADER).await;
    assert!(!half.matched, "it is given a version by its key, as everybody is");
    let shared = |number, signs: &'static str| run(&world, number, signs);
    drop(shared(1, "......").await.unwrap());
    let recorded = shared(2, "xxxxxxxxxxxx").await.unwrap();
    let judged = recorded.judged.into_iter().find(|it| it.reaction.is_some()).expect("it is worse");
    let Verdict::Regressed(found) = judged.verdict else { panic!("it is worse") };
    let against = found.evidence.test.map(|test| test.against);
    let Some(Against::Beside { shares, .. }) = against else { panic!("by Test A: {against:?}") };
    assert_eq!(shares.len(), 1, "of what was drawn at random: {shares:?}");
}

#[tokio::test]
async fn a_candidate_that_fails_on_what_matches_is_taken_back_by_history() {
    let (world, begun) = previewed().await;
    // Also if all that is live fails as well: those are others.
    drop(run(&world, 1, "xx").await.unwrap());
    let recorded = run(&world, 2, &"x".repeat(12)).await.unwrap();
    let judged = recorded.judged.first().expect("it is judged");
    assert!(matches!(judged.reaction, Some(Reaction::Withdrawn { .. })), "{judged:?}");
    let Verdict::Regressed(found) = &judged.verdict else { panic!("{judged:?}") };
    let against = found.evidence.test.as_ref().map(|test| &test.against);
    assert!(!matches!(against, None | Some(Against::Beside { .. })), "{against:?}");
    assert!(!resolve(&world, "anybody", HEADER).await.matched, "nothing matches any more");
    let driven = drive(&world, &begun).await;
    assert_eq!(driven.deployment.phase, Phase::RolledBack);
    assert_eq!(world.condemned().await, [version(2)]);
    assert_eq!(world.live().await, Some(version(1)));
}

#[tokio::test]
async fn what_matches_proves_nobody() {
    let (header, limits) = ("x-preview=yes".parse().expect("a match"), Limits::default());
    let plan = blue_green(None, Wait::default(), limits).expect("a plan");
    let plan = by_header(&plan, header, Wait::default()).expect("a plan");
    let (world, begun) = preview_by(plan).await;
    drop(run(&world, 2, &".".repeat(600)).await.unwrap());
    let begun = drive(&world, &begun).await;
    assert!(!begun.deployment.proven, "those who asked for it may be no others' kind");
    let id = begun.deployment.id;
    world.control.ask(&production(), id, Ask::Promote, &alice()).await.expect("it goes live");
    let begun = drive(&world, &begun).await;
    assert_eq!((begun.deployment.phase, begun.deployment.is_live()), (Phase::Running, true));
    drop(run(&world, 2, &".".repeat(600)).await.unwrap());
    assert_eq!(drive(&world, &begun).await.deployment.phase, Phase::Completed);
}

#[tokio::test]
async fn who_records_such_a_run_by_hand_is_told_in_which_generation_it_ran() {
    let (world, begun) = previewed().await;
    let generation = begun.deployment.members[0].generation();
    assert_eq!(world.subject(2).await.generation, generation);
    assert!(world.moves().await.ends_with("v1 shifted"), "{}", world.moves().await);
}
