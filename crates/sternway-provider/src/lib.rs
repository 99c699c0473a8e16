//! What the host provides to Sternway: the time, new ids, validators of contents, traffic routers, and
//! notifiers.
//!
//! Everything above draws the first two through these ports, so that a test decides what time it is
//! and which ids come next. A [`Validator`] is what a policy asks for by a name that the host gave it; a
//! [`TrafficRouter`] sends runs to one version or another; a [`Notifier`] tells channels what happened.
//!
//! ```
//! use sternway_provider::{Clock, Ids, SystemClock, RandomIds};
//! use sternway_types::Timestamp;
//!
//! let clock: &dyn Clock = &SystemClock;
//! let ids: &dyn Ids = &RandomIds;
//! assert!(clock.now() > Timestamp::EPOCH);
//! assert_ne!(ids.changeset(), ids.changeset());
//! ```
//!
//! With the feature `testing` there are fakes: a clock that is set by hand, and ids that count.

mod clock;
mod health;
mod ids;
mod notifier;
mod router;
mod secret;
#[cfg(feature = "testing")]
mod testing;
mod validator;
mod withdraw;

#[cfg(feature = "testing")]
pub use crate::testing::{CountingIds, ManualClock};
pub use crate::{
    clock::{Clock, Stopwatch, SystemClock},
    health::{Health, HealthProbe, Unprobed},
    ids::{Ids, RandomIds},
    notifier::{Delivered, LONGEST_DELIVERY, Notice, Notifier, NotifyError},
    router::{Capabilities, RouterError, TrafficRouter},
    secret::{NoRandomness, secret},
    validator::{Candidate, Unvalidated, Validator},
    withdraw::{FromRoute, Withdrew, left_with, withdraw},
};
