//! Judges versions: what the outcomes of a version say against it, and which rule says so.
//!
//! [`judge()`] takes a policy and what is known of a version's present stay in an environment, and
//! answers with a verdict. It is pure: the same evidence always gives the same verdict, whoever
//! asks and however often. It never looks at a clock: windows reach back from the newest outcome's
//! own time.
//!
//! ```
//! use sternway_policy::{View, judge};
//! use sternway_types::{
//!     Failure, Outcome, OutcomeId, OutcomeStatus, Policy, Subject, Tally, Timestamp, Verdict,
//! };
//!
//! let subject: Subject = serde_json::from_str(
//!     r#"{"artifact": "tools/search", "environment": "production", "version": 2, "generation": 7}"#,
//! )?;
//! let mut tally = Tally::default();
//! for run in ["a", "b"] {
//!     let failed = OutcomeStatus::Failed(Failure::new(Some("TypeError".parse()?), "no argument q"));
//!     let id = OutcomeId::from_name(run);
//!     tally.add(&Outcome::new(id, subject.clone(), Timestamp::EPOCH, failed));
//! }
//! let Verdict::Regressed(regression) = judge(&Policy::default(), &View::new(&tally)) else {
//!     panic!("two signature errors take a version back");
//! };
//! assert_eq!(regression.rule.to_string(), "2 of TypeError or AttributeError among the last 10 runs within 5m");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How rules are evaluated
//!
//! Every rule is looked at, and of those that hold the weightiest decides: signature errors, then
//! all failed, then failures in a row (the immediate tier), then the sequential tests, then the rate of
//! failures (fast), then what became worse than the last good version (standard), and at last what a
//! program brings itself ([`Trigger`]). Outcomes whose end nobody knows are left out everywhere. The
//! rules of the immediate tier and the tests need only be asked after a failure; those on metrics after
//! every outcome, since a rate or a mean can also be reached by a run that ended well
//! ([`Policy::begins_with_a_failure`](sternway_types::Policy::begins_with_a_failure)). Who judges a log
//! outcome by outcome keeps a [`Judge`].
//!
//! Means are compared exactly: what is measured is added up as decimals, and counts are whole
//! numbers, so that 1.0 to 0.85 and 0.6 to 0.51 are both 0.15 of the baseline.
//!
//! The sequential tests state how often they are wrong; their mathematics is in [`evidence`], and their
//! state is the [`Tally`](sternway_types::Tally), which also tells how runs ended block by block. All
//! other rules are rules of thumb.
//!
//! What gets worse little by little, or is not needed any more, is found by [`aging::findings`], and
//! how steady a version was says [`Stability`]. Neither takes anything back.
//!
//! What a program said on its way down is made into a structured failure by [`failure::classify`], and what
//! people write as a policy is read by [`written`].

pub mod aging;
mod beside;
pub mod compare;
mod contrast;
mod counted;
pub mod evidence;
pub mod failure;
mod judge;
mod number;
mod proven;
mod sequential;
mod stability;
mod standing;
mod trigger;
mod view;
pub mod written;

pub use crate::{
    beside::{beside, beside_again, beside_standing},
    counted::{Stretch, counted_until, shares},
    judge::{Judge, judge},
    number::Short,
    proven::{ProvenStanding, proven},
    stability::Stability,
    standing::{Found, Standing, nearest, standings, standings_with},
    trigger::{Trigger, Triggers},
    view::{Baseline, View},
};
