//! Rules that can take a version back, as data.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    Action, Bounded, Breach, Decline, Degradation, ErrorClass, Metric, Operator, PolicyError,
    RECENT_OUTCOMES, RuleId, RuleName, Threshold, TriggerId, Worse,
    degradation::{MAX_SAMPLES, MAX_TIMED_WINDOW},
    sequential::check_alpha,
    window,
};

/// The longest window of a rule: 30 days.
const MAX_WINDOW: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A rule that can take a version back. Windows reach back from the newest outcome's own time,
/// and only outcomes of the version's present stay in its environment count.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// The newest `count` outcomes all failed, within `window` of each other. No stated error rate.
    ConsecutiveFailures {
        /// How many failures in a row. Default 3.
        #[serde(default = "three")]
        count: u32,
        /// How far back. Default 5 minutes.
        #[serde(default = "five_minutes", with = "window")]
        window: Duration,
    },
    /// At least `count` of the newest `among` outcomes failed, within `window`, with an error of
    /// one of these classes: the calls no longer fit the code. No stated error rate.
    SignatureErrors {
        /// How many such failures. Default 2.
        #[serde(default = "two")]
        count: u32,
        /// Among how many of the newest outcomes. Default 10.
        #[serde(default = "ten")]
        among: u32,
        /// How far back. Default 5 minutes.
        #[serde(default = "five_minutes", with = "window")]
        window: Duration,
        /// The classes of errors. Default `TypeError` and `AttributeError`.
        #[serde(default = "signature_classes")]
        classes: Vec<ErrorClass>,
    },
    /// At least `at_least` outcomes within `window`, and none of them succeeded. No stated error
    /// rate.
    AllFailed {
        /// How many outcomes it takes. Default 5.
        #[serde(default = "five")]
        at_least: u32,
        /// How far back, at most to the version's going live. Default 30 minutes.
        #[serde(default = "thirty_minutes", with = "window")]
        window: Duration,
    },
    /// At least 2 runs failed with an error of a class that the last known good version never had:
    /// so many that so long a baseline would have shown it. A sequential test.
    NewError {
        /// With which probability one class of error of a version that is not worse takes it back.
        /// Default 0.001.
        #[serde(default = "one_thousandth")]
        alpha: Threshold,
    },
    /// Fewer runs succeed than those of the last known good version did. A sequential test.
    Worse(Box<Worse>),
    /// The mean of what is measured of each run is beyond a limit that was promised. A sequential test.
    Mean(Box<Bounded>),
    /// More runs are beyond a limit than may be. A sequential test.
    Breach(Box<Breach>),
    /// The share of failures among at least `at_least` runs within `window` is beyond the
    /// threshold. The window is counted in whole minutes, beyond an hour in whole hours. No stated
    /// error rate.
    FailureRate {
        /// The share, from 0 to 1. Default 0.8.
        #[serde(default = "four_fifths")]
        threshold: Threshold,
        /// How it is compared. Default `>`.
        #[serde(default = "Operator::above")]
        operator: Operator,
        /// How many outcomes it takes. Default 5.
        #[serde(default = "five")]
        at_least: u32,
        /// How far back, at most to the version's going live. Default 30 minutes.
        #[serde(default = "thirty_minutes", with = "window")]
        window: Duration,
    },
    /// A metric became worse than that of the last good version. No stated error rate.
    Degraded(Box<Degradation>),
    /// Since some moment fewer runs of a live version succeed than may be. It watches for as long as the version is
    /// live, and says by itself what is done about it.
    Decline(Box<Decline>),
    /// What a program brings itself: it is asked by this name. A program that has nothing of that name
    /// can count outcomes and not judge them. No stated error rate.
    Custom {
        /// What the program calls it.
        trigger: TriggerId,
    },
}

const fn two() -> u32 {
    2
}

const fn three() -> u32 {
    3
}

const fn five() -> u32 {
    5
}

const fn ten() -> u32 {
    10
}

const fn five_minutes() -> Duration {
    Duration::from_secs(5 * 60)
}

const fn thirty_minutes() -> Duration {
    Duration::from_secs(30 * 60)
}

const fn one_thousandth() -> Threshold {
    Threshold::thousandths(1)
}

const fn four_fifths() -> Threshold {
    Threshold::hundredths(80)
}

fn signature_classes() -> Vec<ErrorClass> {
    ["TypeError", "AttributeError"].iter().filter_map(|class| class.parse().ok()).collect()
}

impl Rule {
    /// The rule's name.
    #[must_use]
    pub const fn name(&self) -> RuleName {
        match self {
            Self::ConsecutiveFailures { .. } => RuleName::ConsecutiveFailures,
            Self::SignatureErrors { .. } => RuleName::SignatureErrors,
            Self::AllFailed { .. } => RuleName::AllFailed,
            Self::NewError { .. } => RuleName::NewError,
            Self::Worse(_) => RuleName::Worse,
            Self::Mean(_) => RuleName::Mean,
            Self::Breach(_) => RuleName::Breach,
            Self::Decline(_) => RuleName::Decline,
            Self::FailureRate { .. } => RuleName::FailureRate,
            Self::Degraded(_) => RuleName::Degraded,
            Self::Custom { .. } => RuleName::Custom,
        }
    }

    /// The baseline's measurements that it needs, if it compares with one.
    #[must_use]
    pub fn degradation(&self) -> Option<&Degradation> {
        match self {
            Self::Degraded(degradation) => Some(degradation),
            Self::ConsecutiveFailures { .. }
            | Self::SignatureErrors { .. }
            | Self::AllFailed { .. }
            | Self::NewError { .. }
            | Self::Worse(_)
            | Self::Mean(_)
            | Self::Breach(_)
            | Self::FailureRate { .. }
            | Self::Decline(_)
            | Self::Custom { .. } => None,
        }
    }

    /// The test on the success rate, if it is that.
    #[must_use]
    pub fn worse(&self) -> Option<&Worse> {
        if let Self::Worse(worse) = self { Some(worse) } else { None }
    }

    /// What a program is asked for, if it is a rule of somebody's own.
    #[must_use]
    pub const fn trigger(&self) -> Option<&TriggerId> {
        if let Self::Custom { trigger } = self { Some(trigger) } else { None }
    }

    /// Whether it compares with the last known good version.
    #[must_use]
    pub const fn needs_baseline(&self) -> bool {
        match self {
            Self::Degraded(_) | Self::NewError { .. } | Self::Custom { .. } => true,
            Self::Worse(worse) => worse.objective.is_none(),
            Self::Decline(decline) => decline.objective.is_none(),
            Self::Breach(breach) => breach.at_most.is_none(),
            Self::ConsecutiveFailures { .. }
            | Self::SignatureErrors { .. }
            | Self::AllFailed { .. }
            | Self::Mean(_)
            | Self::FailureRate { .. } => false,
        }
    }

    /// Whether it can only begin to hold with a failure, so that it need not be asked after a
    /// success: a rate can also be reached by the last run that it asks for, or as old successes
    /// leave its window, and a mean by a slow run that ended well.
    #[must_use]
    pub const fn begins_with_a_failure(&self) -> bool {
        match self {
            Self::ConsecutiveFailures { .. }
            | Self::SignatureErrors { .. }
            | Self::AllFailed { .. }
            | Self::NewError { .. }
            | Self::Worse(_)
            | Self::Decline(_) => true,
            Self::Mean(_)
            | Self::Breach(_)
            | Self::FailureRate { .. }
            | Self::Degraded(_)
            | Self::Custom { .. } => false,
        }
    }

    /// What names it within a policy.
    #[must_use]
    pub fn id(&self) -> RuleId {
        let metric = self.metric().cloned();
        RuleId { name: self.name(), metric, trigger: self.trigger().cloned() }
    }

    /// The metric that it was given, if it was given one.
    #[must_use]
    pub fn metric(&self) -> Option<&Metric> {
        match self {
            Self::Degraded(degradation) => Some(&degradation.metric),
            Self::Mean(bounded) => Some(&bounded.metric),
            Self::Breach(breach) => Some(&breach.metric),
            Self::ConsecutiveFailures { .. }
            | Self::SignatureErrors { .. }
            | Self::AllFailed { .. }
            | Self::NewError { .. }
            | Self::Worse(_)
            | Self::FailureRate { .. }
            | Self::Decline(_)
            | Self::Custom { .. } => None,
        }
    }

    /// What it says itself is done about a version that it found worse, if it does.
    #[must_use]
    pub fn action(&self) -> Option<Action> {
        if let Self::Decline(decline) = self { Some(decline.action) } else { None }
    }

    /// Why it could never hold, whatever happens, if that is so.
    pub(crate) fn never_holds(&self) -> Option<PolicyError> {
        match self {
            Self::FailureRate { threshold, operator: Operator::Above, .. }
                if threshold.get() >= crate::Decimal::ONE =>
            {
                let why = "no more than all of the runs fail";
                let (rule, field, found) = (self.name(), "threshold", *threshold);
                Some(PolicyError::Never { rule, field, found, why })
            }
            Self::Worse(worse) => worse.never_holds(),
            Self::Degraded(degradation) => degradation.never_holds(),
            Self::ConsecutiveFailures { .. }
            | Self::SignatureErrors { .. }
            | Self::AllFailed { .. }
            | Self::NewError { .. }
            | Self::Mean(_)
            | Self::Breach(_)
            | Self::FailureRate { .. }
            | Self::Decline(_)
            | Self::Custom { .. } => None,
        }
    }

    /// Checks the numbers.
    pub(crate) fn check(&self) -> Result<(), PolicyError> {
        let rule = self.name();
        let most = u32::try_from(RECENT_OUTCOMES).unwrap_or(u32::MAX);
        let count = |field, found, least| {
            let fits = (least..=most).contains(&found);
            fits.then_some(()).ok_or(PolicyError::Count { rule, field, found, least, most })
        };
        let window = match self {
            Self::ConsecutiveFailures { count: failures, window } => {
                count("count", *failures, 1)?;
                *window
            }
            Self::SignatureErrors { count: failures, among, window, classes } => {
                count("count", *failures, 1)?;
                count("among", *among, *failures)?;
                if classes.is_empty() {
                    return Err(PolicyError::NoClasses { rule });
                }
                *window
            }
            Self::AllFailed { at_least, window } => {
                count("at_least", *at_least, 1)?;
                *window
            }
            Self::NewError { alpha } => return check_alpha(rule, *alpha),
            Self::Worse(worse) => return worse.check(),
            Self::Mean(bounded) => return bounded.check(),
            Self::Breach(breach) => return breach.check(),
            Self::Decline(decline) => return decline.check(),
            Self::FailureRate { threshold, at_least, window, .. } => {
                return check_rate(*threshold, *at_least, *window);
            }
            Self::Degraded(degradation) => return degradation.check(),
            Self::Custom { .. } => return Ok(()),
        };
        if window < Duration::from_secs(1) || window > MAX_WINDOW {
            return Err(PolicyError::Window { rule, found: window });
        }
        Ok(())
    }
}

fn check_rate(threshold: Threshold, at_least: u32, window: Duration) -> Result<(), PolicyError> {
    let rule = RuleName::FailureRate;
    if threshold.get() > crate::Decimal::ONE {
        return Err(PolicyError::Share { rule, found: threshold });
    }
    if !(1..=MAX_SAMPLES).contains(&at_least) {
        let (field, most) = ("at_least", MAX_SAMPLES);
        return Err(PolicyError::Count { rule, field, found: at_least, least: 1, most });
    }
    if window < Duration::from_secs(1) || window > MAX_TIMED_WINDOW {
        return Err(PolicyError::TimedWindow { rule, found: window });
    }
    Ok(())
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConsecutiveFailures { count, window } => {
                let failures = if *count == 1 { "failure" } else { "failures" };
                write!(f, "{count} {failures} in a row within {}", window::show(window))
            }
            Self::SignatureErrors { count, among, window, classes } => {
                let classes: Vec<&str> = classes.iter().map(ErrorClass::as_str).collect();
                let window = window::show(window);
                let classes = classes.join(" or ");
                write!(f, "{count} of {classes} among the last {among} runs within {window}")
            }
            Self::AllFailed { at_least, window } => {
                write!(f, "all of {at_least} or more runs failed within {}", window::show(window))
            }
            Self::NewError { alpha } => write!(
                f,
                "2 or more errors of a class that the last good version never had (alpha {alpha})"
            ),
            Self::Worse(worse) => worse.fmt(f),
            Self::Mean(bounded) => bounded.fmt(f),
            Self::Breach(breach) => breach.fmt(f),
            Self::Decline(decline) => decline.fmt(f),
            Self::FailureRate { threshold, operator, at_least, window } => {
                let window = window::show(window);
                write!(
                    f,
                    "{operator} {threshold} of {at_least} or more runs failed within {window}"
                )
            }
            Self::Degraded(degradation) => degradation.fmt(f),
            Self::Custom { trigger } => write!(f, "{trigger} says so"),
        }
    }
}

/// The hard trigger for calls that no longer fit the code.
pub(crate) fn signature_errors() -> Rule {
    Rule::SignatureErrors {
        count: two(),
        among: ten(),
        window: five_minutes(),
        classes: signature_classes(),
    }
}

/// The rules of the immediate tier.
pub(crate) fn immediate_tier() -> Vec<Rule> {
    vec![
        signature_errors(),
        Rule::AllFailed { at_least: five(), window: thirty_minutes() },
        Rule::ConsecutiveFailures { count: three(), window: five_minutes() },
    ]
}

/// The rule of the fast tier.
pub(crate) const fn fast_tier() -> Rule {
    Rule::FailureRate {
        threshold: four_fifths(),
        operator: Operator::Above,
        at_least: five(),
        window: thirty_minutes(),
    }
}
