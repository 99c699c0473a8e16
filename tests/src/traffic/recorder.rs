//! Who records how versions did, as those would who send the requests, and notes which routes were in force.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use sternway::{
    haproxy::Haproxy,
    types::{EnvironmentId, Route},
};
use sternway_provider::TrafficRouter as _;

use super::{command::Commands, pause, site::ARTIFACT, upstream::Counted};
use crate::faults::Told;

/// How many outcomes of each version are recorded at a time, at most.
const AT_A_TIME: u64 = 100;
/// How often.
const EVERY: Duration = Duration::from_millis(50);

/// The routes that were in force, by their generations.
pub(super) type Routes = BTreeMap<u64, Route>;

/// What is recorded.
pub(super) struct Recording {
    /// By which command.
    pub(super) commands: Commands,
    /// Who says which route is in force.
    pub(super) router: Haproxy,
    /// What was answered until now.
    pub(super) counted: Box<dyn Fn() -> Counted + Send>,
    /// A version whose runs fail, if one is bad.
    pub(super) bad: Option<u64>,
}

/// Records on a thread of its own until it is ended.
#[derive(Debug)]
#[must_use = "it records until it is ended"]
pub(super) struct Recorder {
    over: Arc<AtomicBool>,
    thread: JoinHandle<Told<Routes>>,
}

impl Recorder {
    /// Begins.
    pub(super) fn begin(recording: Recording) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&over);
        let thread = std::thread::spawn(move || recording.until(&ends));
        Self { over, thread }
    }

    /// Ends it, and answers with the routes that it saw.
    ///
    /// # Errors
    ///
    /// What recording failed with.
    pub(super) fn end(self) -> Told<Routes> {
        self.over.store(true, Ordering::SeqCst);
        self.thread.join().map_err(|_| "the recorder panicked")?
    }
}

impl Recording {
    fn until(self, over: &AtomicBool) -> Told<Routes> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (mut routes, mut before, mut runs) = (Routes::new(), by_version(&(self.counted)()), 0);
        // Of another recorder before this one, the names of runs are others.
        let name = sternway_provider::Ids::outcome(&sternway_provider::RandomIds).to_string();
        while !over.load(Ordering::SeqCst) {
            let now = by_version(&(self.counted)());
            let mut lines = String::new();
            for (version, count) in &now {
                let new = count - before.get(version).copied().unwrap_or(0);
                let ok = self.bad != Some(*version);
                for _ in 0..new.min(AT_A_TIME) {
                    runs += 1;
                    // Writing to a text does not fail.
                    let _ = writeln!(
                        lines,
                        "{{\"artifact\":\"{ARTIFACT}\",\"version\":{version},\"ok\":{ok},\"id\":\"{name}-{runs}\"}}"
                    );
                }
            }
            before = now;
            if !lines.is_empty() {
                self.commands.ok(&["record", "--from", "-"], &lines)?;
            }
            let (artifact, environment) = (ARTIFACT.parse()?, EnvironmentId::production());
            // While it is reloaded nobody answers.
            let seen = runtime.block_on(self.router.observe(&artifact, &environment));
            routes.extend(seen.ok().flatten().map(|it| (it.generation().get(), it)));
            pause(EVERY);
        }
        Ok(routes)
    }
}

fn by_version(counted: &Counted) -> BTreeMap<u64, u64> {
    let mut all = BTreeMap::new();
    for ((version, _), count) in counted {
        *all.entry(*version).or_default() += count;
    }
    all
}
