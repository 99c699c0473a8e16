//! How near each rule is to taking a version back.

use std::fmt;

use sternway_types::{Degradation, Measure, Measured, Metric, Mode, Policy, Rule, RuleId, Tier};

use crate::{
    contrast::Contrast,
    judge::{holds, index, is_of, measured},
    number::Short,
    view::View,
};

/// How a rule stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Which rule.
    pub rule: RuleId,
    /// How fast it is.
    pub tier: Tier,
    /// Whether it holds.
    pub holds: bool,
    /// What it found, beside what it asks for.
    pub found: Found,
    /// The numbers that it compares, if it is on a metric.
    pub measured: Option<Measured>,
}

/// What a rule found, beside what it asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// So many of so many.
    Counted {
        /// How many there are.
        found: usize,
        /// How many it takes.
        needed: usize,
        /// Of what.
        what: &'static str,
    },
    /// There is no last good version to compare with.
    NoBaseline,
    /// There are fewer measurements than it takes on a side.
    TooFew {
        /// How many it takes.
        needed: u32,
    },
    /// So much, beside the limit; both in the unit of the rule.
    Beside {
        /// How much worse, or the rate.
        found: f64,
        /// The limit.
        limit: f64,
        /// The unit of both, as it is written behind them.
        unit: &'static str,
    },
}

/// How each rule of a policy stands, in the order of the policy.
#[must_use]
pub fn standings(policy: &Policy, view: &View<'_>) -> Vec<Standing> {
    policy.rules().iter().map(|rule| standing(rule, *view)).collect()
}

/// The rule that is nearest to holding, of those that count and have begun to.
#[must_use]
pub fn nearest(policy: &Policy, view: &View<'_>) -> Option<Standing> {
    let share = |standing: &Standing| match standing.found {
        Found::Counted { found, needed, .. } if found > 0 && found < needed => {
            Some((found, needed))
        }
        Found::Counted { .. } | Found::NoBaseline | Found::TooFew { .. } | Found::Beside { .. } => {
            None
        }
    };
    let begun = standings(policy, view).into_iter().filter(|it| share(it).is_some());
    // Cross-multiplied: which share is larger?
    begun.reduce(|one, other| match (share(&one), share(&other)) {
        (Some((found, needed)), Some((more, of))) if more * needed > found * of => other,
        _ => one,
    })
}

fn standing(rule: &Rule, view: View<'_>) -> Standing {
    let counted =
        |found: usize, needed: u32, what| Found::Counted { found, needed: index(needed), what };
    let found = match rule {
        Rule::ConsecutiveFailures { count, window } => {
            let in_a_row = view.within(*window).take_while(|one| one.failed).count();
            counted(in_a_row, *count, "failures in a row")
        }
        Rule::SignatureErrors { count, among, window, classes } => {
            let newest = view.within(*window).take(index(*among));
            counted(newest.filter(|one| is_of(one, classes)).count(), *count, "signature errors")
        }
        Rule::AllFailed { at_least, window } => {
            let all = view.within(*window).all(|one| one.failed) && view.tally.succeeded == 0;
            let found = if all { view.within(*window).count() } else { 0 };
            counted(found, *at_least, "runs, none of which succeeded")
        }
        Rule::FailureRate { threshold, at_least, window, .. } => {
            let failed = view.measure(&Metric::ErrorRate, *window);
            if failed.samples < u64::from(*at_least) {
                Found::TooFew { needed: *at_least }
            } else {
                let found = failed.mean().unwrap_or_default();
                Found::Beside { found, limit: f64::from(*threshold), unit: "of the runs" }
            }
        }
        Rule::Degraded(rule) => degraded(rule, view),
    };
    let holds = holds(rule, view);
    let tier = rule.name().tier();
    Standing { rule: rule.id(), tier, holds, found, measured: measured(rule, view) }
}

fn degraded(rule: &Degradation, view: View<'_>) -> Found {
    if view.baseline.is_none() {
        return Found::NoBaseline;
    }
    let to = view.measure(&rule.metric, rule.window);
    let from = view.baseline_measure(rule);
    let enough = from.samples.min(to.samples) >= u64::from(rule.at_least);
    match Contrast::new(from, to).filter(|_| enough) {
        Some(contrast) => {
            let (found, limit) = contrast.distance(rule);
            let unit = match rule.mode {
                Mode::Points => rule.metric.unit().unwrap_or("points"),
                Mode::Relative if contrast.from() == 0.0 => rule.metric.unit().unwrap_or("points"),
                Mode::Relative => "of the baseline",
            };
            Found::Beside { found, limit, unit }
        }
        None => Found::TooFew { needed: rule.at_least },
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Counted { found, needed, what } => write!(f, "{found} of {needed} {what}"),
            Self::NoBaseline => f.write_str("no last good version to compare with"),
            Self::TooFew { needed } => write!(f, "it takes {needed}"),
            Self::Beside { found, limit, unit } => {
                let [found, limit, far] = [*found, *limit, limit - found].map(Short);
                write!(f, "{found} {unit}, the limit is {limit}, {far} to go")
            }
        }
    }
}

impl fmt::Display for Standing {
    /// One line: the tier, the rule, the numbers on both sides, and how far that is from the limit.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tier, {}: ", self.tier, self.rule)?;
        if let Found::TooFew { .. } | Found::Beside { .. } = self.found {
            self.write_sides(f)?;
            f.write_str(": ")?;
        }
        self.found.fmt(f)
    }
}

impl Standing {
    fn write_sides(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(measured) = &self.measured else { return Ok(()) };
        if let Some(baseline) = &measured.baseline {
            write!(f, "{} {} → ", baseline.version, Side(baseline.measure))?;
        }
        write!(f, "{}", Side(measured.measure))
    }
}

/// A mean, and of how many.
struct Side(Measure);

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.mean() {
            Some(mean) => write!(f, "{} (of {})", Short(mean), self.0.samples),
            None => f.write_str("not measured"),
        }
    }
}
