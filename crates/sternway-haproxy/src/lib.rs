//! A [`TrafficRouter`](sternway_provider::TrafficRouter) over the Runtime API of `HAProxy`.
//!
//! Each request is given to a version by chance, in basis points, and a change of the weights is in force
//! with the next request: no reload, and no connection is cut. `HAProxy` 2.4 or later is needed; tests run
//! on 2.6.
//!
//! ```no_run
//! use sternway_haproxy::{Haproxy, Layout};
//! use sternway_provider::TrafficRouter;
//! use sternway_types::{EnvironmentId, Generation, Route, VersionNumber};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let layout = Layout::new("/etc/haproxy/sternway")?;
//! let router = Haproxy::at("/run/haproxy/sternway.sock".parse()?, layout);
//! let (artifact, environment) = ("tools/search".parse()?, EnvironmentId::production());
//! let route = Route::whole(artifact, environment, Generation::new(7), VersionNumber::FIRST);
//! router.apply(&route).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # How a route gets there
//!
//! Every artifact has a map file for each of its environments, with at most one entry, whose value is all
//! of a route: its generation, and where each arm ends. A request looks at it once, so that it never sees
//! half of a change. `docs/routers.md` shows what to put into the configuration of `HAProxy`, which
//! [`Layout`] prints.
//!
//! A change is a transaction of `HAProxy` (`prepare map`, `add map @n`, `commit map @n`): of two, the one
//! that was prepared first cannot be committed behind the other. Each driver shows its route in its own
//! transaction, looks at those of all others, and commits only if no newer one is among them and none was
//! prepared since. So an older route never replaces a newer one, however many drivers there are.
//!
//! # Limits
//!
//! - `HAProxy` forgets what it was told when it is reloaded or started again: it reads the map files, which
//!   nobody but a person writes, or drivers by [`KeptMaps`]. [`observe`](sternway_provider::TrafficRouter::observe) then answers
//!   with nothing, or with the route of the file, and drivers apply theirs again. What falls into the moment
//!   of a reload is found by reading back on a new connection; a reload after that is not noticed here.
//! - A map is changed by drivers alone. Who types `set map` by hand takes part in no transaction.
//! - The Runtime API knows no accounts: who reaches its socket commands `HAProxy`. Let it be a Unix socket.
//! - A backend whose servers are down answers 503 for its share. That is an outcome, and not for a router.

mod address;
mod config;
mod entry;
mod kept;
mod layout;
mod maps;
#[cfg(test)]
mod races;
mod router;
mod session;
mod taken;

pub use crate::{
    address::{Address, AddressError},
    kept::KeptMaps,
    layout::{Layout, LayoutError},
    router::Haproxy,
};

/// Compiles what the guide shows, and runs the suite on the router that it writes.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/routers.md")]
struct Guide;
