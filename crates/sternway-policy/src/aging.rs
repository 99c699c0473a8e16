//! Whether what is live gets worse, or nobody needs it any more: what no single comparison with the
//! version before shows.
//!
//! Nothing here takes a version back. The limits are rules of thumb, without a stated error rate.

use std::{fmt, time::Duration};

use sternway_types::{
    Degradation, Measure, Metric, Mode, Preset, Rule, Severity, Tally, Threshold, Timestamp,
    VersionNumber,
};

use crate::{
    contrast::Contrast,
    judge::{holds, measured},
    number::Short,
    view::{Baseline, View},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// From where on something is found.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// How many runs it takes to speak of a success rate or a duration. Default 10.
    pub at_least: u64,
    /// The success rate below which a version does badly. Default 0.7.
    pub poor_success: f64,
    /// The one below which it does harm. Default 0.5.
    pub bad_success: f64,
    /// The mean duration above which runs are slow. Default 60 seconds.
    pub slow: Duration,
    /// The share of its best success rate that an artifact may lose little by little. Default 0.15.
    pub drift: Threshold,
    /// How many good versions before it the best one is looked for among. Default 10.
    pub drift_versions: usize,
    /// How long it may be that nothing ran. Default 90 days.
    pub unused: Duration,
    /// How long it may be live without ever having run. Default 30 days.
    pub never_used: Duration,
    /// How old a version may be. Default 365 days.
    pub old: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            at_least: 10,
            poor_success: 0.7,
            bad_success: 0.5,
            slow: Duration::from_secs(60),
            drift: Threshold::FIFTEEN_HUNDREDTHS,
            drift_versions: 10,
            unused: 90 * DAY,
            never_used: 30 * DAY,
            old: 365 * DAY,
        }
    }
}

/// Whether anything stands against what is live all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Against {
    /// Nothing does.
    #[default]
    Nothing,
    /// It is condemned.
    Condemned,
    /// It regressed, and no good version was left to go back to.
    Halted,
}

/// What is known of what is live.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// When the version was published.
    pub published: Timestamp,
    /// Since when it is live.
    pub live_since: Timestamp,
    /// What stands against it.
    pub against: Against,
    /// How the runs of its present stay went.
    pub tally: &'a Tally,
    /// The good versions that were live before, the last one first.
    pub good: &'a [Baseline<'a>],
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Sign {
    /// It regressed, and no good version was left.
    Halted,
    /// It is live, and condemned.
    Condemned,
    /// The success rate, the accuracy or the duration is worse by 0.15 of what the last good version
    /// has.
    Degraded {
        /// Which metric.
        metric: Metric,
        /// The last good version.
        version: VersionNumber,
        /// What was measured of that.
        from: f64,
        /// What is measured now.
        to: f64,
    },
    /// Too many runs fail.
    Failing {
        /// How many of them succeed, from 0 to 1.
        success: f64,
        /// Of how many.
        samples: u64,
    },
    /// Runs take long.
    Slow {
        /// Their mean, in milliseconds.
        mean: f64,
    },
    /// The success rate fell little by little, each time by too little to be a regression.
    Drifted {
        /// The best of the good versions before.
        version: VersionNumber,
        /// Its success rate.
        from: f64,
        /// That of now.
        to: f64,
    },
    /// Nothing ran for long.
    Unused {
        /// When something did.
        since: Timestamp,
    },
    /// It never ran.
    NeverUsed {
        /// Since when it could have.
        since: Timestamp,
    },
    /// It was published long ago.
    Old {
        /// When.
        since: Timestamp,
    },
}

/// What was found, and how grave it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What.
    pub sign: Sign,
    /// How grave.
    pub severity: Severity,
}

impl Sign {
    /// The name.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Halted => "halted",
            Self::Condemned => "condemned",
            Self::Degraded { .. } => "degraded",
            Self::Failing { .. } => "failing",
            Self::Slow { .. } => "slow",
            Self::Drifted { .. } => "drifted",
            Self::Unused { .. } => "unused",
            Self::NeverUsed { .. } => "never_used",
            Self::Old { .. } => "old",
        }
    }

    /// Whether going back would help: there is a good version that did better.
    #[must_use]
    pub const fn recommends_rollback(&self) -> bool {
        match self {
            Self::Condemned | Self::Degraded { .. } => true,
            Self::Halted
            | Self::Failing { .. }
            | Self::Slow { .. }
            | Self::Drifted { .. }
            | Self::Unused { .. }
            | Self::NeverUsed { .. }
            | Self::Old { .. } => false,
        }
    }
}

/// What speaks against what is live, the gravest first.
#[must_use]
pub fn findings(known: &Known<'_>, limits: &Limits, now: Timestamp) -> Vec<Finding> {
    let mut found = Vec::new();
    match known.against {
        Against::Nothing => (),
        Against::Condemned => found.push(Finding::new(Severity::High, Sign::Condemned)),
        Against::Halted => found.push(Finding::new(Severity::Critical, Sign::Halted)),
    }
    found.extend(degraded(known));
    found.extend(failing(known, limits));
    found.extend(slow(known, limits));
    let has_less_success = found.iter().any(
        |it| matches!(&it.sign, Sign::Degraded { metric, .. } if *metric == Metric::SuccessRate),
    );
    // What it lost at once is said already.
    if !has_less_success {
        let drift = drift(known.tally, known.good, limits);
        found.extend(drift.map(|sign| Finding::new(Severity::Medium, sign)));
    }
    found.extend(unneeded(known, limits, now));
    // Stable: what is equally grave stays in this order.
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    found
}

/// How far the success rate fell below that of the best of the newest good versions, if it fell by
/// the share that is looked for.
#[must_use]
pub fn drift(tally: &Tally, good: &[Baseline<'_>], limits: &Limits) -> Option<Sign> {
    let now = success(std::slice::from_ref(tally));
    if now.samples < limits.at_least {
        return None;
    }
    let rule = Degradation::new(Metric::SuccessRate, Mode::Relative, limits.drift);
    let contrasts = good.iter().take(limits.drift_versions).filter_map(|baseline| {
        let before = success(baseline.tallies);
        let contrast = Contrast::new(before, now).filter(|_| before.samples >= limits.at_least)?;
        Some((baseline.version, contrast))
    });
    let (version, best) = contrasts.max_by(|(_, a), (_, b)| a.from().total_cmp(&b.from()))?;
    let drifted = Sign::Drifted { version, from: best.from(), to: best.to() };
    best.is_worse(&rule).then_some(drifted)
}

fn success(tallies: &[Tally]) -> Measure {
    let measures = tallies.iter().map(|tally| tally.measure(&Metric::SuccessRate, None));
    measures.fold(Measure::default(), Measure::plus)
}

impl Finding {
    const fn new(severity: Severity, sign: Sign) -> Self {
        Self { sign, severity }
    }
}

fn degraded(known: &Known<'_>) -> Vec<Finding> {
    let view = View::new(known.tally).against(known.good.first().copied());
    let rules = Preset::Artifact.rules();
    // The error rate is the success rate again, and as a share of next to nothing it doubles quickly.
    let metric = |rule: &Rule| rule.degradation().map(|it| it.metric.clone());
    let looked_at = rules.iter().filter(|rule| metric(rule) != Some(Metric::ErrorRate));
    let holding = looked_at.filter(|rule| holds(rule, view));
    holding.filter_map(|rule| of_rule(rule, view)).collect()
}

fn of_rule(rule: &Rule, view: View<'_>) -> Option<Finding> {
    let measured = measured(rule, view)?;
    let baseline = measured.baseline?;
    let (from, to) = (baseline.measure.mean()?, measured.measure.mean()?);
    let (metric, version) = (measured.metric, baseline.version);
    Some(Finding::new(Severity::High, Sign::Degraded { metric, version, from, to }))
}

fn failing(known: &Known<'_>, limits: &Limits) -> Option<Finding> {
    let measure = success(std::slice::from_ref(known.tally));
    let success = measure.mean().filter(|_| measure.samples >= limits.at_least)?;
    let sign = Sign::Failing { success, samples: measure.samples };
    if success < limits.bad_success {
        return Some(Finding::new(Severity::High, sign));
    }
    (success < limits.poor_success).then(|| Finding::new(Severity::Medium, sign))
}

fn slow(known: &Known<'_>, limits: &Limits) -> Option<Finding> {
    let measure = known.tally.measure(&Metric::Duration, None);
    let mean = measure.mean().filter(|_| measure.samples >= limits.at_least)?;
    let is_slow = mean > limits.slow.as_secs_f64() * 1_000.0;
    is_slow.then(|| Finding::new(Severity::Medium, Sign::Slow { mean }))
}

fn unneeded(known: &Known<'_>, limits: &Limits, now: Timestamp) -> Vec<Finding> {
    let longer = |since: Timestamp, limit| now.since(since) > limit;
    let since = known.live_since;
    let use_of_it = match known.tally.newest() {
        Some(since) if longer(since, limits.unused) => {
            Some(Finding::new(Severity::Low, Sign::Unused { since }))
        }
        None if longer(since, limits.never_used) => {
            Some(Finding::new(Severity::Medium, Sign::NeverUsed { since }))
        }
        Some(_) | None => None,
    };
    let since = known.published;
    let age = longer(since, limits.old).then(|| Finding::new(Severity::Low, Sign::Old { since }));
    use_of_it.into_iter().chain(age).collect()
}

impl fmt::Display for Sign {
    /// One line for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        match self {
            Self::Halted => f.write_str("it regressed, and no good version is left"),
            Self::Condemned => f.write_str("it is condemned, and live all the same"),
            Self::Degraded { metric, version, from, to } => {
                let shown = |mean: f64| match (metric, metric.unit()) {
                    (Metric::SuccessRate | Metric::ErrorRate, _) => percent(mean),
                    (_, Some(unit)) => format!("{} {unit}", Short(mean)),
                    (_, None) => Short(mean).to_string(),
                };
                let (from, to) = (shown(*from), shown(*to));
                write!(f, "{metric} is {to}, and that of {version}, the last good version, {from}")
            }
            Self::Failing { success, samples } => {
                write!(f, "only {} of {samples} runs succeeded", percent(*success))
            }
            Self::Slow { mean } => write!(f, "a run takes {:.1} s on average", mean / 1_000.0),
            Self::Drifted { version, from, to } => {
                let (from, to) = (percent(*from), percent(*to));
                write!(f, "success fell little by little, from {from} of {version} to {to}")
            }
            Self::Unused { since } => write!(f, "nothing ran since {since}"),
            Self::NeverUsed { since } => write!(f, "it never ran, and is live since {since}"),
            Self::Old { since } => write!(f, "it was published at {since}"),
        }
    }
}
