//! Tests with a stated error rate: how much evidence there is that a version is worse, or good enough.
//!
//! Each test makes an *e-value* of what was counted: a number that is, under the null hypothesis that
//! the version is not worse, at most 1 on average, whenever one stops to look. It is at least `1/alpha`
//! with a probability of at most alpha, at any look of any number of looks (Ville 1939), so that there
//! is no schedule, no least number of runs, and no correction for looking often. E-values are given as
//! natural logarithms; `1/E` is a p-value that is valid at every look.
//!
//! | test | asks | its state |
//! |---|---|---|
//! | [`History`] | worse than the predecessor's rate? | counters |
//! | [`Attribution`] | worse than the baseline beside it? | counters of failures, per step |
//! | [`Paired`] | worse on the same requests? | two counters |
//! | [`NewFingerprint`] | an error that the predecessor never showed? | counters |
//! | [`Proven`] | within δ of the baseline, or better? | counters |
//! | [`Starts`] | worse since some moment? | [`LogRatios`], and a count |
//! | [`Betting`], [`BettingBeside`] | a mean above a limit, or above the baseline's? | [`Wealth`] |
//! | [`Detector`] | worse since some moment of a life without an end? | [`LogRatios`] |
//! | [`combined`] | any of several? | none |
//! | [`Interval`] | where is the rate? (for display) | counters |
//!
//! What rests on counters depends on nothing else: they may come in any order, from any number of
//! processes, and be counted anew from a log. The other states go on from the numbers that were kept.
//! Evidence falls again with later successes: look at every failure, in order, and let a verdict stand.
//!
//! Everything here is pure, and allocates nothing. Logarithms do not come from the platform, so that
//! every machine makes the same verdict of the same counters. A value is finite for every count; with
//! 10^9 outcomes it is exact to 10^-6, far below what a decision rests on.
//!
//! ```
//! use sternway_policy::evidence::{Alpha, Counts, History, Proven};
//! use sternway_types::Ratio;
//!
//! // 950 of 1,000 runs of the predecessor succeeded: it is good for 0.926, or better.
//! let history = History::measured_exactly(Counts::new(950, 50), Alpha::new(0.002)?);
//! assert_eq!(format!("{:.4}", history.success_rate()), "0.9269");
//!
//! let alpha = Alpha::new(0.008)?;
//! let candidate = Counts::new(14, 6);
//! assert!(!history.crosses(candidate, alpha));
//! assert_eq!(history.boundary(20, alpha), Some(8));
//! assert_eq!(history.failures_until(candidate, alpha), Some(2));
//!
//! let proven = Proven::declared(Ratio::new(0.95)?, Ratio::new(0.02)?);
//! assert_eq!(proven.successes_until(Counts::default(), Alpha::new(0.05)?), Some(53));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod attribution;
mod betting;
mod bound;
mod counts;
mod crossing;
mod detector;
mod exact;
mod fingerprint;
mod fraction;
mod guards;
mod history;
mod interval;
mod mixture;
mod paired;
mod proven;
mod ratios;
mod starts;
mod state;

pub use self::{
    attribution::{Allocation, Attribution, Failures, Margin, MarginError},
    betting::{Betting, BettingBeside, Wealth},
    counts::Counts,
    detector::{Detector, Form, RunLength},
    fingerprint::NewFingerprint,
    fraction::{Alpha, FractionError, Mean, Share},
    guards::{Guard, combined},
    history::History,
    interval::Interval,
    paired::{Discordant, Paired},
    proven::Proven,
    ratios::{ALTERNATIVES, Arm, LogRatios},
    starts::Starts,
    state::StateError,
};
