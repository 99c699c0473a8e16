//! Who decides: the rules and tests that are tried out.

use sternway_policy::evidence::Counts;
use sternway_types::Ratio;

use crate::{deployment::Unit, scenario::Step};

/// What is known before a deployment begins.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The success rate of the baseline, for deciders that are told it.
    pub base: Ratio,
    /// What the baseline did before.
    pub measured: Counts,
    /// The shares that the candidate is going to have.
    pub steps: &'a [Step],
}

/// What a decider says after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing.
    GoOn,
    /// That it has seen enough: the version goes back, or is proven.
    Stop,
}

impl Decision {
    /// Stops where something holds.
    #[must_use]
    pub const fn stop_if(holds: bool) -> Self {
        if holds { Self::Stop } else { Self::GoOn }
    }
}

/// Something that decides over one deployment, and has its state.
///
/// Every closure that takes a [`Unit`] is one.
pub trait Decider {
    /// Takes one request, in the order of assignment.
    fn observe(&mut self, unit: Unit) -> Decision;
}

impl<F: FnMut(Unit) -> Decision> Decider for F {
    fn observe(&mut self, unit: Unit) -> Decision {
        self(unit)
    }
}

/// A way to decide: makes a decider for every deployment.
///
/// Every closure that takes a [`Setting`] and makes a boxed decider is one.
pub trait Procedure: Sync {
    /// A decider that has seen nothing yet.
    fn begin<'a>(&'a self, setting: &Setting<'a>) -> Box<dyn Decider + 'a>;
}

impl<F: Fn(&Setting<'_>) -> Box<dyn Decider> + Sync> Procedure for F {
    fn begin<'a>(&'a self, setting: &Setting<'a>) -> Box<dyn Decider + 'a> {
        self(setting)
    }
}
