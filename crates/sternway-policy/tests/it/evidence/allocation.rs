//! What is asked at every failure takes no memory.

use allocation_counter::measure;
use sternway_policy::evidence::{
    Allocation, Arm, Attribution, Betting, Counts, Detector, Discordant, Failures, Form, Guard,
    History, Interval, Margin, Mean, NewFingerprint, Paired, Proven, Starts, Wealth, combined,
};

use super::{alpha, ratio, share};

fn check(look: impl FnMut()) {
    assert_eq!(measure(look).count_total, 0);
}

#[test]
fn tests_that_rest_on_counters_allocate_nothing() {
    let (counts, at) = (Counts::new(900, 100), alpha(0.007));
    check(|| {
        let history = History::measured(counts, alpha(0.002));
        assert!(!history.crosses(counts, at));
        assert!(history.boundary(1_000, at).is_some());
        assert!(history.failures_until(counts, at).is_some());
        let step = Allocation::new(share(0.2), Margin::NONE);
        let sum = Attribution::new().with(&step, Failures::new(20, 80));
        assert!(!sum.crosses(at) && sum.failures_until(&step, at).is_some());
        assert!(!Paired::new().crosses(Discordant::new(3, 4), at));
        assert!(!NewFingerprint::new(1_000, at).crosses(Counts::new(10, 0)));
        let proven = Proven::measured(counts, alpha(0.002), ratio(0.02));
        assert!(!proven.crosses(counts, at));
        assert!(Interval::of(counts, at).lower < 0.9);
    });
}

#[test]
fn tests_that_go_on_from_a_state_allocate_nothing() {
    let history = History::declared(ratio(0.9));
    let (success, failure) = (history.ratios(Counts::new(1, 0)), history.ratios(Counts::new(0, 1)));
    check(|| {
        let (mut starts, mut detector) = (Starts::new(), Detector::new(Form::ShiryaevRoberts));
        for _ in 0..Starts::BLOCK {
            starts.observe(&success, Arm::Candidate);
            detector.observe(&success);
        }
        assert!(starts.failures_until(&failure, alpha(0.007)).is_some());
        let mut wealth = Wealth::new();
        Betting::new(Mean::new(0.2).expect("a mean")).observe(&mut wealth, ratio(0.5));
        let weight = std::num::NonZeroU32::MIN;
        let guards = [starts.ln_e(), detector.ln_mean(), wealth.ln_e()];
        assert!(combined(&guards.map(|ln_e| Guard { weight, ln_e })).is_finite());
    });
}
