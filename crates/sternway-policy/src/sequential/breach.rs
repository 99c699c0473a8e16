//! More runs are beyond a limit than may be.

use sternway_types::{
    Against, Breach, Decimal, Metric, Ratio, Sketch, Tally, TestResult, Threshold, VersionNumber,
};

use super::{Known, PARTS, PARTS_OF_BOUND, alpha, kept};
use crate::{
    evidence::{Alpha, Counts, History},
    view::Baseline,
};

/// Test H on breaches of a limit, on one stay of a version. What it looks at is in the tally: nothing is carried.
#[derive(Clone, Debug)]
pub(crate) struct BreachTest {
    metric: Metric,
    limit: Limit,
    history: History,
    alpha: Alpha,
    /// What was counted when it was last found not to hold: with no more beyond the limit of more runs, it holds all
    /// the less.
    before: Counts,
}

/// The limit: the bucket beyond which a run is, whose quantile it is, and of how many runs.
#[derive(Clone, Copy, Debug)]
struct Limit {
    bucket: u16,
    at: Decimal,
    version: Option<VersionNumber>,
    runs: u64,
}

impl BreachTest {
    /// Nothing if too little was measured of the last good version for a limit.
    pub(crate) fn new(rule: &Breach, baseline: Option<Baseline<'_>>) -> Option<Self> {
        match rule.at_most {
            Some(at_most) => Some(Self::declared(rule, at_most)),
            None => Self::measured(rule, &Known::of(baseline?)),
        }
    }

    fn declared(rule: &Breach, at_most: Threshold) -> Self {
        let at = at_most.get();
        // A policy was checked to have a share.
        let share = Ratio::new(f64::from(rule.quantile)).unwrap_or(Ratio::ZERO);
        Self {
            metric: rule.metric.clone(),
            limit: Limit { bucket: Sketch::bucket(at), at, version: None, runs: 0 },
            history: History::declared(share),
            alpha: alpha(f64::from(rule.alpha)),
            before: Counts::default(),
        }
    }

    /// Against the quantile of what was measured of the other version.
    ///
    /// The limit is chosen by the very runs that say how many may be beyond it, so that their share says too little.
    /// But of n independent runs, however they are distributed, the share of all runs that are beyond the r-th smallest is at
    /// most that of a Beta(n − r + 1, r) variable (Wilks 1941; with ties it is less). Its upper quantile is the bound of
    /// Clopper and Pearson (1934) for r runs of n within the limit. The limit is taken at the end of the r-th
    /// run's bucket, beyond which are fewer still.
    fn measured(rule: &Breach, known: &Known<'_>) -> Option<Self> {
        let sketch = known.quantiles.of(&rule.metric)?;
        let runs = sketch.samples();
        if runs < u64::from(rule.min_baseline) {
            return None;
        }
        let (rank, bucket) = sketch.ranked(rule.quantile.get())?;
        let whole = f64::from(rule.alpha);
        let bound = alpha(whole * PARTS_OF_BOUND / PARTS);
        let within = Counts::new(rank, runs.saturating_sub(rank));
        let (at, version) = (Sketch::end(bucket), Some(known.version));
        Some(Self {
            metric: rule.metric.clone(),
            limit: Limit { bucket, at, version, runs },
            history: History::measured_exactly(within, bound),
            alpha: alpha(whole * (PARTS - PARTS_OF_BOUND) / PARTS),
            before: Counts::default(),
        })
    }

    pub(crate) fn holds(&mut self, tally: &Tally) -> bool {
        let counts = self.counts(tally);
        let before = self.before;
        if counts.failed <= before.failed && counts.succeeded >= before.succeeded {
            return false;
        }
        let holds = self.history.crosses(counts, self.alpha);
        if !holds {
            self.before = counts;
        }
        holds
    }

    /// After how many more breaches in a row it holds.
    pub(crate) fn breaches_until(&self, tally: &Tally) -> Option<u64> {
        self.history.failures_until(self.counts(tally), self.alpha)
    }

    pub(crate) fn result(&self, tally: &Tally) -> TestResult {
        let counts = self.counts(tally);
        let Limit { at: limit, version, runs: of, .. } = self.limit;
        let runs = counts.succeeded.saturating_add(counts.failed);
        TestResult {
            against: Against::Limit { limit, version, of, runs, beyond: counts.failed },
            success_rate: kept(self.history.success_rate()),
            ln_e: kept(self.history.ln_e(counts)),
            ln_threshold: kept(self.alpha.ln_inverse()),
            class: None,
            of_class: None,
        }
    }

    /// How many of the measured runs keep to the limit, and how many are beyond it.
    fn counts(&self, tally: &Tally) -> Counts {
        let Some(sketch) = tally.quantiles().of(&self.metric) else { return Counts::default() };
        let beyond = sketch.beyond(self.limit.bucket);
        Counts::new(sketch.samples().saturating_sub(beyond), beyond)
    }
}
