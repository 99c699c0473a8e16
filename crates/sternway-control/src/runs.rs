//! Runs that are opened before they begin: one of which nobody says by its deadline how it ended, failed.
//!
//! A run that hangs, or whose process is killed, reports nothing, and a version of which only the good runs
//! report looks well. Who opens a run says before it begins that there will be an outcome.

use std::time::Duration;

use sternway_store::{Append, Limit, Opened, StoreError};
use sternway_types::{
    Assigned, OpenRun, OutcomeDeadline, OutcomeId, Policy, Rule, Subject, Timestamp,
};

use crate::{Control, ControlError, baseline::KnownGood, sweep::Swept};

/// A run that is to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The id that its outcome will have.
    pub id: OutcomeId,
    /// What runs.
    pub subject: Subject,
    /// How long it may take: a second to a day. If nothing is said, it is what the rule `worse` of the policy
    /// says in its `outcome_deadline`, or else three times what 99 of 100 runs of the last good version took, at
    /// least 30 seconds and at most 5 minutes.
    pub deadline: Option<Duration>,
    /// How it came to its version, if a deployment shared the runs out.
    pub assigned: Option<Assigned>,
}

impl Opening {
    /// A run that may take as long as runs usually may.
    #[must_use]
    pub const fn new(id: OutcomeId, subject: Subject) -> Self {
        Self { id, subject, deadline: None, assigned: None }
    }
}

/// A run that was to be opened, and what became of that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The run, as it is open. If it is over, as it would have been opened.
    pub run: OpenRun,
    /// Whether it was opened.
    pub opened: Opened,
}

impl Control {
    /// Says that a run begins, durably. Its outcome, recorded under the same id, ends it. If none was by its
    /// deadline, the next [`Control::sweep`], of whoever, records that it failed, with the class
    /// [`OpenRun::NO_OUTCOME`]; what comes later counts no more. Whichever is first counts, and once.
    ///
    /// A run that is open already stays what it is.
    ///
    /// # Errors
    ///
    /// [`ControlError::OpenRun`] if a run cannot be given so long, and [`ControlError::Store`], with a refusal
    /// if what runs does not exist.
    pub async fn open_run(&self, opening: Opening) -> Result<Begun, ControlError> {
        let deadline = match opening.deadline {
            Some(deadline) => deadline,
            None => self.usual_deadline(&opening.subject).await?,
        };
        let now = self.now();
        let run = OpenRun::new(opening.id, opening.subject, now, deadline)?;
        let run = OpenRun { assigned: opening.assigned, ..run };
        let append = Append::new(self.namespace.clone(), now, Vec::new()).opening(run.clone());
        let opened = self.store.append(&append).await?.opened;
        let opened = opened.first().copied().unwrap_or(Opened::Now);
        let known = match opened {
            Opened::Before => self.store.open_run(&self.namespace, run.id).await?,
            Opened::Now | Opened::Ended => None,
        };
        Ok(Begun { run: known.unwrap_or(run), opened })
    }

    /// Records of every run whose time is up that it failed.
    pub(crate) async fn close_due(&self, swept: &mut Swept) -> Result<(), ControlError> {
        let now = self.now();
        let mut after = None;
        loop {
            let (ns, last) = (&self.namespace, after.as_ref());
            let page = self.store.open_runs(ns, now, last, Limit::MAX).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.clone());
            self.close(&page, swept).await?;
        }
    }

    async fn close(&self, due: &[OpenRun], swept: &mut Swept) -> Result<(), ControlError> {
        match (self.record(due.iter().map(OpenRun::missed).collect()).await, due) {
            (Ok(recorded), _) => {
                swept.missed += due.len().saturating_sub(recorded.duplicates) as u64;
                swept.judged.extend(recorded.judged);
            }
            // Nothing can be done about any of them now.
            (Err(ControlError::Store(err)), _)
                if err.is_temporary() || matches!(err, StoreError::Closed) =>
            {
                return Err(err.into());
            }
            // One that cannot be counted, or judged, keeps no other open.
            (Err(err), [run]) => swept.failed.push((run.subject.clone(), err)),
            (Err(_), several) => {
                for run in several {
                    Box::pin(self.close(std::slice::from_ref(run), swept)).await?;
                }
            }
        }
        Ok(())
    }

    /// When the next run that is open is due, if one is.
    pub(crate) async fn next_due(&self) -> Result<Option<Timestamp>, ControlError> {
        let next = self.store.open_runs(&self.namespace, Timestamp::MAX, None, Limit::new(1));
        Ok(next.await?.first().map(|run| run.due))
    }

    /// How long a run of a subject may take if nobody says it.
    async fn usual_deadline(&self, subject: &Subject) -> Result<Duration, ControlError> {
        let effective = self.effective_policy(&subject.artifact, &subject.environment).await?;
        let policy = effective.policy();
        let rules = policy.map(Policy::rules).unwrap_or_default();
        let declared = rules.iter().filter_map(Rule::worse).find_map(|it| it.outcome_deadline);
        let trial = self.trial_of(subject).await?;
        let known = match &trial {
            Some(trial) => trial.baseline().map(KnownGood::frozen_as),
            None => self.baseline_of(policy, subject).await?,
        };
        let measured = known.as_ref().map(KnownGood::quantiles);
        Ok(declared.unwrap_or(OutcomeDeadline::Auto).length(measured.as_ref()))
    }
}
