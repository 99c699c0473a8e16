//! Many deployments, on several threads, with one result.

use std::{
    num::NonZeroUsize,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use sternway_policy::evidence::Arm;

use crate::{
    decider::{Decision, Procedure, Setting},
    deployment::{Deployment, Unit},
    scenario::{Counted, Scenario},
    summary::{Stop, Summary},
};

/// How many deployments a thread takes at a time.
const AT_A_TIME: u64 = 64;

/// Told how many more deployments are done, from any thread.
pub type Progress<'a> = &'a (dyn Fn(u64) + Sync);

/// How much is simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// How many deployments.
    pub runs: u64,
    /// The seed of all of them. The result depends on it, and on no machine.
    pub seed: u64,
    /// On how many threads. The result does not depend on it.
    pub threads: NonZeroUsize,
}

impl Effort {
    /// So many deployments with a seed, on one thread.
    #[must_use]
    pub const fn new(runs: u64, seed: u64) -> Self {
        Self { runs, seed, threads: NonZeroUsize::MIN }
    }

    /// On so many threads.
    #[must_use]
    pub const fn on_threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = threads;
        self
    }

    /// What becomes of each deployment, by its number; those of which nothing becomes are left out. In
    /// no order.
    pub fn each<T: Send>(
        self,
        progress: Progress<'_>,
        one: impl Fn(u64) -> Option<T> + Sync,
    ) -> Vec<T> {
        let (next, one) = (&AtomicU64::new(0), &one);
        let work = move || {
            let mut found = Vec::new();
            loop {
                let from = next.fetch_add(AT_A_TIME, Ordering::Relaxed);
                if from >= self.runs {
                    return found;
                }
                let to = (from + AT_A_TIME).min(self.runs);
                found.extend((from..to).filter_map(one));
                progress(to - from);
            }
        };
        thread::scope(|scope| {
            let others: Vec<_> = (1..self.threads.get()).map(|_| scope.spawn(work)).collect();
            let mut found = work();
            for other in others {
                match other.join() {
                    Ok(more) => found.extend(more),
                    // What stopped a thread stops the caller.
                    Err(payload) => std::panic::resume_unwind(payload),
                }
            }
            found
        })
    }
}

/// Lets a procedure decide over many deployments of one scenario.
#[must_use]
pub fn simulate(
    scenario: &Scenario,
    procedure: &dyn Procedure,
    effort: Effort,
    progress: Progress<'_>,
) -> Summary {
    let one = |number| run(scenario, procedure, Deployment::new(scenario, effort.seed, number));
    Summary::new(effort.runs, scenario.is_healthy(), effort.each(progress, one))
}

/// Where a deployment is stopped, if it is.
fn run(scenario: &Scenario, procedure: &dyn Procedure, deployment: Deployment<'_>) -> Option<Stop> {
    let setting =
        Setting { base: scenario.base(), measured: deployment.measured(), steps: scenario.steps() };
    let mut decider = procedure.begin(&setting);
    let (mut outcomes, mut counted) = (0, 0);
    // In requests, what came before the change is known only when it comes.
    let mut before = 0;
    for unit in deployment {
        let early = outcomes < scenario.begins_after();
        outcomes += u64::from(unit.arm == Arm::Candidate);
        counted += u64::from(counts(scenario.counted(), unit));
        if early && outcomes == scenario.begins_after() {
            before = counted;
        }
        match decider.observe(unit) {
            Decision::GoOn => (),
            Decision::Stop if early => return Some(Stop::Early),
            Decision::Stop => return Some(Stop::After(counted - before)),
        }
    }
    None
}

fn counts(counted: Counted, unit: Unit) -> bool {
    match counted {
        Counted::Outcomes => unit.arm == Arm::Candidate,
        Counted::Requests => true,
    }
}
