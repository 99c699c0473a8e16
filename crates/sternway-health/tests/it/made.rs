//! What is asked about, and how answers are looked at.

use std::time::Duration;

use sternway_health::Endpoint;
use sternway_provider::{Health, HealthProbe, Unprobed};
use sternway_types::{
    Deployment, Generation, Limits, Member, Plan, Regime, Step, Strategy, Timestamp, Weight,
};

/// As long as a test waits for what does not come.
pub(crate) const SHORT: Duration = Duration::from_millis(200);

/// v2 of a prompt, before it gets any runs.
pub(crate) fn deployment() -> Deployment {
    let steps = vec![Step::Probe("ready".parse().expect("a name")), Step::GoLive];
    Deployment::new(
        "0191f3a0-0000-7000-8000-00000000d001".parse().expect("an id"),
        "production".parse().expect("a name"),
        vec![Member {
            artifact: "prompts/greeting".parse().expect("a name"),
            from: "v1".parse().expect("a version"),
            to: "v2".parse().expect("a version"),
            rivals: Vec::new(),
            regimes: vec![Regime {
                arms: Vec::new(),
                generation: Generation::ZERO,
                weight: Weight::ZERO,
                shadow: Weight::ZERO,
                matched: false,
            }],
            baseline: None,
        }],
        Plan::new(Strategy::Immediate, steps, Limits::default()).expect("a plan"),
        "human:alice".parse().expect("a person"),
        Timestamp::EPOCH,
    )
}

/// An address that is not waited for long.
pub(crate) fn endpoint(url: &str) -> Endpoint {
    Endpoint::new(url).expect("an address").within(SHORT)
}

pub(crate) async fn asked(probe: &dyn HealthProbe) -> Result<Health, Unprobed> {
    probe.probe(&deployment()).await
}

#[track_caller]
pub(crate) fn unwell(answer: Result<Health, Unprobed>, expected: &str) {
    match answer {
        Ok(Health::Unwell(problem)) => assert!(problem.contains(expected), "{problem}"),
        other => panic!("{other:?} is not: {expected}"),
    }
}

#[track_caller]
pub(crate) fn unknown(answer: Result<Health, Unprobed>, expected: &str) {
    match answer {
        Err(why) => assert!(why.to_string().contains(expected), "{why}"),
        other => panic!("{other:?} is not: {expected}"),
    }
}
