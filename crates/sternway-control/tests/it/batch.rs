//! A batch is judged at each failure in it, as if its outcomes had come one by one.

use proptest::prelude::*;
use sternway_control::rollback::Reaction;
use sternway_types::{Preset, Verdict};

use crate::{
    make::{production, version},
    world::World,
};

/// Records outcomes of version 2 in batches; whether it was taken back, by which outcome, counted
/// from the first.
async fn decided(batches: &[String]) -> Option<u64> {
    let world = World::with_live(2).await;
    world.judge_by(Preset::Immediate).await;
    let subject = world.subject(2).await;
    for signs in batches {
        let outcomes = world.outcomes(&subject, signs);
        let recorded = world.control.record(outcomes).await.expect("it is recorded");
        for judged in recorded.judged {
            if let (Some(Reaction::RolledBack(_)), Verdict::Regressed(regression)) =
                (judged.reaction, judged.verdict)
            {
                let evidence = regression.evidence;
                return Some(evidence.succeeded + evidence.failed);
            }
        }
    }
    None
}

async fn check(batches: &[&str], expected: Option<u64>) {
    let batches: Vec<String> = batches.iter().map(ToString::to_string).collect();
    assert_eq!(decided(&batches).await, expected, "{batches:?}");
}

#[tokio::test]
async fn later_successes_of_a_batch_do_not_undo_a_verdict() {
    check(&["xxx....."], Some(3)).await;
    check(&["xxx."], Some(3)).await;
}

#[tokio::test]
async fn the_verdict_has_the_counters_of_its_moment() {
    check(&["..xxxxx"], Some(5)).await;
    check(&["T.T.T"], Some(3)).await;
}

#[tokio::test]
async fn how_outcomes_are_cut_into_batches_does_not_matter() {
    for batches in [&["x.xxx."][..], &["x.", "xxx."], &["x", ".", "x", "x", "x"], &["x.xx", "x."]] {
        check(batches, Some(5)).await;
    }
}

#[tokio::test]
async fn successes_alone_decide_nothing() {
    check(&["xx", "......", "xx", "....."], None).await;
}

#[tokio::test]
async fn the_log_that_others_wrote_is_judged_first() {
    let world = World::with_live(2).await;
    let subject = world.subject(2).await;
    world.append(&subject, "xxx").await;
    // A success arrives first; the three failures before it were never judged.
    let recorded = world.recorded(2, ".").await;
    let Verdict::Regressed(regression) = &recorded.judged[0].verdict else { panic!("regressed") };
    assert_eq!(regression.evidence.failed, 3);
    assert_eq!(regression.evidence.succeeded, 0, "as of the third failure");
    assert_eq!(world.live().await, Some(version(1)));
}

#[tokio::test]
async fn a_batch_of_thousands_is_judged_to_its_first_crossing() {
    let good = ".".repeat(5_000);
    check(&[&format!("{good}xxx{good}")], Some(5_003)).await;
}

#[tokio::test]
async fn one_batch_makes_one_rollback() {
    let world = World::with_live(2).await;
    world.run(2, "xxxxxxxxxx").await;
    assert_eq!(world.moves().await, "v1 published, v2 promoted, v1 rolled back");
    let check = world.control.check(&crate::make::greeting(), &production()).await.unwrap();
    assert_eq!(check.tally.total(), 0, "the restored version begins anew");
}

/// Outcomes cut into batches, and the same in one.
fn cuts() -> impl Strategy<Value = (String, Vec<usize>)> {
    ("[.xT?]{1,14}", prop::collection::vec(0_usize..14, 0..4))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_cut_gives_the_same_verdict((signs, mut cuts) in cuts()) {
        cuts.sort_unstable();
        let mut batches = Vec::new();
        let mut rest = signs.as_str();
        for cut in cuts.into_iter().rev() {
            if let Some((left, right)) = rest.split_at_checked(cut) {
                batches.push(right.to_owned());
                rest = left;
            }
        }
        batches.push(rest.to_owned());
        batches.reverse();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let in_pieces = runtime.block_on(decided(&batches));
        let at_once = runtime.block_on(decided(&[signs]));
        prop_assert_eq!(in_pieces, at_once);
    }
}
