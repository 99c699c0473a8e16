//! A candidate beside what is live is judged by what both had done before each of its failures, however their
//! outcomes were cut into batches, who counted them, and when somebody judged them.

use std::{
    iter,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use proptest::prelude::*;
use sternway_control::{Control, ControlError, record::Judged, rollback::Reaction};
use sternway_store::{Director, Fault, Faulty, Limit};
use sternway_types::{Outcome, Phase, Subject, TestResult, Verdict};

use crate::{
    deploy::{by_shares, drive, run, shop, start},
    make::{generation, greeting, production, version},
    world::{MINUTE, World},
};

/// Lets a process count, and end before it judges what it counted.
#[derive(Debug, Default)]
struct Ends(AtomicBool);

#[async_trait]
impl Director for Ends {
    async fn before(&self, _: &'static str) -> Option<Fault> {
        self.0.load(Ordering::SeqCst).then_some(Fault::NotDone)
    }

    async fn after(&self, op: &'static str) {
        self.0.fetch_or(op == "append", Ordering::SeqCst);
    }
}

fn one_that_ends(world: &World) -> Control {
    let store = Faulty::directed(Arc::clone(&world.store), Arc::new(Ends::default()));
    Control::new(Arc::new(store), world.control.namespace().clone())
        .with_clock(Arc::clone(&world.clock) as _)
}

/// Who counts a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counter {
    /// Somebody who counts all of them.
    Same,
    /// A process that does nothing else.
    Another,
    /// One that ends before it judges.
    Ends,
}

/// A candidate with a fifth of the runs, and what is live beside it.
async fn beside() -> (World, [Subject; 2]) {
    let world = shop().await;
    let begun = start(&world, by_shares(&[20])).await.expect("it begins").deployment;
    drop(drive(&world, &begun).await);
    let candidate = world.control.subject(&greeting(), version(2), &production()).await;
    let candidate = candidate.expect("it runs");
    let live = Subject { version: version(1), ..candidate.clone() };
    (world, [live, candidate])
}

/// By which counters a candidate was taken back, if it was.
fn deciding(judged: Vec<Judged>) -> Option<TestResult> {
    judged.into_iter().find_map(|judged| match (judged.reaction, judged.verdict) {
        (Some(Reaction::Withdrawn { .. }), Verdict::Regressed(found)) => found.evidence.test,
        _ => None,
    })
}

/// Has failures of the live version (`a`) and of the candidate (`b`) counted, in batches, and judges at the end
/// what nobody judged; by which counters the candidate was taken back.
async fn decided_by(batches: &[(&str, Counter)]) -> Option<TestResult> {
    let (world, [live, candidate]) = beside().await;
    for (batch, counter) in batches {
        let of = |sign: char| {
            let subject = if sign == 'a' { &live } else { &candidate };
            world.outcomes(subject, "x").remove(0)
        };
        let outcomes: Vec<Outcome> = batch.chars().map(of).collect();
        let recorded = match counter {
            Counter::Same => world.control.record(outcomes).await.expect("it is recorded"),
            Counter::Another => world.another().record(outcomes).await.expect("it is recorded"),
            Counter::Ends => {
                one_that_ends(&world).record(outcomes).await.expect_err("it cannot judge");
                continue;
            }
        };
        if let Some(found) = deciding(recorded.judged) {
            return Some(found);
        }
    }
    deciding(world.another().sweep().await.expect("it is judged").judged)
}

async fn decided(batches: &[&str]) -> Option<TestResult> {
    let batches: Vec<_> = batches.iter().map(|batch| (*batch, Counter::Same)).collect();
    decided_by(&batches).await
}

#[tokio::test]
async fn what_the_live_version_did_later_in_a_batch_does_not_speak_for_the_candidate() {
    // It fails at a fifth of the runs, and then the live version does as well.
    let alone = decided(&["bbbbb"]).await;
    assert!(alone.is_some());
    assert_eq!(decided(&["bbbbbaaaaaaaaaaaaaaaaaaaa"]).await, alone);
    assert_eq!(decided(&["aaaaaaaaaaaaaaaaaaaabbbbb"]).await, None, "what it did before does");
}

#[tokio::test]
async fn what_the_live_version_did_before_somebody_looks_does_not_speak_for_the_candidate() {
    let alone = decided(&["bbbbb"]).await;
    let later = [("bbbbb", Counter::Ends), ("aaaaaaaaaaaaaaaaaaaa", Counter::Another)];
    assert_eq!(decided_by(&later).await, alone, "whoever counted it died");
    let before = [("aaaaaaaaaaaaaaaaaaaa", Counter::Another), ("bbbbb", Counter::Ends)];
    assert_eq!(decided_by(&before).await, None, "what it did before does");
}

/// What another process counts between an append and the look at it.
#[derive(Debug)]
struct Between(Control, Vec<Outcome>, AtomicBool);

#[async_trait]
impl Director for Between {
    async fn before(&self, _: &'static str) -> Option<Fault> {
        None
    }

    async fn after(&self, op: &'static str) {
        if op == "append" && !self.2.swap(true, Ordering::SeqCst) {
            drop(self.0.record(self.1.clone()).await.expect("it is recorded"));
        }
    }
}

#[tokio::test]
async fn who_counts_between_an_append_and_the_look_at_it_changes_no_verdict() {
    let alone = decided(&["bbbbb"]).await;
    let (world, [live, candidate]) = beside().await;
    let (failing, others) =
        (world.outcomes(&candidate, "xxxxx"), world.outcomes(&live, &"x".repeat(20)));
    let (store, namespace) = (Arc::clone(&world.store), world.control.namespace().clone());
    let between = Arc::new(Between(world.control, others, AtomicBool::new(false)));
    let store = Faulty::directed(store, Arc::clone(&between) as _);
    let control = Control::new(Arc::new(store), namespace);
    let recorded = control.record(failing).await.expect("it is recorded");
    assert!(between.2.load(Ordering::SeqCst));
    assert_eq!(deciding(recorded.judged), alone);
    let noted = control.store().noted(control.namespace(), &candidate, 0, Limit::MAX).await;
    let totals: Vec<_> =
        noted.unwrap().iter().flat_map(|it| &it.others).map(|it| it.total).collect();
    assert_eq!(totals, [0; 5], "it had no runs under these shares before");
}

#[tokio::test]
async fn who_records_is_told_how_near_its_verdict_is_as_who_asks_for_it() {
    let world = shop().await;
    let begun = start(&world, by_shares(&[20])).await.expect("it begins").deployment;
    drop(drive(&world, &begun).await);
    let control = &world.control;
    let subject = control.subject(&greeting(), version(2), &production()).await.expect("it runs");
    let recorded = control.record(world.outcomes(&subject, "x")).await.expect("it is recorded");
    let tally = &recorded.judged[0].tally;
    let told = control.standings(&subject, tally).await.expect("it is told");
    let explained = control.explain(subject).await.expect("it is explained");
    assert_eq!(told, Some(explained.standings));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_cut_of_both_gives_the_same_verdict(
        signs in "a{0,3}b{0,3}a?(ab{1,4}){0,4}",
        cuts in prop::collection::vec(0_usize..24, 0..4),
        counters in prop::collection::vec(
            prop_oneof![Just(Counter::Same), Just(Counter::Another), Just(Counter::Ends)], 5),
    ) {
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(signs.len())).collect();
        cuts.sort_unstable();
        let ends = cuts.iter().copied().chain([signs.len()]);
        let batches: Vec<_> = iter::once(0).chain(cuts.iter().copied()).zip(ends)
            .filter_map(|(from, to)| signs.get(from..to))
            .filter(|batch| !batch.is_empty())
            .collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let by_several: Vec<_> = batches.iter().copied().zip(counters).collect();
        let by_several = runtime.block_on(decided_by(&by_several));
        let in_pieces = runtime.block_on(decided(&batches));
        let at_once = runtime.block_on(decided(&[&signs]));
        let ones: Vec<_> = (0..signs.len()).filter_map(|at| signs.get(at..=at)).collect();
        let one_by_one = runtime.block_on(decided(&ones));
        prop_assert_eq!(&in_pieces, &at_once);
        prop_assert_eq!(&by_several, &at_once);
        prop_assert_eq!(&one_by_one, &at_once);
    }
}

#[tokio::test]
async fn what_is_live_and_a_candidate_have_verdicts_of_their_own() {
    let (world, [live, candidate]) = beside().await;
    let control = &world.control;
    drop(control.record(world.outcomes(&live, "xxxxxxxx")).await.expect("it is recorded"));
    let of_live = control.explain(live).await.unwrap().latch.expect("it has a verdict");
    assert_eq!(of_live.version, version(1));
    let explained = control.explain(candidate).await.unwrap();
    assert_eq!((explained.latch, explained.verdict), (None, Verdict::Undecided));
}

/// Counts how often logs are read.
#[derive(Debug, Default)]
struct Reads(AtomicUsize);

#[async_trait]
impl Director for Reads {
    async fn before(&self, op: &'static str) -> Option<Fault> {
        self.0.fetch_add(usize::from(op == "outcomes"), Ordering::SeqCst);
        None
    }

    async fn after(&self, _: &'static str) {}
}

#[tokio::test]
async fn who_finds_what_nobody_judged_does_not_read_the_logs_of_others_from_the_beginning() {
    let (world, [live, candidate]) = beside().await;
    drop(world.control.record(world.outcomes(&live, &".".repeat(20_000))).await.unwrap());
    drop(world.control.sweep().await.expect("it is judged, and that is noted"));
    drop(world.control.record(world.outcomes(&live, &".x".repeat(10))).await.unwrap());
    let died = one_that_ends(&world).record(world.outcomes(&candidate, "xx")).await;
    died.expect_err("it cannot judge");
    drop(world.another().record(world.outcomes(&live, "x")).await.unwrap());
    let reads = Arc::new(Reads::default());
    let store = Faulty::directed(Arc::clone(&world.store), Arc::clone(&reads) as _);
    let control = Control::new(Arc::new(store), world.control.namespace().clone());
    assert_eq!(control.sweep().await.expect("it is judged").judged.len(), 2);
    let reads = reads.0.load(Ordering::SeqCst);
    assert!(reads <= 5, "{reads} pages were read, of a log of 20,000");
}

#[tokio::test]
async fn who_cannot_tell_what_a_failure_is_held_against_counts_nothing_yet() {
    let (world, [_, candidate]) = beside().await;
    let failures = world.outcomes(&candidate, "xx");
    // The first call is for the route.
    let store = Faulty::planned(Arc::clone(&world.store), [(1, Fault::NotDone)]);
    let control = Control::new(Arc::new(store), world.control.namespace().clone());
    let refused = control.record(failures.clone()).await;
    assert!(matches!(refused, Err(ControlError::Store(err)) if err.is_temporary()));
    let (store, namespace) = (control.store(), control.namespace());
    assert_eq!(store.tallies(namespace, &candidate).await.unwrap(), None, "nothing is counted");
    assert_eq!(control.record(failures).await.expect("it is recorded").judged.len(), 1);
    let noted = store.noted(namespace, &candidate, 0, Limit::MAX).await.unwrap();
    assert_eq!(noted.len(), 2);
}

#[tokio::test]
async fn nothing_is_noted_with_failures_of_what_is_live() {
    let world = shop().await;
    let begun = start(&world, by_shares(&[20])).await.expect("it begins").deployment;
    let mut phase = drive(&world, &begun).await.deployment.phase;
    while phase == Phase::Running {
        drop(run(&world, 2, &format!("x{}", ".".repeat(100))).await);
        world.clock.advance(MINUTE);
        phase = drive(&world, &begun).await.deployment.phase;
    }
    drop(run(&world, 2, "xx").await);
    let (store, namespace) = (&world.store, world.control.namespace());
    let mut of_candidate = 0;
    for subject in store.subjects(namespace, None, Limit::MAX).await.unwrap() {
        let noted = store.noted(namespace, &subject, 0, Limit::MAX).await.unwrap();
        if subject.version == version(2) && subject.generation == generation(2) {
            of_candidate = noted.len();
        } else {
            assert_eq!(noted, [], "{subject}");
        }
    }
    assert!(of_candidate > 0);
}

/// Counts how often logs are read, and counts runs elsewhere after an append.
#[derive(Debug)]
struct Meanwhile(Reads, Between);

#[async_trait]
impl Director for Meanwhile {
    async fn before(&self, op: &'static str) -> Option<Fault> {
        self.0.before(op).await
    }

    async fn after(&self, op: &'static str) {
        self.1.after(op).await;
    }
}

#[tokio::test]
async fn who_knows_nothing_yet_reads_no_more_of_another_log_than_came_meanwhile() {
    let (world, [live, candidate]) = beside().await;
    drop(world.control.record(world.outcomes(&live, &".".repeat(20_000))).await.unwrap());
    let (failing, others) = (world.outcomes(&candidate, "xx"), world.outcomes(&live, ".x."));
    let (store, namespace) = (Arc::clone(&world.store), world.control.namespace().clone());
    let between = Between(world.control, others, AtomicBool::new(false));
    let meanwhile = Arc::new(Meanwhile(Reads::default(), between));
    let store = Faulty::directed(store, Arc::clone(&meanwhile) as _);
    let control = Control::new(Arc::new(store), namespace);
    drop(control.record(failing).await.expect("it is recorded"));
    let reads = meanwhile.0.0.load(Ordering::SeqCst);
    assert!(reads <= 2, "{reads} pages were read, of a log of 20,000");
}
