//! Sessions that stay with the version that they were given first, of users who are not alike.

use sternway_policy::evidence::{Alpha, Arm, Counts, Share};
use sternway_types::Ratio;

use crate::{
    chance::Chance,
    decider::{Decision, Procedure as _, Setting},
    deployment::{End, Unit},
    effort::{Effort, Progress},
    scenario::Step,
    sequential::TestA,
    summary::{Stop, Summary},
};

/// What is counted of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// Each of its requests, as if it had been given to a version by itself.
    Requests,
    /// It alone, once: as failed if any of its requests failed.
    Once,
}

/// A candidate that is as good as its baseline beside it, and users of whom a few are in trouble with either.
#[derive(Clone, Copy, Debug)]
pub struct Sessions {
    /// The share of the sessions that the candidate gets.
    pub share: Share,
    /// How many sessions there are.
    pub sessions: u64,
    /// How many requests each of them makes.
    pub requests: u64,
    /// The share of users in trouble.
    pub troubled: Ratio,
    /// How often a request of theirs fails.
    pub failing: Ratio,
    /// How often one of all others does.
    pub usual: Ratio,
    /// With which alpha the candidate is tested.
    pub alpha: Alpha,
    /// What is counted.
    pub counting: Counting,
}

impl Sessions {
    /// Lets [`TestA`] decide over many deployments. Delays are counted in sessions.
    #[must_use]
    pub fn simulate(&self, effort: Effort, progress: Progress<'_>) -> Summary {
        let one = |number| self.run(Chance::new(effort.seed, number));
        Summary::new(effort.runs, true, effort.each(progress, one))
    }

    fn run(&self, mut chance: Chance) -> Option<Stop> {
        let steps = [Step { share: self.share, requests: u64::MAX }];
        let (base, measured) = (self.usual, Counts::default());
        let test = TestA { alpha: self.alpha };
        let mut decider = test.begin(&Setting { base, measured, steps: &steps });
        (1..=self.sessions).find_map(|session| {
            let arm = if chance.next() < self.share.get() { Arm::Candidate } else { Arm::Baseline };
            let failed = self.failed(&mut chance);
            let failures = match self.counting {
                Counting::Requests => failed,
                Counting::Once => failed.min(1),
            };
            let unit = Unit { arm, end: End::Failed, step: 0 };
            // Test A looks at failures only.
            let stops = (0..failures).any(|_| decider.observe(unit) == Decision::Stop);
            stops.then_some(Stop::After(session))
        })
    }

    /// How many requests of the next session fail.
    fn failed(&self, chance: &mut Chance) -> u64 {
        let troubled = chance.next() < self.troubled.get();
        let rate = if troubled { self.failing } else { self.usual };
        (0..self.requests).filter(|_| chance.next() < rate.get()).count() as u64
    }
}
