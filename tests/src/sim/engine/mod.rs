//! The simulation of deployments: several drivers, people, a store that fails and a router that lies.
//!
//! One seed is one run. Drivers, a recorder and people take turns at every call of the store and of the
//! router; each may be dropped at any of them, before or after the call was made, and is followed by
//! somebody who knows nothing of it. Calls of the store fail, done or not; the router fails, loses
//! answers, says that it did what it did not, and forgets everything. After every turn the feed and the
//! router are looked at: nothing goes on that went back, the router never goes back and shows nothing
//! that nobody wanted, one deployment at a time moves an artifact, nobody begins before whoever came earlier or passes a gate before what it waits for is proven,
//! or a health check before that said that all is well, and a breach is latched once. In some runs what fails
//! reports nothing, and is found by whoever looks: nothing that was said to begin stays open. Every
//! verdict on a candidate is compared with the logs, and with what was noted with the failure that decided. In the
//! end the faults stop, those that slept wake up, and every deployment must end, with the router where
//! the store wants it. Where nothing but the candidate decides, it must end as it does without faults.
//!
//! # Limits
//!
//! The store is the one in memory: what disks do is for the layer below. One environment, at most two
//! artifacts. Drivers are driven by hand, and not by the feed.

mod cast;
mod ends;
mod everywhere;
mod gates;
mod hung;
mod ledger;
mod mutant;
mod play;
mod probe;
mod router;
mod script;
mod stage;
mod verdicts;

use sternway::types::{ArtifactId, EnvironmentId};

pub use self::{everywhere::everywhere, mutant::Mutant, play::Course};
use super::Failure;

/// Runs one seed, and where nothing but the candidate decides how it ends, again without faults.
///
/// # Errors
///
/// [`Failure`] if a promise was broken.
pub fn run(seed: u64, mutant: Mutant) -> Result<Course, Failure> {
    let script = script::Script::of(seed)?;
    let course = play::play(&script, mutant)?;
    if script.eventful || mutant != Mutant::None {
        return Ok(course);
    }
    let calm = play::play(&script.calm(), mutant)?;
    if calm.end == course.end {
        return Ok(course);
    }
    let words = format!("it ends {:?}, and {:?} without faults", course.end, calm.end);
    Err(Failure::Broken(words))
}

fn production() -> EnvironmentId {
    EnvironmentId::production()
}

/// The artifacts that may move.
fn artifacts() -> Result<[ArtifactId; 2], Failure> {
    let parsed = |name: &str| name.parse().map_err(Failure::harness);
    Ok([parsed("prompts/greeting")?, parsed("tools/search")?])
}
