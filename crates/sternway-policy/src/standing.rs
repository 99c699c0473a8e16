//! How near each rule is to taking a version back.

use std::fmt;

use sternway_types::{
    Against, Beside, Breach, Degradation, Measure, Measured, Metric, Mode, Pairs, Policy, Rule,
    RuleId, TestResult, Tier,
};

use crate::{
    contrast::Contrast,
    judge::{Judge, index, is_of, measured},
    number::Short,
    trigger::Triggers,
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
    /// What it found, if it is a sequential test.
    pub test: Option<TestResult>,
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
    /// Whether a rule of the program's own holds.
    Asked {
        /// What it says, if it does.
        said: Option<String>,
    },
    /// The program does not have what the rule asks for.
    NoTrigger,
    /// So much evidence of the evidence that it takes.
    Evidence {
        /// How many runs failed.
        failed: u64,
        /// How many ended, as far as is known.
        runs: u64,
        /// After how many more failures in a row it holds; nothing if nobody can count them.
        more: Option<u64>,
    },
    /// So many of the runs that one of two versions failed, of those that both had.
    Paired {
        /// What became of them.
        pairs: Pairs,
        /// How many of those that one of both failed must be its own for the rule to hold; nothing if all of
        /// them may be.
        boundary: Option<u64>,
        /// After how many more runs in a row that it alone fails it holds; nothing if nobody can count them.
        more: Option<u64>,
    },
    /// A mean, and how much more it takes.
    Mean {
        /// The mean of what was measured, in the unit of the metric; nothing if nothing was.
        mean: Option<f64>,
        /// Of how many runs.
        runs: u64,
        /// After how many more runs at the bad end of the scale it holds; nothing if that takes very many.
        more: Option<u64>,
    },
    /// So many runs beyond a limit, and how many more it takes.
    Breaches {
        /// The limit, in the unit of the metric.
        limit: f64,
        /// How many runs are beyond it.
        beyond: u64,
        /// Of how many that were measured.
        runs: u64,
        /// After how many more in a row it holds; nothing if nobody can count them.
        more: Option<u64>,
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
    standings_with(policy, view, &Triggers::default())
}

/// The same, of a program with rules of its own.
#[must_use]
pub fn standings_with(policy: &Policy, view: &View<'_>, triggers: &Triggers) -> Vec<Standing> {
    let mut judge = Judge::new(policy, view.baseline).with_triggers(triggers);
    let rules = policy.rules().iter().enumerate();
    rules.map(|(place, rule)| standing(&mut judge, place, rule, *view)).collect()
}

/// The rule that is nearest to holding, of those that count and have begun to.
#[must_use]
pub fn nearest(standings: &[Standing]) -> Option<&Standing> {
    let share = |standing: &Standing| match standing.found {
        Found::Counted { found, needed, .. } if found > 0 && found < needed => {
            Some((found, needed))
        }
        // Its evidence, in hundredths of what it takes.
        Found::Evidence { failed, .. } if failed > 0 => standing.hundredths().map(|it| (it, 100)),
        Found::Breaches { beyond, .. } if beyond > 0 => standing.hundredths().map(|it| (it, 100)),
        Found::Mean { runs, .. } if runs > 0 => standing.hundredths().map(|it| (it, 100)),
        Found::Paired { pairs, .. } if pairs.alone > 0 => standing.hundredths().map(|it| (it, 100)),
        Found::Counted { .. }
        | Found::NoBaseline
        | Found::TooFew { .. }
        | Found::Asked { .. }
        | Found::NoTrigger
        | Found::Evidence { .. }
        | Found::Paired { .. }
        | Found::Mean { .. }
        | Found::Breaches { .. }
        | Found::Beside { .. } => None,
    };
    let begun = standings.iter().filter(|it| share(it).is_some());
    // Cross-multiplied: which share is larger?
    begun.reduce(|one, other| match (share(one), share(other)) {
        (Some((found, needed)), Some((more, of))) if more * needed > found * of => other,
        _ => one,
    })
}

fn standing(judge: &mut Judge<'_>, place: usize, rule: &Rule, view: View<'_>) -> Standing {
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
        Rule::Custom { .. } if !judge.has(rule) => Found::NoTrigger,
        Rule::Custom { .. } => Found::Asked { said: judge.said(rule, view.tally) },
        Rule::NewError { .. } if view.baseline.is_none() => Found::NoBaseline,
        Rule::Mean(rule) => {
            let measure = view.tally.measure(&rule.metric, None);
            let more = judge.test(place).and_then(|test| test.failures_until(view.tally));
            Found::Mean { mean: measure.mean(), runs: measure.samples, more }
        }
        Rule::Breach(rule) => breaches(judge, place, rule, view),
        Rule::NewError { .. } | Rule::Worse(_) | Rule::Decline(_) => Found::Evidence {
            failed: view.tally.failed,
            runs: view.tally.known(),
            more: judge.test(place).and_then(|test| test.failures_until(view.tally)),
        },
    };
    Standing {
        rule: rule.id(),
        tier: rule.name().tier(),
        holds: judge.holds(place, rule, view.tally),
        found,
        measured: measured(rule, view),
        test: judge.test(place).and_then(|test| test.result(view.tally)),
    }
}

fn breaches(judge: &mut Judge<'_>, place: usize, rule: &Breach, view: View<'_>) -> Found {
    let test = judge.test(place);
    let found =
        test.and_then(|test| Some((test.result(view.tally)?, test.failures_until(view.tally))));
    match found {
        Some((TestResult { against: Against::Limit { limit, runs, beyond, .. }, .. }, more)) => {
            Found::Breaches { limit: limit.to_f64(), beyond, runs, more }
        }
        _ if view.baseline.is_none() => Found::NoBaseline,
        // Without a limit there is no test.
        _ => Found::TooFew { needed: rule.min_baseline },
    }
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
            Self::Asked { said: Some(said) } => f.write_str(said),
            Self::Asked { said: None } => f.write_str("nothing speaks against it"),
            Self::NoTrigger => f.write_str("this program does not have it"),
            Self::Evidence { failed, runs, more } => {
                write!(f, "{failed} of {runs} runs failed, ")?;
                write_more(f, *more)
            }
            Self::Paired { pairs, boundary, more } => {
                let all = pairs.total();
                write!(f, "{pairs}, of {all} that both had, are its own")?;
                if let Some(boundary) = boundary {
                    write!(f, " ({boundary} would be enough)")?;
                }
                f.write_str(", ")?;
                write_more(f, *more)
            }
            Self::Mean { mean: None, .. } | Self::Breaches { runs: 0, .. } => {
                f.write_str("nothing was measured")
            }
            Self::Mean { mean: Some(mean), runs, more } => {
                write!(f, "{} over {runs} runs, ", Short(*mean))?;
                match more {
                    Some(0) => f.write_str("which is enough"),
                    Some(more) => {
                        write!(f, "{more} more at the bad end of the scale would be enough")
                    }
                    None => f.write_str("and nobody can say how many more would be enough"),
                }
            }
            Self::Breaches { limit, beyond, runs, more } => {
                write!(f, "{beyond} of {runs} runs beyond {}, ", Short(*limit))?;
                write_more_breaches(f, *more)
            }
            Self::Beside { found, limit, unit } => {
                let [found, limit, far] = [*found, *limit, limit - found].map(Short);
                write!(f, "{found} {unit}, the limit is {limit}, {far} to go")
            }
        }
    }
}

fn write_more(f: &mut fmt::Formatter<'_>, more: Option<u64>) -> fmt::Result {
    match more {
        Some(0) => f.write_str("which is enough"),
        Some(1) => f.write_str("1 more failure is enough"),
        Some(more) => write!(f, "{more} more failures in a row are enough"),
        None => f.write_str("and nobody can say how many more are enough"),
    }
}

fn write_more_breaches(f: &mut fmt::Formatter<'_>, more: Option<u64>) -> fmt::Result {
    match more {
        Some(0) => f.write_str("which is enough"),
        Some(1) => f.write_str("1 more is enough"),
        Some(more) => write!(f, "{more} more in a row are enough"),
        None => f.write_str("and nobody can say how many more are enough"),
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
        self.found.fmt(f)?;
        self.test.as_ref().map_or(Ok(()), |test| write!(f, "; held against {}", HeldAgainst(test)))
    }
}

impl Standing {
    /// The evidence of a test, in hundredths of what it takes: from 1 to 99, nothing if there is none or
    /// enough of it.
    fn hundredths(&self) -> Option<usize> {
        let test = self.test.as_ref()?;
        let hundredths = test.ln_e.units().checked_mul(100)? / test.ln_threshold.units().max(1);
        usize::try_from(hundredths).ok().filter(|share| (1..100).contains(share))
    }

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

/// What a test holds a version against, in words.
struct HeldAgainst<'a>(&'a TestResult);

impl fmt::Display for HeldAgainst<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.against {
            Against::Measured { version, succeeded, failed } => {
                let runs = succeeded.saturating_add(*failed);
                write!(f, "{version}, {succeeded} of {runs} runs succeeded")
            }
            Against::Beside { version, shares } => {
                let [succeeded, failed] = Beside::baseline(shares);
                let runs = succeeded.saturating_add(failed);
                write!(f, "{version} beside it, {succeeded} of {runs} runs succeeded")
            }
            Against::Expected { success_rate } => {
                write!(f, "a success rate of {success_rate} that is expected, not measured")
            }
            Against::Promised { limit, cap } => {
                write!(f, "a limit of {limit}, on a scale from 0 to {cap}")
            }
            Against::Limit { version: Some(version), of, .. } => {
                write!(f, "what was measured of {version}, of {of} runs")
            }
            Against::Limit { version: None, limit, .. } => {
                write!(f, "a limit of {limit} that is declared")
            }
            Against::Objective { success_rate } => {
                write!(f, "the objective of {success_rate}")
            }
        }
    }
}
