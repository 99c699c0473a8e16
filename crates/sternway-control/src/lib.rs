//! The drivers of Sternway: thin loops that load what is there, ask the pure crates what to do, and
//! commit it. *Semver-exempt*: most programs use the `sternway` facade instead.
//!
//! A [`Control`] works on one namespace of one store. Each verb is a file: [`publish`], [`promote`],
//! [`rollback`], [`condemn`], [`label`], [`record`], [`check`], [`explain`], [`compare`],
//! [`runs`], [`supervise`], [`deploy`], [`point`], [`notify`], [`policy`], [`environment`], [`validate`],
//! [`guard`], [`aging`], [`stability`]. A verb that loses a race loads again
//! and decides again; a verb that is called twice does its work once.
//!
//! ```
//! use std::sync::Arc;
//! use sternway_control::{Control, Intent, publish::Publish};
//! use sternway_store::{KvStore, MemoryKv};
//! use sternway_types::{Actor, Content};
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let store = Arc::new(KvStore::open(MemoryKv::new())?);
//! let control = Control::new(store, "default".parse()?);
//! control.create_namespace().await?;
//!
//! let intent = Intent::by("alice".parse::<Actor>()?);
//! let hello = Publish::new("prompts/greeting".parse()?, Content::text("Hello!", None)?);
//! let published = control.publish(hello, &intent).await?;
//! assert_eq!(published.number.to_string(), "v1");
//! assert!(published.is_live(), "the first version of an artifact goes live by itself");
//! control.shutdown().await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod again;
pub mod aging;
mod along;
pub mod apply;
mod attest;
mod baseline;
pub mod blame;
pub mod bundle;
pub mod check;
mod compact;
pub mod compare;
pub mod condemn;
mod content;
mod control;
pub mod deploy;
pub mod environment;
mod error;
pub mod explain;
pub mod guard;
pub mod import;
pub mod label;
pub mod live;
pub mod notify;
mod past;
pub mod point;
pub mod policy;
pub mod promote;
pub mod publish;
pub mod record;
mod records;
mod remembered;
pub mod resolve;
pub mod restore;
pub mod restore_to;
pub mod rollback;
pub mod runs;
pub mod serve;
pub mod signed_head;
pub mod stability;
mod stays;
mod stretch;
pub mod supervise;
pub mod sweep;
mod tree;
pub mod undo;
pub mod validate;
pub mod watch;

pub use crate::{
    control::{Control, Intent},
    error::ControlError,
};
