//! What is known of a version when it is judged.

use std::time::Duration;

use sternway_types::{
    BaselineMeasure, Degradation, FrozenBaseline, Measure, Measured, Metric, Recent, Tally,
    Timestamp, VersionNumber,
};

/// The last known good version: the one that was live before, and is not condemned. What a version
/// is compared with, and what one goes back to.
#[derive(Clone, Copy, Debug)]
pub struct Baseline<'a> {
    /// Which version.
    pub version: VersionNumber,
    /// What the outcomes of its newest stays add up to.
    pub tallies: &'a [Tally],
    /// What they added up to when the candidate was first judged: what sequential tests hold it
    /// against. Nothing if it was never judged, and then what they add up to now counts.
    pub frozen: Option<&'a FrozenBaseline>,
}

/// What is known of a version's present stay in an environment when it is judged.
///
/// It grows with the rules, such as by a concurrent arm.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    pub(crate) tally: &'a Tally,
    pub(crate) baseline: Option<Baseline<'a>>,
}

impl<'a> View<'a> {
    /// Nothing but what the outcomes add up to.
    #[must_use]
    pub const fn new(tally: &'a Tally) -> Self {
        Self { tally, baseline: None }
    }

    /// With what it is compared with, if there is something.
    #[must_use]
    pub const fn against(mut self, baseline: Option<Baseline<'a>>) -> Self {
        self.baseline = baseline;
        self
    }

    /// What its outcomes add up to.
    #[must_use]
    pub const fn tally(&self) -> &'a Tally {
        self.tally
    }

    /// The last known good version, if there is one.
    #[must_use]
    pub const fn baseline(&self) -> Option<Baseline<'a>> {
        self.baseline
    }

    /// The newest outcomes, newest first, no further back from the newest than the window.
    pub(crate) fn within(self, window: Duration) -> impl Iterator<Item = &'a Recent> {
        let recent = self.tally.recent();
        let earliest = recent.last().map(|newest| newest.at.saturating_sub(window));
        recent.iter().rev().take_while(move |one| Some(one.at) >= earliest)
    }

    /// What was measured of the version within a window.
    pub(crate) fn measure(self, metric: &Metric, window: Duration) -> Measure {
        let since = self.tally.newest().map(|newest| newest.saturating_sub(window));
        self.tally.measure(metric, since)
    }

    /// What was measured of the baseline, as far back as a rule counts it; zero samples if there is
    /// no baseline.
    pub(crate) fn baseline_measure(self, rule: &Degradation) -> Measure {
        let newest = self.tally.newest().unwrap_or(Timestamp::EPOCH);
        let since = Some(newest.saturating_sub(rule.baseline_window));
        let tallies = self.baseline.map_or(&[][..], |baseline| baseline.tallies);
        Tally::measure_all(tallies, &rule.metric, since)
    }

    /// The numbers that a rule compares.
    pub(crate) fn measured(self, rule: &Degradation) -> Measured {
        Measured {
            metric: rule.metric.clone(),
            measure: self.measure(&rule.metric, rule.window),
            baseline: self.baseline.map(|baseline| BaselineMeasure {
                version: baseline.version,
                measure: self.baseline_measure(rule),
            }),
        }
    }
}
