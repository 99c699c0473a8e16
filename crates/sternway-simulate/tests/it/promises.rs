//! What is promised of the tests: false rollbacks, at any look.

use sternway_policy::evidence::Share;
use sternway_simulate::{
    Costs, Effort, Outage, Procedure, Scenario,
    rules::{Decline, InARow},
    sequential::{Level, TestA, TestH, TestHFromStarts},
};

use super::{alpha, level, run, scenario};

const BASES: [f64; 4] = [0.99, 0.95, 0.9, 0.75];

/// Of a hundred healthy versions, not more than one may be taken back.
fn check(scenario: &Scenario, procedure: &dyn Procedure) {
    let summary = run(scenario, procedure, 100);
    let lower = summary.false_limits(level()).lower;
    assert!(lower <= 0.01, "{} of {}: {scenario:?}", summary.falsely_stopped(), summary.runs());
}

fn beside(scenario: Scenario, share: f64) -> Scenario {
    scenario.beside(Share::new(share).expect("a share"))
}

fn test_h(level: Level, at: f64) -> TestH {
    TestH { level, alpha: alpha(at) }
}

#[test]
fn test_h_keeps_its_alpha_where_the_rate_is_known() {
    for base in BASES {
        check(&scenario(base, 0.0), &test_h(Level::Known, 0.01));
    }
}

#[test]
fn test_h_keeps_its_alpha_where_the_rate_was_measured() {
    for base in BASES {
        let scenario = scenario(base, 0.0).with_measured(200).with_horizon(3_000);
        check(&scenario, &test_h(Level::Measured(alpha(0.002)), 0.008));
        check(&scenario, &test_h(Level::Exact(alpha(0.002)), 0.008));
    }
}

#[test]
fn test_h_with_the_start_mixture_keeps_its_alpha() {
    for base in BASES {
        let scenario = scenario(base, 0.0).with_horizon(3_000);
        check(&scenario, &TestHFromStarts(test_h(Level::Known, 0.01)));
    }
}

#[test]
fn what_comes_before_a_regression_is_no_reason() {
    let scenario = scenario(0.95, 0.3).beginning_after(1_000).with_horizon(3_000);
    let summary = run(&scenario, &TestHFromStarts(test_h(Level::Known, 0.01)), 150);
    assert!(summary.false_limits(level()).lower <= 0.01);
    assert!(summary.stop_limits(level()).upper >= 0.99, "{summary:?}");
}

#[test]
fn test_a_keeps_its_alpha_at_every_share() {
    for (base, share) in [(0.99, 0.5), (0.95, 0.2), (0.75, 0.2), (0.9, 0.5)] {
        let scenario = beside(scenario(base, 0.0).with_horizon(2_000), share);
        check(&scenario, &TestA { alpha: alpha(0.01) });
    }
}

#[test]
fn an_outage_of_both_versions_is_no_fault_of_the_candidate() {
    let outage = Outage { after: 500, lasts: 500, success: 0.6 };
    let alone = scenario(0.95, 0.0).with_outage(outage).with_horizon(1_500);
    check(&beside(alone.clone(), 0.2), &TestA { alpha: alpha(0.01) });
    // Who looks at the candidate alone cannot know.
    let fooled = run(&alone, &test_h(Level::Known, 0.01), 100);
    assert_eq!(fooled.stopped(), 100);
}

#[test]
fn betting_keeps_its_alpha_at_the_limit() {
    let mean = |mean| mean_of(mean);
    let costs = Costs {
        mean: mean(0.21),
        concentration: 5.0,
        limit: mean(0.21),
        alpha: alpha(0.01),
        horizon: 1_000,
    };
    let summary = costs.simulate(Effort::new(300, 1), &|_| ());
    assert!(summary.false_limits(level()).lower <= 0.01, "{summary:?}");
    let twice = Costs { mean: mean(0.4), ..costs };
    assert_eq!(twice.simulate(Effort::new(100, 1), &|_| ()).stopped(), 100);
}

fn mean_of(mean: f64) -> sternway_policy::evidence::Mean {
    sternway_policy::evidence::Mean::new(mean).expect("a mean")
}

#[test]
fn rules_of_thumb_promise_nothing_and_break_it() {
    for procedure in [&Decline::USUAL as &dyn Procedure, &InARow::USUAL] {
        let summary = run(&scenario(0.9, 0.0).with_horizon(3_000), procedure, 300);
        assert!(summary.false_limits(level()).lower > 0.01, "{summary:?}");
    }
}
