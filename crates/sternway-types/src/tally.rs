//! What the outcomes of one subject add up to: counters, sums, and the newest few in order.
//!
//! A tally depends on the *set* of outcomes alone, not on the order in which they arrived: sums are
//! exact, the newest ones are newest by their own time, and outcomes of the same moment stand in the
//! order of their ids. Its [`Blocks`] alone follow the order of the log. Rules that need more state than this get it here, so that every store keeps
//! it.

mod measurements;
mod quantiles;

pub use self::{
    measurements::{Measurements, SCORES_KEPT},
    quantiles::Quantiles,
};
use crate::{
    Answered, Blocks, Carried, Decimal, ErrorClass, ErrorClasses, FailedRuns, Failing, Measure,
    Metric, Outcome, OutcomeId, OutcomeStatus, Pairs, Resolution, Sketch, Timeline, Timestamp,
};

/// How many of the newest outcomes a tally remembers one by one.
pub const RECENT_OUTCOMES: usize = 32;

/// One of the newest outcomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recent {
    /// When it ended.
    pub at: Timestamp,
    /// Which outcome it is.
    pub id: OutcomeId,
    /// Whether it failed.
    pub failed: bool,
    /// The class of the error, if it failed with a known one.
    pub class: Option<ErrorClass>,
}

impl Recent {
    const fn key(&self) -> (Timestamp, OutcomeId) {
        (self.at, self.id)
    }
}

/// What the outcomes of one subject add up to.
#[derive(Clone, Debug)]
pub struct Tally {
    /// How many succeeded.
    pub succeeded: u64,
    /// How many failed.
    pub failed: u64,
    /// Of how many nobody knows how they ended.
    pub unknown: u64,
    // Invariant: at most RECENT_OUTCOMES, strictly ascending by time and id.
    recent: Vec<Recent>,
    /// How runs ended by time: one for a success, zero for a failure.
    ends: Timeline,
    measurements: Measurements,
    quantiles: Quantiles,
    errors: ErrorClasses,
    blocks: Blocks,
    pairs: Pairs,
    failing: Failing,
    /// What rules go on from, of who judged. At most [`Carried::MAX`].
    carried: Vec<Carried>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            succeeded: 0,
            failed: 0,
            unknown: 0,
            recent: Vec::new(),
            ends: Timeline::new(Resolution::Minutes),
            measurements: Measurements::default(),
            quantiles: Quantiles::default(),
            errors: ErrorClasses::default(),
            blocks: Blocks::default(),
            pairs: Pairs::default(),
            failing: Failing::default(),
            carried: Vec::new(),
        }
    }
}

/// Two tallies are equal if their outcomes are. What rules carry along belongs to who judged, and not to them.
impl PartialEq for Tally {
    fn eq(&self, other: &Self) -> bool {
        self.has_the_counters_of(other) && self.quantiles == other.quantiles
    }
}

impl Eq for Tally {}

impl Tally {
    fn has_the_counters_of(&self, other: &Self) -> bool {
        let Self {
            succeeded,
            failed,
            unknown,
            recent,
            ends,
            measurements,
            errors,
            blocks,
            pairs,
            failing,
            quantiles: _,
            carried: _,
        } = self;
        let counts = (*succeeded, *failed, *unknown, *pairs);
        counts == (other.succeeded, other.failed, other.unknown, other.pairs)
            && *recent == other.recent
            && *ends == other.ends
            && *measurements == other.measurements
            && *errors == other.errors
            && *blocks == other.blocks
            && *failing == other.failing
    }

    /// Whether it is what other outcomes add up to, but for quantiles: what was kept before there were such goes on
    /// without them.
    #[must_use]
    pub fn agrees_with(&self, counted: &Self) -> bool {
        self.has_the_counters_of(counted) && self.quantiles.agree(&counted.quantiles)
    }

    /// A tally that was kept elsewhere, without anything by time, by block, by error or measured. The
    /// newest outcomes are brought into order and cut.
    #[must_use]
    pub fn from_parts(succeeded: u64, failed: u64, unknown: u64, mut recent: Vec<Recent>) -> Self {
        recent.sort_unstable_by_key(Recent::key);
        recent.dedup_by_key(|one| one.id);
        let surplus = recent.len().saturating_sub(RECENT_OUTCOMES);
        recent.drain(..surplus);
        Self { succeeded, failed, unknown, recent, ..Self::default() }
    }

    /// With how runs ended by time ([`Resolution::Minutes`]), and what was measured of them.
    #[must_use]
    pub fn with_measurements(mut self, ends: Timeline, measurements: Measurements) -> Self {
        self.ends = ends;
        self.measurements = measurements;
        self.measurements.cut();
        self
    }

    /// With which errors runs failed, and how they ended block by block.
    #[must_use]
    pub fn with_history(mut self, errors: ErrorClasses, blocks: Blocks) -> Self {
        self.errors = errors;
        self.blocks = blocks;
        self
    }

    /// With how durations and costs are spread; a sketch that is not of all of them is left out.
    #[must_use]
    pub fn with_quantiles(mut self, quantiles: Quantiles) -> Self {
        let [durations, costs] = self.measurements.samples();
        let whole = |sketch: Sketch, samples| {
            if sketch.samples() == samples { sketch } else { Sketch::default() }
        };
        self.quantiles = Quantiles {
            duration: whole(quantiles.duration, durations),
            cost: whole(quantiles.cost, costs),
        };
        self
    }

    /// With how copies of runs ended beside what answered.
    #[must_use]
    pub const fn with_pairs(mut self, pairs: Pairs) -> Self {
        self.pairs = pairs;
        self
    }

    /// With whose runs failed, and when those began.
    #[must_use]
    pub fn with_failing(mut self, failing: Failing) -> Self {
        self.failing = failing;
        self
    }

    /// With what rules go on from that follow the order of the log; what goes beyond [`Carried::MAX`] is left
    /// out, and made again from the log.
    #[must_use]
    pub fn with_carried(mut self, mut carried: Vec<Carried>) -> Self {
        carried.truncate(Carried::MAX);
        self.carried = carried;
        self
    }

    /// How many outcomes there are, of every kind.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.succeeded.saturating_add(self.failed).saturating_add(self.unknown)
    }

    /// How many there are whose end is known.
    #[must_use]
    pub const fn known(&self) -> u64 {
        self.succeeded.saturating_add(self.failed)
    }

    /// The newest outcomes whose end is known, the oldest of them first.
    #[must_use]
    pub fn recent(&self) -> &[Recent] {
        &self.recent
    }

    /// When the newest outcome whose end is known ended; windows reach back from here.
    #[must_use]
    pub fn newest(&self) -> Option<Timestamp> {
        self.recent.last().map(|newest| newest.at)
    }

    /// How runs ended by time: one for a success, zero for a failure.
    #[must_use]
    pub const fn ends(&self) -> &Timeline {
        &self.ends
    }

    /// What was measured of the runs whose end is known.
    #[must_use]
    pub const fn measurements(&self) -> &Measurements {
        &self.measurements
    }

    /// How the durations and costs of the runs whose end is known are spread.
    #[must_use]
    pub const fn quantiles(&self) -> &Quantiles {
        &self.quantiles
    }

    /// With which errors runs failed.
    #[must_use]
    pub const fn errors(&self) -> &ErrorClasses {
        &self.errors
    }

    /// How runs ended, block by block, in the order of the log.
    #[must_use]
    pub const fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    /// How copies of runs ended beside what answered, of those whose end is known and that say it.
    #[must_use]
    pub const fn pairs(&self) -> Pairs {
        self.pairs
    }

    /// Whose runs failed, and when those began, of the outcomes that say how they were assigned.
    #[must_use]
    pub const fn failing(&self) -> &Failing {
        &self.failing
    }

    /// What failed of the runs that began before a moment, in whole stretches of ten seconds; of all of them, if
    /// there is none.
    #[must_use]
    pub fn failed_until(&self, moment: Option<Timestamp>) -> FailedRuns {
        self.failing.until(self.failed, moment)
    }

    /// What rules go on from that follow the order of the log: of a tally that was judged by them. Outcomes that
    /// are added leave it behind.
    #[must_use]
    pub fn carried(&self) -> &[Carried] {
        &self.carried
    }

    /// The same, to be gone on with.
    pub const fn carried_mut(&mut self) -> &mut Vec<Carried> {
        &mut self.carried
    }

    /// What was measured of a metric, altogether or since a moment. By time, outcomes count in
    /// whole minutes of the last hour and whole hours of the last 7 days; measurements in whole
    /// hours of the last day and whole days of the last 7. A quantile is always of the whole: as many
    /// values as there are, each of them the quantile.
    #[must_use]
    pub fn measure(&self, metric: &Metric, since: Option<Timestamp>) -> Measure {
        let ends = || match since {
            Some(moment) => self.ends.since(moment),
            None => Measure { samples: self.known(), sum: Decimal::whole(self.succeeded) },
        };
        match metric {
            Metric::SuccessRate => ends(),
            Metric::ErrorRate => {
                let Measure { samples, sum } = ends();
                Measure { samples, sum: Decimal::whole(samples).minus(sum) }
            }
            Metric::Duration | Metric::Cost | Metric::Score(_) => {
                let series = self.measurements.series(metric);
                series.map_or_else(Measure::default, |series| match since {
                    Some(moment) => series.timeline.since(moment),
                    None => series.total,
                })
            }
            Metric::DurationAt(percentile) => self.quantiles.duration.quantile(percentile.share()),
            Metric::CostAt(percentile) => self.quantiles.cost.quantile(percentile.share()),
        }
    }

    /// What was measured of a metric by several tallies together.
    #[must_use]
    pub fn measure_all(tallies: &[Self], metric: &Metric, since: Option<Timestamp>) -> Measure {
        let Some(percentile) = metric.percentile() else {
            let measures = tallies.iter().map(|tally| tally.measure(metric, since));
            return measures.fold(Measure::default(), Measure::plus);
        };
        // The quantile of two halves is nothing that their quantiles say.
        let sketches = tallies.iter().filter_map(|tally| tally.quantiles.of(metric));
        sketches.fold(Sketch::default(), Sketch::plus).quantile(percentile.share())
    }

    /// The metrics that have a measurement.
    pub fn metrics(&self) -> impl Iterator<Item = Metric> + '_ {
        let rates = [Metric::SuccessRate, Metric::ErrorRate].into_iter();
        let measured = [Metric::Duration, Metric::Cost].into_iter();
        let scores = self.measurements.scores.keys().map(|name| Metric::Score(name.clone()));
        let all = rates.chain(measured).chain(scores);
        let all = all.filter(|metric| self.measure(metric, None).samples > 0);
        all.chain(self.quantiles.metrics())
    }

    /// Counts one more outcome. It is the caller's duty to count each outcome once.
    pub fn add(&mut self, outcome: &Outcome) {
        let (failed, class) = match &outcome.status {
            OutcomeStatus::Succeeded => {
                self.succeeded = self.succeeded.saturating_add(1);
                (false, None)
            }
            OutcomeStatus::Failed(failure) => {
                self.failed = self.failed.saturating_add(1);
                (true, failure.class())
            }
            OutcomeStatus::Unknown => {
                self.unknown = self.unknown.saturating_add(1);
                return;
            }
        };
        if let Some(class) = class {
            self.errors.add(class);
        }
        if let Some(other) = outcome.beside {
            let own = if failed { Answered::Failed } else { Answered::Succeeded };
            self.pairs.add(own, other);
        }
        if let Some(assigned) = outcome.assigned.filter(|_| failed) {
            self.failing.add(outcome.began(), assigned);
        }
        self.blocks.count(self.known(), self.failed);
        self.ends.add(outcome.at, if failed { Decimal::ZERO } else { Decimal::ONE });
        self.quantiles.add(outcome, self.measurements.samples());
        self.measurements.add(outcome);
        let key = (outcome.at, outcome.id);
        if !self.is_forgotten(key) {
            let class = class.cloned();
            self.remember(key, Recent { at: outcome.at, id: outcome.id, failed, class });
        }
    }

    /// Whether an outcome is older than all that are remembered, and has no room beside them.
    fn is_forgotten(&self, key: (Timestamp, OutcomeId)) -> bool {
        let is_full = self.recent.len() >= RECENT_OUTCOMES;
        is_full && self.recent.first().is_some_and(|oldest| key <= oldest.key())
    }

    fn remember(&mut self, key: (Timestamp, OutcomeId), one: Recent) {
        // Nearly always the newest: look from the end.
        let after = self.recent.iter().rposition(|other| other.key() < key);
        let place = after.map_or(0, |index| index + 1);
        if self.recent.len() < RECENT_OUTCOMES {
            self.recent.reserve_exact(RECENT_OUTCOMES - self.recent.len());
            self.recent.insert(place, one);
        } else if place > 0 {
            self.recent.remove(0);
            self.recent.insert(place - 1, one);
        }
    }
}
