//! What is different where several candidates are compared.

use sternway_types::{ArtifactId, VersionNumber, Weight};

use crate::{
    engine::{Course, Write},
    event::{Ask, Refused},
    person::no,
};

impl Course {
    /// Gives each candidate its share, but for those that are out.
    pub(crate) fn split(&mut self, weights: Vec<Weight>) {
        let places = (0..=u8::MAX).zip(weights);
        let share = |(place, weight)| {
            if self.next.out.contains(&place) { Weight::ZERO } else { weight }
        };
        let split = places.map(share).collect();
        if self.next.split != split {
            self.share_out(split);
        }
    }

    fn share_out(&mut self, split: Vec<Weight>) {
        // A plan splits less than all.
        let sum = split.iter().map(|weight| u32::from(*weight)).sum();
        let weight = Weight::new(sum).unwrap_or_default();
        self.shift(weight, Weight::ZERO, Write::Shift);
        self.next.split = if weight.is_zero() { Vec::new() } else { split };
    }

    /// The shares of an experiment where the candidates together have this one: the one that was chosen has it
    /// alone.
    pub(crate) fn all_to_the_chosen(&self, weight: Weight) -> Vec<Weight> {
        let Some(chosen) = self.next.chosen.filter(|_| self.next.is_experiment()) else {
            return Vec::new();
        };
        if weight.is_zero() {
            return Vec::new();
        }
        let places = 0..self.next.plan.candidates();
        places.map(|at| if at == usize::from(chosen) { weight } else { Weight::ZERO }).collect()
    }

    /// The place of a candidate that was found to be worse, if the deployment goes on without it.
    pub(crate) fn arm_that_goes_alone(
        &self,
        artifact: &ArtifactId,
        candidate: VersionNumber,
    ) -> Option<u8> {
        if self.next.is_live() {
            return None;
        }
        let mut members = self.next.members.iter();
        let place = members.find(|it| it.artifact == *artifact)?.place_of(candidate)?;
        let others = self.next.in_running().any(|it| it != place);
        others.then_some(place)
    }

    /// What is live has the runs of one arm again, and the others keep theirs.
    pub(crate) fn drop_out(&mut self, place: u8, condemns: bool) {
        if !self.next.out.insert(place) {
            return;
        }
        if condemns {
            self.writes.push(Write::Condemn);
        }
        let mut split = self.next.split.clone();
        match split.get_mut(usize::from(place)) {
            Some(share) if !share.is_zero() => {
                *share = Weight::ZERO;
                self.share_out(split);
            }
            Some(_) | None => (),
        }
    }
}

/// A person says which candidate goes on.
pub(crate) fn choose(course: &mut Course, place: u8) -> Result<(), Refused> {
    let ask = Ask::Choose { place };
    if !course.next.is_experiment() {
        return Err(no(ask, "it has one candidate: `promote` goes on with it"));
    }
    if course.next.chosen.is_some() {
        return Err(no(ask, "one was chosen already"));
    }
    if !course.next.in_running().any(|it| it == place) {
        return Err(no(ask, "this candidate was found to be worse, or is none"));
    }
    course.next.chosen = Some(place);
    Ok(())
}
