//! Health checks of what is deployed, for the port [`HealthProbe`](sternway_provider::HealthProbe).
//!
//! - [`HttpProbe`]: an address of the application that answers as it should, or a hook of somebody else's
//!   that is told of the deployment and says yes, no, or not yet.
//! - [`PrometheusProbe`]: one number of a query, within bounds.
//! - [`SqlProbe`]: one row of a query on PostgreSQL, whose first column is true.
//! - [`Folded`]: several checks as one, by [`Fold`]; and [`Retried`], which tries again.
//!
//! What finds nothing out answers [`Unprobed`](sternway_provider::Unprobed), and never that all is well. A
//! check goes where its owner said, networks of one's own included; it follows no redirect, and reads no
//! more than [`LONGEST_ANSWER`] of what is answered.

mod endpoint;
mod error;
mod fold;
mod http;
mod prometheus;
mod retry;
mod sql;
mod statuses;
mod text;

use std::time::Duration;

pub use crate::{
    endpoint::{Endpoint, LONGEST_ANSWER},
    error::BadCheck,
    fold::{Fold, Folded},
    http::{Hook, HttpProbe},
    prometheus::{Bounds, PrometheusProbe},
    retry::Retried,
    sql::SqlProbe,
    statuses::Statuses,
    text::Text,
};

/// How long a check waits for an answer if nothing is said.
pub const LIMIT: Duration = Duration::from_secs(10);
