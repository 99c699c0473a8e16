//! Check: the verdict on what is live, reached without changing anything.

use sternway_policy::{
    Judge, Standing, View,
    aging::{Limits, Sign, drift},
    standings_with,
};
use sternway_types::{Policy, Subject, Tally, Verdict, Version, VersionNumber};

use crate::{Control, ControlError, baseline::KnownGood, deploy::Trial, past::Good};

/// The verdict on what is live, reached without changing anything.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// What was judged.
    pub subject: Subject,
    /// What its outcomes add up to.
    pub tally: Tally,
    /// The policy that holds.
    pub policy: crate::policy::EffectivePolicy,
    /// The verdict: the latched one, if one was latched.
    pub verdict: Verdict,
    /// What the latched verdict led to.
    pub latch: Option<sternway_types::Latch>,
    /// How near each rule of the policy is to holding now, in the order of the policy; none if it is
    /// off.
    pub standings: Vec<Standing>,
    /// Of each candidate beside it, how near the rule on the success rate is to taking that one back by what
    /// both do.
    pub candidates: Vec<(VersionNumber, Standing)>,
    /// That the success rate fell little by little, if it did: a warning, which no rule acts on.
    pub drift: Option<Sign>,
}

impl Control {
    /// The verdict on what is live now. Changes nothing.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotLive`] and its kin if nothing is live, and [`ControlError::Store`] if the
    /// store cannot be read.
    pub async fn check(
        &self,
        artifact: &sternway_types::ArtifactId,
        environment: &sternway_types::EnvironmentId,
    ) -> Result<Check, ControlError> {
        let (pointer, live) = self.live_version(artifact, environment).await?;
        let subject = Subject {
            artifact: artifact.clone(),
            environment: environment.clone(),
            version: live.number,
            generation: pointer.generation,
        };
        let tallies = self.store.tallies(&self.namespace, &subject).await?.unwrap_or_default();
        let policy = self.effective_policy(artifact, environment).await?;
        let latch = self.latch(&subject).await?;
        let judged_by = self.in_stretch(policy.policy(), &subject).await?;
        let baseline = self.baseline_of(judged_by.as_ref(), &subject).await?;
        let baseline = baseline.as_ref().map(KnownGood::as_baseline);
        let tally = match &judged_by {
            Some(policy) => {
                let judge = Judge::new(policy, baseline);
                self.whole_tally(&judge, &subject, tallies).await?
            }
            None => tallies.tally,
        };
        let view = View::new(&tally).against(baseline);
        let standings =
            judged_by.as_ref().map(|policy| standings_with(policy, &view, &self.triggers));
        let verdict = match (&latch, &judged_by) {
            (Some(latch), _) => Verdict::Regressed(Box::new(latch.regression.clone())),
            (None, Some(judged_by)) => {
                let judge = Judge::new(judged_by, baseline);
                policy.judged(judge.with_triggers(&self.triggers).look(&tally))
            }
            (None, None) => Verdict::Undecided,
        };
        let standings = standings.unwrap_or_default();
        let candidates = match policy.policy() {
            Some(policy) => self.candidates_beside(artifact, environment, policy).await?,
            None => Vec::new(),
        };
        let drift = self.drift(&live, &subject, &tally).await?;
        Ok(Check { subject, tally, policy, verdict, latch, standings, candidates, drift })
    }

    /// How far the success rate fell little by little, if it did.
    async fn drift(
        &self,
        live: &Version,
        subject: &Subject,
        tally: &Tally,
    ) -> Result<Option<Sign>, ControlError> {
        let (limits, environment) = (Limits::default(), &subject.environment);
        let past = self.past(&live.artifact, environment).await?;
        let condemned = self.condemned_digests(&live.artifact, environment).await?;
        let most = limits.drift_versions;
        let good = self.good_before(live, environment, &past, &condemned, most).await?;
        let good: Vec<_> = good.iter().map(Good::as_baseline).collect();
        Ok(drift(tally, &good, &limits))
    }

    /// How near each rule of the policy that holds is to taking a subject back, whose outcomes add up to
    /// this, as whoever judged them has it; nothing if the policy is off.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn standings(
        &self,
        subject: &Subject,
        tally: &Tally,
    ) -> Result<Option<Vec<Standing>>, ControlError> {
        let effective = self.effective_policy(&subject.artifact, &subject.environment).await?;
        let Some(policy) = self.in_stretch(effective.policy(), subject).await? else {
            return Ok(None);
        };
        let trial = self.trial_of(subject).await?;
        let baseline = self.baseline(&policy, subject).await?;
        let view = View::new(tally).against(baseline.as_ref().map(KnownGood::as_baseline));
        let standings = standings_with(&policy, &view, &self.triggers);
        Ok(Some(Trial::beside_what_is_live(trial.as_ref(), standings, &policy, tally)))
    }

    pub(crate) async fn baseline_of(
        &self,
        policy: Option<&Policy>,
        subject: &Subject,
    ) -> Result<Option<KnownGood>, ControlError> {
        match policy {
            Some(policy) => self.baseline(policy, subject).await,
            None => Ok(None),
        }
    }
}
