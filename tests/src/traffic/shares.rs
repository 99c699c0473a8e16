//! Whether versions got their shares.

use std::collections::BTreeMap;

use sternway::types::{Route, Weight};

use super::upstream::Counted;

/// Above these, with so many degrees of freedom, it is once in a million times.
const LIMITS: [f64; 12] =
    [23.93, 27.63, 30.66, 33.38, 35.89, 38.26, 40.52, 42.70, 44.81, 46.86, 48.87, 50.83];
/// Shares of fewer requests say nothing.
const FEWEST: u64 = 200;

/// Pearson's sum over all shares that were in force.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Shares {
    /// The sum.
    pub(super) sum: f64,
    /// How many shares there were.
    pub(super) shares: usize,
    /// Over how many requests.
    pub(super) requests: u64,
    /// How many requests took no route.
    pub(super) unrouted: u64,
}

impl Shares {
    /// Adds up what was counted under each route, as far as it splits the requests.
    #[must_use]
    pub(super) fn of(routes: &BTreeMap<u64, Route>, counted: &Counted) -> Self {
        let unrouted = counted.iter().filter(|((_, generation), _)| *generation == 0);
        let mut all = Self { unrouted: unrouted.map(|(_, count)| count).sum(), ..Self::default() };
        for (generation, route) in routes {
            let count = |version: u64| counted.get(&(version, *generation)).copied().unwrap_or(0);
            let running = || route.arms().iter().filter(|arm| arm.weight > Weight::ZERO);
            let requests: u64 = running().map(|arm| count(arm.version.get())).sum();
            if running().count() < 2 || requests < FEWEST {
                continue;
            }
            for arm in running() {
                let expected = arm.weight.share() * number(requests);
                all.sum += (number(count(arm.version.get())) - expected).powi(2) / expected;
            }
            all.shares += running().count() - 1;
            all.requests += requests;
        }
        all
    }

    /// What the sum may be; nothing if there were no shares, or more than are foreseen.
    #[must_use]
    pub(super) fn limit(&self) -> Option<f64> {
        LIMITS.get(self.shares.checked_sub(1)?).copied()
    }
}

fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use sternway::types::{Arm, EnvironmentId, Generation, VersionNumber};

    use super::*;

    fn check(live: u64, candidate: u64, expected: (f64, usize, u64)) {
        let arm = |number, weight| Arm {
            version: VersionNumber::new(number).unwrap(),
            weight: Weight::new(weight).unwrap(),
        };
        let (artifact, environment) =
            ("tools/search".parse().unwrap(), EnvironmentId::production());
        let arms = vec![arm(1, 9_500), arm(2, 500)];
        let route = Route::new(artifact, environment, Generation::new(7), arms).unwrap();
        let counted = Counted::from([((1, 7), live), ((2, 7), candidate), ((2, 8), 99)]);
        let shares = Shares::of(&BTreeMap::from([(7, route)]), &counted);
        assert_eq!((shares.sum.round(), shares.shares, shares.requests), expected);
    }

    #[test]
    fn what_is_far_from_its_share_is_seen() {
        check(9_500, 500, (0.0, 1, 10_000));
        check(9_000, 1_000, (526.0, 1, 10_000));
        check(95, 5, (0.0, 0, 0));
    }
}
