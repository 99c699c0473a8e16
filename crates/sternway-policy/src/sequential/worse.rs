//! Fewer runs succeed than before.

use sternway_types::{Against, Beside, Block, Bound, Ratio, Tally, TestResult, Threshold, Worse};

use super::{Known, PARTS, PARTS_OF_BOUND, alpha, kept};
use crate::{
    evidence::{Alpha, Counts, History, LogRatios, Starts},
    view::Baseline,
};

/// Test H with the mixture over starts, on one stay of a version.
///
/// The sums go on from block to block of the tally, so that a look costs the same however many
/// outcomes there are. They are those that would be made of the blocks from the beginning.
#[derive(Clone, Debug)]
pub(crate) struct WorseTest {
    against: Against,
    history: History,
    alpha: Alpha,
    failure: LogRatios,
    /// The failure rate of what the version is held against, as measured or declared, and by how much
    /// more it must fail.
    effect: Option<(f64, f64)>,
    starts: Starts,
    /// Up to how many blocks, and how many outcomes in them, the sums go.
    blocks: usize,
    outcomes: u64,
}

impl WorseTest {
    pub(crate) fn new(rule: &Worse, baseline: Option<Baseline<'_>>) -> Self {
        let against = held_against(rule, baseline);
        let (history, alpha, failure_rate) = rate_of(rule, &against);
        Self {
            against,
            failure: history.ratios(Counts::new(0, 1)),
            history,
            alpha,
            effect: rule.min_effect.map(|effect| (failure_rate, f64::from(effect))),
            starts: Starts::new(),
            blocks: 0,
            outcomes: 0,
        }
    }

    pub(crate) fn holds(&mut self, tally: &Tally) -> bool {
        self.is_large(tally) && self.now(tally).crosses(self.alpha)
    }

    pub(crate) fn failures_until(&mut self, tally: &Tally) -> Option<u64> {
        self.now(tally).failures_until(&self.failure, self.alpha)
    }

    pub(crate) fn result(&mut self, tally: &Tally) -> TestResult {
        TestResult {
            against: self.against.clone(),
            success_rate: kept(self.history.success_rate()),
            ln_e: kept(self.now(tally).ln_e()),
            ln_threshold: kept(self.alpha.ln_inverse()),
            class: None,
            of_class: None,
        }
    }

    /// Whether the version fails by as much more as the rule asks for.
    fn is_large(&self, tally: &Tally) -> bool {
        let Some((expected, effect)) = self.effect else { return true };
        let runs = Counts::new(tally.succeeded, tally.failed);
        runs.failure_rate().is_some_and(|found| found - expected >= effect)
    }

    /// The sums, up to the newest outcome.
    fn now(&mut self, tally: &Tally) -> Starts {
        self.catch_up(tally);
        let covered = tally.blocks().covered();
        let open = Block {
            outcomes: tally.known().saturating_sub(covered.outcomes),
            failed: tally.failed.saturating_sub(covered.failed),
        };
        let mut now = self.starts;
        now.observe_all(&self.said_of(open), open.outcomes);
        now
    }

    /// Adds the blocks that were closed since the last look; all of them if older ones were put together
    /// meanwhile.
    fn catch_up(&mut self, tally: &Tally) {
        let (closed, covered) = (tally.blocks().closed(), tally.blocks().covered());
        if covered.outcomes == self.outcomes && closed.len() == self.blocks {
            return;
        }
        let new = closed.get(self.blocks..).unwrap_or_default();
        let added: u64 = new.iter().map(|block| block.outcomes).sum();
        let new = if self.outcomes.saturating_add(added) == covered.outcomes {
            new
        } else {
            self.starts = Starts::new();
            closed
        };
        for block in new {
            let said = self.said_of(*block);
            self.starts.observe_all(&said, block.outcomes);
        }
        (self.blocks, self.outcomes) = (closed.len(), covered.outcomes);
    }

    fn said_of(&self, block: Block) -> LogRatios {
        let succeeded = block.outcomes.saturating_sub(block.failed);
        self.history.ratios(Counts::new(succeeded, block.failed))
    }
}

/// The success rate that a version may have at least, the error rate that is left for the test of it, and the
/// failure rate of what that was found of.
pub(super) fn rate_of(rule: &Worse, against: &Against) -> (History, Alpha, f64) {
    let whole = f64::from(rule.alpha);
    let declared = |rate: Threshold| {
        let failure = 1.0 - f64::from(rate);
        // A policy was checked to have a share.
        let rate = Ratio::new(f64::from(rate)).unwrap_or(Ratio::ZERO);
        (History::declared(rate), alpha(whole), failure)
    };
    match against {
        Against::Measured { .. } | Against::Beside { .. } => {
            measured(known_of(against), whole, rule.bound())
        }
        Against::Expected { success_rate } | Against::Objective { success_rate } => {
            declared(*success_rate)
        }
        Against::Promised { limit, .. } => declared(*limit),
        // No rule on the success rate is held against a limit for each run.
        Against::Limit { .. } => measured(Counts::default(), whole, rule.bound()),
    }
}

/// What a rule holds a version against.
pub(crate) fn held_against(rule: &Worse, baseline: Option<Baseline<'_>>) -> Against {
    if let Some(success_rate) = rule.objective {
        return Against::Objective { success_rate };
    }
    let enough = |known: &Known<'_>| {
        let runs = known.counts.succeeded.saturating_add(known.counts.failed);
        runs >= u64::from(rule.min_baseline)
    };
    match baseline.map(Known::of).filter(enough) {
        Some(known) => {
            let Counts { succeeded, failed } = known.counts;
            Against::Measured { version: known.version, succeeded, failed }
        }
        None => Against::Expected { success_rate: rule.expected },
    }
}

/// What was measured of the other version.
pub(crate) fn known_of(against: &Against) -> Counts {
    match against {
        Against::Measured { succeeded, failed, .. } => Counts::new(*succeeded, *failed),
        Against::Beside { shares, .. } => {
            let [succeeded, failed] = Beside::baseline(shares);
            Counts::new(succeeded, failed)
        }
        Against::Expected { .. }
        | Against::Objective { .. }
        | Against::Promised { .. }
        | Against::Limit { .. } => Counts::default(),
    }
}

/// Against what was measured: what is not known of it takes its part of the error rate.
fn measured(known: Counts, whole: f64, by: Bound) -> (History, Alpha, f64) {
    let bound = alpha(whole * PARTS_OF_BOUND / PARTS);
    let test = alpha(whole * (PARTS - PARTS_OF_BOUND) / PARTS);
    let failure = known.failure_rate().unwrap_or_default();
    let history = match by {
        Bound::Exact => History::measured_exactly(known, bound),
        Bound::Kl => History::measured(known, bound),
    };
    (history, test, failure)
}
