//! Version what AI agents change while they run, and take bad versions back.
//!
//! Sternway keeps every version of what an agent system depends on (prompts, tool code,
//! configurations, plans), knows which one is live where, counts how each one does, and takes a bad
//! one back by itself, in milliseconds. It runs inside your process, on one file.
//!
//! ```
//! use sternway::{Outcome, Sternway};
//! use std::time::{Duration, Instant};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let call_model = |prompt: &str| if prompt.starts_with("Hello") { Ok(()) } else { Err("no such tone") };
//! let sw = Sternway::open(folder.path().join(".sternway")).await?;
//! let greeting = sw.artifact("prompts/greeting");
//!
//! greeting.publish("Hello, {{name}}!").reason("first version").await?; // v1 goes live
//! let v2 = greeting
//!     .publish("Hi {{name}} — what do you need?")
//!     .reason("friendlier tone")
//!     .author("alice")
//!     .expect_latest(1)
//!     .await?; // staged, not live
//! greeting.promote(v2.number).reason("tried it by hand").await?;
//!
//! for _ in 0..3 {
//!     let live = greeting.live().await?;
//!     let start = Instant::now();
//!     let reply = call_model(live.text()?);
//!     let judged = live.record(Outcome::from(&reply).took(start.elapsed())).await?;
//!     if let Some(rollback) = judged.rollback() {
//!         println!("greeting is back on {}", rollback.to); // three failures right at the start
//!     }
//! }
//! assert_eq!(greeting.live().await?.number().get(), 1);
//! sw.shutdown().await?;
//! # Ok(())
//! # }
//! ```
//!
//! The default policy is on without a call. [`Live::record`] answers with the verdict and the
//! rollback that it caused, so no background task is needed.
//!
//! # What is where
//!
//! This crate holds names, not logic: what it can do, you can do with the crates below it, each of
//! which is re-exported as a module. Start with [`types`] for the words, [`control`] for the verbs,
//! [`store`] for a backend of your own, [`policy`] and [`diff`] for the pure parts alone.
//!
//! # Features
//!
//! - `redb` (default): the embedded backend, [`Sternway::open`].
//! - `postgres`: the shared backend, `Sternway::connect`.
//! - `haproxy`: deployments share requests out through an `HAProxy`, by `Builder::with_routers`.
//! - `json-schema`: checks of contents by JSON Schema. Where a policy asks for one, a program without
//!   it publishes nothing.

mod artifact;
mod content;
#[cfg(feature = "redb")]
mod embedded;
mod error;
mod live;
mod open;
mod outcome;
mod verbs;

pub use sternway_api as api;
pub use sternway_bundle as bundle;
pub use sternway_control as control;
pub use sternway_deploy as deploy;
pub use sternway_diff as diff;
pub use sternway_folder as folder;
#[cfg(feature = "haproxy")]
pub use sternway_haproxy as haproxy;
pub use sternway_policy as policy;
#[cfg(feature = "postgres")]
pub use sternway_postgres as postgres;
pub use sternway_provider as provider;
#[cfg(feature = "redb")]
pub use sternway_redb as redb;
pub use sternway_store as store;
pub use sternway_types as types;

pub use crate::{
    artifact::ArtifactHandle,
    content::IntoContent,
    error::Error,
    live::{Judgement, Live},
    open::{Builder, Missing, Sternway},
    outcome::Outcome,
    verbs::{PromoteCall, PublishCall, RollbackCall},
};

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
