//! Explain: on what a verdict rests, what it would take to come to another, and what other policies would
//! have said.

use sternway_policy::{
    Baseline, Judge, ProvenStanding, Standing, Triggers, View, beside_again,
    evidence::{Alpha, Counts, Interval},
    proven, standings_with,
};
use sternway_store::Limit;
use sternway_types::{
    Activation, Against, Applied, ArtifactId, EnvironmentId, FrozenBaseline, Generation, Latch,
    MoveCause, Outcome, PointerName, Policy, Preset, Record, Regression, Revision, Rule, RuleId,
    Subject, Tally, Verdict, VersionNumber,
};

use crate::{
    Control, ControlError,
    baseline::KnownGood,
    deploy::{Amid, Trial},
    policy::EffectivePolicy,
};

/// What a preset would have said of a stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresetSaid {
    /// Which preset.
    pub preset: Preset,
    /// At which outcome it would first have decided, counted from 1, and by which rule; nothing if it
    /// would not have by now.
    pub decided: Option<(u64, RuleId)>,
}

/// On what the verdict on a stay of a version rests.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// What is judged.
    pub subject: Subject,
    /// What its outcomes add up to.
    pub tally: Tally,
    /// Where its success rate lies, at every look together, in 19 of 20 stays.
    pub success: Interval,
    /// The policy that holds now.
    pub policy: EffectivePolicy,
    /// The verdict: the latched one, if one was latched.
    pub verdict: Verdict,
    /// The latched one, and what it led to.
    pub latch: Option<Latch>,
    /// Whether the log and what was kept lead to the latched verdict again; nothing if none was latched,
    /// or it rests on what another version measured by time, which is in the evidence alone.
    pub again: Option<bool>,
    /// What sequential tests hold the version against, if that was kept.
    pub baseline: Option<FrozenBaseline>,
    /// How near each rule of the policy is to holding now; none if it is off.
    pub standings: Vec<Standing>,
    /// How far the version is from being proven; nothing if the policy is off.
    pub proven: Option<ProvenStanding>,
    /// What each preset would have said.
    pub presets: Vec<PresetSaid>,
    /// The outcomes that decided, the oldest first.
    pub deciding: Vec<Outcome>,
}

impl Control {
    /// On what the verdict on a stay rests. Reads its log from the beginning. Changes nothing.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn explain(&self, subject: Subject) -> Result<Explanation, ControlError> {
        let policy = self.effective_policy(&subject.artifact, &subject.environment).await?;
        let latch = match (self.latch(&subject).await?, self.withdrawal(&subject).await?) {
            (Some(latch), _) | (None, Some(latch)) => Some(latch),
            (None, None) => self.notice(&subject).await?,
        };
        let known = self.known_good(&subject).await?;
        let trial = self.trial_of(&subject).await?;
        let baseline = known.as_ref().map(KnownGood::as_baseline);
        let presets = Preset::ALL.into_iter().filter(|preset| *preset != Preset::NotifyOnly);
        let stretch = self.stretch(&subject).await?;
        let preset = |preset| (preset, Policy::preset(preset).in_stretch(stretch));
        let presets: Vec<_> = presets.map(preset).collect();
        let judged_by = policy.policy().map(|policy| policy.clone().in_stretch(stretch));
        let mut reading = Reading::new(&presets, latch.as_ref(), baseline, self.triggers.clone());
        let latched = latch.as_ref().map(|latch| Policy::of_judged(latch.regression.rule.clone()));
        let along = [judged_by.as_ref(), latched.as_ref()].into_iter().flatten();
        reading.along = along.map(|policy| Judge::new(policy, baseline)).collect();
        self.read_log(&subject, &mut reading).await?;
        let view = View::new(&reading.tally).against(baseline);
        let verdict = match (&latch, &judged_by) {
            (Some(latch), _) => Verdict::Regressed(Box::new(latch.regression.clone())),
            (None, Some(judged_by)) => {
                let judge = Judge::new(judged_by, baseline).with_triggers(&self.triggers);
                policy.judged(now(judge, judged_by, &reading.tally, (&subject, trial.as_ref())))
            }
            (None, None) => Verdict::Undecided,
        };
        let rules = judged_by.as_ref().map(|policy| {
            let standings = standings_with(policy, &view, &self.triggers);
            Trial::beside_what_is_live(trial.as_ref(), standings, policy, &reading.tally)
        });
        let goal = policy.policy().map(|policy| proven(policy, baseline, &reading.tally));
        Ok(Explanation {
            verdict,
            again: reading.again,
            baseline: known.as_ref().and_then(|known| known.frozen().cloned()),
            standings: rules.unwrap_or_default(),
            proven: goal,
            presets: reading.said(),
            success: interval(&reading.tally),
            deciding: reading.deciding,
            tally: reading.tally,
            subject,
            policy,
            latch,
        })
    }

    /// The newest stay of a version in an environment, be it beside what is live.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoVersion`] if there is no such version, and [`ControlError::Store`] if the store
    /// cannot be read.
    pub async fn newest_stay(
        &self,
        artifact: &ArtifactId,
        version: VersionNumber,
        environment: &EnvironmentId,
    ) -> Result<Option<Subject>, ControlError> {
        self.version(artifact, version).await?;
        let newest = self.subject(artifact, version, environment).await?;
        if newest.generation != Generation::ZERO {
            return Ok(Some(newest));
        }
        let mut stays = self.stays(artifact, environment);
        while let Some(stay) = stays.next().await? {
            if stay.version == version {
                let (artifact, environment) = (artifact.clone(), environment.clone());
                let generation = stay.generation;
                return Ok(Some(Subject { artifact, environment, version, generation }));
            }
        }
        Ok(None)
    }

    /// The stay that a revision ended by a rollback, or on which it latched a verdict.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read, or the revision was let go.
    pub async fn stay_of_revision(
        &self,
        revision: Revision,
    ) -> Result<Option<Subject>, ControlError> {
        let commit = self.commit_at(revision).await?;
        Ok(commit.iter().flat_map(|commit| &commit.applied).find_map(stay_of))
    }

    async fn known_good(&self, subject: &Subject) -> Result<Option<KnownGood>, ControlError> {
        // The presets ask for all that there is to know.
        let everything = [Preset::Tiers.rules(), Preset::Sound.rules()].concat();
        let rules = everything.into_iter().filter(Rule::needs_baseline).collect();
        match Policy::new(Activation::Staged, rules) {
            Ok(policy) => self.baseline(&policy, subject).await,
            Err(_) => Ok(None),
        }
    }

    /// Reads the log of a stay.
    async fn read_log(
        &self,
        subject: &Subject,
        reading: &mut Reading<'_>,
    ) -> Result<(), ControlError> {
        loop {
            let (ns, place) = (&self.namespace, reading.tally.total());
            let page = self.store.outcomes(ns, subject, place, Limit::MAX).await?;
            if page.is_empty() {
                return Ok(());
            }
            for outcome in page {
                reading.read(outcome);
            }
        }
    }
}

/// What a policy makes of a stay now.
fn now(
    mut judge: Judge<'_>,
    policy: &Policy,
    tally: &Tally,
    (subject, trial): (&Subject, Option<&Trial>),
) -> Verdict {
    let Some(trial) = trial else { return judge.look(tally) };
    match judge.beside().look(tally) {
        Verdict::Undecided => {
            let found = Amid::new(trial, policy, subject).look(tally);
            found.map_or(Verdict::Undecided, |found| Verdict::Regressed(Box::new(found)))
        }
        found @ Verdict::Regressed(_) => found,
    }
}

/// With which probability an interval that is shown is ever wrong.
const SHOWN_ALPHA: f64 = 0.05;

fn interval(tally: &Tally) -> Interval {
    let runs = Counts::new(tally.succeeded, tally.failed);
    let everything = Interval { lower: 0.0, upper: 1.0 };
    Alpha::new(SHOWN_ALPHA).map_or(everything, |alpha| Interval::of(runs, alpha))
}

/// The stay that a change ended by a rollback, or on which it latched a verdict.
fn stay_of(applied: &Applied) -> Option<Subject> {
    match applied {
        Applied::RecordChanged(change) => match change.after.as_ref()? {
            Record::Latch(latch) => Some(Subject {
                artifact: latch.artifact.clone(),
                environment: latch.environment.clone(),
                version: latch.version,
                generation: latch.generation,
            }),
            Record::Namespace(_)
            | Record::Environment(_)
            | Record::Policy(_)
            | Record::Condemnation(_)
            | Record::Attestation(_)
            | Record::Baseline(_)
            | Record::Deployment(_)
            | Record::Route(_)
            | Record::Point(_)
            | Record::Channel(_)
            | Record::Outbox(_) => None,
        },
        Applied::PointerMoved(moved) => match (&moved.cause, &moved.name) {
            (MoveCause::RolledBack(_), PointerName::Environment(environment)) => Some(Subject {
                artifact: moved.artifact.clone(),
                environment: environment.clone(),
                version: moved.from?,
                generation: Generation::new(moved.generation.get().checked_sub(1)?),
            }),
            _ => None,
        },
        Applied::NamespaceCreated | Applied::VersionAdded(_) => None,
    }
}

/// What one preset would have said so far.
struct Watching<'a> {
    preset: Preset,
    judge: Judge<'a>,
    /// Whether also a success can decide.
    each: bool,
    decided: Option<(u64, RuleId)>,
}

/// What reading a log finds out.
struct Reading<'a> {
    tally: Tally,
    baseline: Option<Baseline<'a>>,
    presets: Vec<Watching<'a>>,
    latched: Option<&'a Regression>,
    again: Option<bool>,
    deciding: Vec<Outcome>,
    triggers: Triggers,
    /// Whose rules are taken along.
    along: Vec<Judge<'a>>,
}

impl<'a> Reading<'a> {
    fn new(
        presets: &'a [(Preset, Policy)],
        latch: Option<&'a Latch>,
        baseline: Option<Baseline<'a>>,
        triggers: Triggers,
    ) -> Self {
        let watching = presets.iter().map(|(preset, policy)| Watching {
            preset: *preset,
            judge: Judge::new(policy, baseline),
            each: !policy.begins_with_a_failure(),
            decided: None,
        });
        Self {
            tally: Tally::default(),
            baseline,
            presets: watching.collect(),
            latched: latch.map(|latch| &latch.regression),
            again: None,
            deciding: Vec::new(),
            triggers,
            along: Vec::new(),
        }
    }

    fn read(&mut self, outcome: Outcome) {
        self.tally.add(&outcome);
        for judge in &self.along {
            judge.take_along(&mut self.tally, &outcome);
        }
        let undecided = self.presets.iter_mut().filter(|it| it.decided.is_none());
        for watching in undecided.filter(|it| it.each || outcome.is_failure()) {
            if let Verdict::Regressed(found) = watching.judge.look(&self.tally) {
                watching.decided = Some((self.tally.total(), found.rule.id()));
            }
        }
        let Some(latched) = self.latched else { return };
        let evidence = &latched.evidence;
        if evidence.failures.iter().any(|failure| failure.outcome == outcome.id) {
            self.deciding.push(outcome);
        }
        if is_there(latched, &self.tally) && self.again.is_none() {
            self.again = again(latched, &self.tally, self.baseline, &self.triggers);
        }
    }

    fn said(&self) -> Vec<PresetSaid> {
        let said = self.presets.iter();
        said.map(|it| PresetSaid { preset: it.preset, decided: it.decided.clone() }).collect()
    }
}

/// Whether a log has come to where a verdict was latched.
fn is_there(latched: &Regression, tally: &Tally) -> bool {
    let evidence = &latched.evidence;
    if let Some(Against::Beside { shares, .. }) = evidence.test.as_ref().map(|test| &test.against) {
        // The last share is the one under which this log was written.
        return shares.last().is_some_and(|now| {
            let ends = [now.succeeded, now.failed] == [tally.succeeded, tally.failed];
            ends && now.pairs == tally.pairs()
        });
    }
    [tally.succeeded, tally.failed] == [evidence.succeeded, evidence.failed]
}

/// Whether a rule says at its place in the log what it was latched to have said.
fn again(
    latched: &Regression,
    tally: &Tally,
    baseline: Option<Baseline<'_>>,
    triggers: &Triggers,
) -> Option<bool> {
    if let Some(again) = beside_again(latched) {
        return Some(again);
    }
    let unknown = latched.rule.trigger().is_some_and(|name| triggers.get(name).is_none());
    if unknown || latched.rule.degradation().is_some() {
        return None;
    }
    let policy = Policy::of_judged(latched.rule.clone());
    let said = Judge::new(&policy, baseline).with_triggers(triggers).look(tally);
    Some(matches!(said, Verdict::Regressed(found) if found.evidence == latched.evidence))
}
