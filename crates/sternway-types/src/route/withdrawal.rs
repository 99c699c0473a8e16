//! Routes whose requests were taken from candidates while the store could not be told so.

use super::{Arm, Route};
use crate::{Actor, Reason, TextError, Timestamp, VersionNumber, Weight};

/// That the requests were taken from the candidates of a route, without a commit. A router keeps it with the
/// route, so that whoever drives next knows of it; the store never has one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Withdrawal {
    /// When.
    pub at: Timestamp,
    /// Who did so.
    pub by: Actor,
    /// Why: at most [`Self::LIMIT`] bytes of it, since a router has little room.
    pub reason: Reason,
    /// Whether the candidates are condemned once it is recorded.
    pub unfit: bool,
}

impl Withdrawal {
    /// The longest reason that is kept, in bytes. What is longer is cut.
    pub const LIMIT: usize = 500;

    /// What somebody did then, for this reason.
    ///
    /// # Errors
    ///
    /// [`TextError`] if the reason holds a NUL.
    pub fn new(at: Timestamp, by: Actor, reason: &str, unfit: bool) -> Result<Self, TextError> {
        let end = reason.floor_char_boundary(Self::LIMIT.min(reason.len()));
        let reason = Reason::new(reason.get(..end).unwrap_or_default())?;
        Ok(Self { at, by, reason, unfit })
    }
}

impl Route {
    /// The same step, of which all requests go to this version, and none to any other: neither a share, nor
    /// copies, nor what matches. It says so itself, and keeps the others as candidates.
    #[must_use]
    pub fn withdrawn(self, to: VersionNumber, withdrawal: Withdrawal) -> Self {
        let Self { artifact, environment, generation, arms, deployment, .. } = self;
        let mut whole = Self::whole(artifact, environment, generation, to);
        let others = arms.into_iter().filter(|arm| arm.version != to);
        whole.arms.extend(others.map(|arm| Arm { weight: Weight::ZERO, ..arm }));
        whole.arms.truncate(Self::MAX_ARMS);
        Self { deployment, withdrawal: Some(withdrawal), ..whole }
    }

    /// When and why requests were taken from versions, if that was done without a commit.
    #[must_use]
    pub const fn withdrawal(&self) -> Option<&Withdrawal> {
        self.withdrawal.as_ref()
    }

    /// Whether any but this version gets requests, or copies of them.
    #[must_use]
    pub fn runs_any_but(&self, version: VersionNumber) -> bool {
        self.arms.iter().any(|arm| arm.version != version && self.runs(arm.version))
    }

    /// Whether it would give requests again to what they were taken from, in the place of a route that a router
    /// has: it is the same step, or a later one of the same deployment that runs any of those.
    #[must_use]
    pub fn revives(&self, found: &Self) -> bool {
        let taken = found.withdrawal.is_some() && self.withdrawal.is_none();
        if !taken || self.deployment != found.deployment {
            return false;
        }
        let goes_on = self.deployment.is_some()
            && self.generation > found.generation
            && found.candidates().iter().any(|lost| self.runs(lost.version));
        self.generation == found.generation || goes_on
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{DeploymentId, EnvironmentId, Generation, Matched};

    fn withdrawal() -> Withdrawal {
        let by = Actor::sternway();
        Withdrawal::new(Timestamp::from_micros(5), by, "it is red", true).unwrap()
    }

    fn number(number: u64) -> VersionNumber {
        VersionNumber::new(number).unwrap()
    }

    /// v1 is live, and v2 and v3 have these shares.
    fn split(generation: u64, [second, third]: [u32; 2], of: Option<&str>) -> Route {
        let weights = [10_000 - second - third, second, third];
        let arms = (1..).zip(weights).map(|(version, weight)| Arm {
            version: number(version),
            weight: Weight::new(weight).unwrap(),
        });
        let (artifact, environment) =
            ("tools/search".parse().unwrap(), EnvironmentId::production());
        let generation = Generation::new(generation);
        let route = Route::new(artifact, environment, generation, arms.collect()).unwrap();
        of.map_or(route.clone(), |name| route.of_deployment(DeploymentId::from_name(name)))
    }

    #[test]
    fn what_is_withdrawn_leaves_everything_to_one_version() {
        let to = number(3);
        let matched = Matched { to, by: "x-preview=yes".parse().unwrap() };
        let copies = Arm { version: to, weight: Weight::ALL };
        for route in [
            split(3, [500, 700], Some("d")),
            split(3, [0, 0], Some("d")).matched_by(matched).unwrap(),
            split(3, [0, 0], Some("d")).shadowed_by(copies).unwrap(),
        ] {
            assert!(route.runs_any_but(number(1)));
            let after = route.clone().withdrawn(number(1), withdrawal());
            assert!(!after.runs_any_but(number(1)) && after.runs(number(1)));
            assert_eq!(after.withdrawal(), Some(&withdrawal()));
            assert_eq!(
                (after.generation(), after.deployment()),
                (route.generation(), route.deployment()),
                "it stays the step that it was",
            );
            assert!(route.revives(&after) && !after.revives(&route) && !after.revives(&after));
        }
    }

    #[test]
    fn only_the_same_step_and_later_ones_that_go_on_revive_it() {
        let found = split(3, [500, 0], Some("d")).withdrawn(number(1), withdrawal());
        let revives = |route: Route| route.revives(&found);
        assert!(revives(split(3, [500, 0], Some("d"))) && revives(split(3, [0, 0], Some("d"))));
        assert!(revives(split(4, [500, 0], Some("d"))), "a later step of it");
        assert!(!revives(split(4, [0, 0], Some("d"))), "it goes back");
        assert!(!revives(split(4, [500, 0], Some("another"))));
        assert!(!revives(split(3, [500, 0], Some("another"))), "the one before is over");
        assert!(!revives(split(4, [500, 0], None)), "what is moved by hand");
        assert!(!revives(split(2, [500, 0], Some("d"))), "it is older, which is another matter");
        let whole = |live| {
            let (artifact, environment) = (found.artifact().clone(), EnvironmentId::production());
            Route::whole(artifact, environment, Generation::new(4), number(live))
        };
        let of = |route: Route| route.of_deployment(DeploymentId::from_name("d"));
        assert!(revives(of(whole(2))), "its candidate went live");
        assert!(!revives(whole(2)), "somebody wants it, and no deployment");
        assert!(!revives(of(whole(1))));
        // Where the candidate was live, what comes back need not be what was left with everything.
        let found = of(whole(2)).withdrawn(number(5), withdrawal());
        assert!(!split(5, [0, 0], Some("d")).revives(&found), "v1 comes back");
        assert!(split(5, [500, 0], Some("d")).revives(&found));
    }

    #[test]
    fn a_long_reason_is_cut_and_no_record_holds_a_withdrawal() {
        let long = "ä".repeat(400);
        let cut = Withdrawal::new(Timestamp::EPOCH, Actor::sternway(), &long, false).unwrap();
        assert_eq!(cut.reason.as_str(), "ä".repeat(250));
        let route = split(3, [500, 0], Some("d")).withdrawn(number(1), withdrawal());
        let written = serde_json::to_string(&route).unwrap();
        assert_eq!(serde_json::from_str::<Route>(&written).unwrap().withdrawal(), None);
    }

    proptest! {
        #[test]
        fn nothing_takes_the_place_of_a_withdrawn_route_and_runs_its_candidates(
            shares in [0..5_000_u32, 0..5_000_u32],
            before in 1..9_u64,
            after in 1..9_u64,
        ) {
            let found = split(before, [500, 500], Some("d")).withdrawn(number(1), withdrawal());
            let route = split(after, shares, Some("d"));
            let is_taken = after >= before && !route.revives(&found);
            prop_assert!(!is_taken || !route.runs_any_but(number(1)));
        }
    }
}
