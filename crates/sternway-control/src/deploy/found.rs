//! What is known of a deployment's candidates.

use sternway_deploy::Found;
use sternway_policy::{Baseline, Stretch, proven};
use sternway_store::Tallies;
use sternway_types::{
    Deployment, EnvironmentId, Generation, Member, Regime, Subject, Tally, VersionNumber, Weight,
};

use crate::{Control, ControlError};

impl Control {
    /// What is known of the candidates; nothing if one was just found to be worse, so that whoever asks
    /// must look again.
    pub(super) async fn found(
        &self,
        deployment: &Deployment,
    ) -> Result<Option<Found>, ControlError> {
        let (mut fewest, mut all_proven) = (u64::MAX, true);
        for member in &deployment.members {
            let environment = &deployment.environment;
            let candidates = deployment.in_running().filter_map(|place| member.candidate(place));
            for candidate in candidates {
                match self.judged(member, candidate, environment).await? {
                    Judgement::Made => (),
                    Judgement::Acted => return Ok(None),
                    Judgement::Impossible => return Ok(Some(Found::default())),
                }
                let now = self.of_arm(member, environment, candidate, member.generation()).await?;
                fewest = fewest.min(now.known());
                // Proof is of the one that goes live.
                all_proven = all_proven
                    && deployment.winner().is_some()
                    // What runs by an attribute is none of what it will get.
                    && deployment.matched.is_none()
                    && self.is_proven((member, candidate), environment, &now).await?;
            }
        }
        Ok(Some(Found { outcomes: fewest, proven: all_proven }))
    }

    /// Judges what a candidate did and nobody judged, such as since who counted it died: no step is done
    /// by outcomes that might have taken it back.
    async fn judged(
        &self,
        member: &Member,
        version: VersionNumber,
        environment: &EnvironmentId,
    ) -> Result<Judgement, ControlError> {
        let (artifact, environment) = (member.artifact.clone(), environment.clone());
        let generation = member.generation();
        let subject = Subject { artifact, environment, version, generation };
        match self.sweep_one(&subject).await {
            Ok(Some(judged)) if judged.reaction.is_some() => Ok(Judgement::Acted),
            Ok(_) => Ok(Judgement::Made),
            Err(ControlError::Store(err)) => Err(err.into()),
            Err(_) => Ok(Judgement::Impossible),
        }
    }

    /// Whether a candidate is proven by all that it did since the deployment began.
    async fn is_proven(
        &self,
        (member, candidate): (&Member, VersionNumber),
        environment: &EnvironmentId,
        now: &Tally,
    ) -> Result<bool, ControlError> {
        let (mut succeeded, mut failed) = (now.succeeded, now.failed);
        for regime in earlier(member, candidate) {
            let tally = self.of_arm(member, environment, candidate, regime.generation).await?;
            succeeded = succeeded.saturating_add(tally.succeeded);
            failed = failed.saturating_add(tally.failed);
        }
        let effective = self.effective_policy(&member.artifact, environment).await?;
        let policy = effective.policy().cloned().unwrap_or_default();
        let all = Tally::from_parts(succeeded, failed, 0, Vec::new());
        let standing = proven(&policy, baseline_of(member), &all);
        Ok(standing.ln_e >= standing.ln_threshold)
    }

    /// What both versions did, share by share: what Test A looks at. What the candidate does under the present
    /// share is left to who looks.
    pub(super) async fn beside(
        &self,
        (member, version): (&Member, VersionNumber),
        environment: &EnvironmentId,
        at: Generation,
    ) -> Result<Vec<Stretch>, ControlError> {
        let mut shares = Vec::with_capacity(member.regimes.len());
        for regime in member.regimes.iter().filter(|it| it.generation <= at) {
            let Some(weight) = share_of(member, version, regime) else { continue };
            let candidate = if regime.generation == at {
                Tally::default()
            } else {
                self.of_arm(member, environment, version, regime.generation).await?
            };
            let baseline = self.of_arm(member, environment, member.from, regime.generation).await?;
            let copies = !regime.shadow.is_zero();
            let generation = regime.generation;
            shares.push(Stretch { generation, weight, copies, candidate, baseline });
        }
        Ok(shares)
    }

    pub(super) async fn of_arm(
        &self,
        member: &Member,
        environment: &EnvironmentId,
        version: VersionNumber,
        generation: Generation,
    ) -> Result<Tally, ControlError> {
        let (artifact, environment) = (member.artifact.clone(), environment.clone());
        let subject = Subject { artifact, environment, version, generation };
        let tallies = self.store.tallies(&self.namespace, &subject).await?;
        Ok(tallies.map(|Tallies { tally, .. }| tally).unwrap_or_default())
    }
}

/// What became of outcomes that nobody had judged.
enum Judgement {
    /// They take nothing back, or there were none.
    Made,
    /// Something was done because of them.
    Acted,
    /// They cannot be judged here, and count for nothing.
    Impossible,
}

/// What a candidate is held against that is measured from before.
pub(super) fn baseline_of(member: &Member) -> Option<Baseline<'_>> {
    let frozen = member.baseline.as_deref();
    frozen.map(|it| Baseline { version: it.version, tallies: &[], frozen: Some(it) })
}

/// The shares before the present one that a candidate had runs under.
fn earlier(member: &Member, candidate: VersionNumber) -> impl Iterator<Item = &Regime> {
    let before = member.regimes.split_last().map_or(&[][..], |(_, before)| before);
    before.iter().filter(move |regime| {
        !member.share_of(candidate, regime).is_zero() || !regime.shadow.is_zero()
    })
}

/// A candidate's share of what it and the live version ran; nothing where one of the two got no runs. Copies
/// run beside what answers: of 10,000 runs and 10,000 copies half are the candidate's. Rounded up, in the
/// candidate's favour.
pub(super) fn share_of(
    member: &Member,
    candidate: VersionNumber,
    regime: &Regime,
) -> Option<Weight> {
    let all = u32::from(Weight::ALL);
    let (own, live): (u32, u32) = match u32::from(regime.shadow) {
        0 => (member.share_of(candidate, regime).into(), regime.weight.rest().into()),
        copies => (copies, all),
    };
    let both = own != 0 && live != 0;
    both.then(|| Weight::new((own * all).div_ceil(own + live)).unwrap_or_default())
}
