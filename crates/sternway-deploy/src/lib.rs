//! Deployments as a state machine: events in, the next state and what is to be written out.
//!
//! A [`Deployment`](sternway_types::Deployment) takes its candidates through the steps of a frozen plan.
//! Everything that decides about it is here and pure: there is no clock, no store and no router. A driver
//! tells what happened ([`Event`]), commits what [`advance`] answers with, and only then does what that
//! asks for. A driver that died anywhere is replaced by one that reads the deployment and goes on.
//!
//! | what | how |
//! |---|---|
//! | how steps are made | [`canary`], [`rolling`], [`blue_green`], [`immediate`], [`by_header`] before any of them; [`linear`] and [`exponential`] weights |
//! | what happens next | [`begin`], [`begin_at`], [`advance`], and [`due`]: when something happens by time alone |
//! | what people may do | [`Ask`] |
//! | what is to be written | [`Write`], in the same commit as the deployment |
//! | what routers are told where that cannot be written | [`withdrawal`] |
//!
//! ```
//! use std::time::Duration;
//! use sternway_deploy::{canary, linear};
//! use sternway_types::{Limits, Step, Wait};
//!
//! let wait = Wait { outcomes: 20, length: Duration::from_mins(5) };
//! let plan = canary(&linear(2_500)?, wait, wait, Limits::default())?;
//! let shown: Vec<String> = plan.steps().iter().map(Step::to_string).collect();
//! assert_eq!(shown[..3], ["weight 25 %", "analyze 20 outcomes and 5m", "weight 50 %"]);
//! assert_eq!(shown[6..], ["go live", "bake 20 outcomes and 5m"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod awaited;
mod consent;
mod engine;
mod event;
mod experiment;
mod frozen;
mod header;
mod next_look;
mod person;
mod queued;
mod starved;
mod strategy;
mod withdrawn;

pub use crate::{
    engine::{Next, Write, advance, begin, begin_at},
    event::{Ask, Awaited, Event, Found, Refused},
    header::by_header,
    next_look::{awaits_outcomes, due},
    strategy::{
        Growth, blue_green, canary, experiment, exponential, immediate, linear, rolling, shadow,
    },
    withdrawn::withdrawal,
};
