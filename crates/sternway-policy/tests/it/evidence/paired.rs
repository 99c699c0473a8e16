//! Test P.

use proptest::prelude::*;
use sternway_policy::evidence::{Allocation, Attribution, Discordant, Failures, Margin, Paired};

use super::{alpha, counters, share};

#[test]
fn nine_requests_that_the_candidate_alone_fails_decide() {
    let paired = Paired::new();
    assert_eq!(paired.failures_until(Discordant::default(), alpha(0.01)), Some(9));
    assert_eq!(paired.boundary(9, alpha(0.01)), Some(9));
    assert_eq!(paired.boundary(8, alpha(0.01)), None);
    assert!(paired.crosses(Discordant::new(9, 0), alpha(0.01)));
    assert!(!paired.crosses(Discordant::new(9, 1), alpha(0.01)));
}

#[test]
fn a_candidate_that_fails_less_is_not_worse() {
    let pairs = Discordant::new(100, 300);
    assert!(Paired::new().ln_e(pairs) < 0.0);
}

proptest! {
    #[test]
    fn it_is_the_attribution_at_one_half(
        one in (counters(), counters()), other in (counters(), counters()),
    ) {
        let (one, other) = (Discordant::new(one.0, one.1), Discordant::new(other.0, other.1));
        let both = one.plus(other);
        let half = Allocation::new(share(0.5), Margin::NONE);
        let failures = Failures::new(both.candidate_failed, both.baseline_failed);
        let expected = Attribution::new().with(&half, failures).ln_e();
        prop_assert!(expected.is_finite());
        prop_assert_eq!(Paired::new().ln_e(both).to_bits(), expected.to_bits());
        prop_assert_eq!(Paired::default().ln_e(other.plus(one)).to_bits(), expected.to_bits());
    }
}
