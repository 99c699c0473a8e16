//! Whose logs the failures of a candidate are held against, and what those added up to when it failed.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use sternway_store::{Append, AppendedSubject, Limit, Noted};
use sternway_types::{Generation, Outcome, Regime, Subject, Tally, VersionNumber};

use super::{bell::UnderWay, found::share_of};
use crate::{Control, ControlError};

/// The logs that a candidate's failures are held against: it never changes which they are. None: it is no candidate.
pub(crate) type Others = Arc<[(VersionNumber, Generation)]>;

/// How many outcomes are read at once, and how many come at least between two beginnings of a log that are remembered.
const STEP: u64 = 1_000;

/// How many beginnings of a log are remembered.
const PREFIXES: usize = 16;

/// What an append counted of a subject: it need not be read.
pub(super) struct Counted<'a> {
    pub(super) append: &'a Append,
    pub(super) of: &'a AppendedSubject,
}

impl Control {
    /// Has it noted with the failures of candidates how far the logs were that they are held against.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if nobody can tell for the moment which logs those are.
    pub(crate) async fn noting(&self, mut append: Append) -> Result<Append, ControlError> {
        let failures = append.outcomes().iter().filter(|it| it.is_failure());
        let failing: BTreeSet<_> = failures.map(|it| &it.subject).collect();
        let mut notings = Vec::new();
        for subject in failing {
            let others = match self.others.of(subject) {
                Some(known) => known,
                None => match self.under_way(subject).await {
                    Ok(under_way) => others_of(subject, under_way.as_ref()),
                    Err(ControlError::Store(err)) if err.is_temporary() => return Err(err.into()),
                    // Outcomes are counted also where what they are held against is damaged.
                    Err(_) => continue,
                },
            };
            let Some((version, generation)) = others.last().copied() else { continue };
            notings.push((subject.clone(), others.to_vec()));
            // Of the logs the last one goes on. What it adds up to before the append is a beginning of what is noted.
            let live = Subject { version, generation, ..subject.clone() };
            if self.prefixes.of(&live).is_none() {
                match self.store.tallies(&self.namespace, &live).await {
                    Ok(tallies) => self.remember_prefix(&live, &tallies.unwrap_or_default().tally),
                    Err(err) if err.is_temporary() => return Err(err.into()),
                    // Who judges says so.
                    Err(_) => (),
                }
            }
        }
        for (subject, others) in notings {
            append = append.noting(subject, others);
        }
        Ok(append)
    }

    /// Remembers what a beginning of a log adds up to, unless something near it is remembered.
    pub(crate) fn remember_prefix(&self, subject: &Subject, tally: &Tally) {
        let mut known = self.prefixes.of(subject).unwrap_or_default().to_vec();
        let place = known.partition_point(|it| it.total() <= tally.total());
        let before = place.checked_sub(1).and_then(|place| known.get(place));
        if before.is_some_and(|it| tally.total() - it.total() < STEP) {
            return;
        }
        known.insert(place, tally.clone());
        if known.len() > PREFIXES {
            // Every second one, and the last: the longer a log is, the farther they are apart.
            let last = known.len() - 1;
            known = known
                .into_iter()
                .enumerate()
                .filter(|(at, _)| at % 2 == 0 || *at == last)
                .map(|(_, tally)| tally)
                .collect();
        }
        self.prefixes.remember(subject, known.into());
    }

    /// Remembers what the failures of a subject are held against. It is there, so that it will not be another thing.
    pub(crate) fn remember_others(&self, subject: &Subject, under_way: Option<&UnderWay>) {
        if !self.is_rehearsal() && self.others.of(subject).is_none() {
            self.others.remember(subject, others_of(subject, under_way));
        }
    }

    /// What the first so many outcomes of a subject add up to. `near` is what is known of them already, be it too
    /// much.
    pub(super) async fn tally_at(
        &self,
        subject: &Subject,
        total: u64,
        near: Tally,
        counted: Option<&Counted<'_>>,
    ) -> Result<Tally, ControlError> {
        if near.total() == total {
            return Ok(near);
        }
        let fits = |it: &&Tally| it.total() <= total;
        let prefixes = self.prefixes.of(subject).unwrap_or_default();
        let before = counted.map(|it| &it.of.before.tally);
        let known = [Some(&near), before].into_iter().flatten().chain(prefixes.iter());
        let mut tally = known.filter(fits).max_by_key(|it| it.total()).cloned().unwrap_or_default();
        if tally.total().saturating_add(STEP) < total {
            // What was judged is a beginning of the log as well, and hardly ever far from its end.
            let tallies = self.store.tallies(&self.namespace, subject).await?.unwrap_or_default();
            let judged = Some(tallies.judged).filter(|it| it.total() <= total);
            tally = judged.filter(|it| it.total() > tally.total()).unwrap_or(tally);
        }
        while tally.total() < total {
            if let Some(next) = counted.and_then(|it| it.after(&tally)) {
                tally.add(next);
            } else if !self.read_on(subject, total, &mut tally).await? {
                break;
            }
        }
        Ok(tally)
    }

    /// Adds the next outcomes of a log, up to so many of them in all. Says whether there were any.
    async fn read_on(
        &self,
        subject: &Subject,
        total: u64,
        tally: &mut Tally,
    ) -> Result<bool, ControlError> {
        let place = tally.total();
        let left = total.saturating_sub(place).min(STEP - place % STEP);
        let limit = Limit::new(usize::try_from(left).unwrap_or(usize::MAX));
        let page = self.store.outcomes(&self.namespace, subject, place, limit).await?;
        page.iter().for_each(|outcome| tally.add(outcome));
        if tally.total().is_multiple_of(STEP) {
            self.remember_prefix(subject, tally);
        }
        Ok(!page.is_empty())
    }
}

/// What the failures of a subject are held against, given the deployment that is on its way where it runs.
fn others_of(subject: &Subject, under_way: Option<&UnderWay>) -> Others {
    let (version, at) = (subject.version, subject.generation);
    let mut members = under_way.iter().flat_map(|it| &it.deployment.members);
    let member = members.find(|member| {
        // Where one of the two has all of the runs there is no candidate.
        let drawn = |regime: &Regime| {
            let both = share_of(member, version, regime).is_some();
            regime.generation == at && !regime.matched && both
        };
        member.artifact == subject.artifact
            && member.place_of(version).is_some()
            && member.regimes.iter().any(drawn)
    });
    let Some(member) = member else { return Others::default() };
    let regimes = member.regimes.iter().filter(|it| it.generation <= at);
    let shared = regimes.filter(|regime| share_of(member, version, regime).is_some());
    let both = shared.flat_map(|regime| {
        let own = (regime.generation < at).then_some((version, regime.generation));
        own.into_iter().chain([(member.from, regime.generation)])
    });
    both.collect()
}

/// What was noted with the failures of a subject, in the order of its log.
pub(crate) struct Notes {
    page: VecDeque<Noted>,
    /// Whether there is no more of it to be read.
    whole: bool,
}

impl Notes {
    /// What the answer to an append says.
    pub(crate) fn of(noted: Vec<Noted>) -> Self {
        Self { page: noted.into(), whole: true }
    }

    /// What the store has, read as it is needed.
    pub(crate) const fn in_store() -> Self {
        Self { page: VecDeque::new(), whole: false }
    }

    /// What was noted with the failure at a place; nothing if nothing was. Places are asked for in order.
    pub(super) async fn at(
        &mut self,
        control: &Control,
        subject: &Subject,
        place: u64,
    ) -> Result<Option<Noted>, ControlError> {
        while self.page.pop_front_if(|it| it.place < place).is_some() {}
        if self.page.is_empty() && !self.whole {
            let (ns, before) = (&control.namespace, place.saturating_sub(1));
            let page = control.store.noted(ns, subject, before, Limit::MAX).await?;
            self.whole = page.is_empty();
            self.page = page.into();
        }
        Ok(self.page.pop_front_if(|it| it.place == place))
    }
}

impl Counted<'_> {
    /// The outcome that comes after those that a tally is of.
    fn after(&self, tally: &Tally) -> Option<&Outcome> {
        let since = tally.total().checked_sub(self.of.before.tally.total())?;
        let index = self.of.counted.get(usize::try_from(since).ok()?)?;
        self.append.outcomes().get(*index)
    }
}
