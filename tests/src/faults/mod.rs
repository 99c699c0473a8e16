//! Faults of a PostgreSQL that many processes share, and of the way to it: what is told by
//! `tests/stories/postgres`, and for longer by `cargo xtask torture`.
//!
//! A load goes on while something breaks. It keeps what it was told is done ([`Journal`]), and
//! afterwards [`audit`](fn@audit) holds that against what is there. Whatever broke heals by itself: nobody but
//! who broke it does anything about it.

mod audit;
mod cuts;
mod disturb;
mod drill;
mod frames;
mod inspect;
mod journal;
mod load;
mod place;
mod proxy;
mod shop;
mod tasks;
mod torture;
mod watchers;
mod workers;

pub use self::{
    audit::{audit, lost},
    cuts::{Asked, Cuts, enumerate},
    disturb::{Disturbance, EVERY_DISTURBANCE, disturb},
    drill::{Breaks, EVERY_BREAK, drill},
    inspect::{inspect, regressed},
    journal::Journal,
    load::{Load, Skew},
    place::{Place, given_server},
    proxy::{Fault, How, Moment, Proxy, Then},
    shop::Shop,
    tasks::{HEALED, pause, spawn, until, within, words},
    torture::{Course, Torture, torture, watched},
    watchers::Watchers,
    workers::{Worker, Workers, many_rollbacks, work},
};

/// What a run comes to.
pub type Told<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
