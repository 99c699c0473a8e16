//! A candidate beside what is live is judged by what both had done before each of its failures, however their
//! outcomes were cut into batches.

use std::iter;

use proptest::prelude::*;
use sternway_control::rollback::Reaction;
use sternway_types::{Outcome, Subject, TestResult, Verdict};

use crate::{
    deploy::{by_shares, drive, shop, start},
    make::{greeting, production, version},
};

/// Records failures of the live version (`a`) and of the candidate (`b`), in batches; by which counters the
/// candidate was taken back.
async fn decided(batches: &[&str]) -> Option<TestResult> {
    let world = shop().await;
    let begun = start(&world, by_shares(&[20])).await.expect("it begins").deployment;
    drop(drive(&world, &begun).await);
    let route = world.control.wanted_route(&greeting(), &production()).await.expect("a route");
    let generation = route.expect("something is live").generation();
    for batch in batches {
        let of = |sign: char| {
            let version = version(if sign == 'a' { 1 } else { 2 });
            let (artifact, environment) = (greeting(), production());
            let subject = Subject { artifact, environment, version, generation };
            world.outcomes(&subject, "x").remove(0)
        };
        let outcomes: Vec<Outcome> = batch.chars().map(of).collect();
        let recorded = world.control.record(outcomes).await.expect("it is recorded");
        for judged in recorded.judged {
            if let (Some(Reaction::Withdrawn { .. }), Verdict::Regressed(found)) =
                (judged.reaction, judged.verdict)
            {
                return found.evidence.test;
            }
        }
    }
    None
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
    ) {
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(signs.len())).collect();
        cuts.sort_unstable();
        let ends = cuts.iter().copied().chain([signs.len()]);
        let batches: Vec<_> = iter::once(0).chain(cuts.iter().copied()).zip(ends)
            .filter_map(|(from, to)| signs.get(from..to))
            .filter(|batch| !batch.is_empty())
            .collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let in_pieces = runtime.block_on(decided(&batches));
        let at_once = runtime.block_on(decided(&[&signs]));
        let ones: Vec<_> = (0..signs.len()).filter_map(|at| signs.get(at..=at)).collect();
        let one_by_one = runtime.block_on(decided(&ones));
        prop_assert_eq!(&in_pieces, &at_once);
        prop_assert_eq!(&one_by_one, &at_once);
    }
}
