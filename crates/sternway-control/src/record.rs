//! Record: count outcomes, judge them, and take back what regressed.

use std::collections::BTreeSet;

use sternway_policy::{Judge, Triggers};
use sternway_store::{Append, AppendedSubject, Limit, Tallies};
use sternway_types::{
    Generation, Outcome, Policy, PolicyVersion, Regression, Rule, Subject, Tally, Verdict,
};

use crate::{
    Control, ControlError,
    baseline::KnownGood,
    deploy::{Amid, Notes, Trial, UnderWay},
    rollback::Reaction,
};

/// What judging one subject led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What was judged.
    pub subject: Subject,
    /// What its outcomes add up to.
    pub tally: Tally,
    /// How many of them were new.
    pub counted: usize,
    /// The verdict.
    pub verdict: Verdict,
    /// What a regression led to; nothing if the version did not regress.
    pub reaction: Option<Reaction>,
}

/// What recording led to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "recording may have rolled a version back"]
pub struct Recorded {
    /// Every subject that has new outcomes, or repeated ones that were not judged yet.
    pub judged: Vec<Judged>,
    /// How many outcomes had been counted before.
    pub duplicates: usize,
}

impl Control {
    /// Counts outcomes durably and exactly once, judges every one among them that can decide in
    /// order, and takes back what regressed.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] with a refusal if an outcome names what does not exist; then none
    /// was taken. If the outcomes were taken and a subject could not be judged or its rollback
    /// failed, the error is the first of these, every other subject is judged all the same, and the
    /// next record, also of the same outcomes, or [`Control::sweep`] tries again.
    pub async fn record(&self, outcomes: Vec<Outcome>) -> Result<Recorded, ControlError> {
        let append = Append::new(self.namespace.clone(), self.now(), outcomes);
        let mut append = self.noting(append).await?;
        let marks = self.take_marks();
        for (subject, judged) in &marks {
            append = append.judged(subject.clone(), judged.clone());
        }
        let appended = match self.store.append(&append).await {
            Ok(appended) => appended,
            Err(err) => {
                // The marks were not noted: keep them for the next append.
                marks.into_iter().for_each(|(subject, judged)| self.keep_mark(subject, judged));
                return Err(err.into());
            }
        };
        let duplicates = appended.duplicates;
        let mut repeated: BTreeSet<_> = append.outcomes().iter().map(|it| &it.subject).collect();
        let mut results = Vec::new();
        let mut subjects = appended.subjects;
        let notes: Vec<_> = subjects.iter_mut().map(|it| std::mem::take(&mut it.noted)).collect();
        // One alone needs to know of no others.
        let all = if subjects.len() > 1 { subjects.clone() } else { Vec::new() };
        for (subject, noted) in subjects.into_iter().zip(notes) {
            repeated.remove(&subject.subject);
            let subject = AppendedSubject { noted, ..subject };
            // Boxed, or who records holds all that judging may need.
            results.push(Box::pin(self.judge_appended((&append, &all), subject, &marks)).await);
        }
        if duplicates > 0 {
            for subject in repeated {
                results.extend(Box::pin(self.judge_repeated(subject)).await.transpose());
            }
        }
        // By now every subject was judged that can be.
        let judged = results.into_iter().collect::<Result<_, _>>()?;
        Ok(Recorded { judged, duplicates })
    }

    /// Judges what an earlier recording counted and did not come to judge: whoever had no answer,
    /// or an error, repeats it.
    async fn judge_repeated(&self, subject: &Subject) -> Result<Option<Judged>, ControlError> {
        let tallies = self.store.tallies(&self.namespace, subject).await?.unwrap_or_default();
        if tallies.judged.total() >= tallies.tally.total() {
            return Ok(None);
        }
        self.judge_rest(subject.clone(), tallies).await.map(Some)
    }

    async fn judge_appended(
        &self,
        (append, all): (&Append, &[AppendedSubject]),
        appended: AppendedSubject,
        marks: &std::collections::HashMap<Subject, Tally>,
    ) -> Result<Judged, ControlError> {
        let AppendedSubject { subject, before, counted, noted } = appended;
        // What this process judged last counts, also where the store has not noted it yet.
        let judged = match marks.get(&subject) {
            Some(mark) if mark.total() > before.judged.total() => mark.clone(),
            _ => before.judged.clone(),
        };
        let ground = self.ground(&subject).await?;
        let mut judging = ground.judging(&subject);
        if let Some(amid) = &mut judging.amid {
            amid.together(append, all);
        }
        if ground.under_way.is_some() {
            // Candidates may be held against it.
            self.remember_prefix(&subject, &before.tally);
        }
        let end = before.tally.total();
        let mut tally = before.tally;
        let caught_up = judging.catch_up(self, &subject, judged, end).await?;
        *tally.carried_mut() = caught_up.carried().to_vec();
        let mut notes = Notes::of(noted);
        for outcome in counted.iter().filter_map(|place| append.outcomes().get(*place)) {
            judging.count(self, &mut notes, &mut tally, outcome).await?;
        }
        let regression = judging.found();
        let judged = self.settle(&ground, subject, tally, counted.len(), regression).await?;
        if let (None, Some(under_way)) = (&judged.reaction, &ground.under_way) {
            self.ring(under_way, &judged.subject, &judged.tally).await;
        }
        Ok(judged)
    }

    /// Judges what was appended and never judged, such as by a process that died.
    pub(crate) async fn judge_rest(
        &self,
        subject: Subject,
        tallies: Tallies,
    ) -> Result<Judged, ControlError> {
        let ground = self.ground(&subject).await?;
        let mut judging = ground.judging(&subject);
        let end = tallies.tally.total();
        let mut tally = tallies.tally;
        let caught_up = judging.catch_up(self, &subject, tallies.judged, end).await?;
        *tally.carried_mut() = caught_up.carried().to_vec();
        let regression = judging.found();
        self.settle(&ground, subject, tally, 0, regression).await
    }

    /// By what a subject is judged.
    async fn ground(&self, subject: &Subject) -> Result<Ground, ControlError> {
        let (policy, from) = if subject.generation == Generation::ZERO {
            // What was never live cannot be taken back.
            (None, None)
        } else {
            let effective = self.effective_policy(&subject.artifact, &subject.environment).await?;
            (effective.policy().cloned(), effective.from)
        };
        let under_way = self.under_way(subject).await?;
        self.remember_others(subject, under_way.as_ref());
        let trial = match (&policy, &under_way) {
            (Some(_), Some(under_way)) => self.trial(under_way, subject).await?,
            (Some(_), None) | (None, _) => None,
        };
        let policy = match &trial {
            // A candidate has what its deployment leaves it.
            Some(_) => policy,
            None => self.in_stretch(policy.as_ref(), subject).await?,
        };
        let baseline = match (&policy, &trial) {
            (Some(policy), None) => self.baseline_for_good(policy, subject).await?,
            (_, Some(trial)) => trial.baseline().map(KnownGood::frozen_as),
            (None, None) => None,
        };
        let mut asked = policy.iter().flat_map(Policy::rules).filter_map(Rule::trigger);
        if let Some(trigger) = asked.find(|name| self.triggers.get(name).is_none()) {
            return Err(ControlError::NoTrigger { trigger: trigger.clone() });
        }
        Ok(Ground { policy, from, baseline, under_way, trial, triggers: self.triggers.clone() })
    }

    /// Acts on the verdict, and notes that the subject was judged up to here.
    async fn settle(
        &self,
        ground: &Ground,
        subject: Subject,
        tally: Tally,
        counted: usize,
        regression: Option<Box<Regression>>,
    ) -> Result<Judged, ControlError> {
        let (verdict, reaction) = match ground.policy.as_ref().zip(regression) {
            Some((policy, mut regression)) => {
                regression.policy.clone_from(&ground.from);
                let reaction = match &ground.trial {
                    Some(trial) => {
                        self.react_to_trial(&subject, policy, trial, &regression).await?
                    }
                    None => self.react(&subject, policy, &regression).await?,
                };
                (Verdict::Regressed(regression), Some(reaction))
            }
            None => (Verdict::Undecided, None),
        };
        self.keep_mark(subject.clone(), tally.clone());
        Ok(Judged { subject, tally, counted, verdict, reaction })
    }
}

/// By what a subject is judged: the policy, if it is judged at all, and what it is compared with.
struct Ground {
    policy: Option<Policy>,
    /// The version that the policy is, if it is what is live of an artifact.
    from: Option<PolicyVersion>,
    baseline: Option<KnownGood>,
    /// The deployment that is on its way where it runs, if one is.
    under_way: Option<UnderWay>,
    /// Its part in that as a candidate, if it is one.
    trial: Option<Trial>,
    triggers: Triggers,
}

impl Ground {
    fn judging<'a>(&'a self, subject: &'a Subject) -> Judging<'a> {
        let baseline = self.baseline.as_ref().map(KnownGood::as_baseline);
        let judge = |policy| {
            let judge = Judge::new(policy, baseline).with_triggers(&self.triggers);
            let beside = self.trial.as_ref().is_some_and(Trial::is_beside);
            if beside { judge.beside() } else { judge }
        };
        let amid = self.trial.as_ref().zip(self.policy.as_ref());
        Judging {
            judge: self.policy.as_ref().map(judge),
            amid: amid.map(|(trial, policy)| Amid::new(trial, policy, subject)),
            each: self.policy.as_ref().is_some_and(|policy| !policy.begins_with_a_failure()),
            regression: None,
            noticed: None,
        }
    }
}

/// Looks at the outcomes of one subject one by one, until one of them decides.
struct Judging<'a> {
    /// Nothing if the subject is not judged.
    judge: Option<Judge<'a>>,
    /// What it runs beside, if it is a candidate.
    amid: Option<Amid<'a>>,
    /// Whether also a success can decide.
    each: bool,
    regression: Option<Box<Regression>>,
    /// What a rule found that says by itself what is done about it: it keeps nobody from looking on for one that
    /// may do more.
    noticed: Option<Box<Regression>>,
}

impl Judging<'_> {
    /// Adds an outcome to a tally, and looks at that.
    async fn count(
        &mut self,
        control: &Control,
        notes: &mut Notes,
        tally: &mut Tally,
        outcome: &Outcome,
    ) -> Result<(), ControlError> {
        tally.add(outcome);
        if let Some(judge) = &self.judge {
            judge.take_along(tally, outcome);
        }
        let decides = outcome.is_failure() && self.regression.is_none();
        if let Some(amid) = self.amid.as_mut().filter(|_| decides) {
            amid.go_on_to(control, notes, tally.total()).await?;
        }
        self.look(tally, outcome);
        Ok(())
    }

    /// Looks at the tally as of one outcome.
    fn look(&mut self, tally: &Tally, outcome: &Outcome) {
        let decides = self.each || outcome.is_failure();
        let Some(judge) = self.judge.as_mut().filter(|_| decides) else { return };
        if self.regression.is_some() {
            return;
        }
        if let Verdict::Regressed(found) = judge.look(tally) {
            if found.rule.action().is_some() {
                self.noticed.get_or_insert(found);
            } else {
                self.regression = Some(found);
            }
        } else if let Some(amid) = self.amid.as_ref().filter(|_| outcome.is_failure()) {
            self.regression = amid.look(tally).map(Box::new);
        }
    }

    /// What is to be reacted to.
    fn found(self) -> Option<Box<Regression>> {
        self.regression.or(self.noticed)
    }

    /// Replays the log from what was judged to this place, and answers with what it adds up to there, as far as
    /// anybody needs to know.
    async fn catch_up(
        &mut self,
        control: &Control,
        subject: &Subject,
        judged: Tally,
        end: u64,
    ) -> Result<Tally, ControlError> {
        let Some(judge) = &self.judge else { return Ok(judged) };
        let follows = judge.follows_the_order();
        let mut notes = Notes::in_store();
        let mut judged = control.brought_along(judge, subject, judged).await?;
        while judged.total() < end && (follows || self.regression.is_none()) {
            let page = control
                .store
                .outcomes(&control.namespace, subject, judged.total(), Limit::MAX)
                .await?;
            if page.is_empty() {
                break;
            }
            for outcome in page {
                if judged.total() < end {
                    self.count(control, &mut notes, &mut judged, &outcome).await?;
                }
            }
        }
        Ok(judged)
    }
}
