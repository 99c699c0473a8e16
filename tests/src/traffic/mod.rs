//! Requests through a real `HAProxy` to two real servers, while versions are deployed by real commands:
//! what is told by `tests/stories/routed.rs`, and under load by `cargo xtask traffic`.
//!
//! A [`Site`] is a folder with a store, settings and an `HAProxy` in front of two [`Upstreams`]. The servers
//! count what they answer by version and generation, which `HAProxy` tells them, so that what is counted is
//! what a version was asked for, and not what somebody meant to send there.

mod client;
mod command;
mod drill;
mod latency;
mod load;
mod proxy;
mod recorder;
mod report;
mod shares;
mod site;
mod upstream;

pub use self::{
    client::{Answer, ask, get},
    command::{Commands, Ran, program_beside},
    drill::Drill,
    load::{Connections, Load, Wrk, wrk_given},
    proxy::{Proxy, free_port, haproxy_given},
    report::Row,
    site::{ARTIFACT, Site, Status},
    upstream::{Counted, Upstreams},
};

/// Waits.
pub fn pause(time: std::time::Duration) {
    #[expect(clippy::disallowed_methods, reason = "processes are waited for, which ring no bell")]
    std::thread::sleep(time);
}

/// Waits until something holds, for at most half a minute.
///
/// # Errors
///
/// What it is, if it does not.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) -> crate::faults::Told<()> {
    let waiting = sternway_provider::Stopwatch::start();
    while !holds() {
        if waiting.elapsed() > std::time::Duration::from_secs(30) {
            return Err(format!("it did not come to it: {what}").into());
        }
        pause(std::time::Duration::from_millis(5));
    }
    Ok(())
}
