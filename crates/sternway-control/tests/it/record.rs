//! Record: outcomes are counted once, and a batch as a whole or not at all.

use sternway_types::{
    Force, Generation, Outcome, OutcomeId, Preset, Score, Subject, Timestamp, Verdict,
};

use crate::{
    make::{alice, generation, greeting, production, said, version},
    world::{MINUTE, SECOND, World},
};

/// The outcomes of a subject so far: succeeded, failed, unknown.
async fn counted(world: &World, subject: &Subject) -> (u64, u64, u64) {
    let tallies = world.store.tallies(world.control.namespace(), subject).await;
    let tally = tallies.expect("the store can be read").unwrap_or_default().tally;
    (tally.succeeded, tally.failed, tally.unknown)
}

#[tokio::test]
async fn nothing_recorded_is_nothing_judged() {
    let world = World::with_live(1).await;
    let recorded = world.control.record(Vec::new()).await.unwrap();
    assert!(recorded.judged.is_empty());
    assert_eq!(recorded.duplicates, 0);
}

#[tokio::test]
async fn every_outcome_is_counted_by_how_it_ended() {
    let world = World::with_live(1).await;
    let recorded = world.recorded(1, ".x?.").await;
    assert_eq!(recorded.judged[0].counted, 4);
    let subject = world.subject(1).await;
    assert_eq!(counted(&world, &subject).await, (2, 1, 1));
}

#[tokio::test]
async fn an_outcome_that_is_reported_twice_counts_once() {
    let world = World::with_live(1).await;
    let subject = world.subject(1).await;
    let outcomes = world.outcomes(&subject, "x.x");
    drop(world.control.record(outcomes.clone()).await.unwrap());
    let again = world.control.record(outcomes).await.unwrap();
    assert_eq!((again.judged.len(), again.duplicates), (0, 3));
    assert_eq!(counted(&world, &subject).await, (1, 2, 0));
}

#[tokio::test]
async fn an_outcome_that_is_twice_in_a_batch_counts_once() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    let one = world.outcomes(&subject, "x");
    let thrice = [one.clone(), one.clone(), one].concat();
    let recorded = world.control.record(thrice).await.unwrap();
    assert_eq!(recorded.duplicates, 2);
    assert_eq!(recorded.judged[0].verdict, Verdict::Undecided, "one failure is no row of three");
}

#[tokio::test]
async fn duplicates_beside_new_outcomes_are_told_apart() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    let first = world.outcomes(&subject, "xx");
    drop(world.control.record(first.clone()).await.unwrap());
    let more = [first, world.outcomes(&subject, "x")].concat();
    let recorded = world.control.record(more).await.unwrap();
    assert_eq!((recorded.duplicates, recorded.judged[0].counted), (2, 1));
    assert!(recorded.judged[0].reaction.is_some(), "the third failure decides");
}

#[tokio::test]
async fn a_batch_may_be_about_several_subjects() {
    let world = World::with_live(2).await;
    let (one, two) = (world.subject(1).await, world.subject(2).await);
    let outcomes = [world.outcomes(&one, "x."), world.outcomes(&two, "xxx")].concat();
    let recorded = world.control.record(outcomes).await.unwrap();
    let of = |subject| recorded.judged.iter().find(|judged| judged.subject == subject).unwrap();
    assert_eq!(of(one).verdict, Verdict::Undecided);
    assert!(of(two).reaction.is_some());
}

/// Records a good outcome and one of a subject that is not known.
async fn record_with(world: &World, unknown: Subject) -> String {
    let good = world.subject(1).await;
    let batch = [world.outcomes(&good, "x"), world.outcomes(&unknown, "x")].concat();
    let answer = said(world.control.record(batch.clone()).await);
    assert_eq!(counted(world, &good).await, (0, 0, 0), "all or none");
    let good = world.control.record(batch.into_iter().take(1).collect()).await;
    assert_eq!(good.expect("the good one alone is taken").duplicates, 0);
    answer
}

#[tokio::test]
async fn an_outcome_of_an_unknown_version_refuses_the_whole_batch() {
    let world = World::with_live(1).await;
    let unknown = Subject { version: version(9), ..world.subject(1).await };
    assert_eq!(
        record_with(&world, unknown).await,
        "version-not-found: the store did not do it: the write was refused: prompts/greeting has \
         no v9: its newest is v1"
    );
}

#[tokio::test]
async fn an_outcome_of_an_unknown_artifact_refuses_the_whole_batch() {
    let world = World::with_live(1).await;
    let artifact = crate::make::artifact("prompts/nothing");
    let unknown = Subject { artifact, ..world.subject(1).await };
    assert_eq!(
        record_with(&world, unknown).await,
        "artifact-not-found: the store did not do it: the write was refused: there is no artifact \
         prompts/nothing"
    );
}

#[tokio::test]
async fn an_outcome_in_an_unknown_environment_refuses_the_whole_batch() {
    let world = World::with_live(1).await;
    let unknown = Subject { environment: crate::make::staging(), ..world.subject(1).await };
    assert_eq!(
        record_with(&world, unknown).await,
        "environment-not-found: the store did not do it: the write was refused: there is no \
         environment staging: create it first, or mend the name"
    );
}

#[tokio::test]
async fn an_outcome_of_a_stay_that_never_was_refuses_the_whole_batch() {
    let world = World::with_live(1).await;
    let future = Subject { generation: generation(9), ..world.subject(1).await };
    let answer = record_with(&world, future).await;
    assert!(answer.starts_with("version-not-found"), "{answer}");
    assert!(answer.ends_with("under generation 9 in production, which never was"), "{answer}");
}

#[tokio::test]
async fn an_outcome_that_is_not_well_formed_refuses_the_whole_batch() {
    let world = World::with_live(1).await;
    let subject = world.subject(1).await;
    let mut batch = world.outcomes(&subject, "..");
    batch[1].cost = Some(Score::new(-1.0).unwrap());
    let answer = said(world.control.record(batch).await);
    assert!(answer.starts_with("invalid"), "{answer}");
    assert!(answer.contains("(number 2 of the batch) was refused"), "{answer}");
    assert!(answer.ends_with("-1 is not a cost: expected a number that is not negative"));
    assert_eq!(counted(&world, &subject).await, (0, 0, 0));
}

#[tokio::test]
async fn the_subject_of_a_version_is_its_present_stay_else_its_last_else_none() {
    let world = World::with_live(2).await;
    world.publish("Hey").await;
    assert_eq!(world.subject(2).await.generation, generation(2));
    assert_eq!(world.subject(1).await.generation, generation(1));
    assert_eq!(world.subject(3).await.generation, Generation::ZERO);
    world.promote(1).await;
    assert_eq!(world.subject(1).await.generation, generation(3));
    let nowhere = world.control.subject(&greeting(), version(1), &crate::make::staging()).await;
    assert!(said(nowhere).starts_with("environment-not-found"));
}

#[tokio::test]
async fn an_outcome_from_the_future_is_taken_to_have_ended_when_it_arrived() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    let mut outcomes = world.outcomes(&subject, "x");
    outcomes[0].at = Timestamp::MAX;
    drop(world.control.record(outcomes).await.unwrap());
    let check = world.control.check(&greeting(), &production()).await.unwrap();
    assert_eq!(check.tally.recent()[0].at, world.control.now());
    world.clock.advance(MINUTE);
    assert!(world.reaction(2, "xx").await.is_some(), "it does not move the window away");
}

#[tokio::test]
async fn a_clock_that_goes_back_loses_nothing() {
    let world = World::with_live(2).await;
    world.judge_by(Preset::Immediate).await;
    world.run(2, "xx").await;
    world.clock.set(Timestamp::EPOCH);
    let recorded = world.recorded(2, "x").await;
    // By its own time the new failure is the oldest of all: the newest outcome is still the one
    // from before, and the window reaches back from there.
    assert_eq!(recorded.judged[0].verdict, Verdict::Undecided);
    assert!(world.reaction(2, "xxx").await.is_none());
    let promoted = world.try_promote(1, Force::No, &alice()).await.unwrap();
    assert!(promoted.revision.is_some());
    let times: Vec<_> = world.commits_after(0).await.iter().map(|commit| commit.at).collect();
    assert!(times.is_sorted(), "commits never go back: {times:?}");
}

#[tokio::test]
async fn a_batch_that_arrives_late_is_judged_by_its_own_times() {
    let world = World::with_live(2).await;
    world.judge_by(Preset::Immediate).await;
    let subject = world.subject(2).await;
    let start = world.control.now();
    let at = |seconds: u32, outcome: &Outcome| Outcome {
        at: start.saturating_add(SECOND * seconds),
        ..outcome.clone()
    };
    let drawn = world.outcomes(&subject, "xxx");
    world.clock.advance(60 * MINUTE);
    let spread = vec![at(0, &drawn[0]), at(200, &drawn[1]), at(301, &drawn[2])];
    let recorded = world.control.record(spread).await.unwrap();
    assert_eq!(recorded.judged[0].verdict, Verdict::Undecided, "not within five minutes");
    let between = Outcome { id: OutcomeId::from_name("between"), ..at(150, &drawn[0]) };
    let recorded = world.control.record(vec![between]).await.unwrap();
    assert!(recorded.judged[0].reaction.is_some(), "200, 150 and 301 are");
}
