//! Copies of runs, compared one by one with what answered.

use sternway_policy::{
    Found, beside, beside_again, beside_standing,
    evidence::{Alpha, Discordant, Paired},
};
use sternway_types::{Beside, Pairs, Policy, Tally, VersionNumber, Weight};

const PAIRS: fn(u64, u64, u64) -> Pairs =
    |alone, other_alone, alike| Pairs { alone, other_alone, alike };

/// Copies of a fifth of 1,000 runs, all of them compared.
fn copied(pairs: Pairs) -> Beside {
    let failed = pairs.alone + pairs.alike / 2;
    Beside {
        weight: Weight::new(1_667).expect("a share"),
        succeeded: pairs.total() - failed,
        failed,
        baseline_succeeded: 950,
        baseline_failed: 50,
        pairs,
        counted: None,
    }
}

fn alpha() -> Alpha {
    Alpha::new(0.009).expect("an alpha")
}

fn taken_back(shares: &[Beside]) -> bool {
    let found = beside(&Policy::default(), VersionNumber::FIRST, shares, &Tally::default(), 1);
    if let Some(regression) = &found {
        assert_eq!(beside_again(regression), Some(true), "the evidence leads to it again");
    }
    found.is_some()
}

#[test]
fn pairs_that_disagree_decide_at_the_boundary_of_test_p() {
    for pairs in [4, 9, 12, 30, 100] {
        let boundary = Paired::new().boundary(pairs, alpha());
        for alone in 0..=pairs {
            // What fails both, however often, changes nothing.
            let found = taken_back(&[copied(PAIRS(alone, pairs - alone, 200))]);
            assert_eq!(found, boundary.is_some_and(|it| alone >= it), "{alone} of {pairs}");
        }
    }
}

#[test]
fn how_many_more_it_takes_is_what_it_takes() {
    let pairs = PAIRS(3, 2, 50);
    let standing = beside_standing(&Policy::default(), VersionNumber::FIRST, &[copied(pairs)], 1);
    let standing = standing.expect("it has a rule on the success rate");
    let discordant = Discordant::new(3, 2);
    let more = Paired::new().failures_until(discordant, alpha());
    let boundary = Paired::new().boundary(5, alpha());
    assert_eq!(standing.found, Found::Paired { pairs, boundary, more });
    let more = more.expect("it can be counted");
    assert!(!taken_back(&[copied(PAIRS(3 + more - 1, 2, 50))]));
    assert!(taken_back(&[copied(PAIRS(3 + more, 2, 50))]));
    let said =
        format!("3 of 5 runs that one of both failed, of 55 that both had, are its own, {more}");
    assert!(standing.to_string().contains(&said), "{standing}");
}

#[test]
fn a_share_of_which_some_copies_are_not_compared_is_held_to_test_a() {
    let all = copied(PAIRS(12, 0, 100));
    assert!(taken_back(&[all]));
    let some = Beside { succeeded: all.succeeded + 1, ..all };
    let plain = Beside { pairs: Pairs::default(), ..some };
    let say = |share| {
        beside_standing(&Policy::default(), VersionNumber::FIRST, &[share], 1).expect("a rule").test
    };
    assert_eq!(say(some).map(|it| it.ln_e), say(plain).map(|it| it.ln_e));
    assert_ne!(say(all).map(|it| it.ln_e), say(plain).map(|it| it.ln_e));
}

#[test]
fn what_copies_said_adds_to_what_shares_say_later() {
    let split = Beside {
        weight: Weight::new(1_000).expect("a share"),
        succeeded: 96,
        failed: 4,
        baseline_succeeded: 890,
        baseline_failed: 10,
        pairs: Pairs::default(),
        counted: None,
    };
    let copies = copied(PAIRS(9, 0, 40));
    assert!(!taken_back(&[copies]) && !taken_back(&[split]), "neither alone is enough");
    assert!(taken_back(&[copies, split]) && taken_back(&[split, copies]));
}
