//! A candidate amid the runs of others that were counted together with its own.

use std::borrow::Cow;

use sternway_policy::{Stretch, beside, counted_until, shares};
use sternway_store::{Append, AppendedSubject};
use sternway_types::{Outcome, Policy, Regression, Subject, Tally};

use super::Trial;

/// What a candidate runs beside, as it stood when each of its outcomes came.
///
/// Outcomes of both versions may be counted by one append. Each of the candidate's is then held against what the
/// other had done before it, in the order of the append, so that it does not matter how outcomes are cut into appends.
///
/// What others counted since, in appends of their own, is looked at as well. It can only speak for the candidate,
/// since failures of the other version make the evidence smaller: a verdict may come later for it, never without reason.
pub(crate) struct Amid<'a> {
    trial: &'a Trial,
    policy: &'a Policy,
    stretches: Cow<'a, [Stretch]>,
    /// What is still to come, the next one last.
    ahead: Vec<Ahead<'a>>,
}

/// An outcome of another subject in the append.
struct Ahead<'a> {
    place: usize,
    outcome: &'a Outcome,
    stretch: usize,
    of: Side,
}

#[derive(Clone, Copy)]
enum Side {
    Candidate,
    Baseline,
}

impl<'a> Amid<'a> {
    /// Where nothing was counted together with it.
    pub(crate) fn alone(trial: &'a Trial, policy: &'a Policy) -> Self {
        let stretches = Cow::Borrowed(trial.stretches().unwrap_or_default());
        Self { trial, policy, stretches, ahead: Vec::new() }
    }

    /// Takes back what the same append counted of others: it comes again in its order.
    pub(crate) fn rewind(
        &mut self,
        subject: &Subject,
        append: &'a Append,
        all: &[AppendedSubject],
    ) {
        let others = all.iter().filter(|it| it.subject != *subject);
        for AppendedSubject { subject: other, before, counted } in others {
            let Some((stretch, of)) = self.place_of(subject, other) else { continue };
            if let Some(it) = self.stretches.to_mut().get_mut(stretch) {
                *of.tally(it) = before.tally.clone();
            }
            let outcomes = counted.iter().filter_map(|place| {
                let outcome = append.outcomes().get(*place)?;
                Some(Ahead { place: *place, outcome, stretch, of })
            });
            self.ahead.extend(outcomes);
        }
        self.ahead.sort_by_key(|it| std::cmp::Reverse(it.place));
    }

    /// Where another subject's runs are looked at.
    fn place_of(&self, subject: &Subject, other: &Subject) -> Option<(usize, Side)> {
        let of = if other.version == subject.version {
            Side::Candidate
        } else if other.version == self.trial.live() {
            Side::Baseline
        } else {
            return None;
        };
        let same =
            (&other.artifact, &other.environment) == (&subject.artifact, &subject.environment);
        let mut stretches = self.stretches.iter();
        let stretch = stretches.position(|it| it.generation == other.generation)?;
        same.then_some((stretch, of))
    }

    /// Adds what came before a place in the append.
    pub(crate) fn go_on_to(&mut self, place: usize) {
        while let Some(next) = self.ahead.pop_if(|it| it.place < place) {
            if let Some(stretch) = self.stretches.to_mut().get_mut(next.stretch) {
                next.of.tally(stretch).add(next.outcome);
            }
        }
    }

    /// What Test A or Test P finds when the candidate stands like this under its present share.
    pub(crate) fn look(&self, tally: &Tally) -> Option<Regression> {
        self.trial.stretches()?;
        let shares = shares(
            &self.stretches,
            tally,
            counted_until(self.policy, self.trial.baseline(), tally),
        );
        beside(self.policy, self.trial.live(), &shares, tally, self.trial.candidates())
    }
}

impl Side {
    const fn tally(self, of: &mut Stretch) -> &mut Tally {
        match self {
            Self::Candidate => &mut of.candidate,
            Self::Baseline => &mut of.baseline,
        }
    }
}
