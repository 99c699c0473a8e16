//! Any policy, judged as the engine judges it.

use std::{sync::OnceLock, time::Duration};

use sternway_policy::{Baseline, Judge, evidence::Arm};
use sternway_types::{
    Failure, Generation, IdError, Outcome, OutcomeId, OutcomeStatus, Policy, Subject, Tally,
    Timestamp, Verdict, VersionNumber,
};

use crate::{
    decider::{Decider, Decision, Procedure, Setting},
    deployment::{End, Unit},
};

/// The pace of outcomes if nothing else is said: one a second.
pub const PACE: Duration = Duration::from_secs(1);

/// When the candidate goes live: far enough from the beginning of time for a baseline before it.
fn start() -> Timestamp {
    Timestamp::from_micros(2_000_000_000_000_000)
}

/// A policy as a way to decide: its rules look at the tally of the candidate's outcomes, at every
/// outcome at which they can hold, and at that of the baseline's.
///
/// Outcomes come at an even pace, since rules may look at a window of time; failures have no class.
/// The baseline's stand before the candidate's at the same pace, its failures evenly among them.
/// Outcomes of a baseline that runs beside the candidate are not looked at, rules that a program
/// brings itself are not asked, and nothing is measured of a run.
#[derive(Debug)]
pub struct ByPolicy {
    policy: Policy,
    pace: Duration,
    candidate: Subject,
    baseline: Subject,
    // By how many of the baseline's outcomes failed: many deployments have the same.
    tallies: Vec<OnceLock<Tally>>,
}

impl ByPolicy {
    /// A policy, where the baseline was measured by so many outcomes, and one outcome comes after the
    /// other at this pace.
    ///
    /// # Errors
    ///
    /// [`IdError`] never: the names of what is simulated are valid.
    pub fn new(policy: Policy, measured: u64, pace: Duration) -> Result<Self, IdError> {
        let baseline = Subject {
            artifact: "simulated/artifact".parse()?,
            environment: "simulated".parse()?,
            version: VersionNumber::FIRST,
            generation: Generation::ZERO.next(),
        };
        let candidate = Subject {
            version: baseline.version.next(),
            generation: baseline.generation.next(),
            ..baseline.clone()
        };
        let tallies = (0..=measured).map(|_| OnceLock::new()).collect();
        Ok(Self { policy, pace, candidate, baseline, tallies })
    }

    /// The baseline, as rules see it. Nothing if it has no outcomes.
    fn known_good(&self, setting: &Setting<'_>) -> Option<Baseline<'_>> {
        let failed = usize::try_from(setting.measured.failed).ok()?;
        let total = setting.measured.succeeded + setting.measured.failed;
        let tally = self.tallies.get(failed).filter(|_| total > 0)?;
        let tally = tally.get_or_init(|| self.measured(total, setting.measured.failed));
        let (version, tallies) = (self.baseline.version, std::slice::from_ref(tally));
        // Nothing is added to it any more: as if it were frozen.
        Some(Baseline { version, tallies, frozen: None })
    }

    fn measured(&self, total: u64, failed: u64) -> Tally {
        let mut tally = Tally::default();
        let mut outcome = template(&self.baseline);
        for number in 0..total {
            let ago = u32::try_from(total - number).unwrap_or(u32::MAX);
            outcome.at = start().saturating_sub(self.pace.saturating_mul(ago));
            let fails = (number + 1) * failed / total > number * failed / total;
            outcome.status = status(if fails { End::Failed } else { End::Succeeded });
            tally.add(&outcome);
        }
        tally
    }
}

impl Procedure for ByPolicy {
    fn begin<'a>(&'a self, setting: &Setting<'a>) -> Box<dyn Decider + 'a> {
        let each = !self.policy.begins_with_a_failure();
        let mut judge = Judge::new(&self.policy, self.known_good(setting));
        let (mut tally, mut outcome) = (Tally::default(), template(&self.candidate));
        outcome.at = start();
        Box::new(move |unit: Unit| {
            match unit.arm {
                Arm::Baseline => return Decision::GoOn,
                Arm::Candidate => (),
            }
            outcome.at = outcome.at.saturating_add(self.pace);
            outcome.status = status(unit.end);
            tally.add(&outcome);
            judge.take_along(&mut tally, &outcome);
            if !each && unit.end == End::Succeeded {
                return Decision::GoOn;
            }
            Decision::stop_if(matches!(judge.look(&tally), Verdict::Regressed(_)))
        })
    }
}

fn template(subject: &Subject) -> Outcome {
    let id = OutcomeId::from_name("simulated");
    Outcome::new(id, subject.clone(), start(), OutcomeStatus::Succeeded)
}

fn status(end: End) -> OutcomeStatus {
    match end {
        End::Succeeded => OutcomeStatus::Succeeded,
        End::Failed => OutcomeStatus::Failed(Failure::default()),
    }
}
