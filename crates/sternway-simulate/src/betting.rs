//! Deployments of which something is measured: a cost, from 0 to 1, of which much is bad.

use sternway_policy::evidence::{Alpha, Betting, Mean, Wealth};
use sternway_types::Ratio;

use crate::{
    chance::Chance,
    effort::{Effort, Progress},
    summary::{Stop, Summary},
};

/// Costs by a Beta distribution, and a test whether their mean is above a limit.
#[derive(Clone, Copy, Debug)]
pub struct Costs {
    /// Their true mean.
    pub mean: Mean,
    /// The sum of both shapes of the distribution: the larger, the narrower it is.
    pub concentration: f64,
    /// The mean that is still good.
    pub limit: Mean,
    /// With which alpha it is tested.
    pub alpha: Alpha,
    /// How many there are.
    pub horizon: u64,
}

impl Costs {
    /// Lets [`Betting`] decide over many deployments.
    #[must_use]
    pub fn simulate(&self, effort: Effort, progress: Progress<'_>) -> Summary {
        let healthy = self.mean <= self.limit;
        let one = |number| self.run(Chance::new(effort.seed, number));
        Summary::new(effort.runs, healthy, effort.each(progress, one))
    }

    fn run(&self, mut chance: Chance) -> Option<Stop> {
        let bad = self.mean.get() * self.concentration;
        let good = self.concentration - bad;
        let (betting, mut wealth) = (Betting::new(self.limit), Wealth::new());
        (1..=self.horizon).find_map(|samples| {
            betting.observe(&mut wealth, Ratio::new(chance.beta(bad, good)).ok()?);
            wealth.crosses(self.alpha).then_some(Stop::After(samples))
        })
    }
}
