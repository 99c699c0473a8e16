//! Simulates deployments: how often a rule takes back a healthy version, and how soon a bad one.
//!
//! A [`Scenario`] says what happens as far as chance does not decide it: the success rate of the
//! baseline, what the candidate loses of it and when, the traffic, an outage. A [`Procedure`] decides:
//! it makes a [`Decider`] for each deployment, which is fed one request at a time and says at which it
//! would stop. [`simulate`] lets one decide over many deployments, and answers with a [`Summary`].
//!
//! ```
//! use sternway_policy::evidence::Alpha;
//! use sternway_simulate::{
//!     Effort, Scenario, simulate,
//!     rules::Decline,
//!     sequential::{Level, TestH},
//! };
//!
//! // A version as good as its baseline, which succeeds at 90 %; 500 deployments of 1,000 outcomes.
//! let healthy = Scenario::new(0.9, 0.0)?.with_horizon(1_000);
//! let effort = Effort::new(500, 1);
//! let usual = simulate(&healthy, &Decline::USUAL, effort, &|_| ());
//! let test = TestH { level: Level::Known, alpha: Alpha::new(0.01)? };
//! let sound = simulate(&healthy, &test, effort, &|_| ());
//! // "15 points over 10 or more" takes every seventh of them back; Test H at most one in a hundred.
//! assert!(usual.false_limits(Alpha::new(1e-6)?).lower > 0.05);
//! assert!(sound.false_limits(Alpha::new(1e-6)?).lower < 0.01);
//!
//! // One that is 15 points worse is taken back after some 60 outcomes.
//! let worse = Scenario::new(0.9, 0.15)?;
//! let found = simulate(&worse, &test, effort, &|_| ());
//! assert_eq!(found.stopped(), 500);
//! assert!((40.0..90.0).contains(&found.median().ok_or("none was stopped")?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What [`tables`] makes is laid beside what the reference simulation found ([`mod@reference`]).
//!
//! Limits: outcomes are independent of each other, every version fails at a rate, and nothing is late
//! or lost. Chance comes from a seed: the same seed leads to the same numbers on every machine and on
//! any number of threads. There is no clock and no I/O.

mod arrival;
mod betting;
mod chance;
mod decider;
mod deployment;
mod effort;
mod full;
mod limits;
mod number;
pub mod plot;
mod policy;
pub mod reference;
pub mod rules;
mod scenario;
pub mod sequential;
mod sessions;
mod summary;
pub mod tables;

pub use crate::{
    arrival::ByArrival,
    betting::Costs,
    decider::{Decider, Decision, Procedure, Setting},
    deployment::{Deployment, End, Unit},
    effort::{Effort, Progress, simulate},
    full::TwoProportions,
    limits::{Limits, limits},
    policy::{ByPolicy, PACE},
    scenario::{Counted, Outage, Scenario, ScenarioError, Step},
    sessions::{Counting, Sessions},
    summary::{Stop, Summary},
};
