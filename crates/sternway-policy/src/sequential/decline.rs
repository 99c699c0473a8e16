//! Fewer runs succeed than may be, since some moment of a version's life.

use std::num::NonZeroU64;

use sternway_types::{
    Against, Carried, Decline, Digest, Outcome, OutcomeStatus, Rule, Tally, TestResult,
};

use super::{carry, held_against, kept, worse::rate_of};
use crate::{
    evidence::{ALTERNATIVES, Counts, Detector, Form, History, LogRatios, RunLength},
    view::Baseline,
};

/// How far ahead is counted, in failures in a row.
const AHEAD: u64 = 1_000;

/// The detector, of one rule. What it goes on from is carried with the tally.
#[derive(Clone, Debug)]
pub(crate) struct DeclineTest {
    name: Digest,
    against: Against,
    history: History,
    succeeded: LogRatios,
    failed: LogRatios,
    run_length: RunLength,
}

impl DeclineTest {
    pub(crate) fn new(rule: &Rule, decline: &Decline, baseline: Option<Baseline<'_>>) -> Self {
        let worse = decline.held_as();
        let against = held_against(&worse, baseline);
        let (history, ..) = rate_of(&worse, &against);
        // A policy was checked to have one.
        let run_length = NonZeroU64::new(decline.run_length).map(RunLength::new);
        Self {
            name: Carried::name_of(rule, Some(&against)),
            against,
            history,
            succeeded: history.ratios(Counts::new(1, 0)),
            failed: history.ratios(Counts::new(0, 1)),
            run_length: run_length.unwrap_or_default(),
        }
    }

    pub(crate) const fn name(&self) -> Digest {
        self.name
    }

    /// Goes on by an outcome: by nothing if nobody knows how it ended.
    pub(crate) fn step(&self, carried: &mut Carried, outcome: &Outcome) {
        let mut detector = read(carried).unwrap_or_else(begin);
        match outcome.status {
            OutcomeStatus::Succeeded => detector.observe(&self.succeeded),
            OutcomeStatus::Failed(_) => detector.observe(&self.failed),
            OutcomeStatus::Unknown => (),
        }
        carried.go_on(&detector.ln_values().parts().map(f64::to_bits));
    }

    pub(crate) fn holds(&self, tally: &Tally) -> bool {
        self.detector(tally).is_some_and(|detector| detector.alarms(self.run_length))
    }

    pub(crate) fn result(&self, tally: &Tally) -> TestResult {
        TestResult {
            against: self.against.clone(),
            success_rate: kept(self.history.success_rate()),
            ln_e: kept(self.detector(tally).unwrap_or_else(begin).ln_mean()),
            ln_threshold: kept(self.run_length.ln()),
            class: None,
            of_class: None,
        }
    }

    /// After how many more failures in a row the alarm is raised, 0 if it is; nothing if that takes very many, or
    /// the log was not read.
    pub(crate) fn failures_until(&self, tally: &Tally) -> Option<u64> {
        let mut ahead = self.detector(tally)?;
        (0..AHEAD).find(|_| {
            let alarms = ahead.alarms(self.run_length);
            ahead.observe(&self.failed);
            alarms
        })
    }

    fn detector(&self, tally: &Tally) -> Option<Detector> {
        match carry::of(tally, self.name) {
            Some(carried) => read(carried),
            None => (tally.total() == 0).then(begin),
        }
    }
}

fn begin() -> Detector {
    Detector::new(Form::ShiryaevRoberts)
}

fn read(carried: &Carried) -> Option<Detector> {
    let parts = carried.parts::<ALTERNATIVES>()?.map(f64::from_bits);
    let ln_values = LogRatios::from_parts(parts).ok()?;
    Some(Detector::from_parts(Form::ShiryaevRoberts, ln_values))
}
