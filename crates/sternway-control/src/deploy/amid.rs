//! A candidate amid the runs of others: each of its failures is held against what they had done before it.

use std::borrow::Cow;

use sternway_policy::{Stretch, beside, counted_until, shares};
use sternway_store::{Append, AppendedSubject, LogLength};
use sternway_types::{Generation, Policy, Regression, Subject, Tally, VersionNumber};

use super::{
    Trial,
    others::{Counted, Notes},
};
use crate::{Control, ControlError};

/// What a candidate runs beside, as it stood when one of its outcomes was counted.
///
/// The store notes with each of its failures how far the logs of the others were, in the commit that counts it. So
/// it does not matter how outcomes are cut into appends, who counts what beside it, and who judges it when.
///
/// What was counted before there were such notes, or came by a bundle, is held against what the others had done by the time of the look.
/// That can delay a verdict, since failures of the other version make the evidence smaller; under a `min_effect` it can
/// bring one about as well.
pub(crate) struct Amid<'a> {
    trial: &'a Trial,
    policy: &'a Policy,
    subject: &'a Subject,
    stretches: Cow<'a, [Stretch]>,
    /// What the same append counted of others.
    counted: Vec<Counted<'a>>,
}

impl<'a> Amid<'a> {
    /// As things stand now.
    pub(crate) fn new(trial: &'a Trial, policy: &'a Policy, subject: &'a Subject) -> Self {
        let stretches = Cow::Borrowed(trial.stretches().unwrap_or_default());
        Self { trial, policy, subject, stretches, counted: Vec::new() }
    }

    /// Knows what an append counted of others.
    pub(crate) fn together(&mut self, append: &'a Append, all: &'a [AppendedSubject]) {
        let (artifact, environment) = (&self.subject.artifact, &self.subject.environment);
        let others = all.iter().filter(|it| {
            let of = &it.subject;
            of != self.subject && (&of.artifact, &of.environment) == (artifact, environment)
        });
        self.counted = others.map(|of| Counted { append, of }).collect();
    }

    /// Goes to where the others stood when the failure at a place of its log was counted.
    pub(crate) async fn go_on_to(
        &mut self,
        control: &Control,
        notes: &mut Notes,
        place: u64,
    ) -> Result<(), ControlError> {
        if self.stretches.is_empty() {
            return Ok(());
        }
        let Some(noted) = notes.at(control, self.subject, place).await? else {
            self.stretches = Cow::Borrowed(self.trial.stretches().unwrap_or_default());
            return Ok(());
        };
        for LogLength { version, generation, total } in noted.others.iter().copied() {
            let place = place_of((self.trial, self.subject), &self.stretches, version, generation);
            let Some((place, of)) = place else { continue };
            if self.stretches.get(place).is_some_and(|it| of.of(it).total() == total) {
                continue;
            }
            let other = Subject { version, generation, ..self.subject.clone() };
            let counted = self.counted.iter().find(|it| it.of.subject == other);
            if let Some(stretch) = self.stretches.to_mut().get_mut(place) {
                let near = std::mem::take(of.in_mut(stretch));
                *of.in_mut(stretch) = control.tally_at(&other, total, near, counted).await?;
            }
        }
        Ok(())
    }

    /// What Test A or Test P finds when the candidate stands like this under its present share.
    pub(crate) fn look(&self, tally: &Tally) -> Option<Regression> {
        self.trial.stretches()?;
        let until = counted_until(self.policy, self.trial.baseline(), tally);
        let shares = shares(&self.stretches, tally, until);
        beside(self.policy, self.trial.live(), &shares, tally, self.trial.candidates())
    }
}

/// Where the runs of another subject are looked at.
fn place_of(
    (trial, subject): (&Trial, &Subject),
    stretches: &[Stretch],
    version: VersionNumber,
    generation: Generation,
) -> Option<(usize, Side)> {
    let of = if version == subject.version {
        Side::Candidate
    } else if version == trial.live() {
        Side::Baseline
    } else {
        return None;
    };
    let place = stretches.iter().position(|it| it.generation == generation)?;
    Some((place, of))
}

#[derive(Clone, Copy)]
enum Side {
    Candidate,
    Baseline,
}

impl Side {
    const fn of(self, stretch: &Stretch) -> &Tally {
        match self {
            Self::Candidate => &stretch.candidate,
            Self::Baseline => &stretch.baseline,
        }
    }

    const fn in_mut(self, stretch: &mut Stretch) -> &mut Tally {
        match self {
            Self::Candidate => &mut stretch.candidate,
            Self::Baseline => &mut stretch.baseline,
        }
    }
}
