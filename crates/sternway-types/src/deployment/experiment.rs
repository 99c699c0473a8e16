//! Several candidates of the same artifacts beside what is live, of which one goes on.
//!
//! They go by their places: the first candidate of every artifact is one arm of the experiment, the second
//! another, and so on. An arm is out once one of its candidates is found to be worse; what is live gets its
//! runs, and the others go on.

use super::{Deployment, Member, Regime};
use crate::{Arm, VersionNumber, Weight, route::share_of};

impl Member {
    /// The candidates, in the order of their places.
    pub fn candidates(&self) -> impl Iterator<Item = VersionNumber> {
        std::iter::once(self.to).chain(self.rivals.iter().copied())
    }

    /// The candidate at a place.
    #[must_use]
    pub fn candidate(&self, place: u8) -> Option<VersionNumber> {
        self.candidates().nth(usize::from(place))
    }

    /// The place of a candidate.
    #[must_use]
    pub fn place_of(&self, candidate: VersionNumber) -> Option<u8> {
        let place = self.candidates().position(|it| it == candidate)?;
        u8::try_from(place).ok()
    }

    /// The share that a candidate had in a stretch of the deployment.
    #[must_use]
    pub fn share_of(&self, candidate: VersionNumber, regime: &Regime) -> Weight {
        share_of(candidate, (self.to, regime.weight), &regime.arms)
    }
}

impl Deployment {
    /// Whether several candidates are compared.
    #[must_use]
    pub fn is_experiment(&self) -> bool {
        self.members.iter().any(|member| !member.rivals.is_empty())
    }

    /// The places of the candidates that may still go live: the one that was chosen, or all that are not out.
    pub fn in_running(&self) -> impl Iterator<Item = u8> {
        let all = self.members.first().map_or(0, |member| member.candidates().count());
        let places = (0..=u8::MAX).take(all);
        places.filter(|place| self.chosen.map_or(!self.out.contains(place), |it| it == *place))
    }

    /// The place of the candidate that goes live: the only one, or the one that was chosen.
    #[must_use]
    pub fn winner(&self) -> Option<u8> {
        if self.is_experiment() { self.chosen } else { Some(0) }
    }

    /// The candidate of a member that goes live, or of an experiment in which none was chosen the first.
    #[must_use]
    pub fn candidate_of(&self, member: &Member) -> VersionNumber {
        self.winner().and_then(|place| member.candidate(place)).unwrap_or(member.to)
    }

    /// The candidates of a member with their shares as they are beside what is live. One that is out has none,
    /// and stays among them, since runs of it may still be under way.
    #[must_use]
    pub fn arms_of(&self, member: &Member) -> Vec<Arm> {
        if !self.is_experiment() {
            return vec![Arm { version: member.to, weight: self.weight }];
        }
        let share = |place: u8| self.split.get(usize::from(place)).copied().unwrap_or_default();
        let arms = (0..=u8::MAX).zip(member.candidates());
        arms.map(|(place, version)| Arm { version, weight: share(place) }).collect()
    }

    /// Whether a version may have runs as a candidate of a member.
    #[must_use]
    pub fn may_run(&self, member: &Member, version: VersionNumber) -> bool {
        member.place_of(version).is_some_and(|place| !self.out.contains(&place))
    }

    /// What is wrong with its candidates, if anything is.
    pub(super) fn wrong_candidates(&self) -> Option<&'static str> {
        let asked = self.plan.candidates();
        if self.members.iter().any(|member| member.candidates().count() != asked) {
            return Some("has another number of candidates than its plan is for");
        }
        let twice = |member: &Member| {
            let mut seen = std::collections::BTreeSet::from([member.from]);
            !member.candidates().all(|candidate| seen.insert(candidate))
        };
        if self.is_experiment() && self.members.iter().any(twice) {
            return Some("has a candidate twice, or one that is live");
        }
        let sum: u32 = self.split.iter().map(|weight| u32::from(*weight)).sum();
        if !self.split.is_empty() && (!self.is_experiment() || sum != u32::from(self.weight)) {
            return Some("has shares that do not come to those of its candidates");
        }
        let place = |place: &u8| usize::from(*place) < asked;
        if !self.out.iter().all(place) || !self.chosen.iter().all(place) {
            return Some("names a candidate that it does not have");
        }
        let share = |place: &u8| self.split.get(usize::from(*place)).copied().unwrap_or_default();
        if self.out.iter().any(|place| !share(place).is_zero()) {
            return Some("gives runs to a candidate that is out");
        }
        (self.is_live() && self.winner().is_none())
            .then_some("goes live, and nobody has said with which candidate")
    }
}
